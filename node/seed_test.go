package node_test

import (
	"slices"
	"testing"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/node"
)

func districts(t *testing.T, n *node.Node) []id.District {
	t.Helper()
	known, err := n.Store().Districts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var codes []id.District
	for _, d := range known {
		codes = append(codes, d.Code)
	}
	return codes
}

// TestDistrictsAtStart: a shop that is told nothing delivers everywhere; one that
// is told delivers where it is told.
func TestDistrictsAtStart(t *testing.T) {
	if got := districts(t, start(t, t.TempDir(), node.Options{})); !slices.Equal(got, []id.District{"everywhere"}) {
		t.Errorf("told nothing: %v", got)
	}
	cfg := settings(t.TempDir())
	cfg.Districts = []catalog.District{{Code: "north", Name: "North", Warehouses: []id.Site{"wh1"}}}
	if got := districts(t, startWith(t, cfg, node.Options{})); !slices.Equal(got, []id.District{"north"}) {
		t.Errorf("told of the north: %v", got)
	}
	if got := districts(t, start(t, t.TempDir(), node.Options{Sample: true})); slices.Contains(got, "everywhere") || len(got) != 6 {
		t.Errorf("the sample: %v", got)
	}
}
