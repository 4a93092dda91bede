package shop_test

import (
	"strings"
	"testing"
	"time"

	"crossdock/core/id"
	"crossdock/site/drift"
	"crossdock/site/outbox"
)

// TestTroubleOfALinkIsShown: each state that a link can be in comes from it to the
// page, and what names our files stays off a page that everybody sees.
func TestTroubleOfALinkIsShown(t *testing.T) {
	secret := "/data/keys/known_sites has ed25519:AAAA"
	for name, c := range map[string]struct {
		origin  id.Site
		spoil   func(l *outbox.Link)
		want    []string
		without []string
	}{
		"up":     {"wh2", func(*outbox.Link) {}, []string{"Connected", "Breaker closed"}, []string{"Breaker open"}},
		"behind": {"wh2", func(l *outbox.Link) { l.Last, l.Cursor, l.LagSeconds = 9, 4, 65 }, []string{"5 messages behind", "4 of 9, for 1 min"}, nil},
		"open": {"wh2", func(l *outbox.Link) {
			l.Connected, l.Breaker, l.Failures, l.Trouble, l.Verdict = false, "open", 6, "no answer came", "apply"
		}, []string{"Out of reach", "Breaker open: it is probed", "6 tries failed", "no answer came"}, []string{"Wrong key"}},
		"half-open":     {"wh2", func(l *outbox.Link) { l.Connected, l.Breaker = false, "half-open" }, []string{"Breaker half-open"}, nil},
		"restored":      {"wh2", func(l *outbox.Link) { l.Verdict, l.Trouble = "restored", secret }, []string{"Gone back in time"}, []string{secret}},
		"parted":        {"wh2", func(l *outbox.Link) { l.Verdict, l.Trouble = "parted", secret }, []string{"wh2 says something else than the store"}, []string{secret}},
		"parted there":  {"store", func(l *outbox.Link) { l.Verdict = "parted" }, []string{"The store says something else than wh2"}, nil},
		"refused":       {"wh2", func(l *outbox.Link) { l.Connected, l.Verdict, l.Trouble = false, outbox.Refused, secret }, []string{"Wrong key"}, []string{secret, "Out of reach"}},
		"refused there": {"store", func(l *outbox.Link) { l.Verdict, l.Trouble = outbox.Refused, secret }, []string{"Wrong key"}, []string{secret}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.sites.spoil = func(l *outbox.Link) {
				if l.Origin == c.origin && (l.Origin == "wh2" || l.Destination == "wh2") {
					c.spoil(l)
				}
			}
			r.browser().get("/sites").want(t, 200, c.want...)
			said := text(r.browser().get("/sites").body)
			for _, unwanted := range c.without {
				if strings.Contains(said, unwanted) {
					t.Errorf("it says %q: %s", unwanted, said)
				}
			}
		})
	}
}

// TestRetryIsShown says when a link that failed is tried again, by the shop's clock.
func TestRetryIsShown(t *testing.T) {
	r := newRig(t)
	r.sites.spoil = func(l *outbox.Link) {
		if l.Origin == "wh2" {
			l.Connected, l.Failures, l.RetryAt = false, 3, r.clock().Add(90*time.Second)
		}
	}
	r.browser().get("/sites").want(t, 200, "next try in 1 min", "3 tries failed")
}

// TestDriftIsShown says what the last comparison found, and when.
func TestDriftIsShown(t *testing.T) {
	r := newRig(t)
	r.browser().get("/sites").want(t, 200, "Drift not compared yet")
	r.sites.drift = map[id.Site]drift.Last{"wh2": {At: r.clock().Add(-20 * time.Minute), Found: 2}}
	r.browser().get("/sites").want(t, 200, "Drift 2 rows differ compared 20 min ago")
	r.sites.drift["wh2"] = drift.Last{At: r.clock().Add(-20 * time.Minute), Unclear: 1}
	r.browser().get("/sites").want(t, 200, "Drift 1 row is unclear")
	r.sites.drift["wh2"] = drift.Last{At: r.clock().Add(-20 * time.Minute)}
	r.browser().get("/sites").want(t, 200, "Drift none compared 20 min ago")
}
