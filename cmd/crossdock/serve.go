package main

import (
	"github.com/spf13/cobra"

	"crossdock/node"
	"crossdock/node/config"
)

// storeExample is what a store needs to work with the warehouses of other
// processes.
const storeExample = `  roles: [store]
  districts:
    - code: everywhere
      name: Everywhere
      warehouses: [wh1]
`

const serveHelp = `Run the sites that --roles names, by default a store and the warehouses wh1 and wh2
in one process. No flag is needed.

Sites can run in processes of their own, on one machine (each with its own --data and
--listen) or on several. The store listens for the warehouses and follows those that
its districts name, no other. Districts stand in its file alone, store.yaml below:

` + storeExample + `
docs/operate/separate-sites.md goes through it with the files of examples/three-machines.

Each setting comes from its flag, else from its environment variable (--quota-ask-wait
is CROSSDOCK_QUOTA_ASK_WAIT), else from the file, else it has its default. "crossdock
config" prints a file with all of them. A secret has no flag: name a file that holds it.

Ctrl-C or SIGTERM stops it in order; a second one at once, which loses nothing either.`

const serveExample = `  crossdock serve
  crossdock serve --config /etc/crossdock.yaml
  crossdock serve --config store.yaml --nats-listen :4222 --nats-token-file tok
  crossdock serve --roles warehouse:wh1 --nats-url nats://shop:4222 --nats-token-file tok`

func (p program) serveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "serve", Short: "Run a store, warehouses, or both", Long: serveHelp, Example: serveExample,
		Args: takesNothing,
	}
	file := cmd.Flags().String("config", "", "configuration file (YAML)")
	asJSON := cmd.Flags().Bool("json", false, "print the address and the data directory as one JSON object")
	config.AddFlags(cmd.Flags(), config.Default(p.environ))
	completesFiles(cmd, "config", "yaml", "yml")
	completesDirs(cmd, "data")
	completesFiles(cmd, "nats-token-file")
	completes(cmd, "roles", words([]string{"store", "warehouse:"}))
	completes(cmd, "log-level", words([]string{"debug", "info", "warn", "error"}))
	completes(cmd, "log-format", words([]string{"auto", "text", "json"}))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := config.Load(config.Source{File: *file, Environ: p.environ, Flags: cmd.Flags()})
		if err != nil {
			return err
		}
		return p.start(cmd.Context(), cfg, node.Options{}, *asJSON)
	}
	return cmd
}
