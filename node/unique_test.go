package node_test

import (
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/engine/natsbus"
	"crossdock/node"
	"crossdock/node/config"
)

// broker is a message server that runs by itself, so that each site may come and go.
func broker(t *testing.T) (address string) {
	t.Helper()
	address = freeAddress(t)
	server, err := natsbus.Start(natsbus.Options{Dir: t.TempDir(), Listen: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return address
}

// onBus is a process with these roles and a directory of its own.
func onBus(t *testing.T, bus string, roles ...config.Role) config.Config {
	t.Helper()
	cfg := settings(t.TempDir())
	cfg.Roles, cfg.NATS.URL = roles, "nats://"+bus
	cfg.Districts = []catalog.District{{Code: "north", Name: "North", Warehouses: []id.Site{"wh1"}}}
	return cfg
}

// clientOf speaks to a process that serves.
func clientOf(t *testing.T, n *node.Node) *api.Client {
	t.Helper()
	client := api.New(n.URL(), n.Token())
	t.Cleanup(client.Close)
	return client
}

// TestTwoOfOneName refuses a second site of a name that is served on the bus, says
// by which setting it gets another, and leaves nothing of it in its directory. The
// name may be taken when the first one has gone.
func TestTwoOfOneName(t *testing.T) {
	for role, setting := range map[config.Role]string{"store": "store.name", "warehouse:wh1": "roles"} {
		t.Run(setting, func(t *testing.T) {
			bus := broker(t)
			first, err := node.Open(t.Context(), onBus(t, bus, role), node.Options{})
			if err != nil {
				t.Fatal(err)
			}
			cfg := onBus(t, bus, role)
			second, err := node.Open(t.Context(), cfg, node.Options{})
			if err == nil {
				_ = second.Close()
			}
			name := strings.TrimPrefix(string(role), "warehouse:")
			message, _ := fault.Public(err)
			if !fault.Is(err, fault.Conflict) || !strings.Contains(message, "the site "+name+" ") || !strings.Contains(message, setting) {
				t.Errorf("a second %s: %v", name, err)
			}
			if left, err := os.ReadDir(filepath.Join(cfg.Data, "db")); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
			if err := first.Close(); err != nil {
				t.Error(err)
			}
			startWith(t, cfg, node.Options{})
		})
	}
}

// TestTwinOutOfReach lets a second site of a name start while the bus is out of
// reach, for it may be alone. When the bus is back it is told, reads nothing, and
// goes on so when the first one is away for a moment; what is granted goes to the first.
func TestTwinOutOfReach(t *testing.T) {
	bus := broker(t)
	cfg := onBus(t, bus, "store")
	first, err := node.Open(t.Context(), cfg, node.Options{})
	if err != nil {
		t.Fatal(err)
	}
	importFile(t, first, "products", node.ImportOptions{}, []byte(mug))
	warehouse := clientOf(t, startWith(t, onBus(t, bus, "warehouse:wh1"), node.Options{}))
	away := newLine(t, bus)
	away.turn(true)
	log := &record{}
	twin := startWith(t, onBus(t, away.listener.Addr().String(), "store"), node.Options{Log: slog.New(slog.NewTextHandler(log, nil))})
	importFile(t, twin, "products", node.ImportOptions{}, []byte(mug))
	away.turn(false)
	eventually(t, 10*time.Second, "the log tells of it", func() bool {
		return strings.Contains(log.String(), "runs the site store already")
	})
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	shop := clientOf(t, startWith(t, cfg, node.Options{}))
	if _, err := warehouse.Receive(t.Context(), "", "wh1", api.Receipt{Items: []api.Wanted{{SKU: "MUG1", Quantity: 10}}}); err != nil {
		t.Fatal(err)
	}
	held := func(shop *api.Client) int64 {
		product, err := shop.Product(t.Context(), "MUG1")
		if err != nil {
			t.Fatal(err)
		}
		return product.Held
	}
	eventually(t, 10*time.Second, "the first one holds the units", func() bool { return held(shop) == 10 })
	other := clientOf(t, twin)
	eventually(t, 10*time.Second, "the link says why nothing comes", func() bool {
		l := link(t, other, "wh1", "store")
		return !l.Connected && strings.Contains(l.Trouble, "store.name")
	})
	if units := held(other); units != 0 {
		t.Errorf("the second one holds %d units too", units)
	}
	if told := strings.Count(log.String(), "started anew"); told != 1 {
		t.Errorf("it tried %d times to take the name", told)
	}
}

// TestSilentBus: a process of several sites whose line to the bus swallows everything
// answers its API as soon as any other, and does not wait for the line once for each
// of its sites, which the client would do twice for two seconds.
func TestSilentBus(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	began := time.Now()
	n := startWith(t, onBus(t, silent.Addr().String(), "store", "warehouse:wh1", "warehouse:wh2"), node.Options{})
	if _, err := clientOf(t, n).Version(t.Context()); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 6*time.Second {
		t.Errorf("the API answered after %s", took)
	}
}

// TestAloneWithoutBus starts a store while the bus is out of reach, and has it read
// and be read when the bus has come.
func TestAloneWithoutBus(t *testing.T) {
	bus := broker(t)
	away := newLine(t, bus)
	away.turn(true)
	n := startWith(t, onBus(t, away.listener.Addr().String(), "store"), node.Options{})
	startWith(t, onBus(t, bus, "warehouse:wh1"), node.Options{})
	client := clientOf(t, n)
	eventually(t, 10*time.Second, "the link shows the failure", func() bool {
		return strings.Contains(link(t, client, "wh1", "store").Trouble, "not connected")
	})
	away.turn(false)
	for _, ends := range [][2]id.Site{{"wh1", "store"}, {"store", "wh1"}} {
		eventually(t, 10*time.Second, "both read", func() bool {
			links, err := client.Links(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range links {
				if l.Origin == ends[0] && l.Destination == ends[1] {
					return l.Connected
				}
			}
			return false
		})
	}
}
