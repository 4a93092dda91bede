package node_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/node"
	"crossdock/node/config"
)

// cardShop opens a shop that takes test cards, or not, on a directory.
func cardShop(t *testing.T, dir string, cards bool) (*node.Node, *api.Client) {
	t.Helper()
	cfg := settings(dir)
	cfg.Payment.TestCards = cards
	n, err := node.Open(t.Context(), cfg, node.Options{Sample: true})
	if err != nil {
		t.Fatal(err)
	}
	client := serve(t, n)
	proved(t, n)
	return n, client
}

func byCard(t *testing.T, client *api.Client, token string) (api.Placement, error) {
	t.Helper()
	page, err := client.Products(t.Context(), api.ProductQuery{Limit: 1})
	if err != nil || len(page.Products) != 1 {
		t.Fatal(page, err)
	}
	return client.PlaceOrder(t.Context(), "", api.OrderRequest{
		Address: api.Address{Name: "Ann", District: "old-town"}, Payment: "card", Token: token,
		Lines: []api.Wanted{{SKU: page.Products[0].SKU, Quantity: 1}},
	})
}

// TestTestCards takes the money of an order after a restart with cards switched
// off: the company is told on, but offered no more.
func TestTestCards(t *testing.T) {
	dir := t.TempDir()
	n, client := cardShop(t, dir, true)
	placement, err := byCard(t, client, "tok_approved")
	if err != nil || placement.Order.Unpaid {
		t.Fatalf("%+v, %v", placement, err)
	}
	if _, err := byCard(t, client, "tok_declined"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a card that is declined: %v", err)
	}
	proved(t, n)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}

	n, client = cardShop(t, dir, false)
	if _, err := byCard(t, client, "tok_approved"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a card where none are taken: %v", err)
	}
	f := placement.Order.Fulfillments[0]
	for _, to := range []string{"picking", "picked", "ready", "sent"} {
		if _, err := client.Advance(t.Context(), f.Warehouse, f.ID, api.Advance{To: to}); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, 10*time.Second, "the money is taken", func() bool {
		o, err := client.Order(t.Context(), placement.Order.ID)
		if err != nil {
			t.Fatal(err)
		}
		last := o.Transactions[len(o.Transactions)-1]
		return last.Kind == "capture" && last.State == "success" && last.Provider == "test"
	})
	proved(t, n)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestCheckoutOffersTestCards looks at the page on which customers choose.
func TestCheckoutOffersTestCards(t *testing.T) {
	for _, offered := range []bool{true, false} {
		n, client := cardShop(t, t.TempDir(), offered)
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		browser := &http.Client{Jar: jar}
		t.Cleanup(browser.CloseIdleConnections)
		page, err := client.Products(t.Context(), api.ProductQuery{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		for path, form := range map[string]url.Values{
			"/register": {"username": {"ann"}, "password": {"a long enough secret"}, "district": {"old-town"}},
			"/cart/add": {"sku": {string(page.Products[0].SKU)}, "quantity": {"1"}},
		} {
			answer, err := browser.PostForm(n.URL()+path, form)
			if err != nil {
				t.Fatal(err)
			}
			if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
				t.Fatal(answer.Status, err)
			}
		}
		checkout, err := browser.Get(n.URL() + "/checkout")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(checkout.Body)
		if err := errors.Join(err, checkout.Body.Close()); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "bank-transfer") || strings.Contains(string(text), "tok_declined") != offered {
			t.Errorf("test cards: %v; the page (%s, %d bytes) does not fit", offered, checkout.Status, len(text))
		}
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPaymentMethods(t *testing.T) {
	cfg := settings(t.TempDir())
	cfg.Payment = config.Payment{UnpaidFor: time.Hour}
	n := startWith(t, cfg, node.Options{Sample: true})
	proved(t, n)
	client := api.New(n.URL(), n.Token())
	t.Cleanup(client.Close)
	request := api.OrderRequest{Address: api.Address{Name: "Ann", District: "old-town"}, Lines: []api.Wanted{{SKU: "31000A", Quantity: 1}}}
	for method, offered := range map[string]bool{"": true, "on-delivery": true, "bank-transfer": false, "card": false} {
		request.Payment, request.Token = method, ""
		if method == "card" {
			request.Token = "tok_approved"
		}
		if _, err := client.PlaceOrder(t.Context(), "", request); (err == nil) != offered {
			t.Errorf("payment by %q: %v", method, err)
		}
	}
}
