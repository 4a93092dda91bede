package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// separateEnd follows the examples of "serve --help" for separate processes: they
// must work together, not only start.
const separateEnd = `
up store
up wh1
exec crossdock import products products.csv --data store
becomes levels.0.on_hand 5 crossdock stock receive --at wh1 TEA-1=5 --key k1 --data wh1 --json
becomes stock.0.held 5 crossdock stock list --sku TEA-1 --data store --json
exits 1 crossdock links cut wh1 --data store
stderr 'is no warehouse of this process'
exec crossdock links cut wh1 --data wh1
exec crossdock links --data wh1
stdout ' cut '
exec crossdock links heal wh1 --data wh1
exits 1 crossdock stock list --sku NOPE --at wh1 --data wh1
stderr 'wh1 has never had the product NOPE'
kill -INT wh1
wait wh1
kill -INT store
wait store
! stderr 'follows no warehouse'
exec crossdock audit --data store --data wh1

# Without districts the store says what it lacks.
exec crossdock serve --roles store --data alone --listen 127.0.0.1:0 --nats-listen 127.0.0.1:0 &alone&
up alone
kill -INT alone
wait alone
stderr 'the store follows no warehouse and can sell nothing: .* name them under districts in the configuration file'

-- products.csv --
StockCode,Description,UnitPrice
TEA-1,Tea Pot,9.50
-- tok --
secret
`

// TestServeExamples carries out the examples of "serve --help" for separate
// processes, with the file that the help shows, on one machine.
func TestServeExamples(t *testing.T) {
	bus := freeAddress(t)
	script := "chmod 0600 tok\n"
	for line := range strings.SplitSeq(serveExample, "\n") {
		if !strings.Contains(line, "--nats-") {
			continue
		}
		site := "store"
		if strings.Contains(line, "warehouse:wh1") {
			site = "wh1"
		}
		line = strings.NewReplacer("nats://shop:4222", "nats://"+bus, ":4222", bus).Replace(strings.TrimSpace(line))
		script += "exec " + line + " --data " + site + " --listen 127.0.0.1:0 &" + site + "&\n"
	}
	if strings.Count(script, "exec ") != 2 || strings.Count(script, bus) != 2 {
		t.Fatalf("the help of serve has other examples:\n%s", script)
	}
	file := filepath.Join(t.TempDir(), "separate.txtar")
	text := script + separateEnd + "-- store.yaml --\n" + strings.ReplaceAll("\n"+storeExample, "\n  ", "\n")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files: []string{file},
		Cmds:  map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits, "becomes": becomes, "up": up},
	})
}

// freeAddress returns an address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return listener.Addr().String()
}
