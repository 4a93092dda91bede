package node_test

import (
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/node"
)

// TestBoundsAreSettings: how long a checkout keeps units, and how many orders may wait
// for their transfers, is what the configuration says.
func TestBoundsAreSettings(t *testing.T) {
	cfg := settings(t.TempDir())
	cfg.Checkout.Hold, cfg.Checkout.HoldAtMost, cfg.Payment.UnpaidAtMost = time.Hour, time.Hour, 1
	n := startWith(t, cfg, node.Options{Sample: true})
	client := api.New(n.URL(), n.Token())
	t.Cleanup(client.Close)
	lines := []api.Wanted{{SKU: "31000A", Quantity: 1}}
	var until [2]time.Time
	for i := range until {
		hold, err := client.PutHold(t.Context(), "guest:1", api.HoldRequest{District: "old-town", Lines: lines})
		if err != nil || hold.ExpiresAt == nil {
			t.Fatal(hold, err)
		}
		until[i] = *hold.ExpiresAt
	}
	if !until[0].Equal(until[1]) {
		t.Errorf("kept until %s, and when repeated until %s", until[0], until[1])
	}
	request := api.OrderRequest{Address: api.Address{Name: "Ann", District: "old-town"}, Lines: lines, Payment: "bank-transfer"}
	if _, err := client.PlaceOrder(t.Context(), "", request); err != nil {
		t.Fatal(err)
	}
	if _, err := client.PlaceOrder(t.Context(), "", request); !fault.Is(err, fault.Conflict) {
		t.Errorf("one order too many: %v", err)
	}
}
