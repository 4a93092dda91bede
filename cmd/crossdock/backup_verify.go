package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"crossdock/api"
	"crossdock/node"
)

func (p program) backupListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the backups in the data directory", Long: backupListHelp + connectHelp,
		Example: "  crossdock backup list --data /srv/shop", Args: takesNothing,
	}
	t := targetFlags(cmd)
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		list, err := p.backups(cmd, t)
		if err != nil {
			return err
		}
		if *asJSON {
			return p.printJSON(api.BackupList{Backups: list})
		}
		t := newTable("TIME", "SITES", ">ORDERS", ">BYTES", "BOOKS", "DIRECTORY")
		for _, made := range list {
			t.add(backupRow(made)...)
		}
		return p.printTable(t, "")
	}
	return cmd
}

func backupRow(made api.Backup) []any {
	var sites []string
	var orders, size int64
	for _, s := range made.Sites {
		sites = append(sites, string(s.Site))
		orders += s.Orders
		size += s.Size
	}
	books := "right"
	if len(made.Findings) > 0 {
		books = "wrong"
	}
	return []any{when(made.At), strings.Join(sites, ","), orders, size, books, made.Directory}
}

// backups reads the directory where it is on this machine.
func (p program) backups(cmd *cobra.Command, t *target) (list []api.Backup, err error) {
	if p.serverOf(t) == "" {
		cfg, err := p.configOf(t)
		if err != nil {
			return nil, err
		}
		return node.ListBackups(cfg.Data)
	}
	err = p.with(cmd, t, needRunning, func(ctx context.Context, client *api.Client) error {
		list, err = client.Backups(ctx)
		return err
	})
	return list, err
}

func (p program) backupVerifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "verify DIR", Short: "Look whether a backup can be restored from", Long: backupVerifyHelp,
		Example: "  crossdock backup verify /mnt/backups/today", Args: takes(1, 1, "the directory of a backup"),
	}
	cmd.ValidArgsFunction = onlyDirs
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		report, err := node.VerifyBackup(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		if *asJSON {
			err = p.printJSON(report)
		} else {
			err = p.printVerified(report)
		}
		if err == nil && !report.Right() {
			return errFindings
		}
		return err
	}
	return cmd
}

func (p program) printVerified(report node.BackupReport) error {
	if err := p.printBackup(report.Backup); err != nil {
		return err
	}
	for _, problem := range report.Problems {
		if err := p.print("wrong: %s\n", printable(problem)); err != nil {
			return err
		}
	}
	switch {
	case !report.Whole:
		return p.print("\nThe backup of %s is not whole: it cannot be restored from.\n", when(report.At))
	case len(report.Findings) > 0:
		return p.printFindings(report.Findings)
	default:
		return p.print("\nThe backup of %s is whole, and its books are right.\n", when(report.At))
	}
}
