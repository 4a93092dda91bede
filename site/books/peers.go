package books

import (
	"cmp"
	"slices"
	"time"

	"crossdock/core/event"
	"crossdock/core/id"
)

// Peer is what a site has settled with another one after a restore.
type Peer struct {
	Site     id.Site
	Counted  uint64 // the newest own epoch for which the peer has told what units it has
	Restated uint64 // the newest own epoch for which the peer has told all that it knows
	Owed     uint64 // the peer's epoch for which it is still to be told what this site knows; 0: none
}

// Recovery is what a site that was restored waits for from a peer, for people to see.
type Recovery struct {
	Since   time.Time // when it has said that it was restored; zero: not yet
	Counted bool      // the peer has told what units it has, and is still to tell of fulfillments
	Store   bool      // it is a store, which waits for a warehouse; else the other way round
	Waiting int       // see Restored.Waiting
	Blocked []Parked  // what is in the way, the first of each key; their destination is who has put them aside
}

// RecoveringFrom is Books.Recovering of what Restored.Settled returns; counted is
// whether the peer has told what units it has.
func RecoveringFrom(peer id.Site, epoch uint64, peers []Peer) (recovering, counted bool) {
	var settled Peer
	for _, p := range peers {
		if p.Site == peer {
			settled = p
		}
	}
	return epoch > 1 && settled.Restated < epoch, settled.Counted >= epoch
}

// BlocksRecovery reports whether what waits of a key holds a recovery up: at the site
// that was restored, which then does not take in what the peer tells, or at the peer,
// which then does not hear that it is to tell.
func BlocksRecovery(key string, atPeer bool) bool {
	switch key {
	case "fulfillments":
		return true
	case "quota":
		return !atPeer
	case "site":
		return atPeer
	}
	return false
}

// peerChange is what a peer was before a change, for Undo.
type peerChange struct {
	site   id.Site
	before Peer
	there  bool
}

// Recovering reports whether the site was restored from a backup and has still to
// hear from the peer what it has lost. Until then it promises nothing between the two.
func (b *Books) Recovering(peer id.Site) bool {
	return b.epoch > 1 && b.peers[peer].Restated < b.epoch
}

// Counting reports whether the site was restored and does not even know what units
// the peer has: none are handed over between the two.
func (b *Books) Counting(peer id.Site) bool {
	return b.epoch > 1 && b.peers[peer].Counted < b.epoch
}

// Peers returns the sites that this one has spoken with, or heard of, by name.
func (b *Books) Peers() []id.Site {
	var sites []id.Site
	for site := range b.written {
		sites = append(sites, site)
	}
	for site := range b.read {
		sites = append(sites, site)
	}
	slices.Sort(sites)
	return slices.Compact(sites)
}

// Counted takes note that the peer has told what units it has.
func (b *Books) Counted(peer id.Site) {
	p := b.peer(peer)
	p.Counted = b.epoch
	b.setPeer(p)
}

// Recovered takes note that the peer has told all that it knows.
func (b *Books) Recovered(peer id.Site) {
	p := b.peer(peer)
	p.Counted, p.Restated = b.epoch, b.epoch
	b.setPeer(p)
}

// Owe takes note that a peer of this epoch is to be told what this site knows, once
// it knows it itself; with 0 that it was told. Owed returns the epoch.
func (b *Books) Owe(peer id.Site, epoch uint64) {
	p := b.peer(peer)
	p.Owed = epoch
	b.setPeer(p)
}

// Owed returns the epoch of a peer that is still to be told what this site knows, or 0.
func (b *Books) Owed(peer id.Site) uint64 { return b.peers[peer].Owed }

func (b *Books) peer(site id.Site) Peer {
	p := b.peers[site]
	p.Site = site
	return p
}

func (b *Books) setPeer(p Peer) {
	before, there := b.peers[p.Site]
	b.peerChanges = append(b.peerChanges, peerChange{p.Site, before, there})
	b.peers[p.Site] = p
}

// undoPeers takes back the changes since the mark.
func (b *Books) undoPeers(mark int) {
	for i := len(b.peerChanges) - 1; i >= mark; i-- {
		change := b.peerChanges[i]
		if change.there {
			b.peers[change.site] = change.before
		} else {
			delete(b.peers, change.site)
		}
	}
	b.peerChanges = b.peerChanges[:mark]
}

// sealPeers returns those that the batch has changed, and begins anew.
func (b *Books) sealPeers() []Peer {
	var rows []Peer
	for _, change := range b.peerChanges {
		if !slices.ContainsFunc(rows, func(p Peer) bool { return p.Site == change.site }) {
			rows = append(rows, b.peers[change.site])
		}
	}
	slices.SortFunc(rows, func(a, b Peer) int { return cmp.Compare(a.Site, b.Site) })
	b.peerChanges = nil
	return rows
}

// Greet says, as the first message of a new epoch, that this site was restored. Say
// does so by itself; to those who are not spoken to it is said at the start.
func (b *Books) Greet(to id.Site, at time.Time) error {
	if b.epoch <= 1 || b.greeted(to) {
		return nil
	}
	body := event.SiteRestored{Epoch: b.epoch, Read: b.Cursor(to).Seq}
	data, err := event.Encode(body)
	if err == nil {
		b.say(to, "site", body.Kind(), data, at)
	}
	return err
}

func (b *Books) greeted(to id.Site) bool {
	if b.written[to].Epoch == b.epoch {
		return true
	}
	for _, m := range b.unsealed {
		if m.Destination == string(to) {
			return true
		}
	}
	return false
}
