package node_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/node"
)

// TestSeparateProcesses runs a store and two warehouses as processes of their own,
// as people start them.
func TestSeparateProcesses(t *testing.T) {
	bin := build(t)
	t.Run("killed", func(t *testing.T) { t.Parallel(); killedSites(t, newMachines(t, bin)) })
	t.Run("token", func(t *testing.T) { t.Parallel(); wrongTokens(t, newMachines(t, bin)) })
	t.Run("manual", func(t *testing.T) { t.Parallel(); followManual(t, newMachines(t, bin)) })
}

// killedSites sells, kills each side in turn, and has both be equal soon after.
func killedSites(t *testing.T, m *machines) {
	shop, wh1, wh2 := m.start("store"), m.start("wh1"), m.start("wh2")
	shop.importMugs(wh1, wh2)
	wh1.receive("wh1", 5)
	wh2.receive("wh2", 4)
	eventually(t, catchUp, "the store holds the stock", func() bool { return shop.held("wh1") == 5 && shop.held("wh2") == 4 })
	if got := place(t, shop.client, 6, "north"); len(got.Order.Fulfillments) != 2 || len(got.Short) > 0 {
		t.Errorf("an order over both: %+v", got)
	}
	shop.delivered(wh1, "wh1")

	killed := time.Now()
	m.kill("wh2")
	eventually(t, 5*time.Second, "the link shows that it is stale", func() bool {
		l := link(t, shop.client, "wh2", "store")
		return !l.Connected && l.StaleSince != nil && l.StaleSince.After(killed.Add(-catchUp)) && l.Trouble != ""
	})
	if got := place(t, shop.client, 2, "south"); len(got.Short) > 0 || got.Order.Fulfillments[0].Warehouse != "wh2" {
		t.Errorf("out of the quota of wh2: %+v", got)
	}
	if got := place(t, shop.client, 2, "south"); len(got.Short) != 1 || got.Short[0].Missing != 1 {
		t.Errorf("beyond the quota of wh2: %+v", got)
	}
	shop = restartedAlone(t, m, shop, killed)
	old := t.TempDir()
	if err := os.CopyFS(old, os.DirFS(m.data("wh2"))); err != nil {
		t.Fatal(err)
	}
	wh2 = m.start("wh2")
	took := eventually(t, catchUp, "wh2 is equal", func() bool {
		return shop.upToDate("wh2", "store") && wh2.upToDate("store", "wh2") && wh2.equal(shop, "wh2")
	})
	t.Logf("equal %v after wh2 answers again", took)

	m.kill("store")
	wh1.receive("wh1", 10) // goes on alone
	eventually(t, time.Minute, "the reader would by itself wait for too long", func() bool {
		retry := link(t, wh1.client, "store", "wh1").RetryAt
		return retry != nil && time.Until(*retry) > catchUp+500*time.Millisecond
	})
	shop = m.start("store")
	took = eventually(t, catchUp, "all are equal", func() bool {
		return shop.upToDate("wh1", "store") && wh1.upToDate("store", "wh1") && wh1.equal(shop, "wh1") &&
			shop.upToDate("wh2", "store") && wh2.upToDate("store", "wh2") && wh2.equal(shop, "wh2")
	})
	t.Logf("equal %v after the store answers again", took)
	if held := shop.held("wh1"); held != 10 {
		t.Errorf("%d held of wh1, not 10", held)
	}
	auditsOwn(t, shop, "store against wh1", "store against wh2")
	auditsOwn(t, wh1, "wh1 against store")
	for _, site := range []string{"wh1", "store", "wh2"} {
		m.stop(site)
	}
	auditTogether(t, m, old)
}

// restartedAlone starts the store anew while wh2 is down: it still tells what waits for
// wh2, how far it has read it, and since when it has not.
func restartedAlone(t *testing.T, m *machines, shop *process, killed time.Time) *process {
	t.Helper()
	to, from := link(t, shop.client, "store", "wh2"), link(t, shop.client, "wh2", "store")
	if to.Lag == 0 || from.Cursor == 0 {
		t.Errorf("before: %+v, %+v", to, from)
	}
	m.stop("store")
	shop = m.start("store")
	eventually(t, catchUp, "the store has looked for wh2", func() bool { return link(t, shop.client, "wh2", "store").Failures > 0 })
	again := link(t, shop.client, "store", "wh2")
	if again.Cursor != to.Cursor || again.Last != to.Last || again.Lag != to.Lag || again.Connected {
		t.Errorf("what waits for wh2 was %+v, and is %+v after the restart", to, again)
	}
	again = link(t, shop.client, "wh2", "store")
	if again.Cursor != from.Cursor || again.StaleSince == nil || again.StaleSince.After(killed.Add(catchUp)) {
		t.Errorf("what was read of wh2 was %+v, and is %+v after the restart", from, again)
	}
	return shop
}

// importMugs imports the product at the store, which only the store can, and
// waits until the warehouses know its name.
func (p *process) importMugs(warehouses ...*process) {
	p.t.Helper()
	imports := func(at *process, kind, text string, options api.ImportOptions) error {
		_, err := at.client.Import(p.t.Context(), kind, options, strings.NewReader(text), nil)
		return err
	}
	stock := "StockCode,Warehouse,Quantity\nMUG1,wh1,5\n"
	for what, err := range map[string]error{
		"products with stock": imports(p, "products", mug, api.ImportOptions{Stock: 10}),
		"products":            imports(p, "products", mug, api.ImportOptions{}),
		"stock":               imports(p, "stock", stock, api.ImportOptions{}),
	} {
		if what == "products" {
			if err != nil {
				p.t.Error(err)
			}
		} else if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "wh1 runs in another process") {
			p.t.Errorf("%s where no warehouse runs: %v", what, err)
		}
	}
	for _, w := range warehouses {
		if err := imports(w, "stock", stock, api.ImportOptions{}); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "stock receive") {
			p.t.Errorf("a file where no store runs: %v", err)
		}
		eventually(p.t, catchUp, "the warehouse has heard of the product", func() bool {
			return link(p.t, w.client, "store", linkEnd(p.t, w)).Cursor > 0
		})
	}
}

// linkEnd is the one warehouse of a process.
func linkEnd(t *testing.T, w *process) id.Site {
	t.Helper()
	version, err := w.client.Version(t.Context())
	if err != nil || len(version.Warehouses) != 1 || version.Store {
		t.Fatal(version, err)
	}
	return version.Warehouses[0]
}

// delivered takes the one fulfillment of a warehouse to its end there, and waits
// until the store, p, has heard of it.
func (p *process) delivered(w *process, site id.Site) {
	p.t.Helper()
	var all []api.Fulfillment
	eventually(p.t, catchUp, "the warehouse has heard of the order", func() bool {
		page, err := w.client.Fulfillments(p.t.Context(), site, api.FulfillmentQuery{})
		if err != nil {
			p.t.Fatal(err)
		}
		all = page.Fulfillments
		return len(all) == 1
	})
	if all[0].Lines[0].Name == "" {
		p.t.Error("the warehouse does not know what the product is called")
	}
	for _, to := range []string{"picking", "picked", "ready", "sent", "delivered"} {
		if _, err := w.client.Advance(p.t.Context(), site, all[0].ID, api.Advance{To: to}); err != nil {
			p.t.Fatal(err)
		}
	}
	eventually(p.t, catchUp, "the store knows that it is delivered", func() bool {
		return p.told(site)[all[0].ID.String()] == "delivered"
	})
}

// auditsOwn audits the sites of one process, which cannot see the others.
func auditsOwn(t *testing.T, p *process, unseen ...string) {
	t.Helper()
	report, err := p.client.Audit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range report.Findings {
		t.Errorf("finding: %+v", finding)
	}
	if len(report.Sites) != 1 || len(report.NotChecked) != len(unseen) {
		t.Errorf("audited %+v, not checked: %q", report.Sites, report.NotChecked)
	}
	for _, pair := range unseen {
		if !slices.ContainsFunc(report.NotChecked, func(text string) bool { return strings.HasPrefix(text, pair+":") }) {
			t.Errorf("%q is not among what was not checked: %q", pair, report.NotChecked)
		}
	}
}

// auditTogether audits the directories of all that were stopped as one, and finds
// an old copy that was put in the place of one of them.
func auditTogether(t *testing.T, m *machines, old string) {
	t.Helper()
	shop, wh1, wh2 := m.data("store"), m.data("wh1"), m.data("wh2")
	report, err := node.AuditFiles(t.Context(), shop, wh1, wh2)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Findings)+len(report.NotChecked) > 0 || len(report.Sites) != 3 {
		t.Errorf("all three: %+v", report)
	}
	if report, err = node.AuditFiles(t.Context(), shop, wh1, old); err != nil || len(report.Findings) == 0 {
		t.Errorf("an old copy of wh2: %+v, error %v", report, err)
	}
	for _, dirs := range [][]string{{shop, shop}, {wh2, old}} {
		if _, err := node.AuditFiles(t.Context(), dirs...); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: error %v, want invalid", dirs, err)
		}
	}
}

// wrongTokens must be told where somebody looks: at the start, and in the log of
// a process that runs when its token is refused later.
func wrongTokens(t *testing.T, m *machines) {
	m.write("other-token", "another token\n")
	const other = "CROSSDOCK_NATS_TOKEN_FILE=other-token"
	m.start("store")
	out, err := m.command("wh1", other).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "refused the token") {
		t.Errorf("a wrong token at the start: %v\n%s", err, out)
	}
	wh1 := m.start("wh1")
	eventually(t, catchUp, "wh1 is up", func() bool { return wh1.upToDate("store", "wh1") })
	m.kill("store")
	m.start("store", other)
	eventually(t, 10*time.Second, "the log says that the token is refused", func() bool {
		return strings.Contains(wh1.log.String(), "refused the token")
	})
	m.stop("store")
	m.start("store")
	eventually(t, catchUp, "wh1 is up again", func() bool { return wh1.upToDate("store", "wh1") })
	m.stop("wh1")
	m.stop("store")
}
