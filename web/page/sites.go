package page

import (
	"strconv"
	"time"
)

// Sites shows how the sites agree with each other. Page draws it whole; Panel,
// nearly all of it, asks for itself again every two seconds.
type Sites struct {
	Now    time.Time // time of this answer
	Links  []SiteLink
	Stock  []SiteTotals
	CanCut bool // the demo, whose links can be cut and healed by hand
	Staff  Staff
}

// Staff is whether an operator looks at the page. To all others it shows figures alone.
type Staff struct {
	Name      string // who has signed in; empty: nobody
	Until     time.Time
	CanSignIn bool
}

// SignIn is the form by which an operator signs in.
type SignIn struct {
	Name   string
	Errors FieldErrors // by name, token
}

// Recovery is what a site that was restored from a backup waits for.
type Recovery struct {
	Since   time.Time // when it has said that it was restored; zero: not yet
	Counted bool      // the other one has told what units it has
	Waiting int       // orders of a store, fulfillments of a warehouse
	Blocked []string  // keys of parked messages that hold it up
}

// SiteLink is the connection between the store and one warehouse.
type SiteLink struct {
	Site       string
	Name       string    // of the warehouse; may be empty
	Connected  bool      // the last exchange worked
	Cut        bool      // cut by hand
	StaleSince time.Time // when the store last heard from it, if that is too long ago; zero if not
	ToSite     Feed      // what the store has to say
	FromSite   Feed      // what the warehouse has to say
	Breaker    Breaker   // of the store's reader
	Attempts   int       // failed in a row
	NextTry    time.Time // when it is tried again; zero when no back-off runs
	LastError  string    // why the last attempt failed; empty when it did not, or where Verdict says it
	Drift      Drift
	Store      string // the store's name
	Here       bool   // the warehouse runs in this process

	ParkedMessages int         // put aside at either end, as far as they are here
	Parked         []ParkedKey // for operators alone
	MoreKeys       int         // that are not in the list
}

// Drift is what the last comparison of the store with a warehouse has found.
type Drift struct {
	At      time.Time // zero: there was none since the store was started
	Found   int       // rows in which they differ although nothing is under way
	Unclear int       // rows of which nobody could tell
}

func (d Drift) text() string {
	switch {
	case d.At.IsZero():
		return "not compared yet"
	case d.Found > 0:
		return counted(int64(d.Found), "row differs", "rows differ")
	case d.Unclear > 0:
		return counted(int64(d.Unclear), "row is unclear", "rows are unclear")
	}
	return "none"
}

// Breaker is how the store goes about a link that fails.
type Breaker string

// The states of a breaker. An empty one is closed.
const (
	BreakerClosed   Breaker = "closed"
	BreakerOpen     Breaker = "open"      // the last tries failed: it is tried now and then
	BreakerHalfOpen Breaker = "half-open" // it is being tried
)

// Verdict is what keeps a direction of a link from going on although somebody answers.
type Verdict string

// The verdicts that a page shows. Empty: nothing is in the way.
const (
	VerdictRestored Verdict = "restored" // the sender has forgotten what it said
	VerdictParted   Verdict = "parted"   // the sender says something else than before
	VerdictRefused  Verdict = "refused"  // one end is not known to the other by the key that it shows
)

// Feed is one direction of a link.
type Feed struct {
	Last    uint64        // number of the newest message that the sender wrote
	Cursor  uint64        // number of the newest message that the receiver applied
	Lag     time.Duration // age of the oldest message that is not applied yet; 0 for none
	Verdict Verdict

	Pruned   uint64    // number of the last message that the sender does not keep any more
	Recovery *Recovery // what the receiver waits for; nil: nothing
}

func (f Feed) pruned() string {
	if f.Pruned == 0 {
		return "nothing pruned"
	}
	return "pruned up to " + number(int64(f.Pruned))
}

// recoveries says what each end waits for that was restored from a backup.
func (l SiteLink) recoveries(now time.Time) []string {
	var said []string
	for _, d := range []struct {
		who, whom, meanwhile, one, many string
		r                               *Recovery
	}{
		{"The store", l.Site, "it promises nothing of what " + l.Site + " has", "paid order waits", "paid orders wait", l.FromSite.Recovery},
		{l.Site, "the store", "it hands the store no units", "fulfillment waits", "fulfillments wait", l.ToSite.Recovery},
	} {
		if d.r == nil {
			continue
		}
		text := d.who + " was restored from a backup and waits for " + d.whom + " to tell what it has lost"
		if !d.r.Since.IsZero() {
			text += ", for " + span(now.Sub(d.r.Since)) + " now"
		}
		text += ". Until then " + d.meanwhile + "; " + counted(int64(d.r.Waiting), d.one, d.many) + "."
		if d.r.Counted {
			text += " The units are told, the fulfillments are not."
		}
		if n := len(d.r.Blocked); n > 0 {
			text += " " + counted(int64(n), "parked key holds", "parked keys hold") + " it up: it is to be retried or skipped first."
		}
		said = append(said, text)
	}
	return said
}

// Behind is how many messages the receiver has yet to apply.
func (f Feed) Behind() uint64 {
	if f.Cursor >= f.Last {
		return 0
	}
	return f.Last - f.Cursor
}

func (f Feed) behind() string {
	switch n := f.Behind(); n {
	case 0:
		return "up to date"
	default:
		return counted(int64(n), "message", "messages") + " behind"
	}
}

func (f Feed) position() string {
	return number(int64(f.Cursor)) + " of " + number(int64(f.Last))
}

// ParkedKey is an order, or another key, whose messages wait, because one of them
// could not be applied; the others go on.
type ParkedKey struct {
	Site   string // that has put it aside
	Origin string // that has said it
	Key    string
	Seq    uint64 // of the first message that waits
	Kind   string // of the same
	Since  time.Time
	Reason string
	Behind int    // messages that wait behind it
	Typed  string // the reason that was typed to skip it, where that was refused
	Error  string // why
}

func (k ParkedKey) form(l SiteLink, i int) string {
	return "parked-" + l.Site + "-" + strconv.Itoa(i) + "-"
}

// note is what the first message of a key is, and what waits with it.
func (k ParkedKey) note() string {
	text := "message " + number(int64(k.Seq)) + " of " + k.Origin + ", put aside at " + k.Site + ", " + k.Kind
	if k.Behind > 0 {
		text += ", and " + counted(int64(k.Behind), "message", "messages") + " behind it"
	}
	return text
}

// SiteTotals is the stock of one warehouse, all products together, in units.
type SiteTotals struct {
	Site      string
	Name      string // may be empty
	Products  int64  // products with any stock
	OnHand    int64  // on the shelves and in the packing area
	Available int64  // free at the warehouse
	Quota     int64  // handed to the store, not yet sold
	Allocated int64  // promised to orders
	Picked    int64  // in the packing area
}

func (l SiteLink) badge() badge {
	switch {
	case l.Cut:
		return badge{"Cut", "bad"}
	case l.verdict() == VerdictRefused:
		return badge{"Wrong key", "bad"}
	case l.verdict() == VerdictParted:
		return badge{"Parted", "bad"}
	case l.verdict() == VerdictRestored:
		return badge{"Gone back in time", "bad"}
	case !l.Connected:
		return badge{"Out of reach", "bad"}
	case !l.StaleSince.IsZero():
		return badge{"Catching up", "warn"}
	}
	return badge{"Connected", "good"}
}

// verdict is the worst of both directions.
func (l SiteLink) verdict() Verdict {
	for _, worst := range []Verdict{VerdictRefused, VerdictParted, VerdictRestored} {
		if l.FromSite.Verdict == worst || l.ToSite.Verdict == worst {
			return worst
		}
	}
	return ""
}

// verdicts says what is in the way, a sentence for each direction. What an operator
// can do about a key names files: that is for crossdock links, not for every visitor.
func (l SiteLink) verdicts() []string {
	var said []string
	if l.verdict() == VerdictRefused {
		said = append(said, "The store and "+l.Site+" do not know each other by the keys that they show: nothing is taken from one to the other. On the command line, links says what to do.")
	}
	for _, d := range []struct {
		from, to string
		verdict  Verdict
	}{{l.Site, "the store", l.FromSite.Verdict}, {"The store", l.Site, l.ToSite.Verdict}} {
		switch d.verdict {
		case VerdictParted:
			said = append(said, d.from+" says something else than "+d.to+" has read of it before: nothing more is taken.")
		case VerdictRestored:
			said = append(said, d.from+" has come back from a backup and has forgotten what "+d.to+" has read of it: nothing more is taken.")
		}
	}
	return said
}

// breaker says how the link is tried.
func (l SiteLink) breaker() string {
	switch l.Breaker {
	case BreakerOpen:
		return "open: it is probed now and then, and when the other side calls"
	case BreakerHalfOpen:
		return "half-open: it is being probed"
	}
	return "closed"
}

func (l SiteLink) id(part string) string { return "link-" + l.Site + "-" + part }

// retry says whether the link has to be tried again, and when. A link that works
// needs none, whatever happened before.
func (l SiteLink) retry(now time.Time) string {
	if l.Connected {
		return "none needed"
	}
	if wait := l.NextTry.Sub(now); wait > 0 {
		return "next try in " + span(wait)
	}
	return "next try now"
}

func feedDetail(f Feed) string {
	if f.Behind() == 0 {
		return f.position()
	}
	return f.position() + ", for " + span(f.Lag)
}
