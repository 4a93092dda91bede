package main

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/core/fault"
	"crossdock/node"
	"crossdock/node/config"
)

const backupHelp = `Copy the sites of a process while they run, and verify the copies: every page of the
databases, and the books of each site by themselves. Nobody is held up. Where no process
runs, the files of the data directory are copied.

The backup goes into backups/TIME in the data directory, or into DIR, which is made, or is
empty. A process that --server names writes on its own machine: DIR is an absolute path
there. A directory is a backup once its manifest.json is there, which is written last.

Copy backups to another machine: one on the same disk is lost with it. "crossdock restore"
brings one back; docs/operate/backup.md tells what is lost then, and what is not.

Exit status 3 when the books that were copied are wrong. The copy is kept, and so are all
older ones.`

const backupListHelp = `List the backups in the data directory, the newest first. Those that went into a
directory of their own are not among them.`

const backupVerifyHelp = `Look at a backup: that each of its files is as it was written, that the databases are
whole, and that the books of each site are right by themselves. It changes nothing, and
needs no process.

Exit status 3 when something is wrong with it.`

func (p program) backupCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "backup [DIR]", Short: "Copy the sites while they run", Long: backupHelp + connectHelp,
		Example: "  crossdock backup\n  crossdock backup /mnt/backups/today --data /srv/shop\n  crossdock backup --keep 7 --json",
		Args:    takes(0, 1, "a directory"),
	}
	t := targetFlags(cmd)
	keep := cmd.Flags().Int("keep", 0, "of the backups in the data directory, keep so many of the newest and remove the others")
	asJSON := jsonFlag(cmd)
	cmd.AddCommand(p.backupListCommand(), p.backupVerifyCommand())
	cmd.ValidArgsFunction = onlyDirs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		request := api.BackupRequest{Keep: *keep}
		if len(args) == 1 {
			request.Directory = args[0]
		}
		if err := checkBackup(cmd, request); err != nil {
			return err
		}
		made, err := p.backup(cmd, t, request)
		if err != nil {
			return err
		}
		if err := p.printMade(made, *asJSON); err != nil {
			return err
		}
		if len(made.Findings) > 0 {
			return errFindings
		}
		return nil
	}
	return cmd
}

func onlyDirs(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// checkBackup refuses what would be done and is not meant: a subcommand that is
// mistyped would be the name of a directory.
func checkBackup(cmd *cobra.Command, request api.BackupRequest) error {
	switch {
	case cmd.Flags().Changed("keep") && request.Keep < 1:
		return wrong(cmd, "--keep: at least one backup has to be kept")
	case request.Keep > 0 && request.Directory != "":
		return wrong(cmd, "--keep is for the backups in the data directory: leave it out, or DIR")
	case cmd.Flags().NArg() == 1 && request.Directory == "":
		return wrong(cmd, "DIR is empty")
	case !strings.ContainsRune(request.Directory, filepath.Separator):
		if near := config.Nearest(request.Directory, names(cmd)); near != "" {
			return wrong(cmd, "there is no command %q; did you mean %s? A directory of this name is written ./%s",
				nameOf(cmd)+" "+request.Directory, near, request.Directory)
		}
	}
	return nil
}

// backup asks the process that runs, else copies the files.
func (p program) backup(cmd *cobra.Command, t *target, request api.BackupRequest) (api.Backup, error) {
	if p.serverOf(t) == "" {
		return p.backupHere(cmd, t, request)
	}
	if request.Directory != "" && !filepath.IsAbs(request.Directory) {
		return api.Backup{}, wrong(cmd, "%s would be on the machine of the process: give an absolute path there", fault.Quote(request.Directory))
	}
	var made api.Backup
	err := p.with(cmd, t, needRunning, func(ctx context.Context, client *api.Client) error {
		var err error
		made, err = client.Backup(ctx, request)
		return err
	})
	return made, err
}

// backupHere backs a data directory of this machine up.
func (p program) backupHere(cmd *cobra.Command, t *target, request api.BackupRequest) (made api.Backup, err error) {
	cfg, err := p.configOf(t)
	if err != nil {
		return api.Backup{}, err
	}
	if request.Directory != "" {
		if request.Directory, err = filepath.Abs(request.Directory); err != nil {
			return api.Backup{}, err
		}
	}
	running, err := findRunning(cmd.Context(), cfg.Data)
	if err != nil {
		return api.Backup{}, err
	}
	if running == nil {
		return node.BackupFiles(cmd.Context(), cfg.Data, versionText(), request)
	}
	err = withClient(cmd.Context(), running.URL, running.Token, func(ctx context.Context, client *api.Client) error {
		made, err = client.Backup(ctx, request)
		return err
	})
	return made, err
}

func (p program) printMade(made api.Backup, asJSON bool) error {
	if asJSON {
		return p.printJSON(made)
	}
	if err := p.print("%s\n\n", printable(made.Directory)); err != nil {
		return err
	}
	if err := p.printBackup(made); err != nil {
		return err
	}
	for _, dir := range made.Removed {
		if err := p.print("removed: %s\n", printable(dir)); err != nil {
			return err
		}
	}
	if len(made.Findings) > 0 {
		return p.printFindings(made.Findings)
	}
	return p.print("\nIt is whole, and its books are right.\n")
}

// printBackup writes what is in a backup.
func (p program) printBackup(made api.Backup) error {
	t := newTable("SITE", "ROLE", ">EPOCH", ">TABLES", ">ORDERS", "LAST ORDER", ">MOVEMENTS", ">BYTES")
	for _, s := range made.Sites {
		t.add(s.Site, s.Role, s.Epoch, s.Schema, s.Orders, timeOrDash(s.LastOrderAt), s.Movements, s.Size)
	}
	if err := p.printTable(t, ""); err != nil {
		return err
	}
	for _, file := range made.Files {
		if err := p.print("also: %s\n", printable(file.File)); err != nil {
			return err
		}
	}
	return p.printNotes(made.Notes)
}

func (p program) printNotes(notes []string) error {
	for _, note := range notes {
		if err := p.print("note: %s\n", printable(note)); err != nil {
			return err
		}
	}
	return nil
}

func (p program) printFindings(findings []api.Finding) error {
	found := newTable("INVARIANT", "SITE", "ROW", "WHAT IS WRONG")
	for _, f := range findings {
		found.add(f.Invariant, f.Site, f.Row, f.Text)
	}
	if err := p.section(found); err != nil {
		return err
	}
	return p.print("\nThe books in it are wrong: %s.\n", count(len(findings), "finding"))
}
