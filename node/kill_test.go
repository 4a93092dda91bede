package node_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"crossdock/core/id"
	"crossdock/node"
	"crossdock/site/intake/sample"
	"crossdock/site/store"
)

// childDir names the data directory on which the test program, started again as
// a child, replays the sample until it is done or killed.
const childDir = "CROSSDOCK_TEST_REPLAY_IN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := replayInChild(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// replayInChild prints how many invoices have been answered, one number a line.
func replayInChild(dir string) error {
	ctx := context.Background()
	n, err := node.Open(ctx, settings(dir), node.Options{Sample: true})
	if err != nil {
		return err
	}
	file := sample.Make(sample.DefaultSeed).OrdersCSV()
	_, err = n.Import(ctx, "orders", node.ImportOptions{}, bytes.NewReader(file), func(done, _ int) { fmt.Println(done) })
	if err != nil {
		return err
	}
	return n.Close()
}

// TestKilledInMidReplay kills the process again and again, each time later, and
// replays: in the end each invoice exists once, and the audit passes.
func TestKilledInMidReplay(t *testing.T) {
	dir := t.TempDir()
	for _, after := range []int{1, 20, 60, 100, 150} {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childDir+"="+dir)
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		answered := killAfter(t, child, bufio.NewScanner(out), after)
		report, err := node.AuditFiles(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, finding := range report.Findings {
			t.Errorf("killed after %d answers: %+v", answered, finding)
		}
	}
	n := start(t, dir, node.Options{Sample: true})
	summary := importFile(t, n, "orders", node.ImportOptions{}, sample.Make(sample.DefaultSeed).OrdersCSV())
	proved(t, n)
	if summary.Already < 100 {
		t.Errorf("only %d invoices stood already", summary.Already)
	}
	eachOnce(t, n, summary.Accepted+summary.Reversed+summary.Already)
}

// killAfter kills the child when it has answered so many invoices, and returns
// how many answers it gave in all.
func killAfter(t *testing.T, child *exec.Cmd, answers *bufio.Scanner, after int) int {
	t.Helper()
	last := 0
	for answers.Scan() {
		number, err := strconv.Atoi(answers.Text())
		if err != nil {
			t.Fatalf("the child says %q", answers.Text())
		}
		last = number
		if last == after {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil {
		t.Fatalf("the child was done before it could be killed after %d", after)
	}
	return last
}

// eachOnce checks that no two orders have one reference.
func eachOnce(t *testing.T, n *node.Node, least int) {
	t.Helper()
	seen := map[string]bool{}
	var before id.Order
	for {
		page, err := n.Store().Orders(t.Context(), store.OrderQuery{Before: before, Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Orders {
			if seen[o.Reference] {
				t.Errorf("invoice %s exists twice", o.Reference)
			}
			seen[o.Reference] = true
		}
		if before = page.Next; before.IsZero() {
			break
		}
	}
	if len(seen) == 0 || len(seen) > least {
		t.Errorf("%d orders for at most %d invoices", len(seen), least)
	}
}
