// Package pagetest holds every page of the storefront in every state that it can
// be in: empty, wrong, cut off, voided. The tests of page walk them, and Handler
// shows them in a browser.
//
// Nothing but tests may import it. The people, goods and figures in it are made
// up. Start reading at All.
package pagetest

import (
	"fmt"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"crossdock/core/date"
	"crossdock/web/page"
)

// Fixture is one state of one page.
type Fixture struct {
	Name      string // unique, such as "cart-short"; the part before the first hyphen is the page
	Component templ.Component
	Fragment  bool // a part for htmx, not a whole document
}

// All returns every fixture, in the order in which a customer meets the pages.
func All() []Fixture {
	var all []Fixture
	for _, group := range [][]Fixture{landing(), accounts(), catalogs(), products(), carts(), checkouts(), placed(), orders(), profiles(), sites(), problems(), long()} {
		all = append(all, group...)
	}
	return all
}

// Now is the time of all fixtures: a Friday noon.
func Now() time.Time { return time.Date(2026, 3, 13, 12, 40, 7, 0, time.UTC) }

// Handler serves the fixtures at /fixture/NAME, their list at /, and the files
// that they load, with the headers that real pages have.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /static/", page.Assets(http.NotFoundHandler()))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for _, fixture := range All() {
			fmt.Fprintf(w, "<p><a href=\"/fixture/%[1]s\">%[1]s</a></p>\n", fixture.Name)
		}
	})
	for _, fixture := range All() {
		mux.HandleFunc("GET /fixture/"+fixture.Name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", page.ContentSecurityPolicy)
			templ.Handler(fixture.Component).ServeHTTP(w, r)
		})
	}
	return mux
}

// inDays is a day so many days after Now.
func inDays(days int) date.Date { return date.Of(Now()).Add(days) }

func ago(d time.Duration) time.Time { return Now().Add(-d) }

func guest() page.Frame {
	return page.Frame{Shop: "Crossdock", Now: Now(), Path: "/catalog", Demo: true}
}

func customer() page.Frame {
	f := guest()
	f.User, f.Units = "maren", 5
	return f
}

// cutOff is the frame while wh2 cannot be reached.
func cutOff() page.Frame {
	f := customer()
	f.Stale = []page.StaleSite{{Site: "wh2", Name: "Carlisle", Since: ago(9 * time.Minute)}}
	return f
}

func districts() []page.Option {
	return []page.Option{
		{Value: "north", Label: "North"},
		{Value: "south", Label: "South"},
		{Value: "east", Label: "East"},
		{Value: "coast", Label: "The coast"},
	}
}

func places() []page.Place {
	return []page.Place{{Site: "wh1", Name: "Leeds"}, {Site: "wh2", Name: "Carlisle"}}
}
