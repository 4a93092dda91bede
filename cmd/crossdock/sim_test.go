package main

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"crossdock/sim"
)

// simulated runs the command on small shops, and returns what it prints.
func simulated(t *testing.T, args ...string) (stdout string, err error) {
	t.Helper()
	var out, told strings.Builder
	cmd := program{stdout: &out, stderr: &told}.simCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	err = cmd.ExecuteContext(t.Context())
	if told.Len() > 0 {
		t.Errorf("told on standard error: %s", told.String())
	}
	return out.String(), err
}

func TestSimPrintsWhatItMet(t *testing.T) {
	stdout, err := simulated(t, "--seeds=3", "--from=5", "--orders=20", "--length=20s")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`(?m)^MET +TIMES$`, `(?m)^order acknowledged +[1-9]`, `(?m)^sim       3 seeds from 5: 0 violations$`, `orders/s on one processor\n$`} {
		if !regexp.MustCompile(want).MatchString(stdout) {
			t.Errorf("no %s in\n%s", want, stdout)
		}
	}
}

func TestSimJSON(t *testing.T) {
	stdout, err := simulated(t, "--seed=5", "--orders=20", "--length=20s", "--faults=crash,loss", "--json")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Name       string
		Right      bool
		Seeds      int
		Orders     int
		Hash       string
		Plan       struct{ Faults string }
		Violations []any
		Met        []struct{ What string }
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatalf("%v in %s", err, stdout)
	}
	if got.Name != "sim" || !got.Right || got.Seeds != 1 || got.Orders < 5 || got.Plan.Faults != "loss,crash" ||
		len(got.Hash) != 16 || got.Violations == nil || len(got.Met) != len(sim.Coverage{}) {
		t.Errorf("got %s", stdout)
	}
}

func TestSimTellsTheStory(t *testing.T) {
	stdout, err := simulated(t, "--seed=5", "--orders=20", "--length=20s", "--trace")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`(?m)^00:\d\d\.\d{6}  store +order 1: new -> \w+`, `(?m)  wh\d +order \d+ is sent$`, `(?m)  faults +the faults are over`, `(?m)^plan      .* 20 orders wanted, 20s`,
	} {
		if !regexp.MustCompile(want).MatchString(stdout) {
			t.Errorf("no %s in the story", want)
		}
	}
}

func TestSimExhaustive(t *testing.T) {
	stdout, err := simulated(t, "--exhaustive", "--states=50")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^1 store, 1 warehouse, 2 SKUs, 3 orders, 0 faults +5\d .* false `).MatchString(stdout) {
		t.Errorf("got\n%s", stdout)
	}
}

func TestSimWrongUsage(t *testing.T) {
	for name, args := range map[string][]string{
		"a story of many":     {"--trace"},
		"a story as JSON":     {"--seed=1", "--trace", "--json"},
		"one and many":        {"--seed=1", "--seeds=2"},
		"none":                {"--seeds=0"},
		"an unknown fault":    {"--faults=gremlins"},
		"a shop without SKUs": {"--skus=0"},
	} {
		var wrong usageError
		if _, err := simulated(t, args...); !errors.As(err, &wrong) {
			t.Errorf("%s: got %v, want wrong usage", name, err)
		}
	}
}

// TestSimNews tells of each seed that fails at once, of the others once a minute, and
// keeps the first that fails.
func TestSimNews(t *testing.T) {
	var heard strings.Builder
	begun := time.Unix(0, 0)
	n := simNews{program: program{stderr: &heard}, seeds: 2000, told: begun}
	failed := func(seed uint64) sim.Result {
		return sim.Result{Plan: sim.Draw(seed), Violation: &sim.Violation{Seed: seed, Step: 4, Invariant: "2", Text: "quota is lost", Replay: "replay"}}
	}
	n.done(sim.Result{}, nil, begun.Add(59*time.Second))
	n.done(failed(9), nil, begun.Add(59*time.Second))
	n.done(sim.Result{}, nil, begun.Add(time.Minute))
	n.done(failed(7), nil, begun.Add(61*time.Second))
	n.done(sim.Result{}, nil, begun.Add(119*time.Second))
	want := "SIM FAIL seed=9 step=4 invariant=2: quota is lost; replay: replay\n3 of 2000 seeds done, 1 violation\n" +
		"SIM FAIL seed=7 step=4 invariant=2: quota is lost; replay: replay\n"
	if heard.String() != want || n.failed.Plan.Seed != 7 {
		t.Errorf("heard %q, want %q; kept seed %d", heard.String(), want, n.failed.Plan.Seed)
	}
}

// TestSimFindings ends with findings, and says how to run the smallest that fails.
func TestSimFindings(t *testing.T) {
	var out strings.Builder
	plan := sim.Draw(7)
	plan.Orders = 3
	no := false
	report := simReport{Name: "sim", Smallest: &simFailed{plan, &sim.Violation{Seed: 7, Step: 4, Invariant: "2", Text: "quota is lost", Replay: plan.Command()}}}
	report.Violations = []sim.Violation{{Seed: 7, Step: 99, Invariant: "2", Text: "quota is lost", Replay: "crossdock sim --seed 7 --trace"}}
	if err := (program{stdout: &out}).printSim(simFlags{asJSON: &no}, report); !errors.Is(err, errFindings) {
		t.Errorf("got %v", err)
	}
	for _, want := range []string{
		"SIM FAIL seed=7 step=99 invariant=2: quota is lost; replay: crossdock sim --seed 7 --trace\n",
		"smallest  crossdock sim --seed 7 --orders 3 --trace\n", "1 violation\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
