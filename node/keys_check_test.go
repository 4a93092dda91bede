package node_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossdock/api"
	"crossdock/core/id"
	"crossdock/node"
	"crossdock/node/config"
)

// TestCheckKeys spoils one thing about keys after the other, of a warehouse that has
// met its store.
func TestCheckKeys(t *testing.T) {
	bus := broker(t)
	shop := startWith(t, onBus(t, bus, "store"), node.Options{})
	importFile(t, shop, "products", node.ImportOptions{Currency: "GBP"}, []byte(mug))
	cfg := onBus(t, bus, "warehouse:wh1")
	n, client := openOn(t, cfg)
	linkIs(t, client, "store", "wh1", "wh1 has read the store", func(l api.Link) bool { return l.Cursor > 0 })
	dir := filepath.Join(cfg.Data, "keys")
	key, known := filepath.Join(dir, "wh1.key"), filepath.Join(dir, "known_sites")
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	keep := map[string][]byte{}
	for _, name := range []string{key, known} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		keep[name] = text
	}
	_, line, _ := strings.Cut(string(keep[known]), "\nstore=")
	pinned := config.Peer("store=" + strings.TrimSpace(line))
	other := config.Peer("store=" + config.KeyPrefix + strings.Repeat("A", 43))
	chmod := func(name string, mode os.FileMode) func() error {
		return func() error { return os.Chmod(name, mode) }
	}
	write := func(name, text string) func() error {
		return func() error { return os.WriteFile(name, []byte(text), 0o600) }
	}
	nothing := func() error { return nil }
	for name, c := range map[string]struct {
		spoil  func() error
		peers  []config.Peer
		others bool
		says   string // empty: nothing is wrong
		known  []id.Site
		unmet  []id.Site
	}{
		"as it was made":     {nothing, nil, false, "", []id.Site{"store"}, nil},
		"pinned":             {nothing, []config.Peer{pinned}, false, "", []id.Site{"store"}, nil},
		"pinned to another":  {nothing, []config.Peer{other}, true, "has another key of store than it has shown before", []id.Site{"store"}, nil},
		"pinned without it":  {nothing, []config.Peer{config.Peer(strings.Replace(string(other), "store", "annex", 1))}, true, "does not name store", nil, nil},
		"key gone":           {func() error { return os.Remove(key) }, nil, false, "wh1 has no key: there is no " + key, []id.Site{"store"}, nil},
		"key for all":        {chmod(key, 0o644), nil, false, "the key of wh1 is open to other users (0644)", []id.Site{"store"}, nil},
		"key for a group":    {chmod(key, 0o640), nil, false, "the key of wh1 is open to other users (0640)", []id.Site{"store"}, nil},
		"directory for all":  {chmod(dir, 0o755), nil, false, "the directory of the keys is open to other users (0755)", []id.Site{"store"}, nil},
		"key is none":        {write(key, "nonsense"), nil, false, "does not hold an Ed25519 key", []id.Site{"store"}, nil},
		"known by all":       {chmod(known, 0o666), nil, true, "other users may write " + known, []id.Site{"store"}, nil},
		"known is nonsense":  {write(known, "nonsense"), nil, true, "line 1 of " + known, nil, []id.Site{"store"}},
		"nobody is known":    {write(known, ""), nil, false, "", nil, []id.Site{"store"}},
		"known may be read":  {chmod(known, 0o644), nil, false, "", []id.Site{"store"}, nil},
		"known was not made": {func() error { return os.Remove(known) }, nil, false, "", nil, []id.Site{"store"}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.spoil(); err != nil {
				t.Fatal(err)
			}
			report, err := node.CheckKeys(t.Context(), cfg.Data, c.peers)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([][]id.Site{{"wh1"}, c.known, c.unmet}, [][]id.Site{report.Own, report.Known, report.Unmet}); diff != "" {
				t.Error(diff)
			}
			switch {
			case c.says == "" && len(report.Wrong) > 0:
				t.Errorf("it finds %+v", report.Wrong)
			case c.says != "" && (len(report.Wrong) != 1 || report.Wrong[0].Others != c.others || !strings.Contains(report.Wrong[0].Text, c.says) || report.Wrong[0].Do == ""):
				t.Errorf("it finds %+v, want one that says %q", report.Wrong, c.says)
			}
			for name, text := range keep {
				if err := os.WriteFile(name, text, 0o600); err != nil {
					t.Fatal(err)
				}
				if err := os.Chmod(name, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(dir, 0o700); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestCheckKeysWhileItRuns looks at the keys of a process that has its databases open,
// of which all speak with each other alone.
func TestCheckKeysWhileItRuns(t *testing.T) {
	cfg := settings(t.TempDir())
	n := startWith(t, cfg, node.Options{})
	if err := n.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	report, err := node.CheckKeys(t.Context(), cfg.Data, nil)
	if err != nil || len(report.Own) < 2 || len(report.Known)+len(report.Unmet)+len(report.Wrong) > 0 {
		t.Errorf("%+v, %v", report, err)
	}
	if report, err = node.CheckKeys(t.Context(), t.TempDir(), nil); err != nil || len(report.Own)+len(report.Wrong) > 0 {
		t.Errorf("where nothing is: %+v, %v", report, err)
	}
}
