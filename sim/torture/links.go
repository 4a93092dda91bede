package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"crossdock/core/id"
)

// How long a trouble of the network lasts.
const (
	leastCut = 400 * time.Millisecond
	mostCut  = 3500 * time.Millisecond
)

// partAll cuts every warehouse off from the store.
func (r *round) partAll(ctx context.Context, random *rand.Rand) error {
	r.tally.add("partitions", 1)
	if r.ground.network.apart() {
		return r.unplugged(ctx, random, shop)
	}
	return r.blocked(ctx, random, warehouses(), lane{blocked: true}, lane{blocked: true})
}

// partSome cuts some warehouses off.
func (r *round) partSome(ctx context.Context, random *rand.Rand) error {
	r.tally.add("partitions", 1)
	these := someWarehouses(random)
	if r.ground.network.apart() {
		return r.unplugged(ctx, random, these...)
	}
	return r.blocked(ctx, random, these, lane{blocked: true}, lane{blocked: true})
}

// partOneWay lets a site hear and not speak, or speak and not hear.
func (r *round) partOneWay(ctx context.Context, random *rand.Rand) error {
	r.tally.add("partitions", 1)
	sent, received := 100, 0
	to, from := lane{blocked: true}, lane{}
	if random.IntN(2) == 0 {
		sent, received = 0, 100
		to, from = from, to
	}
	if !r.ground.network.filter {
		return r.blocked(ctx, random, someWarehouses(random), to, from)
	}
	return r.dropping(ctx, random, r.anySite(random).name, sent, received)
}

// losePackets throws some away in both directions; without a packet filter,
// connections break instead.
func (r *round) losePackets(ctx context.Context, random *rand.Rand) error {
	r.tally.add("lossy times", 1)
	if !r.ground.network.filter {
		return r.blocked(ctx, random, warehouses(), lane{breaks: 30}, lane{breaks: 30})
	}
	return r.dropping(ctx, random, r.anySite(random).name, 3+random.IntN(25), 3+random.IntN(25))
}

// delayLinks makes the way between the sites long and uneven.
func (r *round) delayLinks(ctx context.Context, random *rand.Rand) error {
	r.tally.add("slow times", 1)
	slow := lane{delay: between(random, 10*time.Millisecond, 400*time.Millisecond), jitter: between(random, time.Millisecond, 200*time.Millisecond)}
	return r.blocked(ctx, random, someWarehouses(random), slow, slow)
}

// loseAnswers lets requests of clients in and no answer out, and then hangs up: what
// was done stays done, and the clients do not know.
func (r *round) loseAnswers(ctx context.Context, random *rand.Rand) error {
	r.tally.add("times of lost answers", 1)
	s := r.anySite(random)
	r.journal.write("silent", s.name)
	s.calls.set(lane{}, lane{blocked: true})
	err := pause(ctx, between(random, 100*time.Millisecond, 1500*time.Millisecond))
	s.calls.cutAll()
	s.calls.set(lane{}, lane{})
	return err
}

func (r *round) unplugged(ctx context.Context, random *rand.Rand, these ...id.Site) error {
	n := r.ground.network
	r.journal.write("unplugged", these)
	var all []error
	for _, name := range these {
		all = append(all, n.unplug(ctx, name, true))
	}
	all = append(all, pause(ctx, between(random, leastCut, mostCut)))
	for _, name := range these {
		all = append(all, n.unplug(ctx, name, false))
	}
	return errors.Join(all...)
}

func (r *round) dropping(ctx context.Context, random *rand.Rand, name id.Site, sent, received int) error {
	n := r.ground.network
	r.journal.write("drops", map[id.Site][2]int{name: {sent, received}})
	return errors.Join(
		n.drop(ctx, name, sent, received), pause(ctx, between(random, leastCut, mostCut)), n.drop(ctx, name, 0, 0),
	)
}

// blocked does to the links of warehouses what the lanes say; sometimes what was
// open breaks in the end.
func (r *round) blocked(ctx context.Context, random *rand.Rand, these []id.Site, to, from lane) error {
	r.journal.write("links", fmt.Sprintf("%s: %+v, back %+v", these, to, from))
	for _, name := range these {
		r.fleet.links[name].set(to, from)
	}
	err := pause(ctx, between(random, leastCut, mostCut))
	breaks := random.IntN(2) == 0
	for _, name := range these {
		if breaks {
			r.fleet.links[name].cutAll()
		}
		r.fleet.links[name].set(lane{}, lane{})
	}
	return err
}
