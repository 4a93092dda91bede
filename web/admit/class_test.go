package admit_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"crossdock/web/admit"
	"crossdock/web/rest"
)

// theClasses is what every route of the API and of the shop counts as.
var theClasses = map[admit.Class]string{
	admit.Vital: `GET /healthz; GET /readyz; GET /api/v1/version; GET /api/v1/openapi.json; POST /sites/{site}/cut; POST /sites/{site}/heal;
		POST /sites/sign-in; POST /sites/sign-out; POST /sites/{site}/{origin}/parked/retry; POST /sites/{site}/{origin}/parked/skip; POST /sites/{site}/check;
		POST /sites/{origin}/{destination}/repair`,
	admit.Checkout: `POST /api/v1/orders; POST /api/v1/orders/{id}/void; POST /api/v1/orders/{id}/backorders/drop;
		POST /api/v1/orders/{id}/address; POST /api/v1/orders/{id}/payment; POST /api/v1/orders/{id}/capture;
		POST /api/v1/orders/{id}/returns; PUT /api/v1/holds/{owner}; DELETE /api/v1/holds/{owner};
		GET /checkout; POST /checkout; POST /checkout/hold; POST /order/{order}/void; POST /order/{order}/drop;
		POST /order/{order}/address; POST /order/{order}/return; POST /order/{order}/again`,
	admit.Cart: `GET /api/v1/orders; GET /api/v1/orders/{id}; GET /api/v1/orders/{id}/returns; GET /api/v1/orders/{id}/sourcing;
		PUT /api/v1/products/{sku}; GET /api/v1/sourcing/warehouses; PUT /api/v1/sourcing/warehouses;
		POST /cart/add; GET /cart; POST /cart/set; POST /cart/remove; GET /placed/{order}; GET /register; POST /register;
		GET /login; POST /login; POST /logout; GET /profile; POST /profile; GET /order/{order}`,
	admit.Browse: `GET /api/v1/products; GET /api/v1/products/{sku}; GET /api/v1/districts; GET /api/v1/stock;
		GET /{$}; GET /catalog; GET /product/{sku}; GET /sites; GET /sites/sign-in`,
	admit.Bulk: `POST /api/v1/import/{kind}; POST /api/v1/audit; POST /api/v1/sourcing/what-if; GET /api/v1/backups; POST /api/v1/backups`,
}

// TestEveryRouteHasItsClass fails for a route that is new: say what it counts as, or
// it is shed as browsing is. All that is done at warehouses is of one class, and all
// that is done to links.
func TestEveryRouteHasItsClass(t *testing.T) {
	want := map[string]admit.Class{}
	for class, routes := range theClasses {
		for route := range strings.SplitSeq(routes, ";") {
			want[strings.TrimSpace(route)] = class
		}
	}
	for _, route := range append(routesOfAPI(t), routesOfShop(t)...) {
		method, path, _ := strings.Cut(route, " ")
		class, known := want[route]
		if strings.HasPrefix(path, "/api/v1/warehouses/") {
			class, known = admit.Cart, true
		} else if strings.HasPrefix(path, "/api/v1/links") {
			class, known = admit.Vital, true
		}
		if !known {
			t.Errorf("%s has no class here; it counts as %s", route, admit.ClassOf(method, path))
		} else if got := admit.ClassOf(method, strings.ReplaceAll(path, "{$}", "")); got != class {
			t.Errorf("%s counts as %s, want %s", route, got, class)
		}
	}
	for path, class := range map[string]admit.Class{
		"/static/x/shop.css": admit.Free, "/robots.txt": admit.Free, "/favicon.ico": admit.Free,
		"/nowhere": admit.Browse, "/api/v1/nowhere": admit.Browse, "/api/v1/": admit.Browse, "": admit.Browse, "/statics": admit.Browse,
	} {
		if got := admit.ClassOf(http.MethodGet, path); got != class {
			t.Errorf("%q counts as %s, want %s", path, got, class)
		}
	}
}

func routesOfAPI(t *testing.T) []string {
	t.Helper()
	w := httptest.NewRecorder()
	rest.New(rest.Deps{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/openapi.json", nil))
	var document struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(w.Body.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	var routes []string
	for path, methods := range document.Paths {
		for method := range methods {
			routes = append(routes, strings.ToUpper(method)+" "+path)
		}
	}
	if len(routes) < 30 {
		t.Fatalf("only %d routes in the document", len(routes))
	}
	return routes
}

// routesOfShop reads them out of the table, which the package keeps to itself.
func routesOfShop(t *testing.T) []string {
	t.Helper()
	source, err := os.ReadFile("../shop/shop.go")
	if err != nil {
		t.Fatal(err)
	}
	var routes []string
	for _, found := range regexp.MustCompile(`(?m)^\t"((?:GET|POST) /[^"]*)":`).FindAllSubmatch(source, -1) {
		routes = append(routes, string(found[1]))
	}
	if len(routes) < 20 {
		t.Fatalf("only %d routes in the table", len(routes))
	}
	return routes
}
