// Command run plants each bug of package mutants in the program and has the simulator
// look for it: make mutants. It exits with status 1 when one is not found. With -seek
// it is the program that was built with a bug in it, and looks for it.
//
// It changes no file of the repository but the page that holds its table. Start
// reading at main, then mutants.Planter.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"crossdock/core/fault"
	"crossdock/sim/mutants"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	debug.SetGCPercent(1600) // a run is short, and leaves nothing behind
	if err := start(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func start(ctx context.Context, arguments []string, out io.Writer) error {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	seek := flags.Bool("seek", false, "look for a bug in this very program")
	from := flags.Uint64("from", 1, "the first seed")
	seeds := flags.Int("seeds", 1000, "seeds that are run for each bug, at most")
	restore := flags.Bool("restore", false, "with -seek: sites also come back from backups")
	only := flags.String("only", "", "plant these bugs alone, separated by commas, and write no table")
	root := flags.String("root", ".", "the repository")
	page := flags.String("write", "", "the page that holds the table")
	patience := flags.Duration("patience", 10*time.Minute, "for each bug")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *seek {
		found, err := mutants.Seek(ctx, mutants.Search{From: *from, Seeds: *seeds, Restore: *restore})
		if err != nil {
			return err
		}
		return json.NewEncoder(out).Encode(found)
	}
	planter := mutants.Planter{Root: *root, From: *from, Seeds: *seeds}
	rows, missed, err := plant(ctx, planter, *only, *patience, out)
	if err != nil {
		return err
	}
	if *page != "" && *only == "" {
		if err := mutants.WriteReport(*page, rows); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(out, "\n%s\n%d bugs planted, %d found\n", mutants.Report(rows), len(rows), len(rows)-missed); err != nil {
		return err
	}
	if missed > 0 {
		return fault.New(fault.NotFound, "%d planted bugs were not found", missed)
	}
	return nil
}

// plant plants one bug after another, and says so.
func plant(ctx context.Context, planter mutants.Planter, only string, patience time.Duration, out io.Writer) (rows []mutants.Row, missed int, err error) {
	for _, m := range mutants.Table() {
		if only != "" && !slices.Contains(strings.Split(only, ","), m.Name) {
			continue
		}
		began := time.Now()
		found, err := plantOne(ctx, planter, m, patience)
		if ctx.Err() != nil {
			return rows, missed, ctx.Err()
		}
		said := "NOT FOUND"
		switch {
		case err != nil:
			said = "NOT FOUND: " + err.Error()
			missed++
		case found.Violation == nil:
			missed++
		default:
			said = fmt.Sprintf("found by seed %d, %s: %s", found.Violation.Seed, found.Violation.Invariant, firstLine(found.Violation.Text))
		}
		rows = append(rows, mutants.Row{Mutant: m, Found: found})
		if _, err := fmt.Fprintf(out, "%-28s %4d seeds, %4.0f s  %s\n", m.Name, found.Seeds, time.Since(began).Seconds(), said); err != nil {
			return rows, missed, err
		}
	}
	if len(rows) == 0 {
		return nil, 0, fault.New(fault.NotFound, "there is no bug %s", fault.Quote(only))
	}
	return rows, missed, nil
}

func plantOne(ctx context.Context, planter mutants.Planter, m mutants.Mutant, patience time.Duration) (mutants.Found, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return planter.Plant(ctx, m)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
