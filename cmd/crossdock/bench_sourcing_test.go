package main

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

// benchSourcing runs the command on orders of one item, and returns what it prints.
func benchSourcing(t *testing.T, args ...string) (stdout, stderr string, err error) {
	var out, told strings.Builder
	cmd := program{stdout: &out, stderr: &told}.benchSourcingCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(append([]string{"--instances=1", "--items-per-order=1", "--orders=200"}, args...))
	err = cmd.ExecuteContext(t.Context())
	return out.String(), told.String(), err
}

func TestBenchSourcingPrintsATable(t *testing.T) {
	stdout, stderr, err := benchSourcing(t)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(stdout, "\n")
	if want := []string{"STRATEGY", "RATIO", "BOXES", "SPLIT", "LOST", "P50", "MS", "P99", "MS"}; !slices.Equal(strings.Fields(lines[0]), want) {
		t.Errorf("the head is %q", lines[0])
	}
	for _, begins := range []string{"primary-first ", "fewest-parcels ", "nearest ", "fastest ", "cheapest ", "cheapest, priced "} {
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, begins) }) {
			t.Errorf("no row of %sin\n%s", begins, stdout)
		}
	}
	if !strings.Contains(stdout, "1 sequence of 200 orders each, up to 1 item in one, seed 1\n") {
		t.Errorf("what was measured is not said:\n%s", stdout)
	}
	if stderr != "instance 1 of 1, sequence 1 of 1\n" {
		t.Errorf("the progress is %q", stderr)
	}
}

func TestBenchSourcingJSON(t *testing.T) {
	stdout, _, err := benchSourcing(t, "--json")
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatalf("%v in %s", err, stdout)
	}
	for _, key := range []string{"rate", "limit", "ratio", "p50_ms", "p99_ms"} {
		if value, is := got[key].(float64); !is || value < 0 || value == 0 && !strings.HasSuffix(key, "_ms") {
			t.Errorf("%s is %v", key, got[key])
		}
	}
	if rows, is := got["strategies"].([]any); !is || len(rows) < 6 || got["name"] != "sourcing" {
		t.Errorf("got %s", stdout)
	}
}

func TestBenchSourcingWrongUsage(t *testing.T) {
	for _, flag := range []string{"--instances=0", "--sequences=0", "--items-per-order=0", "--orders=-1", "--seed=0"} {
		var wrong usageError
		if _, _, err := benchSourcing(t, flag); !errors.As(err, &wrong) {
			t.Errorf("%s: got %v, want wrong usage", flag, err)
		}
	}
	if _, _, err := benchSourcing(t, "--items-per-order=21"); err == nil || !strings.Contains(explain(err), "1 to 20 items") {
		t.Errorf("got %v", err)
	}
}
