package shop

import (
	"strings"

	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/web/page"
)

// methodTitle names a way to pay; methodHint says what the customer does.
func methodTitle(method pay.Method) string {
	switch method {
	case pay.OnDelivery:
		return "Pay on delivery"
	case pay.BankTransfer:
		return "Bank transfer"
	case pay.Card:
		return "Card"
	default:
		return sentenceWord(string(method))
	}
}

func methodHint(method pay.Method) string {
	switch method {
	case pay.OnDelivery:
		return "The carrier takes the money at your door."
	case pay.BankTransfer:
		return "Your units are set aside, and shipped when the money is here."
	case pay.Card:
		return "The money is reserved now, and taken when a parcel is handed to the carrier."
	default:
		return ""
	}
}

// cardOptions offers the test cards of a simulated card company.
func cardOptions(tokens []string) []page.Option {
	options := make([]page.Option, len(tokens))
	for i, token := range tokens {
		options[i] = page.Option{Value: token, Label: cardTitle(token)}
	}
	return options
}

// cardTitle says how a test card behaves, out of its name: "tok_timeout_declined"
// is "Test card: timeout, declined".
func cardTitle(token string) string {
	if title, known := cardTitles[token]; known {
		return title
	}
	return "Test card: " + strings.ReplaceAll(strings.TrimPrefix(token, "tok_"), "_", ", ")
}

var cardTitles = map[string]string{
	"tok_approved":         "Approved at once",
	"tok_declined":         "Declined: no money on it",
	"tok_expired":          "Approved, and refused when the money is taken",
	"tok_timeout":          "The answer is lost: approved, as is found out later",
	"tok_timeout_declined": "The answer is lost: declined, as is found out later",
	"tok_lost":             "The question is lost: approved when it is asked again",
	"tok_twice":            "Approved, and told twice",
	"tok_slow":             "Approved after a while",
}

// stepTitle says a step of the payment in words for customers.
func stepTitle(t pay.Transaction) (string, page.FlashKind) {
	titles := stepTitles[t.Kind]
	if t.Method == pay.OnDelivery {
		titles = doorTitles[t.Kind]
	}
	if t.Method == pay.BankTransfer && t.Kind != pay.Capture {
		titles = transferTitles[t.Kind]
	}
	switch t.State {
	case pay.Pending:
		return titles[0], page.Care
	case pay.Success:
		return titles[1], page.Done
	default:
		return titles[2], page.Fail
	}
}

// The titles of a step that is pending, that succeeded, and that failed.
var (
	stepTitles = map[pay.Kind][3]string{
		pay.Authorize: {"We wait for the card company", "Authorized", "Declined"},
		pay.Capture:   {"To be captured", "Captured", "Not captured"},
		pay.Cancel:    {"To be canceled", "Canceled", "Not canceled"},
		pay.Refund:    {"To be refunded", "Refunded", "Not refunded"},
	}
	transferTitles = map[pay.Kind][3]string{
		pay.Authorize: {"We wait for your transfer", "Your transfer is here", "Your transfer is not waited for any more"},
		pay.Cancel:    {"To be transferred back to you", "To be transferred back to you", "Not transferred back"},
		pay.Refund:    {"To be transferred back to you", "To be transferred back to you", "Not transferred back"},
	}
	doorTitles = map[pay.Kind][3]string{
		pay.Authorize: {"To be paid at the door", "To be paid at the door", "Not to be paid"},
		pay.Capture:   {"To be paid at the door", "Handed to the carrier, who takes the money", "Not paid"},
		pay.Cancel:    {"Not to be paid any more", "Not to be paid any more", "Still to be paid"},
		pay.Refund:    {"To be refunded", "Refunded", "Not refunded"},
	}
)

// paymentOf says how and how far an order is paid.
func paymentOf(o order.Order, steps []pay.Transaction) string {
	method := pay.Method(o.Payment)
	account, err := pay.Open(o.ID, steps)
	switch {
	case err == nil && account.Refunded().Minor > 0:
		return methodTitle(method) + ": " + account.Refunded().String() + " of " + account.Captured().String() + " given back"
	case o.Status == order.Voided && method == pay.BankTransfer && err == nil && !account.Authorized().IsZero():
		return methodTitle(method) + ": " + account.Authorized().String() + " given back"
	case o.Status == order.Voided:
		return "Nothing was charged"
	case method == pay.OnDelivery && o.Status == order.Delivered:
		return "Paid on delivery"
	case method == pay.OnDelivery || err != nil:
		return methodTitle(method) + ", not yet charged"
	case o.Unpaid:
		return methodTitle(method) + ", not yet confirmed"
	case account.Captured().Minor > 0:
		return methodTitle(method) + ": " + account.Captured().String() + " paid"
	default:
		return methodTitle(method) + ": authorized, taken when a parcel is handed over"
	}
}
