package page

import (
	"time"

	"github.com/a-h/templ"
)

// Frame is what surrounds the content of every page: name of the shop, who is
// logged in, the cart's badge, messages, and the warning that figures are old.
type Frame struct {
	Shop  string    // the shop's name, as customers know it
	User  string    // username; empty for a guest
	Units int64     // units in the cart, all lines together
	Path  string    // path and query of this page, where log-in returns to
	Now   time.Time // time of this answer, in the zone in which times are shown

	Flashes []Flash     // results of the request before, shown once
	Stale   []StaleSite // warehouses that the store has not heard from for too long
	Closed  time.Time   // until when the store takes no orders at the latest, having been restored; zero: it takes them
	Still   bool        // the page has forms in which somebody may be typing: it is not loaded anew by itself
	Demo    bool        // say at the foot that nothing here is really shipped
}

// Flash is a message about what has just been done.
type Flash struct {
	Kind FlashKind
	Text string
	// Link and Href offer a next step ("View cart"); both empty for none.
	Link string
	Href templ.SafeURL
}

// FlashKind says what sort of news a Flash brings.
type FlashKind string

// The kinds, from welcome to unwelcome.
const (
	Done FlashKind = "good" // it worked
	Note FlashKind = "note" // for information
	Care FlashKind = "warn" // it worked, but not quite as asked
	Fail FlashKind = "bad"  // it did not work
)

func (k FlashKind) icon() string {
	switch k {
	case Done:
		return "check-circle"
	case Care:
		return "exclamation-triangle"
	case Fail:
		return "x-circle"
	}
	return "info-circle"
}

// StaleSite is a warehouse whose figures are old because its link is down.
type StaleSite struct {
	Site  string    // code, such as "wh2"
	Name  string    // name for people; may be empty
	Since time.Time // when the store last heard from it
}

func (s StaleSite) label() string { return siteLabel(s.Name, s.Site) }

// closedFor says how long no orders are taken, at most.
func closedFor(until, now time.Time) string {
	return "in " + span(until.Sub(now).Truncate(time.Second)+time.Second) + " at most"
}

// siteLabel names a site for people: "Leeds (wh2)", or the bare code.
func siteLabel(name, site string) string {
	if name == "" || name == site {
		return site
	}
	return name + " (" + site + ")"
}

// area is the entry of the navigation that a page belongs to.
type area string

const (
	areaNone    area = ""
	areaCatalog area = "catalog"
	areaCart    area = "cart"
	areaSites   area = "sites"
	areaUser    area = "user"
)

// current marks the link of the page that is being looked at.
func current(on bool) templ.Attributes {
	if !on {
		return nil
	}
	return templ.Attributes{"aria-current": "page"}
}

// Option is one choice of a select or of a group of radio buttons.
type Option struct {
	Value string
	Label string
	Hint  string // one more line; may be empty
}

// FieldErrors maps the name of a form's field to what is wrong with it, in words
// for the person who typed it. The key "" is about the form as a whole.
type FieldErrors map[string]string

// Step is one line of the explanation of a sourcing decision: a rule was asked
// about a candidate and gave a verdict, for a reason.
type Step struct {
	Rule      string // such as "primary-first"
	Candidate string // such as "wh1", or "wh1+wh2"
	Verdict   string // chosen, split, spill-over, awaited, rejected, short; others are shown as they are
	Reason    string // a sentence
}

// currentStep marks the station of the stepper at which an order stands.
func currentStep(on bool) templ.Attributes {
	if !on {
		return nil
	}
	return templ.Attributes{"aria-current": "step"}
}
