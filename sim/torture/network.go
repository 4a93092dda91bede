package torture

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"crossdock/core/id"
)

// network is where the sites are joined. In namespaces, each site is a machine of
// its own on a cable to the hub, and the rig listens at the hub; else all is on
// the loopback of this machine, and the proxies are the only cables.
type network struct {
	prefix string // of the namespaces; empty on loopback
	sites  []id.Site
	filter bool // packets can be dropped
	busAt  string
}

const (
	hub     = "hub"
	hubAddr = "10.213.0.1"
	busPort = "4222"
)

// openNetwork makes a namespace for each site, all on one bridge.
func openNetwork(ctx context.Context, prefix string, sites []id.Site) (*network, error) {
	n := &network{prefix: prefix, sites: sites}
	if err := n.lay(ctx); err != nil {
		return nil, err
	}
	n.busAt = net.JoinHostPort(n.address(sites[0]), busPort)
	n.filter = tool(ctx, "list ruleset", "nsenter", "--net="+n.file(hub), "nft", "-f", "-") == nil
	return n, nil
}

func (n *network) lay(ctx context.Context) error {
	steps := [][]string{
		{"netns", "add", n.space(hub)},
		{"-n", n.space(hub), "link", "set", "lo", "up"},
		{"-n", n.space(hub), "link", "add", "bridge", "type", "bridge"},
		{"-n", n.space(hub), "address", "add", hubAddr + "/24", "dev", "bridge"},
		{"-n", n.space(hub), "link", "set", "bridge", "up"},
	}
	for _, site := range n.sites {
		name := string(site)
		steps = append(
			steps, []string{"netns", "add", n.space(name)},
			[]string{"-n", n.space(name), "link", "set", "lo", "up"},
			[]string{"-n", n.space(name), "link", "add", "cable", "type", "veth", "peer", "name", "to-" + name, "netns", n.space(hub)},
			[]string{"-n", n.space(name), "address", "add", n.address(site) + "/24", "dev", "cable"},
			[]string{"-n", n.space(name), "link", "set", "cable", "up"},
			[]string{"-n", n.space(hub), "link", "set", "to-" + name, "master", "bridge"},
			[]string{"-n", n.space(hub), "link", "set", "to-" + name, "up"},
		)
	}
	for _, step := range steps {
		if err := tool(ctx, "", "ip", step...); err != nil {
			return err
		}
	}
	return nil
}

// openLoopback joins the sites by ports of this machine.
func openLoopback(sites []id.Site) (*network, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &network{sites: sites, busAt: free.Addr().String()}, free.Close()
}

func (n *network) apart() bool { return n.prefix != "" }

func (n *network) space(name string) string { return n.prefix + "-" + name }

func (n *network) file(name string) string { return "/run/netns/" + n.space(name) }

func (n *network) address(site id.Site) string {
	return "10.213.0." + strconv.Itoa(10+slices.Index(n.sites, site))
}

// command is what starts a program at a site.
func (n *network) command(site id.Site, program string, args ...string) (string, []string) {
	if !n.apart() {
		return program, args
	}
	return "nsenter", append([]string{"--net=" + n.file(string(site)), "--", program}, args...)
}

// listen opens a port at the hub.
func (n *network) listen() (listener net.Listener, err error) {
	if !n.apart() {
		return net.Listen("tcp", "127.0.0.1:0")
	}
	err = inNamespace(n.file(hub), func() error {
		var err error
		listener, err = net.Listen("tcp", hubAddr+":0")
		return err
	})
	return listener, err
}

// dialTime is how long a proxy waits for a site to take a call.
const dialTime = 2 * time.Second

// dial connects from the hub, or from inside a site to its own loopback.
func (n *network) dial(from, address string) (conn net.Conn, err error) {
	dialer := net.Dialer{Timeout: dialTime}
	if !n.apart() {
		return dialer.Dial("tcp", address)
	}
	err = inNamespace(n.file(from), func() error {
		var err error
		conn, err = dialer.Dial("tcp", address)
		return err
	})
	return conn, err
}

// unplug takes the cable of a site out, or puts it in again.
func (n *network) unplug(ctx context.Context, site id.Site, out bool) error {
	state := "up"
	if out {
		state = "down"
	}
	return tool(ctx, "", "ip", "-n", n.space(string(site)), "link", "set", "cable", state)
}

// drop throws packets of a site away: so many of a hundred that it sends, and that
// it is sent. It replaces what was dropped before; 0 and 0 drop nothing.
func (n *network) drop(ctx context.Context, site id.Site, sent, received int) error {
	rules := "flush ruleset\n"
	if sent+received > 0 {
		rules += "table inet torture {\n" + chain("output", "oifname", sent) + chain("input", "iifname", received) + "}\n"
	}
	return tool(ctx, rules, "nsenter", "--net="+n.file(string(site)), "nft", "-f", "-")
}

func chain(hook, device string, percent int) string {
	some := ""
	if percent < 100 {
		some = fmt.Sprintf("numgen random mod 100 < %d ", percent)
	}
	return fmt.Sprintf("chain %s {\ntype filter hook %s priority 0;\n%s cable %sdrop\n}\n", hook, hook, device, some)
}

// heal undoes all that was done to cables and packets.
func (n *network) heal(ctx context.Context) error {
	if !n.apart() {
		return nil
	}
	var all []error
	for _, site := range n.sites {
		all = append(all, n.unplug(ctx, site, false))
		if n.filter {
			all = append(all, n.drop(ctx, site, 0, 0))
		}
	}
	return errors.Join(all...)
}
