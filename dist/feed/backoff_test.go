package feed_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crossdock/dist/feed"
)

func TestBackoff(t *testing.T) {
	b := feed.Backoff{Least: 200 * time.Millisecond, Most: 5 * time.Minute}
	almost := math.Nextafter(1, 0)
	for failures, bound := range map[int]time.Duration{
		0: 200 * time.Millisecond, 1: 200 * time.Millisecond, 2: 400 * time.Millisecond, 3: 800 * time.Millisecond,
		11: 204800 * time.Millisecond, 12: 5 * time.Minute, 13: 5 * time.Minute, math.MaxInt: 5 * time.Minute,
	} {
		for draw, want := range map[float64]time.Duration{0: 0, 0.5: bound / 2, almost: bound - 1} {
			if got := b.Wait(failures, draw); got != want && got != want+1 {
				t.Errorf("Wait(%d, %v) = %s, want %s", failures, draw, got, want)
			}
		}
	}
}

func TestBackoffStaysInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		least := time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "least"))
		most := time.Duration(rapid.Int64Range(int64(least), int64(24*time.Hour)).Draw(t, "most"))
		b := feed.Backoff{Least: least, Most: most}
		failures := rapid.IntRange(1, 1000).Draw(t, "failures")
		draw := rapid.Float64Range(0, math.Nextafter(1, 0)).Draw(t, "draw")
		wait := b.Wait(failures, draw)
		if wait < 0 || wait > most || failures == 1 && wait > least || wait > b.Wait(failures+1, draw) {
			t.Fatalf("Wait(%d, %v) = %s, then %s", failures, draw, wait, b.Wait(failures+1, draw))
		}
	})
}
