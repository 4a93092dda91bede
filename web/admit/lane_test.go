package admit

import (
	"math/rand/v2"
	"testing"
	"time"

	"crossdock/core/fault"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// after is a moment of a test, in milliseconds.
func after(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }

// two is a lane of two slots, with room for four to wait.
func two() *lane {
	return newLane(newLimit(2, 2, 2, start), 4, 100*time.Millisecond, 10*time.Millisecond)
}

// outcome is what became of a request so far.
func outcome(w *waiter, err error) string {
	if err != nil {
		return "refused"
	}
	if w == nil {
		return "begun"
	}
	select {
	case v := <-w.verdict:
		w.verdict <- v
		if v.err != nil {
			return "refused"
		}
		return "begun"
	default:
		return "waits"
	}
}

type asked struct {
	w   *waiter
	err error
}

func (l *lane) come(now time.Time, class Class, deadline time.Time) asked {
	w, _, err := l.ask(now, class, deadline)
	return asked{w, err}
}

func want(t *testing.T, what string, a asked, want string) {
	t.Helper()
	if got := outcome(a.w, a.err); got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func TestWhoMattersMostGoesFirst(t *testing.T) {
	l := two()
	var none time.Time
	for range 2 {
		want(t, "a free slot", l.come(start, Browse, none), "begun")
	}
	first := l.come(after(1), Browse, none)
	second := l.come(after(2), Browse, none)
	cart := l.come(after(3), Cart, none)
	l.leave(after(4), Browse, -1, 2)
	want(t, "the cart", cart, "begun")
	want(t, "browsing", first, "waits")
	l.leave(after(5), Browse, -1, 2)
	want(t, "the first of the others", first, "begun")
	want(t, "the second", second, "waits")
}

func TestAFullQueueSendsTheLeastWorthyAway(t *testing.T) {
	l := two()
	var none time.Time
	for range 2 {
		l.come(start, Browse, none)
	}
	var waits []asked
	for range 4 {
		waits = append(waits, l.come(after(1), Browse, none))
	}
	want(t, "browsing beyond the queue", l.come(after(2), Browse, none), "refused")
	cart := l.come(after(3), Cart, none)
	want(t, "a cart", cart, "waits")
	want(t, "the last to have come", waits[3], "refused")
	want(t, "the one before", waits[2], "waits")
	second := l.come(after(4), Cart, none)
	want(t, "another cart", second, "waits")
	want(t, "the first cart", cart, "waits")
	want(t, "the last of those who browse", waits[2], "refused")
	if n := l.queued(Browse); n != 4 {
		t.Errorf("%d wait, want 4", n)
	}
}

func TestWhoCannotBeginInTimeIsRefusedAtOnce(t *testing.T) {
	l := two()
	l.mean = 0.020 // so one of two slots is free in about 10 ms
	for range 2 {
		l.come(start, Browse, time.Time{})
	}
	want(t, "9 ms left", l.come(start, Browse, after(9)), "refused")
	want(t, "11 ms left", l.come(start, Browse, after(11)), "waits")
	want(t, "11 ms left, behind the other", l.come(start, Browse, after(11)), "refused")
	want(t, "without a bound", l.come(start, Browse, time.Time{}), "waits")
	if l.shedding(start, Bulk) {
		t.Error("who is in haste makes the others be refused")
	}
}

func TestADeadlineThatPassesInTheQueueIsARefusal(t *testing.T) {
	l := two()
	for range 2 {
		l.come(start, Browse, time.Time{})
	}
	late := l.come(start, Browse, after(20))
	next := l.come(start, Browse, time.Time{})
	l.leave(after(21), Browse, -1, 2)
	want(t, "the deadline was over", late, "refused")
	want(t, "the next one", next, "begun")
}

// TestAStandingQueueIsCutShort: a burst is let in; once somebody was refused, nobody
// waits longer than for a turn, until nobody was refused for a second.
func TestAStandingQueueIsCutShort(t *testing.T) {
	l := two()
	l.mean = 0.030 // 15 ms for each that waits
	for range 2 {
		l.come(start, Browse, time.Time{})
	}
	var burst []asked
	for range 4 {
		burst = append(burst, l.come(after(1), Browse, time.Time{}))
	}
	want(t, "the last of a burst", burst[3], "waits")
	want(t, "one too many", l.come(after(2), Browse, time.Time{}), "refused")
	for range 4 {
		l.leave(after(20), Browse, -1, 2)
	}
	want(t, "the burst, which has not waited too long", burst[3], "begun")
	for range 2 {
		l.leave(after(21), Browse, -1, 2)
	}
	for range 2 {
		want(t, "a free slot", l.come(after(30), Browse, time.Time{}), "begun")
	}
	for range 2 {
		want(t, "a turn of the slots", l.come(after(31), Browse, time.Time{}), "waits")
	}
	want(t, "more than a turn, while the queue stands", l.come(after(32), Browse, time.Time{}), "refused")
	calm := after(32).Add(standingFor)
	want(t, "a burst, later", l.come(calm, Browse, time.Time{}), "waits")
}

// TestACartWaitsLongerInAStandingQueue, as it goes first.
func TestACartWaitsLongerInAStandingQueue(t *testing.T) {
	l := two()
	l.mean = 0.030 // 15 ms for each that waits
	l.noteRefused(start, Cart)
	for range 2 {
		l.come(start, Browse, time.Time{})
	}
	for range 3 {
		want(t, "a cart", l.come(start, Cart, time.Time{}), "waits")
	}
	want(t, "browsing behind them", l.come(start, Browse, time.Time{}), "refused")
}

func TestWhoHasWaitedTooLongIsRefusedForAnother(t *testing.T) {
	l := two()
	for range 2 {
		l.come(start, Browse, time.Time{})
	}
	old := l.come(after(1), Browse, time.Time{})
	fresh := l.come(after(95), Browse, time.Time{})
	l.leave(after(102), Browse, -1, 2)
	want(t, "101 ms in the queue", old, "refused")
	want(t, "7 ms in the queue", fresh, "begun")
}

func TestGivingUpPassesTheSlotOn(t *testing.T) {
	l := two()
	for range 2 {
		l.come(start, Browse, time.Time{})
	}
	gone := l.come(start, Browse, time.Time{})
	next := l.come(start, Browse, time.Time{})
	l.leave(after(1), Browse, -1, 2)
	want(t, "its turn", gone, "begun")
	if err := l.giveUp(after(2), gone.w); !fault.Is(err, fault.Busy) {
		t.Errorf("one who gives up as its turn comes: %v", err)
	}
	want(t, "the next", next, "begun")
	if l.running != 2 {
		t.Errorf("%d slots are taken, want 2", l.running)
	}
}

// TestNothingIsLost draws arrivals, departures and people who give up: slots and
// queue keep their bounds, everybody gets one verdict, and in the end all is free.
func TestNothingIsLost(t *testing.T) {
	seed := rand.Uint64()
	draw := rand.New(rand.NewPCG(seed, 1))
	l := newLane(newLimit(2, 6, 2, start), 5, 100*time.Millisecond, 10*time.Millisecond)
	var waits []*waiter
	running, begun, refused, came := 0, 0, 0, 0
	settle := func() {
		kept := waits[:0]
		for _, w := range waits {
			select {
			case v := <-w.verdict:
				if v.err == nil {
					running++
					begun++
				} else {
					refused++
				}
			default:
				kept = append(kept, w)
			}
		}
		waits = kept
	}
	now := start
	for step := 0; step < 20_000 || running+len(waits) > 0; step++ {
		now = now.Add(time.Duration(draw.IntN(3000)) * time.Microsecond)
		switch choice := draw.IntN(10); {
		case choice < 6 && step < 20_000:
			came++
			w, _, err := l.ask(now, Class(draw.IntN(classes)), now.Add(time.Duration(draw.IntN(200))*time.Millisecond))
			if err != nil {
				refused++
			} else if w == nil {
				running++
				begun++
			} else {
				waits = append(waits, w)
			}
		case choice == 6 && len(waits) > 0:
			w := waits[draw.IntN(len(waits))]
			if len(w.verdict) == 0 {
				if err := l.giveUp(now, w); err == nil {
					t.Fatal("giving up was no refusal")
				}
				w.verdict <- verdict{err: errBusy}
			}
		case running > 0:
			running--
			l.leave(now, Browse, time.Duration(draw.IntN(20))*time.Millisecond, l.running)
		}
		settle()
		if running != l.running || len(waits) != l.queued(Bulk) || len(waits) > 5 || running > 6 {
			t.Fatalf("seed %d, step %d: %d run, the lane says %d; %d wait, the lane says %d", seed, step, running, l.running, len(waits), l.queued(Bulk))
		}
	}
	if came != begun+refused || begun == 0 || refused == 0 {
		t.Errorf("seed %d: %d came, %d were begun, %d refused", seed, came, begun, refused)
	}
}
