package main

import (
	"github.com/spf13/cobra"

	"crossdock/node"
	"crossdock/node/config"
)

const demoHelp = `Run the whole system in one process: a store and two warehouses, wh1 and wh2, with
a catalog, opening stock and a customer to log in as. The sites page has a switch
that cuts the link to a warehouse and heals it.

The data stands in ./crossdock-data unless --data says otherwise, and is still
there at the next start. Delete the directory to begin anew. Other settings than
those below come from the environment, as for "crossdock serve".

Ctrl-C stops it in order; a second one at once, which loses nothing either.`

const demoExample = `  crossdock demo
  crossdock demo --listen :9000 --data /tmp/shop
  crossdock demo --sourcing-strategy cheapest --sourcing-rules arrival,load
  crossdock demo --sample=false`

func (p program) demoCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "demo", Short: "Run the whole system with sample data", Long: demoHelp, Example: demoExample,
		Args: takesNothing,
	}
	defaults := config.Default(p.environ)
	cmd.Flags().String("data", config.DemoData, "data directory")
	cmd.Flags().String("listen", defaults.Listen, "address and port of the pages and of the API; port 0 lets the system choose")
	config.AddFlags(cmd.Flags(), defaults, "sourcing")
	completesDirs(cmd, "data")
	sample := cmd.Flags().Bool("sample", true, "fill an empty shop with the sample")
	asJSON := cmd.Flags().Bool("json", false, "print the address and the data directory as one JSON object")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := config.Load(config.Source{Environ: p.environ, Flags: cmd.Flags(), Demo: true})
		if err != nil {
			return err
		}
		return p.start(cmd.Context(), cfg, node.Options{Demo: true, Sample: *sample}, *asJSON)
	}
	return cmd
}
