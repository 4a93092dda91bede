package main

import (
	"github.com/spf13/cobra"

	"crossdock/core/id"
	"crossdock/node"
)

const linkKeysHelp = `Print the public keys of the sites that have lived in a data directory, one a line, in
the form of the setting "peers". Each site signs what it says to others with a key of
its own, which it makes at its first start: keys/NAME.key in the data directory.

Whom a process meets for the first time it takes at his word: the key is kept in
keys/known_sites of its data directory, and no other is taken in that name. To be
sure from the first moment, print the keys of each process and put those of the others
into "peers" in its configuration: then nobody else is heard.

The data directory is --data, else CROSSDOCK_DATA, else ./crossdock-data where the
demo has left one, else the default. No process needs to run on it.`

// siteKey is what --json prints of one site.
type siteKey struct {
	Site id.Site `json:"site"`
	Key  string  `json:"key"`
}

func (p program) linkKeysCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "keys", Short: "Print the public keys of the sites here", Long: linkKeysHelp, Args: takesNothing,
		Example: "  crossdock links keys --data wh1-data",
	}
	asJSON := jsonFlag(cmd)
	t := &target{}
	dataFlags(cmd, t)
	cmd.RunE = func(*cobra.Command, []string) error {
		cfg, err := p.configOf(t)
		if err != nil {
			return err
		}
		peers, err := node.PublicKeys(cfg.Data)
		if err != nil {
			return err
		}
		if *asJSON {
			keys := make([]siteKey, len(peers))
			for i, peer := range peers {
				keys[i] = siteKey{peer.Site(), peer.Key()}
			}
			return p.printJSON(map[string][]siteKey{"keys": keys})
		}
		for _, peer := range peers {
			if err := p.print("%s\n", peer); err != nil {
				return err
			}
		}
		return nil
	}
	return cmd
}
