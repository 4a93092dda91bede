package pagetest

import (
	"time"

	"crossdock/web/page"
)

const orderID = "0195901c-7a11-7c3e-9d52-31f0a8b3c0de"

// fresh is an order over two warehouses, just placed.
func fresh() page.Order {
	goods := goods()
	return page.Order{
		Order: orderID, Number: "2026-01841", Status: "placed", PlacedAt: ago(4 * time.Minute), Now: Now(), District: "North",
		Address: address(), Payment: "Pay on delivery, not yet charged", Units: 14, Total: pounds(3210), Sums: page.Sums{Ordered: pounds(3210)},
		Lines: []page.OrderLine{
			{SKU: goods[0].SKU, Name: goods[0].Name, Type: goods[0].Type, Price: goods[0].Price, Sum: pounds(2550), Quantity: 2},
			{SKU: goods[2].SKU, Name: goods[2].Name, Type: goods[2].Type, Price: goods[2].Price, Sum: pounds(660), Quantity: 12},
		},
		Fulfillments: []page.Fulfillment{
			{Site: "wh1", Name: "Leeds", Status: "picking", Updated: ago(time.Minute), Lines: parcels()[0].Lines, Promise: page.Promise{From: inDays(3), To: inDays(3)}},
			{Site: "wh2", Name: "Carlisle", Status: "requested", Updated: ago(4 * time.Minute), Lines: parcels()[1].Lines, Promise: page.Promise{From: inDays(3), To: inDays(4)}},
		},
		Timeline: []page.Event{
			{At: ago(4 * time.Minute), Title: "Order placed", Detail: "14 units set aside at wh1 and wh2.", Site: "store", Kind: page.Done},
			{At: ago(4*time.Minute - time.Second), Title: "Accepted", Detail: "9 units allocated.", Site: "wh1", Kind: page.Note},
			{At: ago(time.Minute), Title: "Picking started", Site: "wh1", Kind: page.Note},
		},
		Why: spillOver(),
		Notifications: []page.Notification{
			{At: ago(4 * time.Minute), Channel: "e-mail", To: "maren@example.org", Subject: "Your order 2026-01841 is placed"},
		},
		CanVoid: true, VoidHint: "The order can be voided " + page.UntilPicked + ".",
		Promise: page.Promise{From: inDays(3), To: inDays(4)},
		Payments: []page.PaymentStep{
			{At: ago(4 * time.Minute), What: "To be paid at the door", Amount: pounds(3210), Tone: page.Done},
		},
		Redirect: page.Redirecting{
			Can: true, Hint: "What is not picked yet can go to another address.", Key: orderID, Address: address(),
		},
	}
}

func voided() page.Order {
	v := fresh()
	v.Status, v.Short, v.Fulfillments, v.CanVoid, v.VoidHint = "voided", shortage(false), nil, false, ""
	v.Reason = "Fewer units could be promised than were ordered, and this product is not sold on backorder."
	v.Payment, v.Payments, v.Redirect = "Nothing was charged", nil, page.Redirecting{}
	v.Units, v.Total, v.Sums = 0, pounds(0), page.Sums{Ordered: pounds(3210), CalledOff: pounds(3210), NeverTaken: true}
	for i := range v.Lines {
		v.Lines[i].Voided, v.Lines[i].Sum = v.Lines[i].Quantity, pounds(0)
	}
	v.Timeline = []page.Event{
		{At: ago(4 * time.Minute), Title: "Order received", Site: "store", Kind: page.Note},
		{At: ago(4 * time.Minute), Title: "Order voided", Detail: "28 cake cases short at every warehouse. Nothing is held.", Site: "store", Kind: page.Fail},
	}
	v.Why = append(spillOver(), page.Step{Rule: "primary-first", Candidate: "wh1+wh2", Verdict: "short", Reason: "Together they hold 12 of 40 cake cases."})
	return v
}

func delivered() page.Order {
	v := fresh()
	v.Status, v.CanVoid, v.VoidHint = "delivered", false, "It was sent: what you do not want to keep can be returned."
	v.PlacedAt, v.Payment = ago(75*time.Hour), "Paid on delivery"
	v.Redirect = page.Redirecting{Hint: "It is picked: the address cannot be changed any more."}
	v.Back = page.Returning{Key: orderID, Lines: []page.ReturnableLine{
		{Line: 1, Name: v.Lines[0].Name, Units: 2}, {Line: 2, Name: v.Lines[1].Name, Units: 12},
	}}
	for i := range v.Fulfillments {
		v.Fulfillments[i].Status, v.Fulfillments[i].Tracking, v.Fulfillments[i].Updated = "delivered", "XD 4471 9920 18", ago(26*time.Hour)
	}
	for i := range v.Timeline {
		v.Timeline[i].At = v.Timeline[i].At.Add(-75 * time.Hour)
	}
	v.Notifications[0].At = v.PlacedAt
	v.Timeline = append(v.Timeline,
		page.Event{At: ago(50 * time.Hour), Title: "Handed to the carrier", Site: "wh1", Kind: page.Note},
		page.Event{At: ago(26 * time.Hour), Title: "Delivered", Detail: "Both parcels.", Site: "wh2", Kind: page.Done})
	return v
}

func withStatus(status string) page.Order {
	v := fresh()
	v.Status = status
	return v
}

func placed() []Fixture {
	single := fresh()
	single.Fulfillments = single.Fulfillments[:1]
	later := waiting()
	return []Fixture{
		{Name: "placed-awaits-card", Component: awaits(page.AwaitsCard).Placed(customer())},
		{Name: "placed-awaits-transfer", Component: awaits(page.AwaitsTransfer).Placed(customer())},
		{Name: "placed-declined", Component: declined().Placed(customer())},
		{Name: "placed-declined-late", Component: lateDeclined().Placed(customer())},
		{Name: "placed-two-parcels", Component: fresh().Placed(customer())},
		{Name: "placed-one-parcel", Component: single.Placed(customer())},
		{Name: "placed-backordered", Component: later.Placed(customer())},
		{Name: "placed-voided", Component: voided().Placed(customer())},
	}
}

func orders() []Fixture {
	later := waiting()
	cut := fresh()
	cut.Fulfillments[1].Stale = ago(9 * time.Minute)
	asked, done := fresh(), voided()
	asked.CanVoid, asked.VoidAsked, asked.VoidHint = false, true, ""
	done.VoidAsked = true
	return []Fixture{
		{Name: "order-awaits-card", Component: awaits(page.AwaitsCard).Page(customer())},
		{Name: "order-awaits-transfer", Component: awaits(page.AwaitsTransfer).Page(customer())},
		{Name: "order-declined-late", Component: lateDeclined().Page(customer())},
		{Name: "order-redirected", Component: redirected().Page(customer())},
		{Name: "order-redirect-asked", Component: redirectAsked().Page(customer())},
		{Name: "order-redirect-errors", Component: redirectErrors().Page(customer())},
		{Name: "order-return-errors", Component: returnErrors().Page(customer())},
		{Name: "order-coming-back", Component: comingBack().Page(customer())},
		{Name: "order-called-off-in-part", Component: calledOffInPart().Page(customer())},
		{Name: "order-called-off-transfer", Component: calledOffTransfer().Page(customer())},
		{Name: "order-unreleased", Component: unreleased().Page(customer())},
		{Name: "order-placed", Component: fresh().Page(customer())},
		{Name: "order-cut-off", Component: cut.Page(cutOff())},
		{Name: "order-backordered", Component: later.Page(customer())},
		{Name: "order-ready", Component: withStatus("ready").Page(customer())},
		{Name: "order-sent", Component: withStatus("sent").Page(customer())},
		{Name: "order-delivered", Component: delivered().Page(customer())},
		{Name: "order-voided", Component: voided().Page(customer())},
		{Name: "order-returned", Component: withStatus("returned").Page(customer())},
		{Name: "order-void-asked", Component: asked.Page(customer())},
		{Name: "order-void-done", Component: done.Page(customer())},
		{Name: "order-live", Component: fresh().Live(), Fragment: true},
		{Name: "order-live-ended", Component: delivered().Live(), Fragment: true},
	}
}
