// Package quota decides how the stores that sell out of one warehouse divide its
// units: who gets what comes in, and who gives back what he does not need when
// another one asks. Need is the rate of sale; see Sales.
//
// It never grants more than there is, and never takes from a store what that
// store needs itself. It moves nothing: the ledger and the messages are the
// warehouse's. Start reading at Share, then Recall.
//
// The protocol around it is that of Barbará and Garcia-Molina (The Demarcation
// Protocol, 1994): the giver shrinks before the taker grows.
package quota

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Seller is what is known of one store and one SKU.
type Seller struct {
	Held     int64   // units set aside for the store
	Recalled int64   // of these, asked back and not yet answered
	Rate     float64 // units that it sells in a second
	Typical  float64 // units of one of its orders; zero: nobody knows
}

// Share divides units that have become free among the sellers, and returns how
// many each gets: all of them together, never more. Each seller is brought nearer
// to its part of the stock by rate of sale; nobody is asked to give anything up.
// Where nobody has sold yet all count the same.
//
// Too few units to serve every seller are not divided: they go to the one that
// sells fastest, or the first of several, and the others have to ask.
func Share(fresh int64, sellers []Seller) []int64 {
	shares := make([]int64, len(sellers))
	if fresh <= 0 || len(sellers) == 0 {
		return shares
	}
	if stock := fresh + held(sellers); stock < fewest(sellers) {
		shares[busiest(sellers)] = fresh
		return shares
	}
	missing := targets(fresh, sellers)
	for i, s := range sellers {
		missing[i] = max(missing[i]-s.Held, 0)
	}
	return Split(fresh, missing)
}

// Recall returns how many units to ask back of each seller, so that the one with
// the index asker gets what it misses: the richest are asked first. Nobody is
// asked for what it will sell itself within cover, nor for what it was asked for
// already, so the sum may be less than what is missing.
func Recall(missing int64, sellers []Seller, asker int, cover time.Duration) []int64 {
	spare := make([]int64, len(sellers))
	parts := targets(0, sellers)
	for i, s := range sellers {
		need := min(int64(math.Round(min(s.Rate*cover.Seconds(), math.MaxInt32))), parts[i])
		if i != asker {
			spare[i] = max(s.Held-s.Recalled-need, 0)
		}
	}
	return Richest(missing, spare)
}

// Richest takes units where most of them are, and returns how many of each: less
// than wanted where there are not that many.
func Richest(wanted int64, units []int64) []int64 {
	order := make([]int, len(units))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(units[b], units[a]) })
	taken := make([]int64, len(units))
	for _, i := range order {
		taken[i] = max(min(wanted, units[i]), 0)
		wanted -= taken[i]
	}
	return taken
}

// fewest is the smallest stock that is worth dividing: two units for each seller,
// and one order of the one whose orders are largest.
func fewest(sellers []Seller) int64 {
	least := int64(2 * len(sellers))
	for _, s := range sellers {
		least = max(least, int64(math.Ceil(min(s.Typical, math.MaxInt32))))
	}
	return least
}

func busiest(sellers []Seller) int {
	first := 0
	for i, s := range sellers {
		if s.Rate > sellers[first].Rate {
			first = i
		}
	}
	return first
}

func held(sellers []Seller) int64 {
	var sum int64
	for _, s := range sellers {
		sum += s.Held
	}
	return sum
}

// targets divides what all sellers hold, and so many units more, by rate of sale.
func targets(more int64, sellers []Seller) []int64 {
	const finest = 1 << 50 // to which rates are told apart; a thousand sellers' weights can be summed
	weights := make([]int64, len(sellers))
	fastest := 0.0
	for _, s := range sellers {
		fastest = max(fastest, s.Rate)
	}
	for i, s := range sellers {
		weights[i] = 1
		if fastest > 0 {
			weights[i] = int64(s.Rate / fastest * finest)
		}
	}
	return Split(more+held(sellers), weights)
}
