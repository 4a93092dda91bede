package node

import (
	"context"
	"sync"
	"time"

	"crossdock/core/fault"
	"crossdock/engine/natsbus"
)

// watchEvery is how soon a token that the message server refuses is told.
const watchEvery = 2 * time.Second

// watchBus tells in the log when a message server elsewhere refuses the token.
// At the start Dial says so itself; but a server that came up later, or again
// with another token, would else look like one that is down. It also has the sites
// read as soon as the line is back.
func (n *Node) watchBus() {
	if n.config.NATS.URL == "" {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	n.unwatch = func() { stop(); watching.Wait() }
	watching.Go(func() {
		ticker := time.NewTicker(watchEvery)
		defer ticker.Stop()
		told, connected := false, true // told once for each time that the links are down
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			on := n.onBus()
			if on && !connected { // the line is back: readers that wait for long look now
				for _, r := range n.roles {
					r.wake()
				}
			}
			connected = on
			told = !on && (told || n.tellRefusal())
		}
	})
}

// onBus reports whether every site of this process is connected to the server.
func (n *Node) onBus() bool {
	for _, link := range n.links {
		if !link.Connected() {
			return false
		}
	}
	return true
}

// tellRefusal knocks once more, because the links that go on trying do not say
// what they are refused for. It reports whether there was something to tell.
func (n *Node) tellRefusal() bool {
	probe, err := natsbus.Dial(n.config.NATS.URL, string(n.config.NATS.Token), "probe", watchEvery, nil)
	if err == nil {
		probe.Close()
		return false
	}
	if !fault.Is(err, fault.Unauthenticated) {
		return false
	}
	n.log.Error("no link works until the token is right: correct nats.token_file here or where the server runs, then restart that process", "err", err)
	return true
}
