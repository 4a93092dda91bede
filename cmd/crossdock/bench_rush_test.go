package main

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"crossdock/node/bench"
)

// benchRush runs the command on a rush of few, in a directory that is on a disk
// wherever this repository is, and returns what it prints.
func benchRush(t *testing.T, args ...string) (stdout string, err error) {
	t.Helper()
	dir, err := os.MkdirTemp("testdata", "bench-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	var out, told strings.Builder
	cmd := program{stdout: &out, stderr: &told}.benchRushCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(append([]string{"--requests=300", "--units=20", "--callers=16", "--data=" + dir}, args...))
	err = cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func TestBenchRushJSON(t *testing.T) {
	stdout, err := benchRush(t, "--json")
	if err != nil {
		t.Fatal(err, stdout)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatalf("%v in %s", err, stdout)
	}
	for key, want := range map[string]any{
		"name": "rush", "requests": 300.0, "units": 20.0, "sold": 20.0, "short": 280.0, "other": 0.0, "audit": "right",
	} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
	for _, key := range []string{"rate", "limit", "ratio", "seconds", "p50_ms", "p99_ms", "disk_bytes"} {
		if value, is := got[key].(float64); !is || value <= 0 {
			t.Errorf("%s is %v", key, got[key])
		}
	}
	if found, is := got["findings"].([]any); !is || len(found) > 0 {
		t.Errorf("the findings are %v", got["findings"])
	}
}

// TestBenchRushTooSlow: everybody is answered, but not in time.
func TestBenchRushTooSlow(t *testing.T) {
	stdout, err := benchRush(t, "--seconds-limit=0.000001")
	if !errors.Is(err, errFindings) || !strings.Contains(stdout, "wrong    requests answered in time: 0, not 300\n") {
		t.Errorf("got %v and\n%s", err, stdout)
	}
}

func TestPrintRush(t *testing.T) {
	var out strings.Builder
	report := bench.RushReport{
		Figures:  bench.Figures{Name: "rush", Rate: 10_000, Limit: 8000, Ratio: 1.25, P50: 40, P99: 80.24},
		Requests: 1_000_000, Units: 5000, Sold: 5000, Short: 995_000, Seconds: 100, PerCommit: 400, Drain: 0.1, Audit: "right", AuditTook: 9,
		Books: bench.Shares{Promised: 5000, Allocated: 4999}, DiskBytes: 2_500_000_000, Findings: []string{"one is missing"},
		Machine: bench.Machine{Dir: "/srv", Disk: "ext4", Through: "the store", Callers: 512},
	}
	if err := (program{stdout: &out}).printRush(report); err != nil {
		t.Fatal(err)
	}
	const want = `rush     10,000 requests/s for 100.0 s: 1.25 of the 8,000/s that are in time
answers  1,000,000: 5,000 sold, 995,000 short, 0 other, out of 5,000 units
answer   40.0 ms, 99 of 100 within 80.2 ms; 400 requests a commit
books    right, by an audit of 9.0 s: 5,000 promised, 4,999 allocated; feeds read 0.1 s later
disk     2,500 MB, 2,500 bytes a request
by       512 callers through the store, 0 orders before, on /srv (ext4)
wrong    one is missing
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

// TestRates: what is above nothing is never written as 0.
func TestRates(t *testing.T) {
	for rate, want := range map[float64]string{0.0833: "0.083", 0.5: "0.5", 2.5: "2.5", 83.4: "83", 8333.3: "8,333"} {
		if got := perSecond(rate); got != want {
			t.Errorf("%v a second: got %s, want %s", rate, got, want)
		}
	}
	for share, want := range map[float64]string{0.8: "0.80", 1.255: "1.25", 15583.86: "15,584"} {
		if got := ratio(share); got != want {
			t.Errorf("%v: got %s, want %s", share, got, want)
		}
	}
}

func TestBenchRushWrongUsage(t *testing.T) {
	for flag, want := range map[string]string{
		"--requests=0": "above zero", "--units=0": "above zero", "--callers=0": "above zero", "--seconds-limit=0": "above zero",
		"--units=300":   "--requests 300 is not above --units 300: in a rush there is less than is wanted",
		"--units=1000":  "--requests 300 is not above --units 1000",
		"--callers=301": "--requests 300 is below --callers 301: each caller has at least one",
	} {
		var wrong usageError
		if _, err := benchRush(t, flag); !errors.As(err, &wrong) || !strings.Contains(wrong.message, want) {
			t.Errorf("%s: got %v, want %q", flag, err, want)
		}
	}
}
