// Command crossdock is the command line of Crossdock: it starts a process, or
// speaks to one that runs.
//
// Each subcommand stands in the file of its name, its help text first. A
// subcommand does no work of its own: it parses, calls the API of a process, and
// prints. Data goes to standard output, everything else to standard error; the
// exit status is one of those in exit.go.
//
// Start reading at newRoot in root.go, then at connect in connect.go.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], program{
		stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ(),
		terminal: isTerminal(os.Stderr),
	}))
}
