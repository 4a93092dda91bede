package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBench measures for a moment, in a directory that is on a disk wherever
// this repository is, and says what the scripts that hold figures rely on.
func TestBench(t *testing.T) {
	dir, err := os.MkdirTemp("testdata", "bench-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	var out, trouble bytes.Buffer
	p := program{stdout: &out, stderr: &trouble}
	profile := filepath.Join(dir, "cpu")
	if status := run(t.Context(), []string{
		"bench", "hot", "--json", "--seconds", "0.1", "--callers", "2", "--data", dir, "--cpuprofile", profile,
	}, p); status != 0 {
		t.Fatalf("status %d: %s", status, trouble.String())
	}
	var report map[string]any
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	if report["name"] != "hot" {
		t.Errorf("name: %v", report["name"])
	}
	for _, name := range []string{"rate", "limit", "ratio", "p50_ms", "p99_ms"} {
		if figure, ok := report[name].(float64); !ok || figure <= 0 {
			t.Errorf("%s: %v", name, report[name])
		}
	}
	if file, err := os.Stat(profile); err != nil || file.Size() == 0 {
		t.Errorf("no profile: %v", err)
	}

	out.Reset()
	if status := run(t.Context(), []string{"bench", "hot", "--seconds", "0.1", "--callers", "2", "--data", dir}, p); status != 0 {
		t.Fatalf("status %d: %s", status, trouble.String())
	}
	for _, part := range []string{"orders/s", "over all products", "orders a commit", filepath.Base(dir)} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%q is not in:\n%s", part, out.String())
		}
	}
}

func TestBenchUsage(t *testing.T) {
	for _, args := range [][]string{
		{"bench"},
		{"bench", "orders", "--seconds", "0"},
		{"bench", "hot", "--callers", "-1"},
		{"bench", "orders", "--prefill", "-1"},
		{"bench", "orders", "now"},
	} {
		var out, trouble bytes.Buffer
		if status := run(t.Context(), args, program{stdout: &out, stderr: &trouble}); status != exitUsage {
			t.Errorf("%v: status %d, %s", args, status, trouble.String())
		}
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[float64]string{0: "0", 999.4: "999", 1000: "1,000", 12345.6: "12,346", 2000000: "2,000,000"} {
		if got := thousands(n); got != want {
			t.Errorf("%v is written %s, want %s", n, got, want)
		}
	}
}
