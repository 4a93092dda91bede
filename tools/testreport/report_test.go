package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

// TestReport replays streams that go test wrote, one per way a package ends.
func TestReport(t *testing.T) {
	cases := []struct {
		name     string
		streams  []string // files of testdata, one after the other
		passed   bool
		last     string
		mentions []string
	}{
		{"all pass", []string{"good"}, true, "3 passed, 0 failed, 0 skipped", []string{"ok    example/good  0.0s  4 tests\n"}},
		{
			"failures",
			[]string{"good", "bad"},
			false, "5 passed, 2 failed, 0 skipped",
			[]string{"got 1, want 2\n        second line\n", "b is wrong", "failed:\n  example/bad.TestOne\n  example/bad.TestTable/b\n"},
		},
		{
			"skips",
			[]string{"skip"},
			false, "1 passed, 0 failed, 2 skipped",
			[]string{
				"which fails the run:\n  example/skip.TestBrowser: chromium: not installed\n",
				"  example/skip.TestSilent: no reason given\n",
			},
		},
		{
			"allowed skip",
			[]string{"real"},
			true, "1 passed, 0 failed, 1 skipped",
			[]string{"which is allowed:\n  example/real.TestInvoices: real data: invoices.csv is not there\n"},
		},
		{
			"build failure",
			[]string{"good", "broken"},
			false, "3 passed, 1 failed, 0 skipped",
			[]string{"a_test.go:3:30: undefined: undefined\n", "failed:\n  example/broken\n"},
		},
		{
			"panic",
			[]string{"panics"},
			false, "1 passed, 1 failed, 0 skipped",
			[]string{"panic: assignment to entry in nil map", "failed:\n  example/panics.TestPanics\n"},
		},
		{
			"early exit",
			[]string{"exits"},
			false, "1 passed, 1 failed, 0 skipped",
			[]string{"example/exits.TestExits did not end\n", "failed:\n  example/exits\n"},
		},
		{
			"no tests",
			[]string{"none"},
			false, "0 passed, 0 failed, 0 skipped",
			[]string{"-     example/none  no test files\n", "no test was run"},
		},
		{"package without tests beside another", []string{"none", "good"}, true, "3 passed, 0 failed, 0 skipped", nil},
		{"empty stream", nil, false, "0 passed, 0 failed, 0 skipped", []string{"no test was run"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			passed, text := replay(t, recorded(t, c.streams...))
			if passed != c.passed {
				t.Errorf("passed = %v, want %v", passed, c.passed)
			}
			if !strings.HasSuffix(text, "\n"+c.last+"\n") {
				t.Errorf("want %q alone on the last line", c.last)
			}
			for _, want := range c.mentions {
				if !strings.Contains(text, want) {
					t.Errorf("want %q in the report", want)
				}
			}
			if t.Failed() {
				t.Logf("the report:\n%s", text)
			}
		})
	}
}

// TestCutStream takes the end of a good stream away: what did not end failed.
func TestCutStream(t *testing.T) {
	stream := recorded(t, "good")
	stream = stream[:strings.LastIndex(stream, `{"Action":"pass","Package":"example/good","Elapsed"`)]
	passed, text := replay(t, stream)
	if passed || !strings.HasSuffix(text, "\n3 passed, 1 failed, 0 skipped\n") {
		t.Errorf("passed = %v, the report:\n%s", passed, text)
	}
}

// TestOtherLines shows what is no event instead of losing it.
func TestOtherLines(t *testing.T) {
	passed, text := replay(t, "go: a warning\n"+recorded(t, "good")+`{"not": "an event"}`)
	if !passed || !strings.HasPrefix(text, "go: a warning\n") || !strings.Contains(text, `{"not": "an event"}`) {
		t.Errorf("passed = %v, the report:\n%s", passed, text)
	}
}

// TestParentFails counts a test that fails although its subtests passed, and
// takes the last of what a skipped test logged, however many lines it has.
func TestParentFails(t *testing.T) {
	passed, text := replay(t, `
{"Action":"run","Package":"p","Test":"T"}
{"Action":"run","Package":"p","Test":"T/a"}
{"Action":"pass","Package":"p","Test":"T/a"}
{"Action":"fail","Package":"p","Test":"T"}
{"Action":"run","Package":"p","Test":"S"}
{"Action":"output","Package":"p","Test":"S","Output":"    a_test.go:1: real data: first\n"}
{"Action":"output","Package":"p","Test":"S","Output":"    a_test.go:2: other\n"}
{"Action":"output","Package":"p","Test":"S","Output":"        words\n"}
{"Action":"skip","Package":"p","Test":"S"}
{"Action":"fail","Package":"p"}`)
	if passed || !strings.HasSuffix(text, "\n1 passed, 1 failed, 1 skipped\n") ||
		!strings.Contains(text, "  p.T\n") || !strings.Contains(text, "p.S: other words\n") {
		t.Errorf("passed = %v, the report:\n%s", passed, text)
	}
}

// TestBrokenInput gives an error, not a pass, when the stream cannot be read.
func TestBrokenInput(t *testing.T) {
	broken := errors.New("broken pipe")
	in := io.MultiReader(strings.NewReader(recorded(t, "good")), iotest.ErrReader(broken))
	if passed, err := report(in, io.Discard); passed || !errors.Is(err, broken) {
		t.Errorf("report = %v, %v; want false and the cause", passed, err)
	}
}

func replay(t *testing.T, stream string) (passed bool, text string) {
	t.Helper()
	var out strings.Builder
	passed, err := report(strings.NewReader(stream), &out)
	if err != nil {
		t.Fatal(err)
	}
	return passed, out.String()
}

func recorded(t *testing.T, names ...string) string {
	t.Helper()
	var stream strings.Builder
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		stream.Write(data)
	}
	return stream.String()
}
