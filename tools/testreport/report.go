package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// allowedSkip begins the reason of the one kind of skip that is no failure: the
// real invoices are not ours to ship, so a fresh clone does not have them.
const allowedSkip = "real data:"

// event is one line of "go test -json"; see "go doc test2json".
type event struct {
	Action      string
	Package     string
	Test        string
	Output      string
	Elapsed     float64 // seconds
	ImportPath  string  // of build events, in place of Package
	FailedBuild string  // the ImportPath whose build failed
}

// report copies what matters of a stream to out, and reports whether the run
// passed. An error means that in could not be read to its end.
func report(in io.Reader, out io.Writer) (passed bool, err error) {
	r := reporter{out: out, packages: map[string]*pack{}, builds: map[string]*strings.Builder{}}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			r.line(line)
		}
		if errors.Is(err, io.EOF) {
			return r.close(), nil
		}
		if err != nil {
			return false, fmt.Errorf("reading the test events: %w", err)
		}
	}
}

type reporter struct {
	out                     io.Writer
	packages                map[string]*pack            // those under way
	builds                  map[string]*strings.Builder // what compilers said, by import path
	passed, failed, skipped int
	failures                []string // full names, in order of their end
	badSkips, fineSkips     []string // "name: reason"
}

// pack is one package under way.
type pack struct {
	output strings.Builder // what no single test said
	tests  map[string]*test
	order  []string // names of the tests, as they started
	ended  int
	failed int
}

// test is one test or subtest. It is over once outcome is set.
type test struct {
	output      []string
	outcome     string
	children    bool
	childFailed bool
}

// line takes one line of the stream. What is no event was printed by a tool
// that does not speak JSON, and is shown as it is.
func (r *reporter) line(line []byte) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil || e.Action == "" {
		fmt.Fprintf(r.out, "%s\n", line)
		return
	}
	r.event(e)
}

func (r *reporter) event(e event) {
	if e.ImportPath != "" {
		r.buildEvent(e)
		return
	}
	p := r.packages[e.Package]
	if p == nil {
		p = &pack{tests: map[string]*test{}}
		r.packages[e.Package] = p
	}
	if e.Test == "" {
		r.packageEvent(p, e)
		return
	}
	t := p.test(e.Test)
	switch e.Action {
	case "output":
		t.output = append(t.output, e.Output)
	case "pass", "fail", "skip":
		t.outcome = e.Action
		p.ended++
		r.testEnd(p, t, e)
	}
}

// buildEvent collects a compiler's words until a package says that it failed.
func (r *reporter) buildEvent(e event) {
	if e.Action != "build-output" {
		return
	}
	if r.builds[e.ImportPath] == nil {
		r.builds[e.ImportPath] = &strings.Builder{}
	}
	r.builds[e.ImportPath].WriteString(e.Output)
}

func (p *pack) test(name string) *test {
	t := p.tests[name]
	if t == nil {
		t = &test{}
		p.tests[name] = t
		p.order = append(p.order, name)
		if parent := p.parent(name); parent != nil {
			parent.children = true
		}
	}
	return t
}

// parent returns the test that name is a subtest of, else nil.
func (p *pack) parent(name string) *test {
	if cut := strings.LastIndexByte(name, '/'); cut > 0 {
		return p.tests[name[:cut]]
	}
	return nil
}

// testEnd counts a test. A test with subtests stands for them: it is counted
// only when it was skipped, or failed although all of them passed.
func (r *reporter) testEnd(p *pack, t *test, e event) {
	name := e.Package + "." + e.Test
	switch {
	case e.Action == "pass" && !t.children:
		r.passed++
	case e.Action == "skip":
		r.skipped++
		reason := skipReason(t.output)
		if strings.HasPrefix(reason, allowedSkip) {
			r.fineSkips = append(r.fineSkips, name+": "+reason)
		} else {
			r.badSkips = append(r.badSkips, name+": "+reason)
		}
	case e.Action == "fail":
		p.failed++
		if parent := p.parent(e.Test); parent != nil {
			parent.childFailed = true
		}
		if !t.childFailed {
			r.fail(name)
		}
		r.show(t.output)
	}
	t.output = nil
}

func (r *reporter) packageEvent(p *pack, e event) {
	switch e.Action {
	case "output":
		p.output.WriteString(e.Output)
	case "pass":
		fmt.Fprintf(r.out, "ok    %s  %.1fs  %d tests\n", e.Package, e.Elapsed, p.ended)
		delete(r.packages, e.Package)
	case "skip":
		fmt.Fprintf(r.out, "-     %s  no test files\n", e.Package)
		delete(r.packages, e.Package)
	case "fail":
		if build := r.builds[e.FailedBuild]; build != nil {
			fmt.Fprint(r.out, build.String())
		}
		r.packageFail(p, e.Package)
		fmt.Fprintf(r.out, "FAIL  %s  %.1fs\n", e.Package, e.Elapsed)
		delete(r.packages, e.Package)
	}
}

// packageFail shows what a failed package left behind. When none of its tests
// failed, the package did: it was not built, ended early, or ran out of time.
func (r *reporter) packageFail(p *pack, name string) {
	for _, started := range p.order {
		if t := p.tests[started]; t.outcome == "" {
			r.show(t.output)
			fmt.Fprintf(r.out, "%s.%s did not end\n", name, started)
		}
	}
	fmt.Fprint(r.out, p.output.String())
	if p.failed == 0 {
		r.fail(name)
	}
}

func (r *reporter) fail(name string) {
	r.failed++
	r.failures = append(r.failures, name)
}

// show prints what a test said, without the progress marks of go test.
func (r *reporter) show(output []string) {
	for _, line := range output {
		if !strings.HasPrefix(line, "=== ") {
			fmt.Fprint(r.out, line)
		}
	}
}

// close prints the summary, and reports whether the run passed.
func (r *reporter) close() bool {
	names := make([]string, 0, len(r.packages))
	for name := range r.packages {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		r.packageFail(r.packages[name], name)
		fmt.Fprintf(r.out, "FAIL  %s  the stream ended before the package did\n", name)
	}
	r.list("skipped, which is allowed:", r.fineSkips)
	r.list("skipped, which fails the run:", r.badSkips)
	r.list("failed:", r.failures)
	if r.passed+r.failed == 0 {
		fmt.Fprintln(r.out, "\nno test was run, which fails the run")
	}
	fmt.Fprintf(r.out, "\n%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)
	return r.failed == 0 && len(r.badSkips) == 0 && r.passed > 0
}

func (r *reporter) list(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(r.out, "\n%s\n", title)
	for _, line := range lines {
		fmt.Fprintf(r.out, "  %s\n", line)
	}
}

// logged matches the first line of what t.Log and t.Skip print.
var logged = regexp.MustCompile(`^\s+\S+\.go:\d+: (.*)`)

// skipReason returns the last thing that a skipped test logged, on one line.
func skipReason(output []string) string {
	reason := "no reason given"
	for _, line := range output {
		text := strings.TrimSpace(line)
		if match := logged.FindStringSubmatch(line); match != nil {
			reason = match[1]
		} else if text != "" && !strings.HasPrefix(text, "=== ") && !strings.HasPrefix(text, "--- ") {
			reason += " " + text
		}
	}
	return reason
}
