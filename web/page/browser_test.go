package page_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"

	"crossdock/web/page"
	"crossdock/web/page/pagetest"
)

// browser is a tab of headless Chromium that remembers every complaint: a broken
// policy, a file that is missing.
type browser struct {
	t          *testing.T
	ctx        context.Context
	mu         sync.Mutex
	complaints []string
}

func openBrowser(t *testing.T) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("needs Chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium refuses root otherwise
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx}
	b.do(chromedp.Navigate("about:blank"))
	entries := chromedp.Events(ctx, log.EntryAdded)
	go func() {
		for event, err := range entries {
			if err != nil {
				return // the tab is closed
			}
			b.mu.Lock()
			b.complaints = append(b.complaints, event.Entry.Text+" "+event.Entry.URL)
			b.mu.Unlock()
		}
	}()
	b.do(func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, log.Enable, cdp.Empty{})
		return chromedp.Void{}, err
	})
	return b
}

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// eval returns the value of an expression, as text.
func (b *browser) eval(expression string) string {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// await waits until an expression is true in the page.
func (b *browser) await(expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](expression)); err != nil {
		b.t.Fatalf("it never came to %s: %v", expression, err)
	}
}

func (b *browser) checkQuiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, complaint := range b.complaints {
		b.t.Errorf("the browser complains: %s", complaint)
	}
}

func TestPagesFitTheScreen(t *testing.T) {
	b := openBrowser(t)
	server := httptest.NewServer(pagetest.Handler())
	defer server.Close()
	for _, fixture := range pagetest.All() {
		if fixture.Fragment {
			continue
		}
		b.do(chromedp.Navigate(server.URL + "/fixture/" + fixture.Name))
		for _, width := range []int64{320, 390, 1280} {
			b.do(chromedp.EmulateViewport(width, 800))
			if got := b.eval("document.documentElement.scrollWidth > innerWidth"); got != "false" {
				t.Errorf("%s is wider than %d pixels", fixture.Name, width)
			}
		}
	}
	b.checkQuiet()
}

// stub answers as the handlers of the shop do, from fixtures: a whole page, or
// the part for a request of htmx.
func stub(t *testing.T) *httptest.Server {
	t.Helper()
	components := make(map[string]templ.Component)
	for _, fixture := range pagetest.All() {
		components[fixture.Name] = fixture.Component
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", page.Assets(http.NotFoundHandler()))
	for pattern, names := range map[string][2]string{
		"GET /catalog": {"catalog-all", "catalog-results"}, "POST /cart/add": {"", "cart-added"}, "GET /cart": {"cart-short", ""},
		"GET /checkout": {"checkout-short", ""}, "POST /checkout/hold": {"", "checkout-kept"},
		"POST /cart/set": {"", "cart-contents"}, "GET /sites": {"sites-healthy", "sites-panel"}, "POST /sites/wh1/cut": {"", "sites-panel"},
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			name := names[0]
			if r.Header.Get("HX-Request") == "true" {
				name = names[1]
			}
			if err := r.ParseForm(); err != nil || name == "checkout-kept" && (r.PostForm.Get("key") == "" || r.PostForm.Get("street") == "" || r.PostForm.Get("district") != "south") {
				t.Errorf("%s was sent without its form: %v, %v", r.URL, r.PostForm, err)
			}
			if components[name] == nil {
				t.Errorf("%s %s was asked for a part it does not have, or for a whole page", r.Method, r.URL)
				return
			}
			w.Header().Set("Content-Security-Policy", page.ContentSecurityPolicy)
			templ.Handler(components[name]).ServeHTTP(w, r)
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func TestHtmxImprovesThePages(t *testing.T) {
	b := openBrowser(t)
	server := stub(t)

	b.do(chromedp.Navigate(server.URL+"/catalog"), chromedp.SendKeys(chromedp.ID("q"), "cake"))
	b.await(`document.querySelector(".result-line").innerText.includes("27 products")`)
	b.await(`location.search.includes("q=cake")`)
	if got := b.eval(`document.activeElement.id + " " + document.activeElement.value`); got != "q cake" {
		t.Errorf("after a live search the focus is in %q", got)
	}

	b.do(chromedp.Click(chromedp.CSS(".btn-add")))
	b.await(`document.querySelector("#cart-count").dataset.units === "7"`)
	b.await(`document.querySelector("#toast").innerText.includes("in your cart")`)
	if got := b.eval(`location.pathname`); got != "/catalog" {
		t.Errorf("adding to the cart led to %s", got)
	}

	b.do(chromedp.Navigate(server.URL + "/cart"))
	b.await(`document.querySelectorAll(".line").length === 4`)
	b.eval(`(q => { q.focus(); q.value = "3"; q.dispatchEvent(new Event("change", {bubbles: true})) })(document.querySelector("#quantity-0"))`)
	b.await(`document.querySelectorAll(".line").length === 2`)
	if got := b.eval(`document.activeElement.id`); got != "quantity-0" {
		t.Errorf("after a change of quantity the focus is on %q", got)
	}

	// A change in the form keeps the units longer, and tells whether it can be ordered now.
	b.do(chromedp.Navigate(server.URL + "/checkout"))
	b.await(`document.querySelector("#place").innerText.includes("voided at once")`)
	b.eval(`(e => { e.value = "south"; e.dispatchEvent(new Event("change", {bubbles: true})) })(document.querySelector("#field-district"))`)
	b.await(`document.querySelector("#plan").innerText.includes("2 parcels") && document.querySelector("#place").innerText.includes("Place the order")`)
	if got := b.eval(`document.querySelector("#field-district").value + " " + location.pathname`); got != "south /checkout" {
		t.Errorf("after a change of the district the form is at %s", got)
	}

	b.do(chromedp.Navigate(server.URL + "/sites"))
	b.await(`document.querySelector("#link-wh2-switch").innerText.startsWith("Cut")`)
	b.await(`document.querySelector("#link-wh2-switch").innerText.startsWith("Heal")`) // it asked again by itself
	b.do(chromedp.Navigate(server.URL+"/sites"), chromedp.Click(chromedp.ID("link-wh1-switch")))
	b.await(`document.querySelector("#link-wh2-switch").innerText.startsWith("Heal")`)
	if got := b.eval(`location.pathname`); got != "/sites" {
		t.Errorf("the switch led to %s", strings.TrimSpace(got))
	}
	b.checkQuiet()
}
