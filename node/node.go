// Package node is one running process: it reads a configuration, opens the
// engines, wires the sites that run here, serves their pages and API, and closes
// all of it in order.
//
// It decides nothing about stock or orders; what it adds is assembly. It is the
// only package beside the simulator that names an engine.
//
// Start reading at Open, then roles.go.
package node

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/engine/natsbus"
	"crossdock/engine/sqlite"
	"crossdock/node/config"
	"crossdock/site/audit"
	"crossdock/site/store"
	"crossdock/site/warehouse"
)

// Options say what kind of process it is.
type Options struct {
	Demo    bool // pages offer the switch that cuts links, and the demo's customer can log in
	Sample  bool // an empty shop is filled with the sample
	Private bool // for one command: listens on a loopback port that the system chooses
	Version string
	Log     *slog.Logger // nil: nothing is logged
}

// Node is the process. Its methods may be called from many goroutines.
type Node struct {
	config     config.Config
	options    Options
	log        *slog.Logger
	token      string // of administration
	dir        *dataDir
	keys       *keyring
	nats       *natsbus.Server // nil where a server elsewhere is used
	links      []*natsbus.Conn
	roles      []*role // the store first
	store      *store.Store
	published  *store.Published // of the store, as is all up to records
	payments   *payments
	records    store.Records
	warehouses map[id.Site]*warehouse.Warehouse
	listener   net.Listener
	server     *http.Server
	unwatch    func()     // ends watchBus; nil where it does not run
	backing    sync.Mutex // held while a backup is made
	drifts     drifts
}

// Open starts everything but the serving of requests. Where it returns an error
// nothing is left open.
func Open(ctx context.Context, cfg config.Config, options Options) (*Node, error) {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	n := &Node{
		config: cfg, options: options, log: options.Log, token: token(),
		warehouses: map[id.Site]*warehouse.Warehouse{},
	}
	if err := n.open(ctx); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

func (n *Node) open(ctx context.Context) error {
	var err error
	if n.dir, err = openDataDir(n.config.Data); err != nil {
		return err
	}
	if n.options.Private {
		if err := n.takeSitesOf(ctx); err != nil {
			return err
		}
	}
	if n.listener, err = n.listen(ctx); err != nil {
		return err
	}
	if n.keys, err = openKeys(n.dir.path, n.config.Peers, n.log); err != nil {
		return err
	}
	if err := n.openBus(); err != nil {
		return err
	}
	if err := n.openSites(ctx); err != nil {
		return err
	}
	if err := n.seed(ctx); err != nil {
		return err
	}
	if err := n.connectSites(ctx); err != nil {
		return err
	}
	n.watchBus()
	if n.server, err = n.newServer(); err != nil {
		return err
	}
	return n.dir.announce(n.URL(), n.token)
}

// takeSitesOf gives a process for one command the sites that the directory has,
// so that it makes no new ones beside them, and the stores that its warehouses have
// worked for. An empty directory keeps the roles of the configuration.
func (n *Node) takeSitesOf(ctx context.Context) error {
	if err := n.dir.complete(); err != nil {
		return err
	}
	names, err := databases(n.dir.path)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var roles []config.Role
	var stores []id.Site
	for _, name := range names {
		head, err := headOf(ctx, name)
		if err != nil {
			return err
		}
		if head.Role == audit.Store {
			n.config.Store.Name = head.Site
			stores = append(stores, head.Site)
			roles = append(roles, "store")
		} else {
			stores = append(stores, spokenWith(head)...)
			roles = append(roles, config.Role("warehouse:"+string(head.Site)))
		}
	}
	n.config.Roles = roles
	slices.Sort(stores)
	if len(n.config.Warehouses.Stores) == 0 {
		n.config.Warehouses.Stores = slices.Compact(stores)
	}
	return nil
}

// headOf looks into a database that nobody uses.
func headOf(ctx context.Context, name string) (audit.Head, error) {
	source, err := sqlite.OpenReadOnly(ctx, name)
	if err != nil {
		return audit.Head{}, err
	}
	head, err := source.Head(ctx)
	return head, errors.Join(err, source.Close())
}

func (n *Node) openBus() error {
	if file := n.config.NATS.TokenFile; config.OthersMayRead(file) {
		n.log.Warn("the token of the sites can be read by other users of this machine", "file", file)
	}
	if n.config.NATS.URL != "" {
		return nil
	}
	var err error
	n.nats, err = natsbus.Start(natsbus.Options{
		Dir: filepath.Join(n.dir.path, "nats"), Listen: n.config.NATS.Listen,
		Token: string(n.config.NATS.Token), Log: n.log,
	})
	return err
}

// connect gives a site its own connection to the bus, and its key, unless another
// process runs a site of this name there. The setting is where the name stands.
func (n *Node) connect(ctx context.Context, site id.Site, setting string) (*natsbus.Conn, error) {
	var link *natsbus.Conn
	var err error
	if n.nats != nil {
		link, err = natsbus.Connect(n.nats, string(site))
	} else {
		link, err = natsbus.Dial(n.config.NATS.URL, string(n.config.NATS.Token), string(site), n.busPatience(), n.log)
	}
	if err != nil {
		return nil, err
	}
	n.links = append(n.links, link)
	if err := checkAlone(ctx, link, site, setting); err != nil && !fault.Is(err, fault.Unavailable) {
		return nil, err
	}
	return link, n.keys.add(site)
}

// firstPatience is how long the start waits for a message server elsewhere, in all:
// a site whose line is down works by itself, and answers on its own machine at once.
const firstPatience = 400 * time.Millisecond

// busPatience is how long the next site may wait for the bus: not at all where the one
// before has waited in vain.
func (n *Node) busPatience() time.Duration {
	if !n.onBus() {
		return 0
	}
	return firstPatience
}

// checkNew refuses to begin a site in a directory of others that have spoken with a site
// of that name: it lives elsewhere, and a second one would sell again what is sold.
func (n *Node) checkNew(ctx context.Context) error {
	var begun []id.Site
	if n.config.HasStore() {
		begun = append(begun, n.config.Store.Name)
	}
	begun = slices.DeleteFunc(append(begun, n.config.LocalWarehouses()...), n.dir.hasHeld)
	names, err := databases(n.dir.path)
	if len(begun) == 0 || fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, name := range names {
		head, err := headOf(ctx, name)
		if err != nil {
			return err
		}
		for _, site := range begun {
			if slices.Contains(spokenWith(head), site) {
				return fault.New(fault.Conflict,
					"%s of the data directory %s has spoken with %s, which lives elsewhere: a second one would sell again what is sold. Name the configuration of this process by --config, or its sites by --roles",
					head.Site, n.dir.path, site)
			}
		}
	}
	return nil
}

func (n *Node) openSites(ctx context.Context) error {
	if err := n.checkNew(ctx); err != nil {
		return err
	}
	if n.config.HasStore() {
		if err := n.openStore(ctx, n.config.Store.Name); err != nil {
			return err
		}
	}
	for _, site := range n.config.LocalWarehouses() {
		if err := n.openWarehouse(ctx, site); err != nil {
			return err
		}
	}
	return nil
}

// connectSites starts the feeds: the store follows every warehouse that it knows
// of, a warehouse follows the stores that it works for.
func (n *Node) connectSites(ctx context.Context) error {
	for _, r := range n.roles {
		origins := n.config.StoresServed()
		if r.site == n.config.Store.Name {
			var err error
			if origins, err = n.knownWarehouses(ctx); err != nil {
				return err
			}
			if len(origins) == 0 {
				n.log.Warn(noWarehouses)
			}
		}
		if err := n.follow(ctx, r, origins); err != nil {
			return err
		}
	}
	return nil
}

func (n *Node) knownWarehouses(ctx context.Context) ([]id.Site, error) {
	known := n.config.AllWarehouses()
	districts, err := n.store.Districts(ctx)
	if err != nil {
		return nil, err
	}
	for _, district := range districts {
		for _, site := range district.Warehouses {
			if !slices.Contains(known, site) {
				known = append(known, site)
			}
		}
	}
	return known, nil
}

// RestartBus restarts the embedded message server and, with wipe, deletes all
// that it keeps. Nothing that matters may be lost by it: tests say so.
func (n *Node) RestartBus(wipe bool) error { return n.nats.Restart(wipe) }

// Close ends everything in the order that loses nothing: no new requests, no new
// messages, the last commits, then the databases.
func (n *Node) Close() error {
	var err error
	if n.server != nil {
		err = errors.Join(err, n.finish())
	}
	if n.listener != nil { // closed already, where it was served on
		if closed := n.listener.Close(); !errors.Is(closed, net.ErrClosed) {
			err = errors.Join(err, closed)
		}
	}
	if n.unwatch != nil {
		n.unwatch()
	}
	for _, r := range n.roles {
		err = errors.Join(err, r.quiet(context.Background()))
	}
	for _, r := range n.roles {
		err = errors.Join(err, r.close())
	}
	for _, link := range n.links {
		link.Close()
	}
	if n.nats != nil {
		n.nats.Close()
	}
	if n.dir != nil {
		err = errors.Join(err, n.dir.Close())
	}
	return err
}
