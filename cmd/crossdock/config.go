package main

import (
	"github.com/spf13/cobra"

	"crossdock/node/config"
)

const configHelp = `Print a configuration file with every setting, each with its meaning, its default,
its environment variable and its flag. Everything in it is commented out, so it can
be used as it is.`

const configExample = `  crossdock config > crossdock.yaml
  crossdock serve --config crossdock.yaml`

func (p program) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "config", Short: "Print a commented configuration file", Long: configHelp, Example: configExample,
		Args: takesNothing,
	}
	cmd.RunE = func(*cobra.Command, []string) error { return p.print("%s", config.SampleFile()) }
	return cmd
}
