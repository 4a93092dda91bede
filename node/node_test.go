package node_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/node"
	"crossdock/node/config"
	"crossdock/site/audit"
	"crossdock/site/intake/sample"
)

// settings are those of a process of its own on dir.
func settings(dir string) config.Config {
	cfg := config.Default(nil)
	cfg.Data = dir
	cfg.Listen = "127.0.0.1:0"
	return cfg
}

// start opens a node on dir and serves it until the test ends.
func start(t *testing.T, dir string, options node.Options) *node.Node {
	t.Helper()
	return startWith(t, settings(dir), options)
}

func startWith(t *testing.T, cfg config.Config, options node.Options) *node.Node {
	t.Helper()
	n, err := node.Open(t.Context(), cfg, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	serve(t, n)
	return n
}

// serve lets a node answer until it is closed or the test ends, and returns a
// client of it.
func serve(t *testing.T, n *node.Node) *api.Client {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- n.Serve(ctx) }()
	client := api.New(n.URL(), n.Token())
	t.Cleanup(func() {
		client.Close()
		stop()
		if err := <-served; err != nil && !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return client
}

// proved waits until the sites have told each other everything, and audits them.
func proved(t *testing.T, n *node.Node) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := n.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	report, err := n.Audit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range report.Findings {
		t.Errorf("invariant %d at %s: %s %s", finding.Invariant, finding.Site, finding.Row, finding.Text)
	}
	for _, site := range report.Sites {
		if site.Parked > 0 || site.Unread > 0 {
			t.Errorf("%s: %d parked, %d unread", site.Site, site.Parked, site.Unread)
		}
	}
}

// importFile imports a file that must be well-formed.
func importFile(t *testing.T, n *node.Node, kind string, options node.ImportOptions, file []byte) node.ImportSummary {
	t.Helper()
	summary, err := n.Import(t.Context(), kind, options, bytes.NewReader(file), nil)
	if err != nil {
		t.Fatalf("import %s: %v", kind, err)
	}
	return summary
}

func TestReplayOfTheSample(t *testing.T) {
	set := sample.Make(sample.DefaultSeed)
	n := start(t, t.TempDir(), node.Options{Sample: true})
	replay(t, n, set.OrdersCSV(), node.ImportOptions{})
}

// TestReplayOfRealInvoices runs where the folder of real data is at hand.
func TestReplayOfRealInvoices(t *testing.T) {
	name := os.Getenv("CROSSDOCK_REAL_DATA")
	if name == "" {
		name = filepath.Join("..", "..", "shared", "data")
	}
	name = filepath.Join(name, "online-retail", "orders-2010-12.csv")
	file, err := os.ReadFile(name)
	if err != nil {
		t.Skipf("real data: %s not found", name)
	}
	n := start(t, t.TempDir(), node.Options{})
	importFile(t, n, "products", node.ImportOptions{Stock: 3000}, file)
	proved(t, n)
	first := replay(t, n, file, node.ImportOptions{})
	if first.Invoices != 512 {
		t.Errorf("%d invoices accounted for, not 512", first.Invoices)
	}
}

// replay imports a file of orders twice: the second time nothing may change.
func replay(t *testing.T, n *node.Node, file []byte, options node.ImportOptions) node.ImportSummary {
	t.Helper()
	began := time.Now()
	first := importFile(t, n, "orders", options, file)
	took := time.Since(began)
	proved(t, n)
	done := first.Accepted + first.Backordered + first.Reversed + first.Voided + first.Returned + first.Unmatched
	t.Logf("%d of %d invoices in %v: %.0f/s; accepted %d, reversed %d, voided %d, unmatched %d, skipped %d",
		done, first.Invoices, took, float64(first.Invoices)/took.Seconds(),
		first.Accepted, first.Reversed, first.Voided, first.Unmatched, first.Skipped)
	if first.Accepted == 0 || first.Reversed == 0 || first.Voided == 0 || first.Already != 0 || first.Refused != 0 {
		t.Errorf("the first replay: %+v", first)
	}
	if sum := done + first.Skipped; sum != first.Invoices {
		t.Errorf("%d of %d invoices accounted for", sum, first.Invoices)
	}
	before := calm(t, n)
	second := importFile(t, n, "orders", options, file)
	proved(t, n)
	after := calm(t, n)
	if second.Accepted+second.Reversed+second.Voided != 0 || second.Already+second.Unmatched+second.Skipped != second.Invoices {
		t.Errorf("the second replay did something: %+v", second)
	}
	for i := range before.Sites {
		if before.Sites[i] != after.Sites[i] {
			t.Errorf("the second replay changed %+v to %+v", before.Sites[i], after.Sites[i])
		}
	}
	return first
}

// calm audits until the sites have nothing to do of their own accord any more,
// such as asking for quota ahead of need or joining split orders, which the store
// does once a second.
func calm(t *testing.T, n *node.Node) audit.Report {
	t.Helper()
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	var last audit.Report
	since := time.Now()
	for until := since.Add(time.Minute); time.Now().Before(until); <-ticker.C {
		report, err := n.Audit(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(report.Sites, last.Sites) {
			last, since = report, time.Now()
		}
		if time.Since(since) > 2500*time.Millisecond {
			return report
		}
	}
	t.Fatal("the sites do not come to rest")
	return last
}

func TestDataDirectoryInUse(t *testing.T) {
	dir := t.TempDir()
	start(t, dir, node.Options{})
	_, err := node.Open(t.Context(), settings(dir), node.Options{})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("a second process on the directory: %v", err)
	}
	if _, err := node.AuditFiles(t.Context(), dir); !fault.Is(err, fault.Conflict) {
		t.Errorf("an audit of files in use: %v", err)
	}
}

func TestNewerDataIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "VERSION"), []byte("2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := node.Open(t.Context(), settings(dir), node.Options{}); !fault.Is(err, fault.Newer) {
		t.Errorf("a directory of a newer version: %v", err)
	}
}

func TestAddressInUse(t *testing.T) {
	n := start(t, t.TempDir(), node.Options{})
	cfg := settings(t.TempDir())
	cfg.Listen = n.URL()[len("http://"):]
	if _, err := node.Open(t.Context(), cfg, node.Options{}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("an address in use: %v", err)
	}
}
