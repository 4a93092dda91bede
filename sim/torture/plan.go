package torture

import (
	"math/rand/v2"
	"slices"
	"time"
)

// Config says how much is to be done. All of it is drawn from the seed: the same
// seed does the same to the same sites in the same order, as far as real processes
// allow.
type Config struct {
	Seed       uint64
	Orders     int // answered, at least
	Kills      int
	PowerCuts  int // every fifth of them of all sites at once
	Partitions int
	Within     time.Duration // no round begins later; 0: no bound

	Program string // as Build makes it
	Scratch string // where its directory is made
	Plain   bool   // do without root, even as root
	Say     func(format string, args ...any)
}

// share is what one round has to do.
type share struct{ orders, kills, powerCuts, partitions int }

// What fits into one round, so that a failed one is small enough to be read.
const (
	roundOrders     = 2500
	roundKills      = 25
	roundPowerCuts  = 5
	roundPartitions = 6
)

func (c Config) rounds() int {
	return max(1, parts(c.Orders, roundOrders), parts(c.Kills, roundKills), parts(c.PowerCuts, roundPowerCuts), parts(c.Partitions, roundPartitions))
}

// share is an equal part for each round, rounded up.
func (c Config) share() share {
	n := c.rounds()
	return share{parts(c.Orders, n), parts(c.Kills, n), parts(c.PowerCuts, n), parts(c.Partitions, n)}
}

// parts is how many parts of a size make a whole.
func parts(whole, size int) int { return (whole + size - 1) / size }

// event is one trouble of a schedule.
type event struct {
	nemesis
	seed uint64
}

// schedule draws what is done in a round: to the processes, and beside it to the
// network. Every nemesis comes at least once.
func schedule(seed uint64, s share) (processes, networks []event) {
	random := rand.New(rand.NewPCG(seed, 2))
	times := map[string]int{
		killOne: s.kills, cutEvery: parts(s.powerCuts, 5), cutOne: s.powerCuts - parts(s.powerCuts, 5),
		partsAll: parts(s.partitions, 3), partsSome: parts(s.partitions, 3), partsHalf: parts(s.partitions, 3),
	}
	for _, n := range nemeses() {
		for range max(1, times[n.name]) {
			e := event{n, random.Uint64()}
			if n.cuts {
				networks = append(networks, e)
			} else {
				processes = append(processes, e)
			}
		}
	}
	for _, lane := range [][]event{processes, networks} {
		random.Shuffle(len(lane), func(i, j int) { lane[i], lane[j] = lane[j], lane[i] })
	}
	return slices.Clip(processes), slices.Clip(networks)
}
