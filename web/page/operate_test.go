package page_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"

	"crossdock/web/page"
)

// TestAnOperatorIsNotInterrupted: the page of the sites renews itself while an operator
// types why a message is skipped, and what was typed stays, with the focus.
func TestAnOperatorIsNotInterrupted(t *testing.T) {
	b := openBrowser(t)
	var renewed atomic.Int64
	now := time.Date(2026, 3, 13, 12, 40, 7, 0, time.UTC)
	parked := page.ParkedKey{Site: "store", Origin: "wh1", Key: "quota", Seq: 17, Kind: "quota.granted.v1", Since: now, Reason: "MUG is not known"}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", page.Assets(http.NotFoundHandler()))
	mux.HandleFunc("GET /sites", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", page.ContentSecurityPolicy)
		view := page.Sites{Now: now, Staff: page.Staff{Name: "Ann", Until: now}, Links: []page.SiteLink{{
			Site: "wh1", Store: "store", Connected: true, ParkedMessages: 1, Parked: []page.ParkedKey{parked},
			FromSite: page.Feed{Last: uint64(20 + renewed.Load()), Cursor: 20},
		}}}
		answer := view.Page(page.Frame{Shop: "Crossdock", Now: now, Path: "/sites", Still: true})
		if r.Header.Get("HX-Request") == "true" {
			renewed.Add(1)
			answer = view.Panel()
		}
		templ.Handler(answer).ServeHTTP(w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	b.do(chromedp.Navigate(server.URL+"/sites"), chromedp.Click(chromedp.CSS(".parked summary")), chromedp.SendKeys(chromedp.CSS(".parked input[name=reason]"), "booked by"))
	b.await(`document.querySelector(".facts").innerText.includes("2 messages behind")`)
	b.do(chromedp.SendKeys(chromedp.CSS(".parked input[name=reason]"), " hand"))
	if got := b.eval(`document.querySelector(".parked details").open + " " + document.activeElement.name + " " + document.querySelector(".parked input[name=reason]").value`); got != "true reason booked by hand" {
		t.Errorf("the form is %q", got)
	}
	b.checkQuiet()
}
