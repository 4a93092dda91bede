package node

import (
	"context"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/site/books"
	"crossdock/site/outbox"
)

// What a site does by itself about its feeds.
const (
	retryEvery = time.Hour       // parked messages are applied again: a newer version, or time, may help
	pruneEvery = 2 * time.Second // a batch of what all have read is taken out of the outbox
)

// upkeep applies the role's parked messages again, at the start and every so often,
// and prunes its feeds, until ctx ends. What fails is logged and tried again.
func (n *Node) upkeep(ctx context.Context, r *role) {
	retry, prune, compare := time.NewTicker(retryEvery), time.NewTicker(pruneEvery), time.NewTicker(driftEvery)
	defer compare.Stop()
	defer retry.Stop()
	defer prune.Stop()
	recovering := map[id.Site]bool{}
	n.failed(ctx, r, "recovery", n.tellRecovery(ctx, r, recovering))
	n.failed(ctx, r, "parked messages", n.retryAll(ctx, r))
	for {
		select {
		case <-ctx.Done():
			return
		case <-retry.C:
			n.failed(ctx, r, "parked messages", n.retryAll(ctx, r))
		case <-compare.C:
			n.failed(ctx, r, "looking for drift", n.lookForDrift(ctx, r))
		case <-prune.C:
			n.failed(ctx, r, "pruning", r.prune(ctx, n.config.Feeds.Keep))
			n.failed(ctx, r, "noting how far others have read", r.noteSilent(ctx, time.Now(), readAtLeast))
			n.failed(ctx, r, "recovery", n.tellRecovery(ctx, r, recovering))
		}
	}
}

// tellRecovery logs whom a site that was restored waits for, and whom it has heard since
// it was last asked.
func (n *Node) tellRecovery(ctx context.Context, r *role, before map[id.Site]bool) error {
	epoch, peers, err := r.settled.Settled(ctx)
	if err != nil || epoch <= 1 {
		return err
	}
	for _, reader := range r.readers {
		peer := reader.Link().Origin
		waits, _ := books.RecoveringFrom(peer, epoch, peers)
		switch {
		case waits == before[peer]:
		case waits:
			n.log.Warn("this site was restored from a backup and waits to hear what it has lost", "site", r.site, "of", peer, "epoch", epoch)
		default:
			n.log.Info("this site has heard what it had lost", "site", r.site, "of", peer, "epoch", epoch)
		}
		before[peer] = waits
	}
	return nil
}

func (n *Node) failed(ctx context.Context, r *role, what string, err error) {
	if err != nil && ctx.Err() == nil {
		n.log.Error("upkeep failed", "of", what, "site", r.site, "err", err)
	}
}

// retryAll applies the parked messages of every key again.
func (n *Node) retryAll(ctx context.Context, r *role) error {
	parked, err := r.feeds.Parked(ctx)
	if err != nil {
		return err
	}
	applied, err := outbox.RetryAll(ctx, r.do, parked)
	if applied > 0 {
		n.log.Info("parked messages were applied", "site", r.site, "messages", applied)
	}
	return err
}

// prune takes a batch out of each feed that is long enough. Zero keeps all for ever.
func (r *role) prune(ctx context.Context, keep time.Duration) error {
	if keep == 0 {
		return nil
	}
	r.mu.Lock()
	var readers []feed.Cursor
	for _, asked := range r.asked {
		readers = append(readers, asked.cursor)
	}
	r.mu.Unlock()
	for _, reader := range readers {
		if _, err := outbox.Prune(ctx, r.do, r.feeds, reader, keep); err != nil {
			return err
		}
	}
	return nil
}

// Parked returns the messages that the sites of this process have put aside, the
// store's first; their destination is the site.
func (n *Node) Parked(ctx context.Context) ([]books.Parked, error) {
	return n.ofAll(ctx, books.Feeds.Parked)
}

// Skipped returns those that were taken out without being applied.
func (n *Node) Skipped(ctx context.Context) ([]books.Parked, error) {
	return n.ofAll(ctx, books.Feeds.Skipped)
}

func (n *Node) ofAll(ctx context.Context, read func(books.Feeds, context.Context) ([]books.Parked, error)) ([]books.Parked, error) {
	var all []books.Parked
	for _, r := range n.roles {
		parked, err := read(r.feeds, ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, parked...)
	}
	return all, nil
}

// RetryParked applies the parked messages of a key again. A site that does not run
// here, or a key of which nothing waits, is fault.NotFound.
func (n *Node) RetryParked(ctx context.Context, site id.Site, command books.RetryParked) (books.Retried, error) {
	r, err := n.local(site)
	if err != nil {
		return books.Retried{}, err
	}
	return outbox.Retry(ctx, r.do, command)
}

// SkipParked takes parked messages out without applying them. Its errors are those
// of RetryParked, and those of the command.
func (n *Node) SkipParked(ctx context.Context, site id.Site, command books.SkipParked) (books.Retried, error) {
	r, err := n.local(site)
	if err != nil {
		return books.Retried{}, err
	}
	done, err := outbox.Skip(ctx, r.do, command)
	if err == nil {
		n.log.Warn("messages were skipped", "site", site, "origin", command.Origin, "key", command.Key, "by", command.By, "reason", command.Why)
	}
	return done, err
}

// local returns the role of a site that runs in this process.
func (n *Node) local(site id.Site) (*role, error) {
	if r := n.role(site); r != nil {
		return r, nil
	}
	return nil, fault.At("site", fault.NotFound, "the site %s does not run in this process", fault.Quote(string(site)))
}
