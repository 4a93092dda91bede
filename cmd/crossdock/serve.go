package main

import (
	"github.com/spf13/cobra"

	"crossdock/node"
	"crossdock/node/config"
)

const serveHelp = `Run the sites that --roles names, by default a store and the warehouses wh1 and wh2
in one process. No flag is needed.

Each setting comes from its flag, else from its environment variable (--quota-ask-wait
is CROSSDOCK_QUOTA_ASK_WAIT), else from the file, else it has its default. "crossdock
config" prints a file with all of them. A secret has no flag: name a file that holds it.

Ctrl-C or SIGTERM stops it in order; a second one at once, which loses nothing either.`

const serveExample = `  crossdock serve
  crossdock serve --config /etc/crossdock.yaml
  crossdock serve --roles store --nats-listen :4222 --nats-token-file tok
  crossdock serve --roles warehouse:wh1 --nats-url nats://shop:4222 --nats-token-file tok`

func (p program) serveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "serve", Short: "Run a store, warehouses, or both", Long: serveHelp, Example: serveExample,
		Args: takesNothing,
	}
	file := cmd.Flags().String("config", "", "configuration file (YAML)")
	asJSON := cmd.Flags().Bool("json", false, "print the address and the data directory as one JSON object")
	config.AddFlags(cmd.Flags(), config.Default(p.environ))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := config.Load(config.Source{File: *file, Environ: p.environ, Flags: cmd.Flags()})
		if err != nil {
			return err
		}
		return p.start(cmd.Context(), cfg, node.Options{}, *asJSON)
	}
	return cmd
}
