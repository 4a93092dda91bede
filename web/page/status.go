package page

// badge is how a state is shown: its word for people, and its tone, which is a
// class of shop.css and never the only carrier of the meaning.
type badge struct {
	word string
	tone string // good, note, warn, bad or quiet
}

// statusBadge covers the states of orders and of fulfillments, whose words are
// those of core/order and core/fulfillment. A state it does not know yet is
// shown as it is.
func statusBadge(status string) badge {
	switch status {
	case "placed", "requested":
		return badge{capital(status), "note"}
	case "accepted", "picking", "picked":
		return badge{capital(status), "note"}
	case "waiting_transfer":
		return badge{"Waiting for a transfer", "warn"}
	case "backordered":
		return badge{"Backordered", "warn"}
	case "short":
		return badge{"Short", "warn"}
	case "ready":
		return badge{"Ready to ship", "note"}
	case "sent":
		return badge{"Sent", "note"}
	case "delivered":
		return badge{"Delivered", "good"}
	case "voided":
		return badge{"Voided", "bad"}
	case "returned":
		return badge{"Returned", "quiet"}
	}
	return badge{capital(status), "quiet"}
}

// step is one station of an order's way, for the stepper.
type step struct {
	word  string
	icon  string
	state string // done, now or next
}

// steps returns the stations of an order of this status. A voided or returned
// order has left the way, and has none.
func steps(status string) []step {
	way := []step{
		{"Placed", "receipt", "next"},
		{"Ready", "box-seam", "next"},
		{"Sent", "truck", "next"},
		{"Delivered", "house-heart", "next"},
	}
	reached := 0
	switch status {
	case "placed", "backordered":
	case "ready":
		reached = 1
	case "sent":
		reached = 2
	case "delivered":
		reached = 3
	default:
		return nil
	}
	for i := range way {
		switch {
		case i < reached, status == "delivered":
			way[i].state = "done"
		case i == reached:
			way[i].state = "now"
		}
	}
	if status == "backordered" {
		way[0].word = "Placed, waiting for stock"
	}
	return way
}

// final reports whether nothing more will happen to an order by itself, so that
// its page need not ask again.
func final(status string) bool {
	return status == "delivered" || status == "voided" || status == "returned"
}

// verdictTone colors the verdict of a sourcing step.
func verdictTone(verdict string) string {
	switch verdict {
	case "chosen", "taken", "accepted":
		return "good"
	case "partly", "split", "spill-over", "awaited":
		return "warn"
	case "rejected", "short", "refused":
		return "bad"
	}
	return "quiet"
}
