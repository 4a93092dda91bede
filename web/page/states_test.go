package page_test

import (
	"slices"
	"strings"
	"testing"
)

// What each state must say, and must not say, in the words that the customer
// reads. White space is folded.
func TestStatesSayWhatTheyAre(t *testing.T) {
	tests := []struct {
		fixture string
		want    []string
		without []string
	}{
		{"landing-guest", []string{"Shipped from Leeds and Carlisle", "312 products", "Open an account", "Log in"}, []string{"Log out", "nearest", "As few parcels"}},
		{"landing-customer", []string{"maren", "Log out", "5 units in the cart"}, []string{"Open an account"}},
		{"register-errors", []string{"4 fields need your attention", "The username maren is taken.", "The password is shorter than 8 characters."}, nil},
		{"login-error", []string{"The username or the password is wrong."}, nil},
		{"catalog-all", []string{"312 products", "Page 1 of 13", "Only 7 left", "Sold out", "Backorder: expected on Tue 24 Mar 2026", "£1,249.00"}, []string{"out of reach since"}},
		{"catalog-filtered", []string{"Baking", "27 products", "“cake”", "Page 2 of 2"}, []string{"Next"}},
		{"catalog-empty", []string{"No product matches"}, []string{"Page 1"}},
		{"catalog-unknown", []string{"There is no such shelf", "Show the whole catalog"}, []string{"Free money", "Page 1"}},
		{"catalog-cut-off", []string{"Carlisle (wh2) has been out of reach since 12:31.", "at 2 warehouses, not all within reach", "at 1 warehouse, now out of reach"}, nil},
		{"product-stocked", []string{"132 units", "as of 12:40", "ship from Leeds (wh1) first, then from Carlisle (wh2)."}, []string{"stale"}},
		{"product-cut-off", []string{"stale since 12:31 (wh2 is cut off)", "You have 3 of it"}, nil},
		{"product-error", []string{"The quantity 0 is not between 1 and 100,000."}, nil},
		{"product-guest", []string{"Log in to see which warehouse delivers"}, nil},
		{"product-sold-out", []string{"No warehouse can promise this product now"}, []string{"Add to the cart"}},
		{"product-backorder", []string{"Backorder: expected on Tue 24 Mar 2026", "Add to the cart"}, []string{"Sold out", "No warehouse can promise"}},
		{"product-backorder-dayless", []string{"Backorder: expected, the day is not known yet"}, nil},
		{"product-partly-ahead", []string{"Only 4 left", "12 more units can be ordered ahead: what is ordered beyond the stock is expected on Tue 24 Mar 2026."}, nil},
		{"product-preorder-partly", []string{"12 more units can be ordered ahead: nothing is shipped before the release."}, []string{"expected on"}},
		{"product-preorder", []string{"Preorder: released on Sun 12 Apr 2026", "Add to the cart"}, []string{"Backorder"}},
		{"cart-ahead", []string{"Only 40 can be promised now", "Preorder: released on Sun 12 Apr 2026"}, nil},
		{"cart-empty", []string{"Nothing in it yet"}, []string{"Check out"}},
		{"cart-full", []string{"5 units", "£34.35", "Check out"}, []string{"can be promised"}},
		{"cart-short", []string{"Only 7 can be promised now", "Sold out", "Backorder: expected on Tue 24 Mar 2026", "Check out"}, nil},
		{"cart-gone", []string{"No longer sold", "Remove what is no longer sold"}, []string{"Check out"}},
		{"cart-flashes", []string{"are in your cart. View the cart", "Only 7 of 12"}, nil},
		{"checkout-two-parcels", []string{
			"These units are kept for you until 12:50.", "Ordered now, all of it arrives between Mon 16 Mar 2026 and Tue 17 Mar 2026.",
			"This is a simulation.", "no money moves", "Declined: no money on it", "Bank transfer",
			"2 parcels, from Leeds (wh1) and Carlisle (wh2).", "spill-over", "It does not serve the district North.",
		}, []string{"voided"}},
		{"checkout-one-parcel", []string{"One parcel, from Leeds (wh1)."}, nil},
		{"checkout-short", []string{"This order cannot be placed as it is", "you asked for 40, and 12 can be promised: 28 units are missing.", "Go back to the cart", "the order is voided at once"}, []string{"2 parcels, from", "kept for you"}},
		{"checkout-backorder", []string{"12 of 40 are ready, the rest is expected on Tue 24 Mar 2026.", "2 parcels, from Leeds (wh1) and Carlisle (wh2). The rest follows when it comes in.", "The units that are there are kept for you until 12:50."}, []string{"voided", "These units"}},
		{"checkout-release", []string{"3 parcels, from Leeds (wh1) and Carlisle (wh2).", "Ships when it is released, on Sun 12 Apr 2026"}, []string{"The rest follows"}},
		{"checkout-errors", []string{"4 fields need your attention", "The street is empty.", "Choose how to pay."}, nil},
		{"checkout-nothing", []string{"This order cannot be placed as it is", "12 can be promised: 28 units are missing."}, nil},
		{"checkout-card-refused", []string{"That looks like the number of a card", "Never type the number of a card here."}, []string{"simulation"}},
		{"checkout-preorder", []string{"2 × Paper Chain Kit, 1950s Christmas Preorder: released on Sun 12 Apr 2026", "0 of 2 are ready, the rest ships when it is released, on Sun 12 Apr 2026.", "All of it ships when it comes in."}, []string{"kept for you", "Ordered now"}},
		{"checkout-door-alone", []string{"Pay on delivery"}, []string{"Bank transfer", "Card", "simulation"}},
		{"checkout-repriced", []string{"A price has changed since you saw this page.", "Now £12.75 each, before £11.95"}, nil},
		{"checkout-kept", []string{"2 parcels, from", "kept for you until 12:50."}, []string{"Where to"}},
		{"checkout-elsewhere", []string{"There is no district", "Choose the district, and see who would ship."}, []string{"can be promised"}},
		{"placed-two-parcels", []string{"2026-01841 is placed, 2 parcels from Leeds (wh1) and Carlisle (wh2).", "Your units are set aside now", "The warehouses pick and pack them. You can void the order until any of it is picked."}, nil},
		{"placed-one-parcel", []string{"1 parcel from Leeds (wh1).", "The warehouse picks and packs them."}, nil},
		{"placed-voided", []string{"stands as voided: nothing is held, nothing is charged", "you asked for 40, and 12 can be promised", "What we tried"}, []string{"Thank you"}},
		{"order-placed", []string{"All of it arrives between Mon 16 Mar 2026 and Tue 17 Mar 2026.", "Arrives on Mon 16 Mar 2026", "To be paid at the door", "Change the address", "Placed 12:36 · 14 units · £32.10", "Picking started", "12:36, e-mail to maren@example.org", "Void this order", "This cannot be taken back.", "Yes, void order 2026-01841", "The order can be voided until any of it is picked.", "What is not picked yet can go to another address."}, []string{"Ordered£", "called off"}},
		{"order-void-asked", []string{"Picking started", "Void asked for", "You asked to void this order. The warehouses decide"}, []string{"Void this order", "Your units are set aside."}},
		{"order-void-done", []string{"Voided", "This order does not stand."}, []string{"The warehouses decide", "Void asked for"}},
		{"placed-awaits-card", []string{"It is set aside.", "We wait for your payment's answer."}, []string{"It is yours"}},
		{"placed-awaits-transfer", []string{"We wait for your bank transfer of £32.10. Name order 2026-01841 in it."}, nil},
		{"placed-backordered", []string{"28 × Pack of 60 Pink Paisley Cake Cases: still to come in. Expected on Tue 24 Mar 2026.", "2 parcels from Leeds (wh1) and Carlisle (wh2); what is to come in follows."}, nil},
		{"placed-declined", []string{"The payment was declined.", "insufficient funds", "Your cart is as it was.", "pay with another card"}, []string{"We could not promise", "Lower the quantities", "What we tried", "spill-over"}},
		{"placed-declined-late", []string{"The payment was declined.", "Put it back into the cart"}, []string{"Your cart is as it was."}},
		{"order-awaits-card", []string{"We wait for your payment's answer.", "We wait for the card company"}, []string{"Your units are set aside. The"}},
		{"order-awaits-transfer", []string{"We wait for your bank transfer of £32.10."}, nil},
		{"order-declined-late", []string{"Put it back into the cart", "Declined"}, nil},
		{"order-redirected", []string{"Ships to the new address.", "It was picked before: it goes to the old address.", "A part is picked already"}, nil},
		{"order-redirect-asked", []string{"You asked for another address: Maren Holt, 2 Canal Wharf, LS6 2AB Leeds.", "Asked to ship to the new address."}, []string{"Change the address"}},
		{"order-redirect-errors", []string{"The street is empty."}, nil},
		{"order-return-errors", []string{"Line 2 of order 1841 has 12 units that can come back, not 13."}, nil},
		{"order-coming-back", []string{
			"1 × Regency Cake Stand, 3 tiers: 1 damaged, refunded", "1 on the way back, 1 here, to be looked at and 2 fine, refunded", "2 × Pack of 60 Pink Paisley Cake Cases: on the way back to us", "Captured £32.10", "To be refunded £1.10",
			"2 × £12.75 1 sent back £25.50", "Total£32.10", "Refunded for what you sent back£12.75", "Will be refunded for what you sent back£1.10", "Sent back, to be looked at before it is refunded£0.55",
		}, nil},
		{"order-called-off-in-part", []string{"4 units · £26.60", "2 × £0.55 10 of 12 called off £1.10", "Ordered£32.10", "Called off, not charged-£5.50", "Total£26.60"}, []string{"12 × £0.55", "14 units ·"}},
		{"order-called-off-transfer", []string{"We wait for your bank transfer of £32.10.", "£5.50 of it was called off since, and is given back to you.", "Called off, given back-£5.50", "Total£26.60"}, nil},
		{"order-unreleased", []string{"Ships when it is released, on Sun 12 Apr 2026 from Carlisle (wh2)", "ship when they are there, and not before their release."}, []string{"Expected on", "as soon as"}},
		{"order-cut-off", []string{"Out of reach since 12:31; it works on by itself."}, nil},
		{"order-backordered", []string{"Backordered", "Placed, waiting for stock", "28 × Pack of 60 Pink Paisley Cake Cases Expected on Tue 24 Mar 2026 at Leeds (wh1)", "The day is not known yet", "Call it off", "Ships when it is released, on Sun 12 Apr 2026"}, nil},
		{"order-delivered", []string{"Everything has arrived.", "Tracking number XD 4471 9920 18", "It was sent: what you do not want", "Send something back", "how many of 12", "It is picked: the address cannot be changed", "Total£32.10"}, []string{"Void this order", "Change the address", "Ordered£"}},
		{"order-voided", []string{"This order does not stand. Nothing is held for it", "Together they hold 12 of 40", "14 units ordered", "Not taken", "Could not be promised-£32.10", "Total£0.00"}, []string{"Void this order", "called off"}},
		{"profile-empty", []string{"No order yet"}, []string{"Page 1"}},
		{"profile-history", []string{"27 orders", "2026-01841", "Ready to ship", "Returned", "Page 2 of 3"}, nil},
		{"profile-error", []string{"The e-mail address has no @."}, nil},
		{"sites-healthy", []string{"Connected", "1 message behind", "40,116 of 40,117, for 40 ms", "Cut the link to wh1", "46,550", "Breakerclosed"}, []string{"Heal", "open"}},
		{"sites-cut", []string{"wh2 is stale since 12:31: its figures are those of that moment, 9 min old.", "13 messages behind", "Retry", "none needed", "next try in 42 s 11 tries failed", "Heal the link to wh2", "Breakeropen: it is probed now and then"}, []string{"Cut the link to wh2"}},
		{"sites-behind", []string{"1,200 messages behind", "9,120 of 10,320, for 40 s", "Connected"}, []string{"stale", "open"}},
		{"sites-open", []string{"Out of reach", "next try in 3 min 7 tries failed", "Breakeropen: it is probed now and then, and when the other side calls", "no answer from wh2 within 2 s", "13 messages behind 9,120 of 9,133, for 9 min"}, nil},
		{"sites-half-open", []string{"Out of reach", "Breakerhalf-open: it is being probed", "next try now"}, nil},
		{"sites-parted", []string{"Parted", "wh2 says something else than the store has read of it before: nothing more is taken."}, []string{"Out of reach", "The store says"}},
		{"sites-parted-there", []string{"Parted", "The store says something else than wh2 has read of it before: nothing more is taken."}, []string{"wh2 says"}},
		{"sites-restored", []string{"Gone back in time", "wh2 has come back from a backup and has forgotten what the store has read of it"}, []string{"Parted"}},
		{"sites-wrong-key", []string{"Wrong key", "The store and wh2 do not know each other by the keys that they show", "links says what to do", "12 tries failed"}, []string{"known_sites", "ed25519", "Last error"}},
		{"sites-parked", []string{"Parked messages3", "Sign in as an operator", "Catching up", "nothing pruned"}, []string{"Cut the link", "Retry or skip", "Compare now"}},
		{"sites-staff", []string{
			"Signed in as Ann until 20:40", "Sign out", "pruned up to 9,000", "pruned up to 21,400", "voided cannot become picked",
			"message 40,101 of wh1, put aside at store, fulfillment.changed.v1, and 1 message behind it", "message 18,400 of store, put aside at wh1", "2 more keys are parked",
			"Retry or skip", "Why", "Compare now", "Tell the store again", "Ask wh1 again", "links repair with --quota",
		}, []string{"Sign in as", "Ask wh2 again"}},
		{"sites-staff-refused", []string{"Say why: the reason is kept with the message for ever."}, nil},
		{"sites-recovering", []string{
			"The store was restored from a backup and waits for wh1 to tell what it has lost, for 3 min now. Until then it promises nothing of what wh1 has; 2 paid orders wait. 1 parked key holds it up",
			"wh2 was restored from a backup and waits for the store to tell what it has lost. Until then it hands the store no units; 1 fulfillment waits. The units are told, the fulfillments are not.",
			"The shop was restored from a backup and takes orders again when it has heard its warehouses, in 43 s at most.",
		}, []string{"quota.", "You can go on ordering"}},
		{"sites-sign-in-errors", []string{"The administration token is not the right one."}, nil},
		{"problem-404", []string{"There is nothing here", `There is no product "22423X".`, "Reference 7f3a90c1"}, nil},
		{"problem-403", []string{"This request came from another site and was refused."}, []string{"yours to see"}},
		{"problem-405", []string{"That cannot be done here", `does not take "DELETE".`}, []string{"our side"}},
		{"problem-413", []string{"That is too large", "larger than 64 KiB."}, []string{"our side"}},
		{"problem-429", []string{"Wait 1 min, then try again."}, nil},
		{"problem-500", []string{"Something went wrong on our side", "Reference 7f3a90c1"}, nil},
	}
	pages := make(map[string]string)
	for _, p := range renderAll(t) {
		pages[p.Name] = p.root.plain()
	}
	for _, test := range tests {
		t.Run(test.fixture, func(t *testing.T) {
			text, found := pages[test.fixture]
			if !found {
				t.Fatal("there is no such fixture")
			}
			for _, want := range test.want {
				if !strings.Contains(text, want) {
					t.Errorf("it does not say %q:\n%s", want, text)
				}
			}
			for _, unwanted := range test.without {
				if strings.Contains(text, unwanted) {
					t.Errorf("it says %q", unwanted)
				}
			}
		})
	}
}

// What was typed stays in the form when it comes back, except for a password.
func TestFormsKeepWhatWasTyped(t *testing.T) {
	for _, p := range renderAll(t) {
		if p.Name != "register-errors" {
			continue
		}
		kept := make(map[string]string)
		for _, in := range p.root.find("input") {
			kept[in.attrs["name"]] = in.attrs["value"]
			if _, wrong := in.attrs["aria-invalid"]; wrong != slices.Contains([]string{"username", "password", "email"}, in.attrs["name"]) {
				t.Errorf("the field %s is marked as wrong: %v", in.attrs["name"], wrong)
			}
		}
		if kept["username"] != "maren" || kept["email"] != "maren at example" || kept["next"] != "/checkout" || kept["password"] != "" {
			t.Errorf("the fields hold %v", kept)
		}
	}
}

// A form of the order's page that was refused is open, and holds what was typed.
func TestRefusedFormsStayOpen(t *testing.T) {
	for _, p := range renderAll(t) {
		field, value := map[string]string{"order-redirect-errors": "city", "order-return-errors": "line-2", "sites-long": "reason"}[p.Name], ""
		if field == "" {
			continue
		}
		for _, in := range p.root.find("input") {
			if in.attrs["name"] == field {
				value = in.attrs["value"]
				if _, open := detailsOf(in).attrs["open"]; !open {
					t.Errorf("%s: the form is folded away", p.Name)
				}
			}
		}
		if want := map[string]string{"city": "York", "line-2": "13", "reason": strings.Repeat("Wintergarten", 5)}[field]; value != want {
			t.Errorf("%s: the field %s holds %q, want %q", p.Name, field, value, want)
		}
	}
}

// detailsOf returns the element that n is folded away in.
func detailsOf(n *node) *node {
	for ; n.parent != nil && n.tag != "details"; n = n.parent {
	}
	return n
}

// A page in which an operator may be typing is not loaded anew where there is no script.
func TestPagesWithFormsStayAsTheyAre(t *testing.T) {
	for _, p := range renderAll(t) {
		reloads := strings.Contains(p.source, `http-equiv="refresh"`)
		if want := strings.HasPrefix(p.Name, "sites-") && !p.Fragment && p.Name != "sites-long" &&
			!strings.HasPrefix(p.Name, "sites-staff") && !strings.HasPrefix(p.Name, "sites-sign-in"); reloads != want {
			t.Errorf("%s is loaded anew by itself: %t", p.Name, reloads)
		}
	}
}

// A page that has reached its end must not keep asking.
func TestOnlyMovingPagesAskAgain(t *testing.T) {
	asking := map[string]bool{}
	for _, p := range renderAll(t) {
		for _, n := range p.root.all() {
			if strings.HasPrefix(n.attrs["hx-trigger"], "every") {
				asking[p.Name] = true
			}
		}
	}
	for name, want := range map[string]bool{"order-live": true, "order-placed": true, "order-sent": true, "sites-panel": true, "sites-staff": true, "sites-sign-in": false, "order-coming-back": true, "order-live-ended": false, "order-delivered": false, "order-voided": false, "cart-full": false} {
		if asking[name] != want {
			t.Errorf("%s asks again: %v, want %v", name, asking[name], want)
		}
	}
}
