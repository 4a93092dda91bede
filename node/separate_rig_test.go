package node_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/id"
	"crossdock/node"
)

// catchUp is how soon both sides of a link must be equal when its two processes
// answer again.
const catchUp = 2 * time.Second

// build makes the program that people run.
func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "crossdock")
	command := exec.Command("go", "build", "-buildvcs=false", "-o", bin, "../cmd/crossdock")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

// machines is a directory with the example of three machines, and the processes
// that run in it, by the name of their site.
type machines struct {
	t       *testing.T
	bin     string
	dir     string
	bus     string // address of the message server
	running map[string]*process
}

// process is one that was started. Its standard output is one JSON object.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	log    *record
	client *api.Client
}

func newMachines(t *testing.T, bin string) *machines {
	t.Helper()
	m := &machines{t: t, bin: bin, dir: t.TempDir(), bus: freeAddress(t), running: map[string]*process{}}
	if err := os.CopyFS(m.dir, os.DirFS(exampleDir)); err != nil {
		t.Fatal(err)
	}
	m.write("site-token", "a token for a test\n")
	t.Cleanup(func() {
		for name := range m.running {
			m.kill(name)
		}
	})
	return m
}

// freeAddress is a loopback address that nobody listens on now. It has to stand
// before the server does: the warehouses are told it, and a restart keeps it.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
	}()
	return listener.Addr().String()
}

func (m *machines) write(name, text string) {
	m.t.Helper()
	if err := os.WriteFile(filepath.Join(m.dir, name), []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machines) data(site string) string { return filepath.Join(m.dir, site+"-data") }

// command prepares the start of a site with ports that are free here.
func (m *machines) command(site string, environ ...string) *exec.Cmd {
	cmd := exec.Command(m.bin, "serve", "--config", site+".yaml", "--json")
	cmd.Dir = m.dir
	cmd.Env = append(m.environ(), "CROSSDOCK_LISTEN=127.0.0.1:0")
	if site == "store" {
		cmd.Env = append(cmd.Env, "CROSSDOCK_NATS_LISTEN="+m.bus)
	} else {
		cmd.Env = append(cmd.Env, "CROSSDOCK_NATS_URL=nats://"+m.bus)
	}
	cmd.Env = append(cmd.Env, environ...)
	return cmd
}

// environ is this process's without the settings of a person who runs the tests.
func (m *machines) environ() []string {
	environ := []string{"PATH=" + filepath.Dir(m.bin) + string(filepath.ListSeparator) + os.Getenv("PATH")}
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "CROSSDOCK_") && !strings.HasPrefix(entry, "PATH=") {
			environ = append(environ, entry)
		}
	}
	return environ
}

// start starts a site and returns when it answers.
func (m *machines) start(site string, environ ...string) *process {
	m.t.Helper()
	p := &process{t: m.t, cmd: m.command(site, environ...), log: &record{}}
	p.cmd.Stderr = p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		m.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.running[site] = p
	var answer struct {
		URL string `json:"url"`
	}
	if err := json.NewDecoder(out).Decode(&answer); err != nil {
		m.t.Fatalf("%s does not start: %v\n%s", site, err, p.log)
	}
	var running node.Running
	text, err := os.ReadFile(filepath.Join(m.data(site), node.RunFile))
	if err == nil {
		err = json.Unmarshal(text, &running)
	}
	if err != nil {
		m.t.Fatal(err)
	}
	p.client = api.New(answer.URL, running.Token)
	return p
}

// kill ends a site as a power cut would.
func (m *machines) kill(site string) {
	m.t.Helper()
	p := m.running[site]
	delete(m.running, site)
	if err := p.cmd.Process.Kill(); err != nil {
		m.t.Error(err)
	}
	var exit *exec.ExitError
	if err := p.cmd.Wait(); !errors.As(err, &exit) {
		m.t.Errorf("%s was killed: %v", site, err)
	}
	p.close()
}

// stop ends a site as Ctrl-C does, in order.
func (m *machines) stop(site string) {
	m.t.Helper()
	p := m.running[site]
	delete(m.running, site)
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		m.t.Error(err)
	}
	if err := p.cmd.Wait(); err != nil {
		m.t.Errorf("%s was stopped: %v\n%s", site, err, p.log)
	}
	p.close()
}

func (p *process) close() {
	if p.client != nil {
		p.client.Close()
	}
}

// upToDate reports whether the site has read everything of the other one that
// there was when it last asked, and can be reached.
func (p *process) upToDate(origin, site id.Site) bool {
	l := link(p.t, p.client, origin, site)
	return l.Connected && l.Lag == 0 && l.StaleSince == nil
}

// held is how many mugs the store holds of a warehouse's.
func (p *process) held(warehouse id.Site) int64 {
	p.t.Helper()
	page, err := p.client.Stock(p.t.Context(), api.StockQuery{Warehouse: warehouse, SKU: "MUG1"})
	if err != nil {
		p.t.Fatal(err)
	}
	var held int64
	for _, s := range page.Stock {
		held += s.Held
	}
	return held
}

func (p *process) receive(warehouse id.Site, units int64) {
	p.t.Helper()
	receipt := api.Receipt{Items: []api.Wanted{{SKU: "MUG1", Quantity: units}}}
	if _, err := p.client.Receive(p.t.Context(), "", warehouse, receipt); err != nil {
		p.t.Fatal(err)
	}
}

// equal reports whether the store and the warehouse, whose API p is, tell the
// same of every fulfillment and of the stock.
func (p *process) equal(store *process, warehouse id.Site) bool {
	p.t.Helper()
	return maps.Equal(store.told(warehouse), p.own(warehouse))
}

// told is what a store knows of a warehouse.
func (p *process) told(warehouse id.Site) map[string]string {
	p.t.Helper()
	known := map[string]string{}
	orders, err := p.client.Orders(p.t.Context(), api.OrderQuery{Limit: 200})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, o := range orders.Orders {
		for _, f := range o.Fulfillments {
			if f.Warehouse == warehouse {
				known[f.ID.String()] = f.Status
			}
		}
	}
	stock, err := p.client.Stock(p.t.Context(), api.StockQuery{Warehouse: warehouse})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, s := range stock.Stock {
		known[string(s.SKU)] = levelText(s.Level)
	}
	return known
}

// own is what a warehouse says of itself.
func (p *process) own(warehouse id.Site) map[string]string {
	p.t.Helper()
	known := map[string]string{}
	page, err := p.client.Fulfillments(p.t.Context(), warehouse, api.FulfillmentQuery{Limit: 200})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range page.Fulfillments {
		known[f.ID.String()] = f.Status
	}
	stock, err := p.client.WarehouseStock(p.t.Context(), warehouse, api.StockQuery{})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, l := range stock.Levels {
		known[string(l.SKU)] = levelText(l)
	}
	return known
}

func levelText(l api.Level) string {
	return fmt.Sprintf("%d available, %d quota, %d allocated, %d picked", l.Available, l.Quota, l.Allocated, l.Picked)
}

// record is a log to read while others write.
type record struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write implements io.Writer.
func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

// String returns what was written so far.
func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}
