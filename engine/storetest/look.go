package storetest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"testing"

	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/site/books"
)

// viewLevels is what is compared of stock levels with another site.
func viewLevels(t tb, ctx context.Context, from Moments) []stock.Level {
	t.Helper()
	look, err := from.Look(ctx)
	look = read(t, "Look", look, err)
	var levels []stock.Level
	read(t, "Levels", 0, look.Levels(ctx, func(level stock.Level) error {
		levels = append(levels, level)
		return nil
	}))
	read(t, "close the look", 0, look.Close())
	slices.SortFunc(levels, func(a, b stock.Level) int {
		return cmp.Or(cmp.Compare(a.SKU, b.SKU), cmp.Compare(a.Warehouse, b.Warehouse))
	})
	return levels
}

// testNewest asks for the newest movements of each SKU, newest first, while more are
// committed, and wants those of the moment.
func testNewest(t *testing.T, r *bookRig) {
	for n := 1; n < 4; n++ {
		r.must(t, r.site.rows(n))
	}
	bySKU := map[id.SKU][]books.Movement{}
	for _, m := range slices.Backward(viewMoment(t, r.ctx, r.Moments).Movements) {
		bySKU[m.SKU] = append(bySKU[m.SKU], m)
	}
	look, err := r.Look(r.ctx)
	look = read(t, "Look", look, err)
	r.must(t, r.site.rows(4))
	if len(bySKU) == 0 {
		t.Fatal("nothing was booked")
	}
	for _, most := range []int{1, 2, 100} {
		got, err := look.Newest(r.ctx, append(slices.Collect(maps.Keys(bySKU)), "nowhere"), most)
		got = read(t, "Newest", got, err)
		for sku, all := range bySKU {
			same(t, "of "+string(sku), all[:min(most, len(all))], got[sku])
		}
		same(t, "of a SKU without any", 0, len(got["nowhere"]))
	}
	read(t, "close the look", 0, look.Close())
}
