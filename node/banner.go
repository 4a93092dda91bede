package node

import (
	"fmt"
	"slices"
	"strings"
)

// noWarehouses is what a store says that has nobody to sell for.
const noWarehouses = "the store follows no warehouse and can sell nothing: none runs in this process, and no district names one; " +
	"name them under districts in the configuration file, and start again"

// Banner is what a person wants to know when the process has started.
func (n *Node) Banner() string {
	var text strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&text, "  %-16s %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(&text, "Crossdock %s is running.\n\n", n.options.Version)
	if n.store != nil {
		line("Shop and sites", "%s", n.URL())
	}
	line("Runs here", "%s", n.sitesHere())
	line("API", "%s/api/v1 (OpenAPI: /api/v1/openapi.json)", n.URL())
	line("Data directory", "%s", n.dir.path)
	line("Durability", "every acknowledged order is on disk (SQLite, WAL, synchronous=FULL)")
	if n.options.Demo && n.store != nil {
		line("Log in as", "%s, password %s (or register)", DemoUser, DemoPassword)
		line("Cut a link", "on %s/sites, or: crossdock links cut wh2 --data %s", n.URL(), n.dir.path)
	}
	line("Stop", "Ctrl-C")
	return text.String()
}

func (n *Node) sitesHere() string {
	var names []string
	for _, r := range n.roles {
		names = append(names, string(r.site))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
