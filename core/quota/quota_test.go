package quota_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crossdock/core/quota"
)

const day = 24 * 60 * 60

func seller(held int64, perDay float64) quota.Seller {
	return quota.Seller{Held: held, Rate: perDay / day}
}

func TestShare(t *testing.T) {
	bulk := quota.Seller{Held: 0, Rate: 1, Typical: 24}
	for name, c := range map[string]struct {
		fresh   int64
		sellers []quota.Seller
		want    []int64
	}{
		"nobody":                     {5, nil, []int64{}},
		"nothing":                    {0, []quota.Seller{seller(9, 1), seller(0, 1)}, []int64{0, 0}},
		"less than nothing":          {-3, []quota.Seller{seller(9, 1), seller(0, 1)}, []int64{0, 0}},
		"one alone":                  {7, []quota.Seller{seller(3, 0)}, []int64{7}},
		"one alone, one unit":        {1, []quota.Seller{seller(0, 0)}, []int64{1}},
		"nobody has sold":            {10, []quota.Seller{seller(0, 0), seller(0, 0)}, []int64{5, 5}},
		"an odd one":                 {11, []quota.Seller{seller(0, 0), seller(0, 0)}, []int64{6, 5}},
		"by rate":                    {40, []quota.Seller{seller(0, 30), seller(0, 10)}, []int64{30, 10}},
		"who sells nothing":          {40, []quota.Seller{seller(0, 0), seller(0, 10)}, []int64{0, 40}},
		"who has much already":       {20, []quota.Seller{seller(30, 1), seller(0, 1)}, []int64{0, 20}},
		"who has a little too much":  {20, []quota.Seller{seller(6, 1), seller(0, 1)}, []int64{7, 13}},
		"too few, the faster one":    {3, []quota.Seller{seller(0, 1), seller(0, 2)}, []int64{0, 3}},
		"too few, the first":         {3, []quota.Seller{seller(0, 0), seller(0, 0)}, []int64{3, 0}},
		"just enough":                {4, []quota.Seller{seller(0, 0), seller(0, 0)}, []int64{2, 2}},
		"few fresh ones, much stock": {1, []quota.Seller{seller(9, 0), seller(0, 0)}, []int64{0, 1}},
		"less than a typical order":  {23, []quota.Seller{seller(0, 0), bulk}, []int64{0, 23}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, quota.Share(c.fresh, c.sellers)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestRecall(t *testing.T) {
	const perHour = 24 // units a day
	asked := quota.Seller{Held: 10, Recalled: 7}
	for name, c := range map[string]struct {
		missing int64
		sellers []quota.Seller
		want    []int64
	}{
		"alone":                         {5, []quota.Seller{seller(9, 1)}, []int64{0}},
		"what idles":                    {5, []quota.Seller{seller(0, 9), seller(9, 0)}, []int64{0, 5}},
		"more than there is":            {50, []quota.Seller{seller(0, 9), seller(9, 0)}, []int64{0, 9}},
		"an hour of its own is kept":    {50, []quota.Seller{seller(100, 3*perHour), seller(10, 3*perHour)}, []int64{0, 7}},
		"but no more than its part":     {50, []quota.Seller{seller(0, 40*perHour), seller(10, 40*perHour)}, []int64{0, 5}},
		"a slow seller keeps nothing":   {1, []quota.Seller{seller(0, 0), seller(1, 1)}, []int64{0, 1}},
		"the richest first":             {12, []quota.Seller{seller(0, 0), seller(5, 0), seller(9, 0)}, []int64{0, 3, 9}},
		"the first of two":              {4, []quota.Seller{seller(5, 0), seller(5, 0), seller(0, 0)}, []int64{4, 0, 0}},
		"what was asked for already":    {9, []quota.Seller{seller(0, 0), asked}, []int64{0, 3}},
		"nobody is asked by himself":    {9, []quota.Seller{seller(9, 0), seller(0, 0)}, []int64{9, 0}},
		"nothing is missing":            {0, []quota.Seller{seller(0, 0), seller(9, 0)}, []int64{0, 0}},
		"more than everything can hold": {math.MaxInt64, []quota.Seller{seller(0, 0), seller(9, 0)}, []int64{0, 9}},
	} {
		t.Run(name, func(t *testing.T) {
			asker := 0
			if c.want[0] > 0 {
				asker = len(c.sellers) - 1
			}
			if diff := cmp.Diff(c.want, quota.Recall(c.missing, c.sellers, asker, time.Hour)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		units   int64
		weights []int64
		want    []int64
	}{
		{10, nil, []int64{}},
		{10, []int64{0, 0}, []int64{0, 0}},
		{10, []int64{0, 3}, []int64{0, 10}},
		{10, []int64{1, 1, 1}, []int64{4, 3, 3}},
		{5, []int64{2, 9}, []int64{1, 4}},
		{math.MaxInt64, []int64{math.MaxInt64 / 2, math.MaxInt64 / 2}, []int64{1 << 62, 1<<62 - 1}},
	} {
		if diff := cmp.Diff(c.want, quota.Split(c.units, c.weights)); diff != "" {
			t.Errorf("Split(%d, %v) -want +got:\n%s", c.units, c.weights, diff)
		}
	}
}

func TestSales(t *testing.T) {
	start := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	var none quota.Sales
	if none.Rate(start) != 0 || none.Typical() != 0 {
		t.Errorf("nothing sold: %v a second, %v an order", none.Rate(start), none.Typical())
	}
	var steady quota.Sales
	for hour := range 24 * 60 {
		steady = steady.Sold(2+int64(hour%2)*2, start.Add(time.Duration(hour)*time.Hour))
	}
	last := start.Add((24*60 - 1) * time.Hour)
	if perHour := steady.Rate(last) * 3600; math.Abs(perHour-3) > 0.2 {
		t.Errorf("3 units an hour are taken for %v", perHour)
	}
	if typical := steady.Typical(); math.Abs(typical-3) > 0.1 {
		t.Errorf("orders of 2 and 4 units are taken for %v", typical)
	}
	if half := steady.Rate(last.Add(24 * time.Hour)); math.Abs(half/steady.Rate(last)-0.5) > 1e-9 {
		t.Errorf("after a day without sales the rate is %v of what it was, want half", half/steady.Rate(last))
	}
	if back := steady.Sold(1, start); back.Rate(start) < steady.Rate(last) || back.Rate(last) != back.Rate(start) {
		t.Errorf("a clock that went back has lost sales: %v after %v", back.Rate(start), steady.Rate(last))
	}
}

func sellers(t *rapid.T) []quota.Seller {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) quota.Seller {
		s := quota.Seller{
			Held:    rapid.OneOf(rapid.Int64Range(0, 9), rapid.Int64Range(0, 1e9)).Draw(t, "held"),
			Rate:    rapid.SampledFrom([]float64{0, 0, 1e-6, 0.001, 0.3, 20}).Draw(t, "rate"),
			Typical: rapid.SampledFrom([]float64{0, 1, 2.5, 24}).Draw(t, "typical"),
		}
		s.Recalled = rapid.Int64Range(0, s.Held).Draw(t, "recalled")
		return s
	}), 1, 5).Draw(t, "sellers")
}

// TestShareIsFair: all that is fresh is given out; nobody is brought beyond its
// part; and what is too little to divide is not divided.
func TestShareIsFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := sellers(t)
		fresh := rapid.OneOf(rapid.Int64Range(0, 30), rapid.Int64Range(0, 1e9)).Draw(t, "fresh")
		shares := quota.Share(fresh, all)
		var sum, stock, served int64
		rates := 0.0
		for i, s := range all {
			sum += shares[i]
			stock += s.Held
			rates += s.Rate
			if shares[i] < 0 {
				t.Fatalf("seller %d loses %d units", i, -shares[i])
			}
			if shares[i] > 0 {
				served++
			}
		}
		stock += fresh
		if sum != fresh {
			t.Fatalf("%d of %d units are given out", sum, fresh)
		}
		for i, s := range all {
			part := 1 / float64(len(all))
			if rates > 0 {
				part = s.Rate / rates
			}
			if part *= float64(stock); served > 1 && shares[i] > 0 && float64(s.Held+shares[i]) > part+2 {
				t.Fatalf("seller %d has %d and gets %d of %d: its part is %v", i, s.Held, shares[i], stock, part)
			}
			if (stock < int64(2*len(all)) || float64(stock) < s.Typical) && served > 1 {
				t.Fatalf("%d units are divided among %d", stock, served)
			}
		}
	})
}

// TestRecallLeavesTheirOwn: no more than is missing is asked back, nothing of the
// asker, and nobody is left with less than an hour's sales or its part.
func TestRecallLeavesTheirOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := sellers(t)
		asker := rapid.IntRange(0, len(all)-1).Draw(t, "asker")
		missing := rapid.OneOf(rapid.Int64Range(0, 30), rapid.Int64Range(0, 1e9)).Draw(t, "missing")
		took := quota.Recall(missing, all, asker, time.Hour)
		var sum, stock int64
		rates := 0.0
		for _, s := range all {
			stock += s.Held
			rates += s.Rate
		}
		for i, s := range all {
			sum += took[i]
			keep := min(s.Rate*3600, float64(stock)*s.Rate/max(rates, 1e-300)) - 2
			if left := s.Held - s.Recalled - took[i]; took[i] < 0 || took[i] > 0 && (i == asker || float64(left) < keep || left < 0) {
				t.Fatalf("seller %d of %+v is asked for %d, asker %d", i, all, took[i], asker)
			}
		}
		if sum > missing {
			t.Fatalf("%d are asked back for %d", sum, missing)
		}
	})
}

// TestSplitIsExact: nothing is lost, and each part is its exact share but for less
// than one unit; so it fits into its weight.
func TestSplitIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 5), rapid.Int64Range(0, 1e12)), 1, 6).Draw(t, "weights")
		var total int64
		for _, w := range weights {
			total += w
		}
		units := rapid.Int64Range(0, max(total, 1)).Draw(t, "units")
		var sum int64
		for i, part := range quota.Split(units, weights) {
			sum += part
			if part < 0 || part > weights[i] {
				t.Fatalf("a part of %d for the weight %d", part, weights[i])
			}
			if exact := float64(units) / float64(max(total, 1)) * float64(weights[i]); math.Abs(float64(part)-exact) > 1+exact*1e-12 {
				t.Fatalf("a part of %d, exactly %v", part, exact)
			}
		}
		if total > 0 && sum != units {
			t.Fatalf("%d of %d units are divided", sum, units)
		}
	})
}
