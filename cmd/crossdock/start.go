package main

import (
	"context"
	"errors"

	"crossdock/node"
	"crossdock/node/config"
)

// started is what a start prints with --json.
type started struct {
	URL     string `json:"url"`
	Data    string `json:"data"`
	Version string `json:"version"`
}

// start runs a process until ctx ends, which is at the first signal.
func (p program) start(ctx context.Context, cfg config.Config, options node.Options, asJSON bool) (err error) {
	options.Log = p.logger(cfg.Log)
	options.Version = versionText()
	for _, name := range config.UnknownVariables(p.environ, envServer, envToken, "CROSSDOCK_REAL_DATA") {
		options.Log.Warn("a variable begins like a setting and is none", "name", name)
	}
	n, err := node.Open(ctx, cfg, options)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, n.Close()); err == nil {
			say(p.stderr, "stopped")
		}
	}()
	if asJSON {
		err = p.printJSON(started{n.URL(), cfg.Data, options.Version})
	} else {
		err = p.print("%s", n.Banner())
	}
	if err != nil {
		return err
	}
	return p.serve(ctx, n)
}

// serve answers requests until ctx ends, and says that it ends: the last of the
// work may take a moment.
func (p program) serve(ctx context.Context, n *node.Node) error {
	said := make(chan struct{})
	silent := context.AfterFunc(ctx, func() {
		say(p.stderr, "stopping…")
		close(said)
	})
	err := n.Serve(ctx)
	if !silent() {
		<-said
	}
	return err
}
