package main

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"crossdock/core/id"
	"crossdock/node"
)

const restoreHelp = `Bring the sites of a backup back, into a data directory that is empty or not there yet.
With --site (which may be given several times) those sites alone, also into a directory
that has sites already: there the site's database is replaced, and the old one is kept in
backups/replaced-TIME. No process may use the directory.

The backup is held against its manifest first; where one file is another one, nothing is
changed. One of an older Crossdock is brought up to date, one of a newer is refused.

Each restored site begins a new epoch, by which the sites that it spoke to see that it has
gone back in time.

--database takes a database by itself in place of a backup, such as one that Litestream
has restored. docs/operate/backup.md tells what is lost by a restore, and what is not.

Exit status 3 when the books that were restored are wrong.`

func (p program) restoreCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "restore [DIR]", Short: "Bring the sites of a backup back", Long: restoreHelp,
		Example: "  crossdock restore /mnt/backups/today --data /srv/shop\n  crossdock restore today --data wh1-data --site wh1\n" +
			"  crossdock restore --database store.db --site store --data /srv/shop",
		Args: takes(0, 1, "the directory of a backup"),
	}
	t := &target{}
	dataFlags(cmd, t)
	database := cmd.Flags().String("database", "", "database of one site, in place of a backup")
	sites := cmd.Flags().StringSlice("site", nil, "site to restore; several for several (default: all of the backup)")
	completesFiles(cmd, "database", "db")
	cmd.ValidArgsFunction = onlyDirs
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		options := node.RestoreOptions{Database: *database, Now: time.Now(), Tail: rand.Uint64()}
		if len(args) == 1 {
			options.Backup = args[0]
		}
		for _, text := range *sites {
			site, err := id.ParseSite(text)
			if err != nil {
				return wrong(cmd, "--site: %s", explain(err))
			}
			options.Sites = append(options.Sites, site)
		}
		if err := checkRestore(cmd, options); err != nil {
			return err
		}
		cfg, err := p.configOf(t)
		if err != nil {
			return err
		}
		options.Data = cfg.Data
		restored, err := node.Restore(cmd.Context(), options)
		if err != nil {
			return err
		}
		return p.printRestored(restored, *asJSON)
	}
	return cmd
}

func checkRestore(cmd *cobra.Command, options node.RestoreOptions) error {
	switch {
	case options.Backup == "" && options.Database == "":
		return wrong(cmd, "restore wants the directory of a backup, or --database")
	case options.Backup != "" && options.Database != "":
		return wrong(cmd, "--database is a database in place of a backup: leave out one of the two")
	case options.Database != "" && len(options.Sites) != 1:
		return wrong(cmd, "--database wants --site, once: the site that it is of")
	}
	return nil
}

func (p program) printRestored(restored node.Restored, asJSON bool) error {
	var err error
	if asJSON {
		err = p.printJSON(restored)
	} else {
		err = p.tellRestored(restored)
	}
	if err == nil && len(restored.Findings) > 0 {
		return errFindings
	}
	return err
}

func (p program) tellRestored(restored node.Restored) error {
	t := newTable("SITE", "ROLE", ">EPOCH", ">WAS", ">TABLES", ">WERE", ">ORDERS", "LAST ORDER", ">MOVEMENTS", "REPLACED")
	for _, s := range restored.Sites {
		replaced := "-"
		if s.Replaced != "" {
			replaced = s.Replaced
		}
		t.add(s.Site, s.Role, s.Epoch, s.EpochWas, s.Schema, s.SchemaWas, s.Orders, timeOrDash(s.LastOrderAt), s.Movements, replaced)
	}
	if err := p.printTable(t, ""); err != nil {
		return err
	}
	if err := p.printNotes(restored.Notes); err != nil {
		return err
	}
	if len(restored.Findings) > 0 {
		if err := p.printFindings(restored.Findings); err != nil {
			return err
		}
	}
	return p.print(`
Restored into %s. Start it: the sites that it talked to will tell it what it has missed.
%s`, printable(restored.Data), lost(restored))
}

// lost says what nobody can tell a restored site again.
func lost(restored node.Restored) string {
	since := "the moment of that database"
	if restored.At != nil {
		since = when(*restored.At)
	}
	text := ""
	has := func(role string) bool {
		return slices.ContainsFunc(restored.Sites, func(s node.RestoredSite) bool { return string(s.Role) == role })
	}
	if has("store") {
		text += "Orders placed after " + since + " that no warehouse has heard of are lost.\n"
	}
	if has("warehouse") {
		text += "What a warehouse has received, counted and sold at its own counter after " + since + " is lost: count the shelves.\n"
	}
	return text
}
