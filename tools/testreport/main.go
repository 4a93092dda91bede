// Command testreport reads the stream of "go test -json" on its standard input,
// shows each package as it ends and each failure with its output, and closes
// with a line "N passed, N failed, N skipped".
//
// It is stricter than go test: a skipped test fails the run, unless it was
// skipped for want of real data, and so does a run in which nothing was tested.
// It depends on the standard library alone. Start reading at reporter.event.
package main

import (
	"fmt"
	"os"
)

func main() {
	passed, err := report(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
	}
	if err != nil || !passed {
		os.Exit(1)
	}
}
