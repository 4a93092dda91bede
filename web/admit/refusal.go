package admit

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"net/http"
	"strconv"
	"strings"

	"crossdock/api"
	"crossdock/web/httpfault"
	"crossdock/web/page"
)

// refusal says no. All that it says is written beforehand, as there are many to say
// it to, and nobody to wait for it.
type refusal struct {
	draw    func(n int) int
	seconds [maxRetry + 1]string // as texts
	problem []byte               // api.MediaProblem
	looked  []byte               // a page for one who wanted to see something
	sent    []byte               // a page for one who has sent a form
	part    []byte               // a message in the corner of the page that is open
}

// retry is the least and the most seconds after which a refused request may come
// again. It is drawn, so that those who were refused together do not come back so.
var retry = [classes]struct{ least, most int }{
	Vital: {1, 2}, Checkout: {1, 2}, Cart: {1, 4}, Browse: {2, 8}, Bulk: {10, maxRetry},
}

const maxRetry = 30

func newRefusal(shop string, draw func(n int) int) *refusal {
	r := &refusal{draw: draw}
	for n := range r.seconds {
		r.seconds[n] = strconv.Itoa(n)
	}
	answer := httpfault.Of(errBusy)
	problem, err := json.Marshal(api.Problem{
		Type: "/problems/" + answer.Kind.String(), Title: answer.Title, Status: answer.Status, Detail: answer.Message,
		Code: answer.Kind.String(),
	})
	if err != nil {
		panic("admit: a problem cannot be written: " + err.Error()) // five texts and a number
	}
	r.problem = append(problem, '\n')
	r.looked = busyPage(shop, "The page tries again by itself in a few seconds. What is in your cart stays there.",
		`<a class="btn btn-primary" href="">Try again now</a>`)
	r.sent = busyPage(shop, "Nothing was done with what you have just sent. Wait a few seconds, go back, and send it again.",
		`<a class="btn btn-quiet" href="/cart">Go to the cart</a>`)
	r.part = busyPart()
	return r
}

// bootstrap is where package page has it too; a file that is not there is found by
// the first test that makes an Admission.
const bootstrap = "vendor/bootstrap-5.3.8/bootstrap.min.css"

// busyPage is small: the usual frame would say who is logged in and what is in the
// cart, and nobody looks that up now.
func busyPage(shop, text, action string) []byte {
	return []byte(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>One moment, please · ` + html.EscapeString(shop) + `</title>
<link rel="stylesheet" href="` + page.Asset(bootstrap) + `"><link rel="stylesheet" href="` + page.Asset("shop.css") + `">
</head><body><main id="main" class="container-xl shop-main"><div class="outcome problem"><p class="eyebrow">503</p>
<h1>One moment, please</h1><p class="lead">More people are here than we can serve at once.</p>
<p>` + text + `</p><p class="actions">` + action + `</p></div></main></body></html>
`)
}

func busyPart() []byte {
	var part bytes.Buffer
	notice := page.Notice(page.Flash{Kind: page.Fail, Text: "More people are here than we can serve at once. Nothing was done: try again in a few seconds."})
	if err := notice.Render(context.Background(), &part); err != nil {
		panic("admit: a notice cannot be drawn: " + err.Error()) // it is written into memory
	}
	return part.Bytes()
}

// write refuses a request.
func (r *refusal) write(w http.ResponseWriter, request *http.Request, class Class) {
	answer := r.compose(w.Header(), request, r.wait(class))
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write(answer) // who has gone does not need to know
}

// wait draws the seconds after which a request of a class may come again.
func (r *refusal) wait(class Class) int {
	between := retry[class]
	return between.least + r.draw(between.most-between.least+1)
}

// compose sets the headers of a refusal, and returns its body.
func (r *refusal) compose(h http.Header, request *http.Request, wait int) []byte {
	h.Set("Retry-After", r.seconds[wait])
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if forPeople(request.URL.Path) {
		return r.dress(h, request, wait)
	}
	h.Set("Content-Type", api.MediaProblem)
	return r.problem
}

// dress sets the headers of a page, and returns it.
func (r *refusal) dress(h http.Header, request *http.Request, wait int) []byte {
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", page.ContentSecurityPolicy)
	h.Set("X-Frame-Options", "DENY")
	for _, name := range []string{"Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"} {
		h.Set(name, "same-origin")
	}
	switch {
	case request.Header.Get("HX-Request") == "true" && request.Header.Get("HX-Boosted") == "":
		h.Set("HX-Retarget", "#toast")
		h.Set("HX-Reswap", "innerHTML")
		return r.part
	case request.Method == http.MethodGet || request.Method == http.MethodHead:
		h.Set("Refresh", r.seconds[wait]) // the page asks for itself no sooner than a program would
		return r.looked
	default:
		return r.sent
	}
}

// forPeople reports whether a page is wanted rather than a document.
func forPeople(path string) bool {
	return !strings.HasPrefix(path, "/api/") && path != "/healthz" && path != "/readyz"
}

// fail answers a request that cannot be begun for another reason than that there is
// too much to do. The connection is of no further use: the rest of the request may
// still be on its way.
func (r *refusal) fail(w http.ResponseWriter, err error) {
	answer := httpfault.Of(err)
	h := w.Header()
	h.Set("Content-Type", api.MediaProblem)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Connection", "close")
	w.WriteHeader(answer.Status)
	_ = json.NewEncoder(w).Encode(api.Problem{ // who has gone does not need to know
		Type: "/problems/" + answer.Kind.String(), Title: answer.Title, Status: answer.Status, Detail: answer.Message,
		Code: answer.Kind.String(), Field: answer.Field,
	})
}
