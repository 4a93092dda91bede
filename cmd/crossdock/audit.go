package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"crossdock/api"
	"crossdock/node"
)

const auditHelp = `Prove over the real data that the books are right: each balance is the sum of its
movements and none is below zero, quota is conserved between the store and the
warehouses, each promised unit belongs to one live order line, no unit is promised
twice, and each order is the same on both sides. Each finding names its row.

It repairs nothing. It works while the process runs, and on the files of one that
was stopped. A process checks the sites that run in it, and says what it could not
compare them with. Sites of separate processes are compared with each other when all
of them are stopped and --data names each of their directories (on one machine: copy
those of the others there).

Exit status 3 when there are findings.`

// reportJSON is a report with its verdict.
type reportJSON struct {
	Right bool `json:"right"`
	api.Report
}

func (p program) auditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "audit", Short: "Prove that the books are right", Long: auditHelp + connectHelp,
		Example: "  crossdock audit\n  crossdock audit --data /srv/shop --json\n  crossdock audit --data store --data wh1 --data wh2", Args: takesNothing,
	}
	asJSON := jsonFlag(cmd)
	t := targetFlags(cmd)
	dirs := &dataDirs{first: &t.data}
	data := cmd.Flags().Lookup("data")
	data.Value, data.Usage = dirs, "data directory of the process; several, where all are stopped"
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		report, err := p.audit(cmd, t, dirs.all)
		if err != nil {
			return err
		}
		if *asJSON {
			err = p.printJSON(reportJSON{report.Right(), report})
		} else {
			err = p.printReport(report)
		}
		if err == nil && !report.Right() {
			return errFindings
		}
		return err
	}
	return cmd
}

// dataDirs is a --data that may be given more than once.
type dataDirs struct {
	first *string
	all   []string
}

var _ pflag.Value = (*dataDirs)(nil)

// Set implements pflag.Value.
func (d *dataDirs) Set(dir string) error {
	d.all = append(d.all, dir)
	*d.first = d.all[0]
	return nil
}

// String implements pflag.Value.
func (d *dataDirs) String() string { return strings.Join(d.all, ",") }

// Type implements pflag.Value.
func (d *dataDirs) Type() string { return "string" }

// audit asks the process that runs, else reads the files.
func (p program) audit(cmd *cobra.Command, t *target, dirs []string) (api.Report, error) {
	if len(dirs) > 1 {
		if t.server != "" {
			return api.Report{}, wrong(cmd, "--server and --data name different processes: leave one out")
		}
		return auditFiles(cmd.Context(), dirs...)
	}
	if t.server == "" && (t.data != "" || p.variable(envServer) == "") {
		cfg, err := p.configOf(t)
		if err != nil {
			return api.Report{}, err
		}
		running, err := findRunning(cmd.Context(), cfg.Data)
		if err != nil {
			return api.Report{}, err
		}
		if running == nil {
			return auditFiles(cmd.Context(), cfg.Data)
		}
	}
	var report api.Report
	err := p.with(cmd, t, needRunning, func(ctx context.Context, client *api.Client) error {
		var err error
		report, err = client.Audit(ctx)
		return err
	})
	return report, err
}

// auditFiles puts the report into the words of the API, so that both ways to
// one print alike.
func auditFiles(ctx context.Context, dirs ...string) (api.Report, error) {
	found, err := node.AuditFiles(ctx, dirs...)
	if err != nil {
		return api.Report{}, err
	}
	report := api.Report{
		At: found.At, Took: found.Took,
		Sites: []api.SiteReport{}, Findings: []api.Finding{}, NotChecked: append([]string{}, found.NotChecked...),
	}
	for _, s := range found.Sites {
		report.Sites = append(report.Sites, api.SiteReport{
			Site: s.Site, Role: string(s.Role), Movements: s.Movements, Accounts: s.Accounts,
			Orders: s.Orders, Fulfillments: s.Fulfillments, Unread: s.Unread, Parked: s.Parked, Pruned: s.Pruned,
		})
	}
	for _, f := range found.Findings {
		report.Findings = append(report.Findings, api.Finding(f))
	}
	return report, nil
}

func (p program) printReport(report api.Report) error {
	t := newTable("SITE", "ROLE", ">MOVEMENTS", ">ACCOUNTS", ">ORDERS", ">FULFILLMENTS", ">UNREAD", ">PARKED", ">PRUNED")
	for _, s := range report.Sites {
		t.add(s.Site, s.Role, s.Movements, s.Accounts, s.Orders, s.Fulfillments, s.Unread, s.Parked, s.Pruned)
	}
	if err := p.printTable(t, ""); err != nil {
		return err
	}
	for _, text := range report.NotChecked {
		if err := p.print("not checked: %s\n", printable(text)); err != nil {
			return err
		}
	}
	if report.Right() {
		return p.print("\nThe books are right.\n")
	}
	found := newTable("INVARIANT", "SITE", "ROW", "WHAT IS WRONG")
	for _, f := range report.Findings {
		found.add(f.Invariant, f.Site, f.Row, f.Text)
	}
	if err := p.section(found); err != nil {
		return err
	}
	return p.print("\nThe books are wrong: %s.\n", count(len(report.Findings), "finding"))
}
