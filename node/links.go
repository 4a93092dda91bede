package node

import (
	"context"
	"slices"
	"strings"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/engine/linkswitch"
	"crossdock/site/outbox"
)

// LinkState is one direction between two sites, as its receiver in this process
// sees it, with what an operator needs beside it.
type LinkState struct {
	outbox.Link
	Cut    bool `json:"cut"`    // by the switch of this process
	Parked int  `json:"parked"` // messages put aside
}

// Links returns every link that ends in this process, by origin and destination.
func (n *Node) Links(ctx context.Context) ([]LinkState, error) {
	var states []LinkState
	for _, role := range n.roles {
		parked, err := role.feeds.Parked(ctx)
		if err != nil {
			return nil, err
		}
		for _, reader := range role.readers {
			state := LinkState{Link: reader.Link()}
			if s := n.switchOf(state.Origin, state.Destination); s != nil {
				state.Cut = s.IsCut()
			}
			for _, p := range parked {
				if p.Message.Origin == string(state.Origin) {
					state.Parked++
				}
			}
			states = append(states, state)
		}
	}
	slices.SortFunc(states, func(a, b LinkState) int {
		return strings.Compare(string(a.Origin+" "+a.Destination), string(b.Origin+" "+b.Destination))
	})
	return states, nil
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
		return fault.New(fault.NotFound, "%s is no warehouse of this process: its link cannot be cut here", fault.Quote(string(site)))
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

// CanCut reports whether pages may offer the switch.
func (n *Node) CanCut() bool { return n.options.Demo }
