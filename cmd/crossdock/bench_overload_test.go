package main

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"crossdock/node/bench"
)

// benchOverload runs the command for a moment, with visitors in this process, in a
// directory that is on a disk wherever this repository is.
func benchOverload(t *testing.T, args ...string) (stdout string, err error) {
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
	cmd := program{stdout: &out, stderr: &told}.overloadCommand(func() ([]string, error) { return nil, nil })
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetIn(strings.NewReader(""))
	cmd.SetArgs(append([]string{"--seconds=1", "--data=" + dir}, args...))
	err = cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// TestBenchOverloadJSON: in so short a time nothing can be normal again for a second,
// which is a finding.
func TestBenchOverloadJSON(t *testing.T) {
	stdout, err := benchOverload(t, "--json", "--times=2")
	if !errors.Is(err, errFindings) {
		t.Fatal(err, stdout)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatalf("%v in %s", err, stdout)
	}
	if got["name"] != "overload" || got["times"] != 2.0 || got["recovery_s"] != -1.0 {
		t.Errorf("the report is %v", got)
	}
	for _, key := range []string{"rate", "limit", "ratio", "p50_ms", "p99_ms", "p99_ratio", "callers"} {
		if value, is := got[key].(float64); !is || value <= 0 {
			t.Errorf("%s is %v", key, got[key])
		}
	}
	// A handful of checkouts come in so short a time: on a machine that has something
	// else to do none may be answered.
	if share, is := got["checkouts_answered"].(float64); !is || share < 0 || share > 1 {
		t.Errorf("checkouts_answered is %v", got["checkouts_answered"])
	}
	if found, is := got["findings"].([]any); !is || len(found) == 0 {
		t.Errorf("the findings are %v", got["findings"])
	}
}

func TestPrintOverload(t *testing.T) {
	kinds := map[string]bench.OneKind{
		"checkout": {Sent: 1000, Good: 1000, P99: 20}, "cart": {Sent: 2000, Good: 1999, Refused: 1, P99: 21}, "browse": {Sent: 30_000, Good: 300, Recent: 20_000, Refused: 9_699, Failed: 1, P99: 22},
	}
	report := bench.OverloadReport{
		Figures: bench.Figures{Name: "overload", Rate: 950, Limit: 1000, Ratio: 0.95, P50: 10, P99: 30}, Times: 10, Callers: 8, P99Ratio: 1.75, Checkout: 1, Recovery: 0.5,
		Peak: bench.Phase{P99: 20}, Once: bench.Phase{P99: 25}, Made: 0.6,
		Crowd: bench.Phase{Offered: 10_000, Goodput: 600, Recent: 350, P99: 30, Sent99: 15, Kinds: kinds}, All: bench.Phase{P99: 35, Kinds: kinds},
		Machine: bench.Machine{Dir: "/srv", Disk: "ext4", Through: "pages and the API"}, Findings: []string{"one is missing"},
	}
	var out strings.Builder
	if err := (program{stdout: &out}).printOverload(report); err != nil {
		t.Fatal(err)
	}
	const phases = `NAME checkout: 1,000 came, 1,000 answered (100.00 %), 0 by a page of a moment ago, 0 refused, 0 failed; 99 of 100 within 20.0 ms
NAME cart: 2,000 came, 1,999 answered (99.95 %), 0 by a page of a moment ago, 1 refused, 0 failed; 99 of 100 within 21.0 ms
NAME browse: 30,000 came, 300 answered (1.00 %), 20,000 by a page of a moment ago, 9,699 refused, 1 failed; 99 of 100 within 22.0 ms
`
	want := `overload 950 requests/s answered of 10,000/s that came: 0.95 of the peak, 1,000/s
recent   350/s of them were pages of a moment ago, 99 of 100 within 15.0 ms; 600/s, 0.60 of the peak, were made for who asked
answer   99 of 100 within 20.0 ms at the peak (8 callers); 25.0 ms at its rate, 30.0 ms and 35.0 ms in the overloads: 1.75 times
recovery 0.5 s until all was normal, at half the peak
` + strings.ReplaceAll(phases, "NAME", "crowd   ") + strings.ReplaceAll(phases, "NAME", "all     ") + `by       pages and the API, 0 orders before, on /srv (ext4)
wrong    one is missing
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestBenchOverloadUsage(t *testing.T) {
	for _, flag := range []string{"--times=1", "--times=NaN", "--times=1e9", "--seconds=0"} {
		var wrong usageError
		if _, err := benchOverload(t, flag); !errors.As(err, &wrong) {
			t.Errorf("%s: got %v", flag, err)
		}
	}
	if stdout, err := benchOverload(t, "--crowd"); err != nil || stdout != "" {
		t.Errorf("a crowd that nobody tells anything: %q, %v", stdout, err)
	}
}
