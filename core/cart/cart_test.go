package cart_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"crossdock/core/cart"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/stock"
)

func of(lines ...cart.Line) cart.Cart { return cart.Cart{Lines: lines} }

func line(sku id.SKU, units int64) cart.Line { return cart.Line{SKU: sku, Units: units} }

func full() cart.Cart {
	var c cart.Cart
	for n := range cart.MaxLines {
		c.Lines = append(c.Lines, cart.Line{SKU: id.SKU(fmt.Sprintf("p%d", n)), Units: 1})
	}
	return c
}

func TestChange(t *testing.T) {
	const most = stock.MaxQuantity
	two := of(line("a", 2), line("b", 1))
	for _, test := range []struct {
		name   string
		before cart.Cart
		change func(c cart.Cart) (cart.Cart, error)
		want   cart.Cart
		err    fault.Kind // Internal where it is allowed
	}{
		{"add the first", cart.Cart{}, add("a", 3), of(line("a", 3)), 0},
		{"add another", two, add("c", 1), of(line("a", 2), line("b", 1), line("c", 1)), 0},
		{"add more of one", two, add("a", 3), of(line("a", 5), line("b", 1)), 0},
		{"add up to the limit", two, add("a", most-2), of(line("a", most), line("b", 1)), 0},
		{"add beyond the limit", two, add("a", most-1), two, fault.Invalid},
		{"add without end", two, add("a", math.MaxInt64), two, fault.Invalid},
		{"add nothing", two, add("a", 0), two, fault.Invalid},
		{"add less than nothing", two, add("a", -1), two, fault.Invalid},
		{"add to a full cart", full(), add("new", 1), full(), fault.TooLarge},
		{"set", two, set("b", 9), of(line("a", 2), line("b", 9)), 0},
		{"set another", two, set("c", 9), of(line("a", 2), line("b", 1), line("c", 9)), 0},
		{"set to nothing", two, set("a", 0), of(line("b", 1)), 0},
		{"set what is not there to nothing", two, set("c", 0), two, 0},
		{"set to the limit", two, set("a", most), of(line("a", most), line("b", 1)), 0},
		{"set beyond the limit", two, set("a", most+1), two, fault.Invalid},
		{"set below zero", two, set("a", -1), two, fault.Invalid},
		{"set in a full cart", full(), set("new", 1), full(), fault.TooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := of(append([]cart.Line(nil), test.before.Lines...)...)
			got, err := test.change(test.before)
			if (err == nil) != (test.err == 0) || err != nil && !fault.Is(err, test.err) {
				t.Errorf("%v, want a fault that is %s", err, test.err)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if len(got.Lines) > 0 && err == nil {
				got.Lines[0].Units = -1
			}
			if diff := cmp.Diff(before, test.before, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("what was given has changed (-before +after):\n%s", diff)
			}
		})
	}
}

func add(sku id.SKU, units int64) func(cart.Cart) (cart.Cart, error) {
	return func(c cart.Cart) (cart.Cart, error) { return c.Add(sku, units) }
}

func set(sku id.SKU, units int64) func(cart.Cart) (cart.Cart, error) {
	return func(c cart.Cart) (cart.Cart, error) { return c.Set(sku, units) }
}

func TestMergeKeepsWhatFits(t *testing.T) {
	c := full()
	c.Lines = c.Lines[:cart.MaxLines-1]
	got := c.Merge(of(line("p0", 7), line("x", 1), line("y", 1), line("p1", stock.MaxQuantity+1), line("p2", -5)))
	if len(got.Lines) != cart.MaxLines || got.Units("p0") != 7 || got.Units("x") != 1 || got.Units("y") != 0 || got.Units("p1") != 1 || got.Units("p2") != 1 {
		t.Errorf("merged into %d lines: %v ... %v", len(got.Lines), got.Lines[:3], got.Lines[len(got.Lines)-1])
	}
}

func carts() *rapid.Generator[cart.Cart] {
	return rapid.Custom(func(t *rapid.T) cart.Cart {
		skus := rapid.SliceOfDistinct(rapid.SampledFrom([]id.SKU{"a", "b", "c", "d", "e"}), rapid.ID[id.SKU]).Draw(t, "skus")
		var c cart.Cart
		for _, sku := range skus {
			c.Lines = append(c.Lines, cart.Line{SKU: sku, Units: rapid.Int64Range(1, stock.MaxQuantity).Draw(t, "units")})
		}
		return c
	})
}

// units is a cart without its order.
func units(c cart.Cart) map[id.SKU]int64 {
	m := map[id.SKU]int64{}
	for _, line := range c.Lines {
		m[line.SKU] += line.Units
	}
	return m
}

func TestMergeAlgebra(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := carts().Draw(t, "a"), carts().Draw(t, "b"), carts().Draw(t, "c")
		ab := a.Merge(b)
		want := units(a)
		for sku, n := range units(b) {
			want[sku] = max(want[sku], n)
		}
		for law, pair := range map[string][2]any{
			"takes the larger of each": {want, units(ab)},
			"idempotent":               {ab.Lines, ab.Merge(b).Lines},
			"with itself":              {a.Lines, a.Merge(a).Lines},
			"commutative in units":     {units(ab), units(b.Merge(a))},
			"associative in units":     {units(ab.Merge(c)), units(a.Merge(b.Merge(c)))},
		} {
			if diff := cmp.Diff(pair[0], pair[1], cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("Merge: %s (-want +got):\n%s", law, diff)
			}
		}
		for i, line := range a.Lines {
			if ab.Lines[i].SKU != line.SKU {
				t.Fatalf("Merge moved %s from its place", line.SKU)
			}
		}
	})
}

// TestRandomCarts holds a cart to a map under random changes.
func TestRandomCarts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c cart.Cart
		naive := map[id.SKU]int64{}
		for range rapid.IntRange(1, 30).Draw(t, "changes") {
			sku := rapid.SampledFrom([]id.SKU{"a", "b", "c"}).Draw(t, "sku")
			n := rapid.Int64Range(0, stock.MaxQuantity).Draw(t, "units")
			switch rapid.IntRange(0, 2).Draw(t, "change") {
			case 0:
				next, err := c.Add(sku, n)
				if ok := n > 0 && naive[sku]+n <= stock.MaxQuantity; ok != (err == nil) {
					t.Fatalf("Add(%s, %d) to %d: %v", sku, n, naive[sku], err)
				} else if ok {
					c, naive[sku] = next, naive[sku]+n
				}
			case 1:
				next, err := c.Set(sku, n)
				if err != nil {
					t.Fatalf("Set(%s, %d): %v", sku, n, err)
				}
				c, naive[sku] = next, n
			default:
				c, naive[sku] = c.Remove(sku), 0
			}
			var count int64
			for sku, n := range naive {
				count += n
				if c.Units(sku) != n {
					t.Fatalf("%d of %s, want %d", c.Units(sku), sku, n)
				}
			}
			if c.Count() != count {
				t.Fatalf("Count() = %d, want %d", c.Count(), count)
			}
		}
	})
}
