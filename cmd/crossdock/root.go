package main

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"crossdock/core/fault"
	"crossdock/node/config"
)

const rootHelp = `Crossdock takes the orders of a shop that ships from several warehouses. It goes
on taking them while the links between its sites are down, it never sells the
same unit twice, and it can tell where every unit and every order is, and why.

  crossdock demo      runs the whole system with sample data
  crossdock serve     runs it with yours

Every other command speaks to a process that runs: to the one that uses the data
directory (--data), or to one elsewhere (--server and a token).

Exit status: 0 done, 1 failed, 2 wrong usage, 3 a check has findings.`

// program is what a command has of the world.
type program struct {
	stdout   io.Writer // data
	stderr   io.Writer // progress, logs and errors
	environ  []string
	terminal bool // stderr is one
}

func isTerminal(file *os.File) bool { return term.IsTerminal(int(file.Fd())) }

// variable returns an environment variable, or "".
func (p program) variable(name string) string {
	value := ""
	for _, entry := range p.environ {
		if key, text, found := strings.Cut(entry, "="); found && key == name {
			value = text
		}
	}
	return value
}

// run executes a command line and returns the exit status.
func run(ctx context.Context, args []string, p program) int {
	root := newRoot(p)
	root.SetArgs(args)
	return exit(root.ExecuteContext(ctx), p.stderr)
}

func newRoot(p program) *cobra.Command {
	root := &cobra.Command{
		Use:           "crossdock",
		Short:         "Orders and inventory over several warehouses",
		Long:          rootHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       readVersion().text(),
		Args:          noSubcommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(wrongFlag)
	root.SetVersionTemplate("{{.Version}}\n")
	root.Flags().BoolP("version", "v", false, "print the version, as the command of that name does")
	root.AddGroup(
		&cobra.Group{ID: "run", Title: "Run:"},
		&cobra.Group{ID: "work", Title: "Work:"},
		&cobra.Group{ID: "check", Title: "Check:"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, command := range commands {
			command.GroupID = group
			root.AddCommand(command)
		}
	}
	root.SetHelpCommandGroupID("check")
	root.SetCompletionCommandGroupID("check")
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	add("run", p.demoCommand(), p.serveCommand(), p.configCommand(), p.sampleCommand())
	add("work", p.importCommand(), p.productsCommand(), p.ordersCommand(), p.fulfillmentsCommand(), p.returnsCommand(),
		p.stockCommand(), p.purchasesCommand(), p.sourcingCommand(), p.linksCommand())
	add("check", p.auditCommand(), p.simCommand(), p.backupCommand(), p.restoreCommand(), p.benchCommand(), p.doctorCommand(), p.versionCommand())
	root.InitDefaultCompletionCmd()
	for _, command := range root.Commands() {
		if command.Name() == "completion" {
			mustHaveSubcommand(command)
		}
	}
	return root
}

// group makes a command that only holds others.
func group(use, short, long string, commands ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: use, Short: short, Long: long}
	g.AddCommand(commands...)
	mustHaveSubcommand(g)
	return g
}

func mustHaveSubcommand(g *cobra.Command) {
	g.Args = noSubcommand
	g.RunE = func(cmd *cobra.Command, _ []string) error {
		return wrong(cmd, "%s wants a subcommand: %s", nameOf(cmd), strings.Join(names(cmd), ", "))
	}
}

// noSubcommand refuses words that should have been a subcommand.
func noSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	near := config.Nearest(args[0], names(cmd))
	return wrong(cmd, "there is no command %q%s", strings.TrimPrefix(cmd.CommandPath()+" "+args[0], "crossdock "), didYouMean(near))
}

// nameOf names a command without the program.
func nameOf(cmd *cobra.Command) string { return strings.TrimPrefix(cmd.CommandPath(), "crossdock ") }

func names(cmd *cobra.Command) []string {
	var all []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			all = append(all, sub.Name())
		}
	}
	return all
}

// wrongFlag turns what the parser of flags says into wrong usage.
func wrongFlag(cmd *cobra.Command, err error) error {
	var empty *pflag.ValueRequiredError
	var odd *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	switch {
	case errors.As(err, &empty):
		return wrong(cmd, "--%s wants a value", empty.GetFlag().Name)
	case errors.As(err, &odd):
		return wrong(cmd, "--%s: %s is %s", odd.GetFlag().Name, fault.Quote(odd.GetValue()), oddValue(odd))
	case !errors.As(err, &unknown):
		return wrong(cmd, "%v", err)
	}
	name := unknown.GetSpecifiedName()
	if len(name) == 1 {
		return wrong(cmd, "there is no flag -%s", name)
	}
	var known []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { known = append(known, flag.Name) })
	near := config.Nearest(name, known)
	if near != "" {
		near = "--" + near
	}
	return wrong(cmd, "there is no flag --%s%s", name, didYouMean(near))
}

// oddValue says what the value of a flag is not.
func oddValue(err *pflag.InvalidValueError) string {
	kind := err.GetFlag().Value.Type()
	switch {
	case errors.Is(err, strconv.ErrRange):
		return "out of range"
	case strings.HasPrefix(kind, "int"):
		return "no whole number"
	case strings.HasPrefix(kind, "uint"):
		return "no whole number from 0 on"
	case strings.HasPrefix(kind, "float"):
		return "no number"
	case kind == "bool":
		return "neither true nor false"
	case kind == "duration":
		return "no duration: want a number with a unit, as in 300ms or 2s"
	}
	return err.Unwrap().Error()
}

// checkStatus refuses a status that there is not. Every list may go without one.
func checkStatus[S ~string](cmd *cobra.Command, flag, status string, all []S) error {
	if status == "" || slices.Contains(all, S(status)) {
		return nil
	}
	return wrong(cmd, "--%s: %s is no status: want %s", flag, fault.Quote(status), either(all))
}

// either lists words: "placed, ready or sent".
func either[S ~string](all []S) string {
	words := make([]string, len(all))
	for i, word := range all {
		words[i] = string(word)
	}
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " or " + words[last]
	}
	return strings.Join(words, "")
}

func didYouMean(near string) string {
	if near == "" {
		return ""
	}
	return "; did you mean " + near + "?"
}

// wrong is wrong usage of a command, with where to read how it is used.
func wrong(cmd *cobra.Command, format string, args ...any) error {
	return usage(format+"\nRun \"%s --help\" to see how it is used.", append(args, cmd.CommandPath())...)
}

// takes checks the number of arguments; what names them for the message.
func takes(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return wrong(cmd, "%s wants %s", nameOf(cmd), what)
		case most >= 0 && len(args) > most:
			return wrong(cmd, "%s takes no more than %s: %q is too much", nameOf(cmd), what, args[most])
		}
		return nil
	}
}

// takesNothing refuses any argument.
func takesNothing(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return wrong(cmd, "%s takes no arguments: %q is too much", nameOf(cmd), args[0])
	}
	return nil
}
