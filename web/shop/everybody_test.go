package shop_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"crossdock/web/admit"
	"crossdock/web/shop"
)

// TestWhichPagesAreForEverybody: those that strangers look around on, and none that
// knows, or asks to be remembered, who looks at it. All other routes are for one.
func TestWhichPagesAreForEverybody(t *testing.T) {
	var handler http.Handler
	r := newRig(t, func(deps *shop.Deps) { handler = shop.New(*deps) })
	ask := func(method, path string, headers ...string) (*httptest.ResponseRecorder, bool) {
		request := httptest.NewRequest(method, path, nil)
		for i := 0; i < len(headers); i += 2 {
			request.Header.Set(headers[i], headers[i+1])
		}
		ctx, everybody := admit.Noting(request.Context())
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, request.WithContext(ctx))
		return w, *everybody
	}
	guest := r.browser()
	guest.post("/cart/add", "sku", "SP07", "quantity", "1")
	customer := r.customer("maren")
	open := []string{"/", "/catalog", "/catalog?q=spruce", "/product/SP07"}
	for _, path := range open {
		first, is := ask(http.MethodGet, path)
		if !is || first.Code != http.StatusOK {
			t.Errorf("%s: %d, for everybody: %t", path, first.Code, is)
		}
		second, _ := ask(http.MethodGet, path, "User-Agent", "another", "X-Forwarded-For", "192.0.2.1", "Referer", "http://example.com/cart", "Accept-Language", "de")
		if first.Body.String() != second.Body.String() {
			t.Errorf("%s: another one is sent another page", path)
		}
		for what, headers := range map[string][]string{
			"a guest":              {"Cookie", "crossdock-session=" + guest.cookie()},
			"a customer":           {"Cookie", "crossdock-session=" + customer.cookie()},
			"a session of nobody":  {"Cookie", "crossdock-session=x"},
			"a message":            {"Cookie", "crossdock-flash=added"},
			"a cookie of whomever": {"Cookie", "theme=dark"},
			"a part of the page":   {"Hx-Request", "true"},
		} {
			if _, is := ask(http.MethodGet, path, headers...); is {
				t.Errorf("%s: for everybody, although for %s", path, what)
			}
		}
	}
	for _, pattern := range append(shop.Patterns(), "GET /nowhere", "GET /product/none", "GET /catalog?page=x", "GET /catalog?page=99", "GET /catalog?sort=x") {
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.NewReplacer("{$}", "", "{sku}", "SP07").Replace(path)
		if _, is := ask(method, path); is && !slices.Contains(open, path) {
			t.Errorf("%s is for everybody", pattern)
		}
	}
}
