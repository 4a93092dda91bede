package main

import (
	"context"

	"github.com/spf13/cobra"

	"crossdock/node/config"
)

const doctorHelp = `Look at what Crossdock needs on this machine before it starts, or while it runs: the
configuration, the data directory and who uses it, free disk space, the databases,
the port, the keys that the sites sign with and know others by, the clock. Each check is
ok, warn or fail, with what to do about it. Nothing else needs to be installed. Exit
status 3 when a check is not ok.

While a process runs it answers for its databases, and its own port is right; another
one that --listen names is checked as well.`

// The results of a check.
const (
	ok   = "ok"
	warn = "warn"
	fail = "fail"
)

// check is one thing that was looked at.
type check struct {
	Check  string `json:"check"`
	Result string `json:"result"`
	Text   string `json:"text"`
	Do     string `json:"do,omitempty"` // what to do about it
}

func (p program) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check what Crossdock needs on this machine", Long: doctorHelp,
		Example: "  crossdock doctor --data /srv/shop --listen :8080", Args: takesNothing,
	}
	t := &target{}
	dataFlags(cmd, t)
	listen := cmd.Flags().String("listen", "", "address and port to check in place of the configured one")
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		checks, err := p.examine(cmd.Context(), t, *listen)
		if err != nil {
			return err
		}
		if err := p.printChecks(checks, *asJSON); err != nil {
			return err
		}
		for _, c := range checks {
			if c.Result != ok {
				return errFindings
			}
		}
		return nil
	}
	return cmd
}

// examine makes every check. Without a valid configuration there is nothing to
// hold the machine against.
func (p program) examine(ctx context.Context, t *target, listen string) ([]check, error) {
	cfg, err := p.configOf(t)
	if err == nil && listen != "" {
		cfg.Listen = listen
		err = cfg.Check()
	}
	if err != nil {
		return []check{{"configuration", fail, explain(err), "correct what it names; \"crossdock config\" prints every setting"}}, nil
	}
	checks := []check{p.checkConfig()}
	running, err := findRunning(ctx, cfg.Data)
	if err != nil {
		return nil, err
	}
	checks = append(checks, checkDirectory(cfg.Data), checkUse(cfg.Data, running), checkSpace(cfg.Data))
	if running == nil {
		checks = append(checks, checkDatabases(ctx, cfg.Data), checkPort(cfg.Listen))
	} else {
		checks = append(checks, checkRunning(ctx, *running), checkOpen(ctx, *running), checkPortOf(*running, listen))
	}
	if cfg.NATS.TokenFile != "" {
		checks = append(checks, checkToken(cfg.NATS.TokenFile))
	}
	checks = append(checks, checkKeys(ctx, cfg.Data, cfg.Peers)...)
	return append(checks, checkClock(cfg.Data)), nil
}

func (p program) checkConfig() check {
	unknown := config.UnknownVariables(p.environ, envServer, envToken, "CROSSDOCK_REAL_DATA")
	if len(unknown) > 0 {
		return check{
			"configuration", warn, "no setting has the name of the variable " + unknown[0],
			"correct its name or remove it; \"crossdock config\" prints every name",
		}
	}
	return check{"configuration", ok, "valid", ""}
}

// checkToken looks at the file with the token that sites show each other.
func checkToken(file string) check {
	if config.OthersMayRead(file) {
		return check{"token of the sites", warn, file + " can be read by other users of this machine, who can then speak on the bus", "chmod 600 " + file}
	}
	return check{"token of the sites", ok, "only its owner can read " + file, ""}
}

func (p program) printChecks(checks []check, asJSON bool) error {
	if asJSON {
		return p.printJSON(map[string]any{"checks": checks})
	}
	t := newTable("RESULT", "CHECK", "WHAT")
	for _, c := range checks {
		t.add(c.Result, c.Check, c.Text)
		if c.Do != "" {
			t.add("", "", "-> "+c.Do)
		}
	}
	return p.printTable(t, "")
}
