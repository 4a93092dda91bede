package node

import (
	"context"
	"time"

	"crossdock/core/id"
	"crossdock/site/books"
)

// recovery returns what a site of this process, which was restored from a backup,
// waits for from a peer; nil where there is nothing.
func (n *Node) recovery(ctx context.Context, r *role, peer id.Site, parked []books.Parked) (*books.Recovery, error) {
	epoch, peers, err := r.settled.Settled(ctx)
	if err != nil {
		return nil, err
	}
	recovering, counted := books.RecoveringFrom(peer, epoch, peers)
	if !recovering {
		return nil, nil
	}
	recovery := &books.Recovery{Counted: counted, Store: n.warehouses[r.site] == nil, Blocked: blocking(parked, peer, false)}
	if recovery.Waiting, err = r.settled.Waiting(ctx, peer, time.Now()); err != nil {
		return nil, err
	}
	if recovery.Since, err = restoredAt(ctx, r.feeds, peer, epoch); err != nil {
		return nil, err
	}
	if other := n.role(peer); other != nil {
		there, err := other.feeds.Parked(ctx)
		if err != nil {
			return nil, err
		}
		recovery.Blocked = append(recovery.Blocked, blocking(there, r.site, true)...)
	}
	return recovery, nil
}

// blocking returns what of an origin's parked messages holds a recovery up: the first
// of each key, as the others wait behind it.
func blocking(parked []books.Parked, origin id.Site, atPeer bool) []books.Parked {
	var first []books.Parked
	seen := map[string]bool{}
	for _, p := range parked { // oldest first
		if p.Message.Origin == string(origin) && books.BlocksRecovery(p.Message.Key, atPeer) && !seen[p.Message.Key] {
			seen[p.Message.Key] = true
			first = append(first, p)
		}
	}
	return first
}

// restoredAt is when a site has said in an epoch that it was restored: with the first
// message of it. Zero: it has said nothing to that peer yet.
func restoredAt(ctx context.Context, feeds books.Feeds, peer id.Site, epoch uint64) (time.Time, error) {
	before, err := feeds.Fork(ctx, string(peer), epoch-1)
	if err != nil {
		return time.Time{}, err
	}
	said, err := feeds.Messages(ctx, string(peer), before.Seq, 1, 1)
	if err != nil || len(said) == 0 || said[0].Epoch != epoch {
		return time.Time{}, err
	}
	return time.UnixMicro(said[0].At), nil
}
