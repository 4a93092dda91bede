package torture

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"crossdock/core/id"
)

const shop = id.Site("store")

// warehouses of the fleet. The last one has the disk that gets full; it cannot
// lose power, as its disk is memory.
func warehouses() []id.Site { return []id.Site{"wh1", "wh2", "wh3"} }

func everySite() []id.Site { return append([]id.Site{shop}, warehouses()...) }

// ground is what the machine gives the rig.
type ground struct {
	program string
	dir     string // of the run
	disks   string // of the files that loop devices show; empty where there are none
	network *network
}

// fleet is the sites of one round, and the cables between them.
type fleet struct {
	dir   string
	sites map[id.Site]*site
	links map[id.Site]*proxy // between a warehouse and the store
}

// openFleet makes empty disks, and starts every site.
func openFleet(ctx context.Context, g *ground, dir string, seed uint64) (*fleet, error) {
	f := &fleet{dir: dir, sites: map[id.Site]*site{}, links: map[id.Site]*proxy{}}
	err := os.WriteFile(filepath.Join(dir, "site-token"), []byte("a token for the rig\n"), 0o600)
	for _, name := range everySite() {
		err = errors.Join(err, f.add(ctx, g, name, seed))
	}
	for _, name := range everySite() {
		if err == nil {
			err = f.sites[name].start(ctx)
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.close(ctx))
	}
	return f, nil
}

func (f *fleet) add(ctx context.Context, g *ground, name id.Site, seed uint64) error {
	d, err := openDisk(ctx, g, name, filepath.Join(f.dir, "disks", string(name)))
	if err != nil {
		return err
	}
	s := &site{name: name, dir: f.dir, program: g.program, disk: d, network: g.network, up: make(chan struct{})}
	f.sites[name] = s
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.calls = openProxy(listener, seed, s.dial)
	bus := ""
	if name != shop {
		if listener, err = g.network.listen(); err != nil {
			return err
		}
		link := openProxy(listener, seed, func() (net.Conn, error) { return g.network.dial(hub, g.network.busAt) })
		f.links[name] = link
		bus = link.addr()
	}
	return errors.Join(
		setClock(s.clock(), 0),
		os.WriteFile(filepath.Join(f.dir, string(name)+".yaml"), []byte(settings(s, bus)), 0o600),
	)
}

func openDisk(ctx context.Context, g *ground, name id.Site, mount string) (*disk, error) {
	switch {
	case g.disks == "":
		return openPlain(mount)
	case name == everySite()[len(everySite())-1]:
		return openSmall(ctx, mount)
	}
	image := filepath.Join(g.disks, filepath.Base(filepath.Dir(filepath.Dir(mount)))+"-"+string(name)+".img")
	return openLoop(ctx, image, mount)
}

// settings is the configuration file of a site. A warehouse keeps a quarter of its
// stock in no quota, so that counts can take from it and the store has to ask.
func settings(s *site, bus string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "data: %s\nlisten: 127.0.0.1:0\nlog: {format: json}\n", s.disk.data())
	if s.name != shop {
		fmt.Fprintf(&text, "roles: [warehouse:%s]\nwarehouses: {share_percent: 75}\nnats: {url: \"nats://%s\", token_file: site-token}\n", s.name, bus)
		return text.String()
	}
	fmt.Fprintf(&text, "roles: [store]\nnats: {listen: \"%s\", token_file: site-token}\ndistricts:\n", s.network.busAt)
	names := warehouses()
	for i, first := range names {
		fmt.Fprintf(&text, "  - {code: %s, name: At %s, warehouses: [%s", district(first), first, first)
		for j := 1; j < len(names); j++ {
			fmt.Fprintf(&text, ", %s", names[(i+j)%len(names)])
		}
		text.WriteString("]}\n")
	}
	return text.String()
}

// district is the one whose primary warehouse is the given one.
func district(warehouse id.Site) id.District { return id.District("near-" + string(warehouse)) }

// heal undoes all that can be undone, and starts what does not run.
func (f *fleet) heal(ctx context.Context, n *network) error {
	all := []error{n.heal(ctx)}
	for _, link := range f.links {
		link.set(lane{}, lane{})
	}
	for _, name := range everySite() {
		s := f.sites[name]
		s.calls.set(lane{}, lane{})
		all = append(all, setClock(s.clock(), 0), s.disk.empty(), s.revive(ctx))
		s.allow(false)
	}
	return errors.Join(all...)
}

// stop ends all sites in order.
func (f *fleet) stop() error {
	var all []error
	for _, name := range everySite() {
		all = append(all, f.sites[name].stop())
	}
	return errors.Join(all...)
}

// keep copies the databases off the disks, which go away.
func (f *fleet) keep() error {
	var all []error
	for name, s := range f.sites {
		all = append(all, s.kill(), os.CopyFS(filepath.Join(f.dir, "databases", string(name)), os.DirFS(s.disk.mount)))
	}
	return errors.Join(all...)
}

// close ends everything that is still there.
func (f *fleet) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	var all []error
	for _, s := range f.sites {
		all = append(all, s.kill())
		if s.calls != nil {
			all = append(all, s.calls.close())
		}
		all = append(all, s.disk.close(ctx))
	}
	for _, link := range f.links {
		all = append(all, link.close())
	}
	return errors.Join(all...)
}

// dataDirs of all sites, for an audit.
func (f *fleet) dataDirs() []string {
	var dirs []string
	for _, name := range everySite() {
		dirs = append(dirs, f.sites[name].disk.data())
	}
	return dirs
}
