package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"crossdock/core/order"
)

var update = flag.Bool("update", false, "write docs/cli.md anew")

// repository is where the pages are, as the tests of this folder see it.
var repository = filepath.Join("..", "..")

// tree is the command line as it is on a machine of nobody in particular.
func tree() *cobra.Command {
	return newRoot(program{stdout: io.Discard, stderr: io.Discard, environ: []string{"HOME=~"}})
}

const manualHead = `# The command line

This page is what the commands say of themselves by ` + "`--help`" + `; ` + "`go test ./cmd/crossdock -run Manual -update`" + ` writes it anew.

Data goes to standard output, everything else to standard error. With ` + "`--json`" + ` a command prints one JSON object. The exit status is
0 when it is done, 1 when it failed, 2 for wrong usage, and 3 when a check has findings.

## Which process

%s

Commands marked **process** take the flags for it:

%s`

// TestManual holds docs/cli.md to the tree of commands.
func TestManual(t *testing.T) {
	var page strings.Builder
	finding := pflag.NewFlagSet("", pflag.ContinueOnError)
	probe := &cobra.Command{}
	targetFlags(probe)
	finding.AddFlagSet(probe.Flags())
	fmt.Fprintf(&page, manualHead, strings.TrimSpace(connectHelp), fence(finding.FlagUsages()))
	for _, cmd := range commands(tree()) {
		describe(&page, cmd, finding)
	}
	name := filepath.Join(repository, "docs", "cli.md")
	if *update {
		if err := os.WriteFile(name, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(page.String(), string(written)); diff != "" {
		t.Errorf("docs/cli.md is not what the commands say; -update writes it (-commands +page):\n%s", diff)
	}
}

// commands lists every command of ours, in order of help.
func commands(root *cobra.Command) []*cobra.Command {
	var all []*cobra.Command
	for _, cmd := range root.Commands() {
		if cmd.Name() != "help" && cmd.Name() != "completion" {
			all = append(append(all, cmd), commands(cmd)...)
		}
	}
	return all
}

func describe(page *strings.Builder, cmd *cobra.Command, finding *pflag.FlagSet) {
	long, speaks := strings.CutSuffix(cmd.Long, connectHelp)
	if cmd.Parent().Name() == "import" {
		long = strings.TrimSuffix(long, "\n\n"+importHelp) // said there
	}
	mark := ""
	if speaks {
		mark = " · **process**"
	}
	fmt.Fprintf(page, "\n## %s\n\n%s%s\n\n%s", nameOf(cmd), "`"+strings.TrimSuffix(cmd.UseLine(), " [flags]")+"`", mark, strings.TrimSpace(long)+"\n")
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if same := finding.Lookup(f.Name); f.Name != "help" && (!speaks || same == nil || same.Usage != f.Usage) {
			flags.AddFlag(f)
		}
	})
	if flags.HasFlags() {
		fmt.Fprintf(page, "\n%s", fence(flags.FlagUsages()))
	}
	if cmd.Example != "" {
		fmt.Fprintf(page, "\nFor example:\n\n%s", fence(strings.ReplaceAll(cmd.Example, "  crossdock ", "crossdock ")))
	}
}

func fence(text string) string { return "```\n" + strings.TrimRight(text, "\n") + "\n```\n" }

// TestStatusesAreTold: a status that the help does not name is forgotten.
func TestStatusesAreTold(t *testing.T) {
	list, _, err := tree().Find([]string{"orders", "list"})
	if err != nil {
		t.Fatal(err)
	}
	for _, status := range order.Statuses() {
		if usage := list.Flags().Lookup("status").Usage; !strings.Contains(usage, string(status)) {
			t.Errorf("the help of --status does not name %s", status)
		}
	}
}

var (
	fenced     = regexp.MustCompile("(?ms)^ *```.*?^ *```")
	inline     = regexp.MustCompile("`((?:bin/)?crossdock [^`\n]+)`")
	commandEnd = regexp.MustCompile(`(^|\s)(#|\||>|<|&|;).*$`)
	dataFlag   = regexp.MustCompile(`--data[ =](\S+)`)
	listenFlag = regexp.MustCompile(` --listen[ =]\S+`)
	shellWord  = regexp.MustCompile(`(?:'[^']*'|"[^"]*"|[^\s'"])+`)
)

// spoken lists the command lines of a page, without the program: those in blocks,
// and those within a sentence.
func spoken(page string) (lines, named []string) {
	for _, block := range fenced.FindAllString(page, -1) {
		for line := range strings.SplitSeq(block, "\n") {
			line = strings.TrimPrefix(strings.TrimSpace(line), "$ ")
			line = strings.TrimPrefix(line, "bin/")
			if rest, ours := strings.CutPrefix(line, "crossdock "); ours {
				lines = append(lines, rest)
			}
		}
	}
	for _, match := range inline.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		named = append(named, strings.TrimPrefix(strings.TrimPrefix(match[1], "bin/"), "crossdock "))
	}
	return lines, named
}

// TestPagesSpeakOfCommandsThatExist parses every command line of every page.
func TestPagesSpeakOfCommandsThatExist(t *testing.T) {
	parsed := 0
	err := filepath.WalkDir(repository, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "node_modules") {
			return fs.SkipDir
		}
		if entry.IsDir() || filepath.Ext(name) != ".md" || filepath.Base(name) == "cli.md" {
			return nil // cli.md shows forms, not lines, and is compared with the tree
		}
		page, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		lines, named := spoken(string(page))
		for i, line := range append(lines, named...) {
			parsed++
			if err := parse(line, i >= len(lines)); err != nil {
				t.Errorf("%s: crossdock %s: %v", name, line, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if parsed < 15 {
		t.Errorf("only %d command lines were found", parsed)
	}
}

// parse checks a command line as far as it can be without carrying it out. What
// stands for something else, such as "...", is left out. One that is merely named
// needs no arguments.
func parse(line string, named bool) error {
	var args []string
	for _, text := range shellWord.FindAllString(commandEnd.ReplaceAllString(line, ""), -1) {
		if text = strings.NewReplacer(`"`, "", "'", "").Replace(text); text != "..." && text != "…" {
			args = append(args, text)
		} else if len(args) > 0 && strings.HasPrefix(args[len(args)-1], "--") {
			args = append(args, "1") // the value of a flag, whichever
		}
	}
	cmd, rest, err := tree().Find(args)
	if err != nil {
		return err
	}
	err = cmd.ParseFlags(rest)
	if help, wanted := cmd.Flags().GetBool("help"); err == nil && wanted == nil && help || errors.Is(err, pflag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	given := cmd.Flags().Args()
	isGroup := cmd.HasSubCommands() && cmd.Flags().Lookup("json") == nil
	switch {
	case len(given) == 0 && named:
		return nil
	case len(given) == 0 && isGroup:
		return errors.New("it wants a subcommand")
	}
	return cmd.ValidateArgs(given)
}

// TestParse: the check above finds what it is for.
func TestParse(t *testing.T) {
	for line, right := range map[string]bool{
		"audit --data shop   # the books": true, "orders list": true, "serve --roles ...": true, "config > crossdock.yaml": true, "import --help": true, "links": true,
		`orders void 7 --reason "ordered twice"`: true, "import orders a.csv": true,
		"audits": false, "orders": false, "orders lst": false, "audit --dta shop": false, "import orders": false, "import orders a b": false,
		"links cut": false, "serve --warehouses-safety many": false,
	} {
		if err := parse(line, false); (err == nil) != right {
			t.Errorf("crossdock %s: %v", line, err)
		}
	}
	if err := errors.Join(parse("orders void", true), parse("orders", true)); err != nil {
		t.Errorf("a command that is named: %v", err)
	}
}

// readmeEnd follows the commands of README.md: what they must have brought about.
const readmeEnd = `
exec crossdock orders list --data shop --limit 0 --json
field orders.0.store store
exec crossdock stock list --data shop --limit 1 --json
field stock.count 2
exec crossdock import orders samples/orders.csv --data shop --json
field accepted 0
field unanswered 0
exec crossdock audit --data shop
`

// TestReadmeCommands carries out the commands of "Your own orders".
func TestReadmeCommands(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(repository, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "## Your own orders")
	section, _, _ = strings.Cut(section, "\n## ")
	lines, _ := spoken(strings.Join(fenced.FindAllString(section, -1), "\n"))
	if !found || len(lines) < 5 {
		t.Fatalf("README.md has no commands for one's own orders: %q", lines)
	}
	script := "env CROSSDOCK_LISTEN=127.0.0.1:0\n"
	for _, line := range lines {
		line = strings.TrimSpace(commandEnd.ReplaceAllString(line, ""))
		if strings.HasPrefix(line, "serve") {
			dir := dataFlag.FindStringSubmatch(line)[1]
			line = listenFlag.ReplaceAllString(line, "") // the port that the page names may be taken here
			script += "exec crossdock " + line + " &serve&\nup " + dir + "\nexec crossdock audit --data " + dir + "\nkill -INT serve\nwait serve\n"
		} else {
			script += "exec crossdock " + line + "\n"
		}
	}
	if !strings.Contains(script, "&serve&") || slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, "...") }) {
		t.Fatalf("the commands of README.md cannot be carried out as they are: %q", lines)
	}
	file := filepath.Join(t.TempDir(), "readme.txtar")
	if err := os.WriteFile(file, []byte(script+readmeEnd), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files: []string{file},
		Cmds:  map[string]func(ts *testscript.TestScript, neg bool, args []string){"field": field, "up": up},
	})
}
