package page_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"

	"crossdock/core/date"
	"crossdock/core/money"
	"crossdock/web/page"
)

// changing serves the page of an order that changes while it is looked at.
func changing(t *testing.T, order *atomic.Pointer[page.Order]) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /static/", page.Assets(http.NotFoundHandler()))
	mux.HandleFunc("GET /order/7", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", page.ContentSecurityPolicy)
		view := *order.Load()
		answer := view.Page(page.Frame{Shop: "Crossdock", User: "maren", Now: view.Now, Path: "/order/7"})
		if r.Header.Get("HX-Request") == "true" {
			answer = view.Live()
		}
		templ.Handler(answer).ServeHTTP(w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func pounds(minor int64) money.Amount { return money.Of(minor, "GBP") }

// looked is an order that its customer has open.
func looked() *page.Order {
	now := time.Date(2026, 3, 13, 12, 40, 7, 0, time.UTC)
	home := page.Address{Name: "Maren Holt", Street: "14 Albert Terrace", PostalCode: "LS6 2AB", City: "Leeds"}
	return &page.Order{
		Order: "7", Number: "7", Status: "placed", PlacedAt: now, Now: now, District: "North", Address: home,
		Payment: "Card: authorized", Units: 4, Total: pounds(400), Sums: page.Sums{Ordered: pounds(400)},
		Lines:        []page.OrderLine{{SKU: "MUG", Name: "Mug", Type: "kitchen", Price: pounds(100), Sum: pounds(400), Quantity: 4}},
		Fulfillments: []page.Fulfillment{{Site: "wh1", Status: "requested", Updated: now}},
		Why:          []page.Step{{Rule: "nearest", Candidate: "wh1", Verdict: "chosen", Reason: "It is near."}},
		CanVoid:      true, VoidHint: "The order can be voided.",
		Redirect: page.Redirecting{Can: true, Key: "key-1", Address: home, Hint: "It can go elsewhere."},
	}
}

// TestAnOpenPageFollowsItsOrder changes everything about an order that can change, and
// waits for a page that was open before to say so.
func TestAnOpenPageFollowsItsOrder(t *testing.T) {
	b := openBrowser(t)
	var order atomic.Pointer[page.Order]
	order.Store(looked())
	server := changing(t, &order)
	b.do(chromedp.Navigate(server.URL + "/order/7"))
	b.await(`document.body.innerText.includes("Card: authorized")`)
	b.eval(`(document.querySelector(".why").open = true, window.same = 1)`)

	after := looked()
	after.Status, after.Payment, after.Units, after.Total = "sent", "Card: £3.00 paid", 3, pounds(300)
	after.Lines[0].Voided, after.Lines[0].Sum, after.Sums.CalledOff = 1, pounds(300), pounds(100)
	after.Promise = page.Promise{To: date.Of(after.Now)}
	after.Address.Street = "2 Canal Wharf"
	after.Redirect, after.CanVoid, after.VoidHint = page.Redirecting{Hint: "It is picked."}, false, "It was sent."
	after.Back = page.Returning{Key: "key-2", Lines: []page.ReturnableLine{{Line: 1, Name: "Mug", Units: 3}}}
	after.Returns = []page.Return{{At: after.Now, Site: "wh1", Reason: "Broken.", Lines: []page.ReturnLine{{Name: "Mug", Quantity: 1}}}}
	after.Notifications = []page.Notification{{At: after.Now, Channel: "in the shop", Subject: "It is on its way."}}
	after.Why[0].Reason = "It was chosen anew."
	order.Store(after)
	for _, says := range []string{
		"3 units · £3.00", "All of it arrives on Fri 13 Mar 2026.", "Card: £3.00 paid", "1 of 4 called off", "Called off, not charged",
		"2 Canal Wharf", "It is picked.", "It was sent.", "Send something back", "on the way back to us", "It is on its way.", "It was chosen anew.",
	} {
		b.await(`document.querySelector("main").innerText.includes("` + says + `")`)
	}
	if got := b.eval(`window.same + " " + !!document.querySelector("#redirect-form") + " " + !!document.querySelector("#void-form") + " " + document.querySelector(".why").open`); got != "1 false false true" {
		t.Errorf("reloaded, address form, void form, reasons unfolded: %s", got)
	}
	b.checkQuiet()
}

// TestARefreshLeavesFormsAlone types into a form while the order changes: what was
// typed stays, with the focus, until the form is not offered any more.
func TestARefreshLeavesFormsAlone(t *testing.T) {
	b := openBrowser(t)
	var order atomic.Pointer[page.Order]
	order.Store(looked())
	server := changing(t, &order)
	b.do(chromedp.Navigate(server.URL+"/order/7"), chromedp.Click(chromedp.CSS("#redirect-form summary")))
	b.eval(`(document.querySelector("#field-city").value = "", document.querySelector("#field-street").value = "")`)
	b.do(chromedp.SendKeys(chromedp.ID("field-city"), "York"), chromedp.SendKeys(chromedp.ID("field-street"), "3 Mill"))

	moved := looked()
	moved.Payment, moved.Redirect.Key = "Card: charged", "key-2"
	moved.Redirect.Address.Street, moved.Redirect.Address.City = "9 Other Street", "Elsewhere"
	moved.Redirect.Asked, moved.Notifications = nil, []page.Notification{{At: moved.Now, Channel: "in the shop", Subject: "News."}}
	order.Store(moved)
	b.await(`document.querySelector("main").innerText.includes("Card: charged")`)
	form := `(f => [f.open, f.querySelector("#field-street").value, f.querySelector("#field-city").value, f.querySelector("[name=key]").value, document.activeElement.id].join(", "))(document.querySelector("#redirect-form"))`
	if got := b.eval(form); got != "true, 3 Mill, York, key-1, field-street" {
		t.Errorf("the form is: %s", got)
	}

	gone := looked()
	gone.Redirect = page.Redirecting{Hint: "It is picked."}
	order.Store(gone)
	b.await(`!document.querySelector("#redirect-form") && document.querySelector("main").innerText.includes("It is picked.")`)
	if got := b.eval(`document.querySelectorAll("#void-form, #to-title").length`); got != "2" {
		t.Errorf("with the form went something else: %s of 2 are left", got)
	}

	// Offered again, it is folded, and holds what the order says now.
	order.Store(moved)
	b.await(`!!document.querySelector("#redirect-form")`)
	if got := b.eval(form); got != "false, 9 Other Street, Elsewhere, key-2, " {
		t.Errorf("the form is: %s", got)
	}
	b.checkQuiet()
}
