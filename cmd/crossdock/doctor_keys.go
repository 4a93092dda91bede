package main

import (
	"context"
	"strings"

	"crossdock/core/id"
	"crossdock/node"
	"crossdock/node/config"
)

// checkKeys looks at the keys by which the sites sign what they say to others, and at
// those by which they know them.
func checkKeys(ctx context.Context, dir string, peers []config.Peer) []check {
	const own, others = "signing keys", "keys of others"
	report, err := node.CheckKeys(ctx, dir, peers)
	if err != nil {
		return []check{{own, warn, "cannot be told: " + explain(err), "see to the databases first"}}
	}
	if len(report.Own) == 0 {
		return []check{{own, ok, "none yet: the first start makes them", ""}}
	}
	var checks []check
	found := map[string]bool{}
	for _, trouble := range report.Wrong {
		name := own
		if trouble.Others {
			name = others
		}
		found[name] = true
		checks = append(checks, check{name, fail, trouble.Text, trouble.Do})
	}
	if !found[own] {
		checks = append(checks, check{own, ok, "of " + joined(report.Own) + ", readable by their owner alone", ""})
	}
	if found[others] {
		return checks
	}
	return append(checks, knownOthers(others, report))
}

func knownOthers(name string, report node.KeyReport) check {
	switch {
	case len(report.Unmet) > 0:
		return check{
			name, warn, "not met yet: " + joined(report.Unmet) + ", believed whatever key is shown first",
			"let them come, or name their keys in peers: \"crossdock links keys\" prints them where they run",
		}
	case len(report.Known) == 0:
		return check{name, ok, "nobody elsewhere is spoken with", ""}
	case report.Pinned:
		return check{name, ok, "of " + joined(report.Known) + " are named in peers, and nobody else is heard", ""}
	}
	return check{name, ok, "of " + joined(report.Known) + " are known since they were met, and no others are taken", ""}
}

func joined(sites []id.Site) string {
	texts := make([]string, len(sites))
	for i, site := range sites {
		texts[i] = string(site)
	}
	return strings.Join(texts, ", ")
}
