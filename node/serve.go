package node

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/site/drift"
	"crossdock/site/store"
	"crossdock/web/admit"
	"crossdock/web/rest"
	"crossdock/web/shop"
)

// listen takes the address first of all, so that one that is taken is told
// before anything is opened for nothing.
func (n *Node) listen(ctx context.Context) (net.Listener, error) {
	address := n.config.Listen
	if n.options.Private {
		address = "127.0.0.1:0"
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, &fault.Error{
			Kind: fault.Unavailable, Cause: err,
			Message: "the address " + address + " is in use by another program: stop it, or choose another with --listen",
		}
	case err != nil:
		return nil, &fault.Error{Kind: fault.Invalid, Message: "cannot listen on " + address, Cause: err}
	default:
		return listener, nil
	}
}

// URL is where the process is reached.
func (n *Node) URL() string {
	host, port, err := net.SplitHostPort(n.listener.Addr().String())
	if err != nil {
		return "http://" + n.listener.Addr().String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Data is the data directory.
func (n *Node) Data() string { return n.dir.path }

// Store is the store of this process, or nil.
func (n *Node) Store() *store.Store { return n.store }

// Token is the administration's, which API and commands show.
func (n *Node) Token() string { return n.token }

// Serve answers requests until ctx ends, then finishes those under way.
func (n *Node) Serve(ctx context.Context) error {
	failed := make(chan error, 1)
	go func() { failed <- n.server.Serve(n.listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return n.finish()
	}
}

// finish lets requests under way end. Those that take too long, such as uploads
// that have stalled, are cut off: whatever was acknowledged is on disk by then.
func (n *Node) finish() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := n.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		n.log.Warn("some requests did not end in time and were cut off")
		return n.server.Close()
	}
	return err
}

func (n *Node) newServer() (*http.Server, error) {
	mux := http.NewServeMux()
	api := rest.New(rest.Deps{
		Store: n.store, Records: n.records, Planning: n.plans(), Site: n.config.Store.Name, Warehouses: n.warehouses, Links: restLinks{n}, Parked: n, Drift: n, Audit: n, Import: restImport{n}, Backups: n, Ready: n.ready,
		Token: n.token, Version: n.options.Version, Log: n.log,
	})
	for _, pattern := range []string{"/api/", "/healthz", "/readyz"} {
		mux.Handle(pattern, api)
	}
	if n.store != nil {
		mux.Handle("/", shop.New(shop.Deps{
			Store: n.store, Sites: &shopSites{Node: n}, Operations: n, Token: n.token, Published: n.published, Records: n.records,
			Payments: n.payments, TestCards: n.payments.tokens(), IDs: ids{}, Now: time.Now, Log: n.log,
			Site: n.config.Store.Name, Name: n.config.Shop.Name, Currency: n.config.Shop.Currency, Demo: n.options.Demo,
		}))
	}
	if n.store == nil {
		mux.HandleFunc("/", noPages)
	}
	admission := admit.New(mux, admit.Deps{Shop: n.config.Shop.Name, Log: n.log})
	bounded := admission.Bound(n.listener, admit.MaxConnections)
	n.listener = bounded
	return &http.Server{
		Handler: admission, ConnState: bounded.Track, ErrorLog: slog.NewLogLogger(n.log.Handler(), slog.LevelDebug),
		// Routes whose work takes longer, such as imports, lift these for themselves.
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 20 * time.Second, WriteTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
	}, nil
}

// noPages answers who looks for pages where no store runs.
func noPages(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "There are no pages here: this process runs warehouses alone, and has an API under /api/v1. The pages are those of the store's process.", http.StatusNotFound)
}

// plans is what the store chooses by, or nil where none runs here.
func (n *Node) plans() rest.Planning {
	if n.published == nil {
		return nil
	}
	return n.published
}

// restLinks shows the links to the API.
type restLinks struct{ *Node }

var _ rest.Links = restLinks{}

// Links implements rest.Links.
func (l restLinks) Links(ctx context.Context) ([]rest.LinkState, error) {
	states, err := l.Node.Links(ctx)
	all := make([]rest.LinkState, len(states))
	for i, state := range states {
		all[i] = rest.LinkState(state)
	}
	return all, err
}

// restImport takes files in for the API.
type restImport struct{ *Node }

var _ rest.Importer = restImport{}

// Import implements rest.Importer.
func (i restImport) Import(ctx context.Context, kind string, options api.ImportOptions, file io.Reader, progress func(done, total int)) (any, error) {
	return i.Node.Import(ctx, kind, ImportOptions{
		Currency: money.Currency(options.Currency), Stock: options.Stock, TakeBOM: options.TakeBOM, Key: options.Key,
	}, file, progress)
}

// shopSites shows the links to the storefront.
type shopSites struct {
	*Node

	mu    sync.Mutex
	links []shop.LinkState // as they were seen last
	seen  time.Time
}

var (
	_ shop.Sites      = (*shopSites)(nil)
	_ shop.Operations = (*Node)(nil)
)

// linksLast is for how long pages show the links as they were seen: every page asks,
// and what is behind is counted in the databases.
const linksLast = 200 * time.Millisecond

// Links implements shop.Sites.
func (s *shopSites) Links(ctx context.Context) ([]shop.LinkState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.seen) < linksLast {
		return slices.Clone(s.links), nil
	}
	states, err := s.Node.Links(ctx)
	if err != nil {
		return nil, err
	}
	s.links = make([]shop.LinkState, len(states))
	for i, state := range states {
		s.links[i] = shop.LinkState{Link: state.Link, Pruned: state.Pruned, Recovery: state.Recovery}
	}
	s.seen = time.Now()
	return slices.Clone(s.links), nil
}

// forget has the links looked at anew: one was cut or healed.
func (s *shopSites) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = time.Time{}
}

// Drift implements shop.Sites.
func (s *shopSites) Drift(warehouse id.Site) drift.Last {
	return s.drifts.of(s.config.Store.Name, warehouse)
}

// IsCut implements shop.Sites.
func (s *shopSites) IsCut(warehouse id.Site) bool {
	w := s.switchOf(warehouse)
	return w != nil && w.IsCut()
}

// Cut implements shop.Sites.
func (s *shopSites) Cut(_ context.Context, warehouse id.Site) error {
	defer s.forget()
	return s.Node.Cut(warehouse)
}

// Heal implements shop.Sites.
func (s *shopSites) Heal(_ context.Context, warehouse id.Site) error {
	defer s.forget()
	return s.Node.Heal(warehouse)
}
