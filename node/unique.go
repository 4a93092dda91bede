package node

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/dist/feed"
	"crossdock/engine/natsbus"
	"crossdock/site/outbox"
)

// Two processes that run a site of one name would both read what is meant for it,
// and a store would sell units that the other one has sold. So a site asks for its
// own feed before it serves it, and does not start where somebody answers. Where
// the bus is out of reach it starts, and works alone; it asks when the connection
// has come, and until then serves nothing and reads nothing. Two that ask in the same
// moment find nobody: this is for what people do by mistake, not a lock.
const (
	twinPatience = 300 * time.Millisecond // where nobody is there, the bus says so at once
	claimEvery   = 50 * time.Millisecond  // how often to look for the connection: looking costs nothing
	othersBack   = 600 * time.Millisecond // by when others are back on a bus that was gone

	storeName     = "store.name" // where the name of a site is set
	warehouseName = "roles: warehouse:NAME"
)

// checkAlone is fault.Conflict where another process answers as this site, and
// fault.Unavailable while the bus is out of reach. One that does not answer in time
// is taken for one that has died without a word.
func checkAlone(ctx context.Context, bus *natsbus.Conn, site id.Site, setting string) error {
	if !bus.Connected() {
		return errNoBus()
	}
	ctx, cancel := context.WithTimeout(ctx, twinPatience)
	defer cancel()
	own := feed.Cursor{Origin: string(site), Destination: string(site)}
	_, err := bus.Request(ctx, outbox.Subject(site), feed.AppendRequest(nil, feed.Request{Cursor: own}))
	if !fault.Is(err, fault.Unavailable) { // an answer, be it that it is in trouble
		return fault.New(fault.Conflict,
			"another process on this message bus runs the site %s already: two of one name would sell the same units. Give this one a name of its own (%s), or stop the other one",
			site, setting)
	}
	if !bus.Connected() {
		return errNoBus()
	}
	return nil
}

func errNoBus() error { return fault.New(fault.Unavailable, "the message bus is not connected") }

// claim is a site's right to its name on the bus, which it has once it serves its
// feed. It is the bus of the site's readers, who ask for nothing before that.
type claim struct {
	outbox.Bus
	check func(context.Context) error // that nobody else has it
	serve func() (stop func(), err error)

	mu      sync.Mutex
	stop    func() // of what is served; nil before
	refused error  // why it is not
}

// take serves the feed if nobody else does.
func (c *claim) take(ctx context.Context) error {
	err := c.check(ctx)
	var stop func()
	if err == nil {
		stop, err = c.serve()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stop, c.refused = stop, err
	return err
}

// Request implements outbox.Bus.
func (c *claim) Request(ctx context.Context, subject string, body []byte) ([]byte, error) {
	c.mu.Lock()
	refused := c.refused
	c.mu.Unlock()
	if refused != nil {
		return nil, refused
	}
	return c.Bus.Request(ctx, subject, body)
}

// release stops what is served. It is called when nobody takes the claim any more.
func (c *claim) release() {
	if c.stop != nil {
		c.stop()
	}
}

// takeLater takes the claim when the bus has come within reach, then calls taken. It
// leaves those time to come back who lost the bus too. Where a twin is found it gives
// up for good: else it would take the place of one that is restarted.
func (c *claim) takeLater(ctx context.Context, log *slog.Logger, taken func()) {
	ticker := time.NewTicker(claimEvery)
	defer ticker.Stop()
	for heard := false; ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if !heard && c.check(ctx) == nil {
			heard = true
			ticker.Reset(othersBack)
			continue
		}
		switch err := c.take(ctx); {
		case err == nil:
			taken()
			return
		case !fault.Is(err, fault.Unavailable):
			log.Error("this site reads nothing and answers nobody until this process is started anew", "err", err)
			return
		}
	}
}
