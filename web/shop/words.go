package shop

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/sourcing"
	"crossdock/web/page"
)

// eventTitle says an event's kind in words for customers.
func eventTitle(kind string) (string, page.FlashKind) {
	switch kind {
	case "placed":
		return "Order placed", page.Done
	case "reversed":
		return "Order not taken", page.Fail
	case "void-asked":
		return "Void asked for", page.Note
	case "void-refused":
		return "Too late to void", page.Care
	case "taken-back":
		return "Units taken back", page.Note
	case string(order.PickedStage):
		return "Picked", page.Note
	case string(order.WaitingTransfer):
		return "Waits for a transfer", page.Note
	case string(order.SentStage):
		return "Handed to the carrier", page.Note
	case string(order.DeliveredStage):
		return "Delivered", page.Done
	case string(order.ShortStage):
		return "Short at the shelf", page.Care
	case string(order.VoidedStage):
		return "Called off", page.Fail
	case string(order.Picking):
		return "Picking started", page.Note
	default:
		return laterTitle(kind)
	}
}

// laterTitle says what the store itself does to an order after its placement.
func laterTitle(kind string) (string, page.FlashKind) {
	switch kind {
	case "filled":
		return "Came in", page.Done
	case "withdrawn":
		return "Not delivered by our supplier", page.Care
	case "dated":
		return "New day of our supplier", page.Note
	case "promise-changed":
		return "New day of arrival", page.Care
	case "released":
		return "Released", page.Note
	case "backorder-dropped":
		return "Called off before it came in", page.Note
	case "voided-in-part":
		return "Called off in part", page.Care
	case "redirect-asked":
		return "New address asked for", page.Note
	case "redirected":
		return "New address", page.Done
	case "redirect-refused":
		return "Too late for a new address", page.Care
	case "return-asked":
		return "Return announced", page.Note
	case "returned":
		return "Came back", page.Note
	case "inspected":
		return "Looked at, and refunded", page.Done
	case "paid":
		return "Payment authorized", page.Done
	case "declined":
		return "Payment declined", page.Fail
	case "unpaid":
		return "Not paid in time", page.Fail
	case "payment-capture", "payment-cancel", "payment-refund":
		return "Payment", page.Note
	case "capture-asked":
		return "Payment asked for again", page.Note
	case "moving":
		return "To be shipped together", page.Note
	case "not-moved":
		return "Shipped apart after all", page.Note
	default:
		return sentenceWord(kind), page.Note
	}
}

// tellVoiding says whether the order can be called off, whether that was asked
// for, and if it cannot be, why.
func (v *visit) tellVoiding(view *page.Order, o order.Order) {
	switch possible := order.CheckStatus(o.Status, order.Voided) == nil; {
	case o.Status == order.Voided:
		view.Reason = v.forPeople(sentence(o.Reason))
	case o.Status == order.Sent || o.Status == order.Delivered:
		view.VoidHint = "It was sent: what you do not want to keep can be returned."
	case o.VoidAsked:
		view.VoidAsked = true
	case picked(o):
		view.VoidHint = "Some of it is picked: the order cannot be voided here any more. Ask our customer service, or send it back when it is there."
	case possible:
		view.CanVoid = true
		view.VoidHint = sentence("the order can be voided " + page.UntilPicked)
	}
}

// picked reports whether a warehouse is past its shelves with a part of the order,
// from when on the store does not let its customer void it.
func picked(o order.Order) bool {
	for i := range o.Fulfillments {
		f := &o.Fulfillments[i]
		if f.Stage != order.VoidedStage && !f.Unpicked() && f.Stage != order.Picking && f.Stage != order.ShortStage {
			return true
		}
	}
	return false
}

// steps says the choice of warehouses in words.
func (v *visit) steps(why []order.Step) []page.Step {
	steps := make([]page.Step, len(why))
	for i, step := range why {
		candidate, verdict := v.siteName(step.Warehouse), string(step.Verdict)
		if step.Verdict == order.Missing {
			verdict = "short"
		}
		if candidate == "" {
			candidate = "all warehouses"
		}
		steps[i] = page.Step{Rule: ruleTitle(step.Rule), Candidate: candidate, Verdict: verdict, Reason: v.forPeople(reasonOf(step))}
	}
	return steps
}

// ruleTitles says in words what the rules and strategies go by.
var ruleTitles = map[string]string{
	string(sourcing.StrategyPrimary):  "the district's own warehouses first",
	string(sourcing.StrategyFewest):   "as few parcels as possible",
	string(sourcing.StrategyNearest):  "the nearest warehouse",
	string(sourcing.StrategyFastest):  "the earliest arrival",
	string(sourcing.StrategyCheapest): "the lowest cost",
	string(sourcing.ByDistrictOrder):  "the order of the district's warehouses",
	string(sourcing.ByDistance):       "the shortest way",
	string(sourcing.ByParcels):        "the fewest parcels",
	string(sourcing.ByArrival):        "the earliest day",
	string(sourcing.ByCost):           "the lower cost",
	string(sourcing.ByStock):          "where more is left",
	string(sourcing.ByLoad):           "who has less to do",
	sourcing.RulePrimary:              "the district's first warehouse",
	sourcing.RuleSpillOver:            "spill-over to the next warehouse",
	sourcing.RuleShort:                "all warehouses have been asked",
}

// ruleTitle is a rule in words; one that has none is shown by its name.
func ruleTitle(rule string) string {
	if title, known := ruleTitles[rule]; known {
		return title
	}
	return rule
}

// reasonOf says why a step came to its verdict: what its warehouse ships of what was
// left to ship when it was asked.
func reasonOf(step order.Step) string {
	what := counted(step.Wanted, "unit")
	switch {
	case step.SKU != "":
		what += " of " + string(step.SKU)
	case step.Lines > 0:
		what += " on " + counted(int64(step.Lines), "line")
	}
	var text string
	switch {
	case step.Wanted == 0 && step.Note != "": // a rule between warehouses, or one that was not needed
	case step.Wanted == 0:
		text = "was not needed."
	case step.Verdict == order.Chosen:
		text = "ships all of what is wanted: " + what + "."
	case step.Verdict == order.Partly:
		text = fmt.Sprintf("ships %d of the %s.", step.Got, what)
	case step.Verdict == order.Rejected:
		text = "ships none of the " + what + "."
	case step.Verdict == order.Awaited: // the day may have changed since: the page tells it elsewhere
		return sentence(what + " ordered ahead: to come in there")
	case step.Verdict == order.Missing:
		text = fmt.Sprintf("%d of the %s cannot be had anywhere.", step.Wanted-step.Got, what)
	default:
		text = what + "."
	}
	if text == "" {
		return sentence(step.Note, step.Warehouse)
	}
	if step.Note != "" {
		text += " " + sentence(step.Note, step.Warehouse)
	}
	return sentence(text)
}

// counted is a number with its noun: "1 unit", "2 units".
func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.FormatInt(n, 10) + " " + noun + "s"
}

// detailOf is what an event's text says beyond its title. sites are those of the
// order.
func (v *visit) detailOf(e order.Event, sites []id.Site) string {
	if e.Text == string(e.Site)+": "+e.Kind {
		return ""
	}
	return v.forPeople(sentence(e.Text, append(sites, e.Site)...))
}

// sentenceWord makes a title out of a stable name: "void-asked" is "Void asked".
func sentenceWord(name string) string {
	title := []rune(sentence(name))
	for i, r := range title {
		if r == '-' || r == '_' {
			title[i] = ' '
		}
	}
	return string(title[:max(len(title)-1, 0)])
}

// sentence makes a sentence out of a fault's message. The code of a site at its
// beginning stays as it is: it is a name.
func sentence(message string, sites ...id.Site) string {
	if message == "" {
		return ""
	}
	if site := id.Site(word.FindString(message)); slices.Contains(sites, site) && strings.HasPrefix(message, string(site)) {
		return strings.TrimSuffix(message, ".") + "."
	}
	first, size := utf8.DecodeRuneInString(message)
	return strings.ToUpper(string(first)) + strings.TrimSuffix(message[size:], ".") + "."
}
