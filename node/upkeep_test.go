package node_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/dist/feed"
	"crossdock/engine/sqlite"
	"crossdock/node"
	"crossdock/site/store"
)

// parkGrant has the store put a grant of units of wh2 aside, as if it could not be
// applied, with all that wh2 says of quota behind it.
func parkGrant(t *testing.T, n *node.Node, client *api.Client, units int64) {
	t.Helper()
	if _, err := client.CutLink(t.Context(), "wh2"); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Receive(t.Context(), "", "wh2", api.Receipt{Items: []api.Wanted{{SKU: "MUG1", Quantity: units}}}); err != nil {
		t.Fatal(err)
	}
	source, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(n.Data(), "db", "wh2.db"))
	if err != nil {
		t.Fatal(err)
	}
	var all []feed.Message
	err = source.Messages(t.Context(), "store", link(t, client, "wh2", "store").Cursor, func(m feed.Message) error {
		all = append(all, m)
		return nil
	})
	if err != nil || len(all) == 0 || all[0].Kind != "quota.granted.v1" {
		t.Fatalf("the warehouse has said %+v: %v", all, err)
	}
	if err := source.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Store().Do(t.Context(), store.Receive{Messages: all[:1], Park: "a movement is there already"}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.HealLink(t.Context(), "wh2"); err != nil {
		t.Fatal(err)
	}
	if err := n.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func held(t *testing.T, client *api.Client) (units int64) {
	t.Helper()
	page, err := client.Stock(t.Context(), api.StockQuery{SKU: "MUG1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range page.Stock {
		units += row.Held
	}
	return units
}

// TestRetryParked applies a grant after all, and what has waited behind it.
func TestRetryParked(t *testing.T) {
	n, client := mugShop(t, 3, 4)
	parkGrant(t, n, client, 5)
	if _, err := client.Receive(t.Context(), "", "wh2", api.Receipt{Items: []api.Wanted{{SKU: "MUG1", Quantity: 2}}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, "the next grant is parked behind the first", func() bool {
		return link(t, client, "wh2", "store").Parked == 2
	})
	if got := held(t, client); got != 7 {
		t.Errorf("the store holds %d, want 7", got)
	}
	list, err := client.Parked(t.Context())
	if err != nil || len(list.Parked) != 2 || list.Parked[0].Reason != "a movement is there already" || list.Parked[0].Key != "quota" {
		t.Fatalf("%+v, %v", list, err)
	}
	retried, err := client.RetryParked(t.Context(), "store", "wh2", api.RetryRequest{Key: "quota"})
	if err != nil || len(retried.Applied) != 2 || retried.Left != 0 {
		t.Errorf("%+v, %v", retried, err)
	}
	if got := held(t, client); got != 14 {
		t.Errorf("the store holds %d, want 14", got)
	}
	if _, err := client.RetryParked(t.Context(), "store", "wh2", api.RetryRequest{Key: "quota"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("nothing waits any more: %v", err)
	}
	if _, err := client.RetryParked(t.Context(), "elsewhere", "wh2", api.RetryRequest{Key: "quota"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a site that does not run here: %v", err)
	}
	proved(t, n)
}

// TestSkipParked takes a grant out: the audit says where its units are, until they
// are booked.
func TestSkipParked(t *testing.T) {
	n, client := mugShop(t, 3, 4)
	parkGrant(t, n, client, 5)
	list, err := client.Parked(t.Context())
	if err != nil || len(list.Parked) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	seq := list.Parked[0].Seq
	request := api.SkipRequest{Key: "quota", Seq: seq + 1, By: "Ann", Reason: "booked by hand"}
	if _, err := client.SkipParked(t.Context(), "store", "wh2", request); !fault.Is(err, fault.Conflict) {
		t.Errorf("another message: %v", err)
	}
	request.Seq = seq
	if retried, err := client.SkipParked(t.Context(), "store", "wh2", request); err != nil || retried.Left != 0 {
		t.Fatalf("%+v, %v", retried, err)
	}
	if list, err = client.Parked(t.Context()); err != nil || len(list.Parked) != 0 || len(list.Skipped) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	if s := list.Skipped[0].Skipped; s == nil || s.By != "Ann" || s.Reason != "booked by hand" || s.At.IsZero() {
		t.Errorf("skipped as %+v", s)
	}
	report, err := client.Audit(t.Context())
	if err != nil || len(report.Findings) != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	for _, want := range []string{"the difference is what was not applied", "of wh2 (quota.granted.v1), skipped at store by Ann: booked by hand"} {
		if found := report.Findings[0]; found.Invariant != 2 || !strings.Contains(found.Text, want) {
			t.Errorf("%+v does not say %q", found, want)
		}
	}
}

// TestParkedAreRetriedAtTheStart is what makes a message of a newer version go on
// after the upgrade.
func TestParkedAreRetriedAtTheStart(t *testing.T) {
	cfg := settings(t.TempDir())
	n, err := node.Open(t.Context(), cfg, node.Options{})
	if err != nil {
		t.Fatal(err)
	}
	importFile(t, n, "products", node.ImportOptions{Currency: "GBP"}, []byte(mug))
	parkGrant(t, n, serve(t, n), 5)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	n = startWith(t, cfg, node.Options{})
	client := api.New(n.URL(), n.Token())
	t.Cleanup(client.Close)
	eventually(t, 10*time.Second, "the parked grant is applied", func() bool { return held(t, client) == 5 })
	proved(t, n)
}

// TestFeedsArePruned keeps messages as long as it is told, then takes out all but
// the newest, while orders go on and the audit still proves the rest.
func TestFeedsArePruned(t *testing.T) {
	cfg := settings(t.TempDir())
	cfg.Feeds.Keep = time.Millisecond // less than anybody may set
	n := startWith(t, cfg, node.Options{Sample: true})
	client := api.New(n.URL(), n.Token())
	t.Cleanup(client.Close)
	pruned := func() (messages int) {
		report, err := client.Audit(t.Context())
		if err != nil || !report.Right() {
			t.Fatalf("%+v, %v", report, err)
		}
		for _, site := range report.Sites {
			messages += site.Pruned
		}
		return messages
	}
	eventually(t, 30*time.Second, "every feed is pruned", func() bool { return pruned() > 0 })
	proved(t, n)
	if last := link(t, client, "wh1", "store"); last.Pruned == 0 || last.Pruned >= last.Last || last.Lag != 0 {
		t.Errorf("%+v", last)
	}
}
