package node_test

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/node"
	"crossdock/node/config"
)

// line is a line between two processes that can be cut.
type line struct {
	t        *testing.T
	listener net.Listener
	to       string
	mu       sync.Mutex
	cut      bool
	open     map[net.Conn]bool
	running  sync.WaitGroup
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{t: t, listener: listener, to: to, open: map[net.Conn]bool{}}
	l.running.Go(l.accept)
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		l.turn(true)
		l.running.Wait()
	})
	return l
}

func (l *line) accept() {
	for {
		conn, err := l.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			l.t.Error(err)
			return
		}
		l.running.Go(func() { l.carry(conn) })
	}
}

// carry copies both ways until one end closes, or the line is cut.
func (l *line) carry(near net.Conn) {
	defer l.hangUp(near)
	far, err := net.Dial("tcp", l.to)
	if err != nil {
		return // the other end is gone, and so is this one then
	}
	defer l.hangUp(far)
	if !l.keep(near, far) {
		return
	}
	ended := make(chan struct{}, 2)
	for _, pair := range [][2]net.Conn{{near, far}, {far, near}} {
		l.running.Go(func() {
			_, _ = io.Copy(pair[0], pair[1]) // ends with an error when it is cut
			ended <- struct{}{}
		})
	}
	<-ended
}

func (l *line) keep(ends ...net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, end := range ends {
		l.open[end] = !l.cut
	}
	return !l.cut
}

func (l *line) hangUp(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, conn)
	_ = conn.Close() // it may be closed already
}

// turn cuts the line, or mends it.
func (l *line) turn(cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = cut
	for conn := range l.open {
		if cut {
			_ = conn.Close() // whoever carries it hangs up
		}
	}
}

// stores are two shops that sell out of one warehouse, which runs with the first.
type stores struct {
	t     *testing.T
	line  *line // between them
	nodes []*node.Node
	shops []*api.Client
	sold  atomic.Int64
}

func newStores(t *testing.T, units int64, change ...func(*config.Config)) *stores {
	t.Helper()
	bus := freeAddress(t)
	s := &stores{t: t, line: newLine(t, bus)}
	first := settings(t.TempDir())
	first.Roles, first.NATS.Listen, first.Warehouses.Stores = first.Roles[:2], bus, []id.Site{"store", "shop2"}
	second := settings(t.TempDir())
	second.Roles, second.Store.Name, second.NATS.URL = first.Roles[:1], "shop2", "nats://"+s.line.listener.Addr().String()
	for _, cfg := range []*config.Config{&first, &second} {
		cfg.Districts = []catalog.District{{Code: "north", Name: "North", Warehouses: []id.Site{"wh1"}}}
		for _, c := range change {
			c(cfg)
		}
		if err := cfg.Check(); err != nil {
			t.Fatal(err)
		}
		n, err := node.Open(t.Context(), *cfg, node.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s.nodes, s.shops = append(s.nodes, n), append(s.shops, serve(t, n))
		importFile(t, n, "products", node.ImportOptions{}, []byte(mug))
	}
	receipt := api.Receipt{Items: []api.Wanted{{SKU: "MUG1", Quantity: units}}}
	if _, err := s.shops[0].Receive(t.Context(), "", "wh1", receipt); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, "both hold their share", func() bool {
		return s.held(0) == units/2 && s.held(1) == units/2
	})
	return s
}

// held is how many mugs a shop can sell without asking.
func (s *stores) held(shop int) int64 {
	s.t.Helper()
	product, err := s.shops[shop].Product(s.t.Context(), "MUG1")
	if err != nil {
		s.t.Fatal(err)
	}
	return product.Held
}

// sell lets customers of a shop ask for a mug each, and counts those who get one.
func (s *stores) sell(shop, customers int) (sold int64) {
	for range customers {
		placement, err := s.shops[shop].PlaceOrder(s.t.Context(), "", mugs(1, "north"))
		if err != nil {
			s.t.Error(err)
			return sold
		}
		if len(placement.Short) == 0 {
			sold++
		}
	}
	s.sold.Add(sold)
	return sold
}

// sound audits each shop with what it can see.
func (s *stores) sound() {
	s.t.Helper()
	for _, n := range s.nodes {
		report, err := n.Audit(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		for _, finding := range report.Findings {
			s.t.Errorf("finding: %+v", finding)
		}
	}
}

// close ends both processes when each has heard all that the other said.
func (s *stores) close() {
	s.t.Helper()
	for _, n := range s.nodes {
		eventually(s.t, 20*time.Second, "each has heard all that the other said", func() bool { return upToDate(s.t, n) })
	}
	for _, n := range s.nodes {
		if err := n.Close(); err != nil {
			s.t.Fatal(err)
		}
	}
}

// TestTwoStores lets two shops sell the same mugs, one of them cut off from time to
// time: what it holds it goes on selling, what it does not hold nobody can sell
// twice, and in the end every mug is sold, once.
func TestTwoStores(t *testing.T) {
	const units = 80
	s := newStores(t, units)
	dirs := []string{s.nodes[0].Data(), s.nodes[1].Data()}
	for pass := range 3 {
		before := s.held(1)
		s.line.turn(true)
		var customers sync.WaitGroup
		var cutOff atomic.Int64
		customers.Go(func() { s.sell(0, 6) })
		customers.Go(func() { cutOff.Store(s.sell(1, 6)) })
		customers.Wait()
		if want := min(before, 6); cutOff.Load() != want {
			t.Errorf("pass %d: cut off with %d units, it sold %d of 6", pass, before, cutOff.Load())
		}
		s.sound()
		s.line.turn(false)
		customers.Go(func() { s.sell(0, 4) })
		customers.Go(func() { s.sell(1, 4) })
		customers.Wait()
		s.sound()
	}
	s.line.turn(true)
	if rest, sold := s.held(0), s.sell(0, units); sold != rest {
		t.Errorf("with the other one cut off, the first shop sold %d of the %d that it held", sold, rest)
	}
	s.line.turn(false)
	eventually(t, 20*time.Second, "the first shop gets what the second one held, and sells it", func() bool {
		s.sell(0, 1)
		return s.sold.Load() >= units
	})
	if more := s.sell(0, 3) + s.sell(1, 3); more > 0 {
		t.Errorf("%d more were sold than there were", more)
	}
	s.close()
	report, err := node.AuditFiles(t.Context(), dirs...)
	if err != nil || !report.Right() || len(report.NotChecked) > 0 || len(report.Sites) != 3 {
		t.Errorf("%+v, %v", report, err)
	}
	if s.sold.Load() != units {
		t.Errorf("%d of %d units were sold", s.sold.Load(), units)
	}
}

// TestNeedyStore: the first order of a shop that needs more than it holds waits for
// what the other shop idles on, and is served with it: that of the shop beside the
// warehouse, and that of the one behind the line.
func TestNeedyStore(t *testing.T) {
	const wait = 20 * time.Second // at most: a machine that is busy with tests may need more than the default
	for shop, name := range []string{"beside the warehouse", "behind the line"} {
		t.Run(name, func(t *testing.T) {
			s := newStores(t, 20, func(cfg *config.Config) { cfg.Quota.AskWait = wait })
			began := time.Now()
			placement, err := s.shops[shop].PlaceOrder(t.Context(), "", mugs(13, "north"))
			if err != nil || len(placement.Short) > 0 || placement.Order.Status != "placed" {
				t.Errorf("the order is %s, short of %v, %v", placement.Order.Status, placement.Short, err)
			}
			if took := time.Since(began); took >= wait {
				t.Errorf("it was served after %v, as if nobody had answered", took)
			}
			dirs := []string{s.nodes[0].Data(), s.nodes[1].Data()}
			s.close()
			report, err := node.AuditFiles(t.Context(), dirs...)
			if err != nil || !report.Right() || len(report.NotChecked) > 0 {
				t.Errorf("%+v, %v", report, err)
			}
		})
	}
}

// TestOneCommandKnowsTheStores books goods where nothing runs, without being told
// which stores there are: the one that runs elsewhere gets its share all the same.
func TestOneCommandKnowsTheStores(t *testing.T) {
	s := newStores(t, 10)
	dir := s.nodes[0].Data()
	s.close()
	n := startWith(t, settings(dir), node.Options{Private: true})
	s.shops[0] = api.New(n.URL(), n.Token())
	t.Cleanup(s.shops[0].Close)
	receipt := api.Receipt{Items: []api.Wanted{{SKU: "MUG1", Quantity: 4}}}
	stocked, err := s.shops[0].Receive(t.Context(), "", "wh1", receipt)
	if err != nil || stocked.Levels[0].Quota != 14 {
		t.Errorf("%+v, %v", stocked, err)
	}
	proved(t, n)
	if held := s.held(0); held != 7 {
		t.Errorf("the store here holds %d of 14, not 7", held)
	}
}

// upToDate reports whether no link of a process is behind.
func upToDate(t *testing.T, n *node.Node) bool {
	t.Helper()
	states, err := n.Links(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range states {
		if !state.Connected || state.Lag > 0 || state.Parked > 0 {
			return false
		}
	}
	return true
}
