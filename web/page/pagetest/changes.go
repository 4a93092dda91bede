package pagetest

import (
	"time"

	"crossdock/web/page"
)

// waiting is an order of which a part is still to come in, and a part is to be
// released.
func waiting() page.Order {
	v := withStatus("backordered")
	v.Promise = page.Promise{} // nobody knows when the last of it comes in
	v.Waiting = []page.Waiting{
		{Line: 2, SKU: "21977", Name: "Pack of 60 Pink Paisley Cake Cases", Quantity: 28, Ahead: page.Ahead{On: inDays(11)}, Site: "wh1", SiteName: "Leeds"},
		{Line: 1, SKU: "22423", Name: "Regency Cake Stand, 3 tiers", Quantity: 1},
	}
	v.Fulfillments[1].ShipsOn = inDays(30)
	return v
}

// awaits is an order that no warehouse has been asked for: it is not paid.
func awaits(what page.Awaits) page.Order {
	v := fresh()
	v.Awaits, v.Timeline = what, v.Timeline[:1]
	v.Payment = "Card, not yet confirmed"
	v.Payments = []page.PaymentStep{{At: v.PlacedAt, What: "We wait for the card company", Amount: pounds(3210), Tone: page.Care}}
	if what == page.AwaitsTransfer {
		v.Payment, v.Payments[0].What = "Bank transfer, not yet confirmed", "We wait for your transfer"
	}
	for i := range v.Fulfillments {
		v.Fulfillments[i].Status = "requested"
	}
	return v
}

// declined is an order whose card was declined, while the customer waited.
func declined() page.Order {
	v := voided()
	v.Short, v.Why, v.Declined, v.Sums.NeverTaken = nil, spillOver(), true, false
	v.Reason = "The payment was declined: the card was declined: insufficient funds."
	v.Payments = []page.PaymentStep{{At: v.PlacedAt, What: "Declined", Amount: pounds(3210), Tone: page.Fail, Note: "The card was declined: insufficient funds."}}
	return v
}

// lateDeclined is one whose answer came when the customer had gone.
func lateDeclined() page.Order {
	v := declined()
	v.CanAgain = true
	return v
}

// redirected is an order of which one parcel goes to a new address, and one was
// packed before.
func redirected() page.Order {
	v := fresh()
	v.Fulfillments[0].Redirect, v.Fulfillments[1].Redirect = "done", "refused"
	v.Redirect.Hint = "A part is picked already, and goes to this address. The rest can still go elsewhere."
	return v
}

func redirectAsked() page.Order {
	v := fresh()
	v.Fulfillments[0].Redirect = "asked"
	asked := address()
	asked.Street = "2 Canal Wharf"
	v.Redirect = page.Redirecting{Asked: &asked}
	return v
}

func redirectErrors() page.Order {
	v := fresh()
	v.Redirect.Address.Street, v.Redirect.Address.City = "", "York"
	v.Redirect.Errors = page.FieldErrors{"street": "the street is empty"}
	return v
}

func returnErrors() page.Order {
	v := delivered()
	v.Back.Lines[1].Typed, v.Back.Reason = "13", "Too sweet"
	v.Back.Errors = page.FieldErrors{"": "line 2 of order 1841 has 12 units that can come back, not 13"}
	return v
}

// comingBack is an order of which units are in every state of a return.
func comingBack() page.Order {
	v := delivered()
	v.Back.Lines = v.Back.Lines[1:]
	v.Lines[0].Returned, v.Lines[1].Returned = 1, 3
	v.Sums.Refunded, v.Sums.ToRefund, v.Sums.Undecided = pounds(1275), pounds(110), pounds(55)
	v.Settling = true
	v.Payment = "Card: £12.75 of £32.10 given back"
	v.Payments = []page.PaymentStep{
		{At: ago(75 * time.Hour), What: "Authorized", Amount: pounds(3210), Tone: page.Done},
		{At: ago(50 * time.Hour), What: "Captured", Amount: pounds(3210), Tone: page.Done},
		{At: ago(time.Hour), What: "Refunded", Amount: pounds(1275), Tone: page.Done},
		{At: ago(time.Minute), What: "To be refunded", Amount: pounds(110), Tone: page.Care},
	}
	v.Returns = []page.Return{
		{At: ago(20 * time.Hour), Site: "wh1", Name: "Leeds", Reason: "One is broken.", Lines: []page.ReturnLine{
			{Name: v.Lines[0].Name, Quantity: 1, Received: 1, Damaged: 1},
			{Name: v.Lines[1].Name, Quantity: 4, Received: 3, Good: 2},
		}},
		{At: ago(time.Hour), Site: "wh2", Name: "Carlisle", Reason: "Too many.", Lines: []page.ReturnLine{{Name: v.Lines[1].Name, Quantity: 2}}},
	}
	return v
}

// calledOffInPart is an order of which ten units of twelve are not wanted any more.
func calledOffInPart() page.Order {
	v := fresh()
	v.Lines[1].Voided, v.Lines[1].Sum = 10, pounds(110)
	v.Units, v.Total, v.Sums.CalledOff = 4, pounds(2660), pounds(550)
	v.Fulfillments[1].Status = "voided"
	return v
}

// calledOffTransfer is the same, and its transfer has not come in.
func calledOffTransfer() page.Order {
	v := awaits(page.AwaitsTransfer)
	v.Lines[1].Voided, v.Lines[1].Sum = 10, pounds(110)
	v.Units, v.Total, v.Sums.CalledOff, v.Sums.GivenBack = 4, pounds(2660), pounds(550), true
	return v
}

// unreleased is an order of which all is there, or comes in, before its release.
func unreleased() page.Order {
	v := withStatus("backordered")
	release := page.Ahead{Preorder: true, On: inDays(30)}
	v.Waiting = []page.Waiting{{Line: 2, SKU: "21977", Name: v.Lines[1].Name, Quantity: 5, Ahead: release, Site: "wh2", SiteName: "Carlisle"}}
	v.Fulfillments, v.Timeline, v.Promise = v.Fulfillments[:1], v.Timeline[:1], page.Promise{From: inDays(32), To: inDays(33)}
	v.Fulfillments[0].Status, v.Fulfillments[0].ShipsOn = "requested", inDays(30)
	return v
}
