package rest

import (
	"net/http"
	"strings"
	"testing"

	"crossdock/api"
	"crossdock/core/fault"
)

// openRoutes are the routes that anybody may use.
var openRoutes = []string{
	"GET /api/v1/products", "GET /api/v1/products/{sku}", "GET /api/v1/districts", "GET /api/v1/version",
	"GET /api/v1/openapi.json", "GET /healthz", "GET /readyz",
}

// TestToken asks for every route without the token, with a wrong one, and with a
// cookie in its place.
func TestToken(t *testing.T) {
	s := newShop(t, nil)
	s.stockUp(7, 5)
	open := map[string]bool{}
	for _, pattern := range openRoutes {
		open[pattern] = true
	}
	fill := strings.NewReplacer("{sku}", "KETTLE", "{site}", "wh1", "{kind}", "orders", "{owner}", "guest:1", "{purchase}", "PO-1", "{id}", "00000000-0000-7000-8000-000000000000")
	for _, pattern := range newServer(s.deps).patterns {
		method, path, _ := strings.Cut(fill.Replace(pattern), " ")
		for name, headers := range map[string][]string{
			"no token":    {"Authorization", ""},
			"wrong token": {"Authorization", "Bearer " + testToken + "x"},
			"half of it":  {"Authorization", "Bearer " + testToken[:4]},
			"basic":       {"Authorization", "Basic " + testToken},
			"cookie":      {"Authorization", "", "Cookie", "token=" + testToken + "; session=" + testToken},
		} {
			response, text := s.send(method, path, "", headers...)
			refused := response.StatusCode == http.StatusUnauthorized
			if refused == open[pattern] || open[pattern] && response.StatusCode != http.StatusOK {
				t.Errorf("%s with %s: %s %s", pattern, name, response.Status, text)
			}
			if refused && !strings.HasPrefix(response.Header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%s does not say how to authenticate", pattern)
			}
		}
	}
}

func TestNoTokenConfigured(t *testing.T) {
	s := newShop(t, func(d *Deps) { d.Token = "" })
	for _, token := range []string{"", testToken} {
		_, err := api.New(s.server.URL, token).Orders(t.Context(), api.OrderQuery{})
		if !fault.Is(err, fault.Denied) {
			t.Errorf("with the token %q: %v, want denied", token, err)
		}
	}
}
