package shop

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"crossdock/core/order"
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
		return sentenceWord(kind), page.Note
	}
}

// tellVoiding says whether the order can be called off, whether that was asked
// for, and if it cannot be, why.
func tellVoiding(view *page.Order, o order.Order) {
	switch possible := order.CheckStatus(o.Status, order.Voided) == nil; {
	case o.Status == order.Voided:
		view.Reason = sentence(o.Reason)
	case o.Status == order.Sent || o.Status == order.Delivered:
		view.VoidHint = "It was sent: what you do not want to keep can be returned."
	case o.VoidAsked:
		view.VoidAsked = true
	case possible:
		view.CanVoid = true
		view.VoidHint = "Until a parcel is sent, the order can be voided."
	}
}

// steps says the choice of warehouses in words.
func (v *visit) steps(why []order.Step) []page.Step {
	steps := make([]page.Step, len(why))
	for i, step := range why {
		candidate, verdict := string(step.Warehouse), string(step.Verdict)
		if step.Verdict == order.Missing {
			verdict = "short"
		}
		if candidate == "" {
			candidate = "all warehouses"
		}
		steps[i] = page.Step{Rule: step.Rule, Candidate: candidate, Verdict: verdict, Reason: reasonOf(step)}
	}
	return steps
}

func reasonOf(step order.Step) string {
	what := counted(step.Wanted, "unit") + " of " + string(step.SKU)
	if step.SKU == "" {
		what = counted(step.Wanted, "unit") + " on " + counted(int64(step.Lines), "line")
	}
	var text string
	switch step.Verdict {
	case order.Chosen:
		text = "has all of what is wanted: " + what + "."
	case order.Partly:
		text = fmt.Sprintf("has %d of the %s.", step.Got, what)
	case order.Rejected:
		text = "has none of the " + what + "."
	case order.Missing:
		text = fmt.Sprintf("%d of the %s cannot be had anywhere.", step.Wanted-step.Got, what)
	default:
		text = what + "."
	}
	if step.Note != "" {
		text += " " + step.Note
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

// detailOf is what an event's text says beyond its title. The name of a site stays
// as it is, also at the beginning.
func detailOf(e order.Event) string {
	site := string(e.Site)
	if e.Text == site+": "+e.Kind {
		return ""
	}
	if strings.HasPrefix(e.Text, site) {
		return strings.TrimSuffix(e.Text, ".") + "."
	}
	return sentence(e.Text)
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

func paymentOf(o order.Order) string {
	switch {
	case o.Status == order.Voided:
		return "Nothing was charged"
	case o.Status == order.Delivered:
		return "Paid on delivery"
	default:
		return "Pay on delivery, not yet charged"
	}
}

// sentence makes a sentence out of a fault's message.
func sentence(message string) string {
	if message == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(message)
	return strings.ToUpper(string(first)) + strings.TrimSuffix(message[size:], ".") + "."
}
