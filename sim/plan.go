package sim

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"crossdock/core/fault"
)

// Plan is what one run is made of. A seed stands for one Plan (see Draw); shrinking
// takes things out of it, and what is left is run with the same seed.
type Plan struct {
	Seed       uint64        `json:"seed"`
	Stores     int           `json:"stores"`
	Warehouses int           `json:"warehouses"`
	SKUs       int           `json:"skus"`
	Customers  int           `json:"customers"`
	Orders     int           `json:"orders"` // that customers want to place
	Length     time.Duration `json:"length_ns"`
	Faults     Faults        `json:"faults"`
}

// Faults is a set of classes of faults.
type Faults uint32

// The classes. Which of them a run has is drawn from its seed: a run with all of
// them would seldom get far enough to meet the rare ones.
const (
	Loss      Faults = 1 << iota // messages between sites, and answers to customers, are lost
	Duplicate                    // messages and requests come twice
	Reorder                      // messages are late, and overtake each other
	Cut                          // links are cut, both ways
	CutOneWay                    // links are cut, one way
	Crash                        // a site loses what it has not committed, and comes back
	Doubt                        // a commit fails, and may have landed
	Refuse                       // single commits fail
	DiskFull                     // all commits of a site fail for a while
	Slow                         // a site and its disk are slow for a while
	Skew                         // the clocks are apart by minutes
	Wipe                         // the message engine loses everything that it has
	Payment                      // the payment provider declines, times out, or decides late
	Shelf                        // the shelf holds less than the books say
	Restore                      // a site comes back from an older backup
)

// Classes lists every class, in order of their bits.
func Classes() []Faults {
	var all []Faults
	for class := Loss; class <= Restore; class <<= 1 {
		all = append(all, class)
	}
	return all
}

var classNames = [...]string{
	"loss", "duplicate", "reorder", "cut", "cut-one-way", "crash", "doubt", "refuse", "disk-full",
	"slow", "skew", "wipe", "payment", "shelf", "restore",
}

// Has reports whether a class is in the set.
func (f Faults) Has(class Faults) bool { return f&class != 0 }

// String names the classes, separated by commas; "none" where there is none.
func (f Faults) String() string {
	var names []string
	for i, class := range Classes() {
		if f.Has(class) {
			names = append(names, classNames[i])
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ",")
}

// MarshalText writes the names of the classes.
func (f Faults) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// ParseFaults reads what String writes, and "all".
func ParseFaults(text string) (Faults, error) {
	var set Faults
	for name := range strings.SplitSeq(text, ",") {
		found := false
		for i, class := range Classes() {
			if name == classNames[i] || name == "all" {
				set, found = set|class, true
			}
		}
		if !found && name != "none" {
			return 0, fault.At("faults", fault.Invalid, "there is no class of faults %s: want all, none or some of %s",
				fault.Quote(name), strings.Join(classNames[:], ","))
		}
	}
	return set, nil
}

// Draw returns the plan that a seed stands for: the size of the shop, and which
// classes of faults it meets, each with a probability of one half.
func Draw(seed uint64) Plan {
	r := random(seed, drawPlan)
	p := Plan{
		Seed: seed, Stores: 1 + r.IntN(4)/3, Warehouses: 1 + r.IntN(5)/2, SKUs: 2 + r.IntN(9), Customers: 3 + r.IntN(10),
		Orders: 200 + r.IntN(301), Length: time.Duration(10+r.IntN(21)) * time.Second,
	}
	for _, class := range Classes() {
		if r.IntN(2) == 0 {
			p.Faults |= class
		}
	}
	return p
}

// flags are what is behind --seed in a command line that runs the plan: the seed,
// and what is not as the seed alone would have it.
func (p Plan) flags() string {
	text, drawn := strconv.FormatUint(p.Seed, 10), Draw(p.Seed)
	for _, part := range []struct {
		name      string
		own, draw any
	}{
		{"stores", p.Stores, drawn.Stores},
		{"warehouses", p.Warehouses, drawn.Warehouses},
		{"skus", p.SKUs, drawn.SKUs},
		{"customers", p.Customers, drawn.Customers},
		{"orders", p.Orders, drawn.Orders},
		{"length", p.Length, drawn.Length},
		{"faults", p.Faults, drawn.Faults},
	} {
		if part.own != part.draw {
			text += fmt.Sprintf(" --%s %v", part.name, part.own)
		}
	}
	return text
}

// Check refuses a plan that cannot be run.
func (p Plan) Check() error {
	for _, bound := range []struct {
		name        string
		value, most int
	}{{"stores", p.Stores, 4}, {"warehouses", p.Warehouses, 6}, {"skus", p.SKUs, 100}, {"customers", p.Customers, 1000}, {"orders", p.Orders, 100_000}} {
		if bound.value < 1 || bound.value > bound.most {
			return fault.At(bound.name, fault.Invalid, "%d %s: want 1 to %d", bound.value, bound.name, bound.most)
		}
	}
	if p.Length < time.Second || p.Length > 24*time.Hour {
		return fault.At("length", fault.Invalid, "a run of %s: want 1s to 24h", p.Length)
	}
	return nil
}

// purpose keeps the draws for one thing from shifting those for another: each has a
// stream of its own.
type purpose uint64

const (
	drawPlan purpose = iota + 1
	drawShape
	drawNet
	drawDisk
	drawSites
	drawFaults
	drawCustomers
	drawStaff
	drawSupply
	drawReaders
	drawMoney
	purposes
)

func random(seed uint64, what purpose) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(what))) }

// chance reports true with a probability.
func chance(r *rand.Rand, probability float64) bool {
	return probability > 0 && r.Float64() < probability
}

// between draws a time from least to most.
func between(r *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(r.Int64N(int64(most-least)+1))
}
