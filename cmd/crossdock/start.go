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
	defer func() { err = errors.Join(err, n.Close()) }()
	if asJSON {
		err = p.printJSON(started{n.URL(), cfg.Data, options.Version})
	} else {
		err = p.print("%s", n.Banner())
	}
	if err != nil {
		return err
	}
	return n.Serve(ctx)
}
