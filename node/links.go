package node

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/engine/linkswitch"
	"crossdock/site/books"
	"crossdock/site/drift"
	"crossdock/site/outbox"
)

// LinkState is one direction between two sites with what an operator needs beside
// it. Where the receiver runs elsewhere it is what the origin knows of it.
type LinkState struct {
	outbox.Link
	Cut    bool   // by the switch of this process
	Parked int    // messages put aside
	Pruned uint64 // the last message that the origin does not keep any more, as far as known
	Drift  drift.Last
	// Recovery is what the destination waits for, as it was restored from a backup;
	// nil where it does not, or runs elsewhere.
	Recovery *books.Recovery
}

// readAtLeast is how often a reader asks, woken or not, with some patience: one
// that has not asked for so long is out of reach.
const readAtLeast = 3 * time.Second

// Links returns every link with an end in this process, by origin and destination.
func (n *Node) Links(ctx context.Context) ([]LinkState, error) {
	var states []LinkState
	for _, r := range n.roles {
		incoming, err := n.incoming(ctx, r)
		if err != nil {
			return nil, err
		}
		outgoing, err := n.outgoing(ctx, r)
		if err != nil {
			return nil, err
		}
		states = append(append(states, incoming...), outgoing...)
	}
	for i := range states {
		states[i].Drift = n.drifts.of(states[i].Origin, states[i].Destination)
	}
	slices.SortFunc(states, func(a, b LinkState) int {
		return cmp.Or(cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.Destination, b.Destination))
	})
	return states, nil
}

// incoming returns the links that end at a site of this process. Where the origin
// runs here too, what it has written is known even while the link is cut.
func (n *Node) incoming(ctx context.Context, r *role) ([]LinkState, error) {
	parked, err := r.feeds.Parked(ctx)
	if err != nil {
		return nil, err
	}
	var states []LinkState
	for _, reader := range r.readers {
		state := LinkState{Link: reader.Link()}
		if s := n.switchOf(state.Origin, state.Destination); s != nil {
			state.Cut = s.IsCut()
		}
		if origin := n.role(state.Origin); origin != nil && believed(state.Verdict) {
			if err := state.measure(ctx, origin.feeds); err != nil {
				return nil, err
			}
		}
		for _, p := range parked {
			if p.Message.Origin == string(state.Origin) {
				state.Parked++
			}
		}
		if state.Recovery, err = n.recovery(ctx, r, state.Origin, parked); err != nil {
			return nil, err
		}
		states = append(states, state)
	}
	return states, nil
}

// believed reports whether a cursor and its origin's feed are of one history.
func believed(verdict string) bool {
	return verdict != feed.Restored.String() && verdict != feed.Parted.String()
}

// outgoing returns the links to sites elsewhere that have asked to read.
func (n *Node) outgoing(ctx context.Context, r *role) ([]LinkState, error) {
	r.mu.Lock()
	asked := maps.Clone(r.asked)
	r.mu.Unlock()
	var states []LinkState
	for reader, last := range asked {
		if n.role(reader) != nil {
			continue
		}
		state := LinkState{Link: last.link(r.site, reader, time.Now())}
		if err := state.measure(ctx, r.feeds); err != nil {
			return nil, err
		}
		states = append(states, state)
	}
	return states, nil
}

// recall takes up what was noted of a reader before the start.
func (r *role) recall(ctx context.Context, reader id.Site) error {
	noted, err := outbox.Noted(ctx, r.do, string(reader))
	if err != nil || noted.At.IsZero() {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked[reader] = lastAsked{cursor: noted.Cursor, at: noted.At, noted: true}
	return nil
}

// noteSilent takes note of how far those readers have come that have not asked for this
// long: what waits for them is counted from there, after a restart too.
func (r *role) noteSilent(ctx context.Context, now time.Time, forThis time.Duration) error {
	r.mu.Lock()
	silent := map[id.Site]lastAsked{}
	for reader, last := range r.asked {
		if !last.noted && !last.at.IsZero() && now.Sub(last.at) >= forThis {
			silent[reader] = last
		}
	}
	r.mu.Unlock()
	for reader, last := range silent {
		if err := outbox.Note(ctx, r.do, r.feeds, last.cursor); err != nil {
			return err
		}
		r.mu.Lock()
		if now := r.asked[reader]; now.at.Equal(last.at) {
			now.noted = true
			r.asked[reader] = now
		}
		r.mu.Unlock()
	}
	return nil
}

// turned logs that a link has come up or gone down.
func (n *Node) turned(link outbox.Link) {
	if link.Connected && link.Trouble == "" {
		n.log.Info("link is up", "origin", link.Origin, "site", link.Destination, "at", link.Cursor)
		return
	}
	n.log.Warn("link is down", "origin", link.Origin, "site", link.Destination, "because", link.Trouble)
}

// link is what the origin knows of a reader elsewhere. One whose requests are refused
// is not the one that was heard before, whatever it says.
func (l lastAsked) link(origin, reader id.Site, now time.Time) outbox.Link {
	link := outbox.Link{
		Origin: origin, Destination: reader, Cursor: l.cursor.Seq, HeardAt: l.at,
		Connected: !l.noted && now.Sub(l.at) < readAtLeast, Verdict: feed.Nothing.String(),
	}
	if !link.Connected {
		link.StaleSince, link.Trouble = l.at, string(reader)+" has not asked for news since then"
	}
	if l.refused != "" {
		link.Verdict, link.Trouble = outbox.Refused, l.refused
		if l.at.IsZero() {
			link.StaleSince = l.refusedAt
		}
	}
	return link
}

// measure counts what the origin has written and the receiver has not read, and how
// old that is.
func (l *LinkState) measure(ctx context.Context, origin books.Feeds) error {
	newest, _, err := origin.Written(ctx, string(l.Destination), 0)
	if err != nil {
		return err
	}
	l.Last, l.Lag = max(l.Last, newest.Seq), 0
	var oldest time.Time
	if l.Last > l.Cursor {
		l.Lag = l.Last - l.Cursor
		unread, err := origin.Messages(ctx, string(l.Destination), l.Cursor, 1, 1)
		if err != nil {
			return err
		}
		if len(unread) > 0 {
			oldest = time.UnixMicro(unread[0].At)
		}
	}
	l.LagSeconds = l.Age(time.Now(), oldest).Seconds()
	pruned, err := origin.Pruned(ctx)
	for _, c := range pruned {
		if c.Destination == string(l.Destination) {
			l.Pruned = c.Seq
		}
	}
	return err
}

// switchOf returns the switch of the warehouse at one end of a link, or nil.
func (n *Node) switchOf(ends ...id.Site) *linkswitch.Switch {
	for _, end := range ends {
		if role := n.role(end); role != nil && role.cut != nil {
			return role.cut
		}
	}
	return nil
}

// Cut takes a warehouse off the bus, as if its line were broken; Heal joins it
// again. A site without a switch in this process is fault.NotFound.
func (n *Node) Cut(site id.Site) error {
	return n.turn(site, func(s *linkswitch.Switch) { s.Cut() })
}

// Heal joins a warehouse that was cut off.
func (n *Node) Heal(site id.Site) error {
	return n.turn(site, func(s *linkswitch.Switch) { s.Heal() })
}

func (n *Node) turn(site id.Site, turn func(*linkswitch.Switch)) error {
	s := n.switchOf(site)
	if s == nil {
		return fault.New(fault.NotFound, "%s is no warehouse of this process, so its link cannot be cut here: %s", fault.Quote(string(site)), n.cuttable())
	}
	turn(s)
	n.log.Info("link turned", "site", site, "cut", s.IsCut())
	for _, role := range n.roles {
		for _, reader := range role.readers {
			if link := reader.Link(); link.Origin == site || link.Destination == site {
				reader.Wake()
			}
		}
	}
	return nil
}

// cuttable says whose links can be cut.
func (n *Node) cuttable() string {
	if len(n.warehouses) == 0 {
		return "to take a warehouse of another process away, stop that process"
	}
	var names []string
	for _, site := range slices.Sorted(maps.Keys(n.warehouses)) {
		names = append(names, string(site))
	}
	return "those of " + strings.Join(names, ", ") + " can"
}

// CanCut reports whether pages may offer the switch.
func (n *Node) CanCut() bool { return n.options.Demo }
