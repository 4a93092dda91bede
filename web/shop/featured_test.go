package shop

import (
	"testing"

	"crossdock/core/catalog"
	"crossdock/site/store"
)

func TestFreshest(t *testing.T) {
	row := func(name string, held int64) store.ProductRow {
		return store.ProductRow{Product: catalog.Product{Name: name}, Held: held}
	}
	rows := []store.ProductRow{row("Plain mug", 0), row("Checked mug", 3), row("Checked bowl", 3), row("Striped mug", 3)}
	for _, c := range []struct {
		name   string
		rows   []store.ProductRow
		picked []store.ProductRow
		want   int
	}{
		{"in stock", rows, nil, 1},
		{"another first word", rows, []store.ProductRow{row("Checked bag", 1)}, 3},
		{"no other first word", rows, []store.ProductRow{row("Checked bag", 1), row("Striped bag", 1)}, 1},
		{"nothing in stock", rows[:1], nil, 0},
	} {
		if got := freshest(c.rows, c.picked); got != c.want {
			t.Errorf("%s: picked %d, want %d", c.name, got, c.want)
		}
	}
}
