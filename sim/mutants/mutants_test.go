package mutants_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/sim"
	"crossdock/sim/mutants"
)

// root is the repository, as the tests of this folder see it.
const root = "../.."

// TestTextsAreThere lays every bug over the sources: each text that is replaced stands
// once in its file, and what replaces it is another one.
func TestTextsAreThere(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range mutants.Table() {
		if seen[m.Name] || m.Name == "" || m.Breaks == "" || len(m.Edits) == 0 {
			t.Errorf("the bug %q stands twice, or says nothing", m.Name)
		}
		seen[m.Name] = true
		for _, edit := range m.Edits {
			if edit.Old == edit.New {
				t.Errorf("%s: what is replaced in %s is replaced by itself", m.Name, edit.File)
			}
		}
		if _, err := m.Overlay(root, t.TempDir()); err != nil {
			t.Error(err)
		}
	}
	if len(seen) < 25 {
		t.Errorf("there are %d bugs", len(seen))
	}
}

// TestTextGone refuses a text that is not there any more, or stands there twice.
func TestTextGone(t *testing.T) {
	for text, want := range map[string]string{"no such" + " text": "stands 0 times", "package": "not once"} {
		m := mutants.Mutant{Name: "gone", Edits: []mutants.Edit{{File: "sim/mutants/mutants_test.go", Old: text, New: "x"}}}
		if _, err := m.Overlay(root, t.TempDir()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want one that says %q", text, err, want)
		}
	}
}

// smoke is bugs that are found at once, each by another kind of check.
var smoke = [...]string{"grant-counted-twice", "safety-stock-granted", "money-not-let-go"}

// TestFound plants three bugs: each is found, by a seed of which the program without it
// finds nothing wrong.
func TestFound(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	planter := mutants.Planter{Root: root, From: 1, Seeds: 20}
	planted := 0
	for _, m := range mutants.Table() {
		if !slices.Contains(smoke[:], m.Name) {
			continue
		}
		planted++
		found, err := planter.Plant(ctx, m)
		if err != nil {
			t.Fatal(err)
		}
		if found.Violation == nil {
			t.Errorf("%s: not found by %d seeds", m.Name, found.Seeds)
		}
	}
	if planted != len(smoke) {
		t.Errorf("%d bugs were planted of %v", planted, smoke)
	}
}

// TestNothingPlanted finds nothing in the program as it is, and does not take a text
// that changes nothing for a bug.
func TestNothingPlanted(t *testing.T) {
	found, err := mutants.Seek(t.Context(), mutants.Search{From: 1, Seeds: 3})
	if err != nil || found.Violation != nil || found.Seeds != 3 {
		t.Errorf("%+v, %v", found, err)
	}
}

// TestPage holds the page to the table: every bug stands in it, and was found.
func TestPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs/operate/mutants.md"))
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, m := range mutants.Table() {
		want = append(want, "`"+m.Name+"` "+m.Breaks)
	}
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, " | ")
		if len(cells) != 4 || !strings.HasPrefix(line, "| `") {
			continue
		}
		got = append(got, strings.TrimSuffix(strings.TrimPrefix(cells[0], "| "), " (restore)")+" "+cells[1])
		if cells[2] == "not found" {
			t.Errorf("the page says that a bug was not found: %s", line)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the page is not of these bugs; make mutants writes it (-table +page):\n%s", diff)
	}
}

// TestWriteReport replaces the table of a page, and nothing else.
func TestWriteReport(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	text := "before\n\n<!-- begin: mutants -->\nold\n<!-- end: mutants -->\n\nafter\n"
	if err := os.WriteFile(page, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	rows := []mutants.Row{
		{Mutant: mutants.Mutant{Name: "a", Breaks: "one"}, Found: mutants.Found{Seeds: 7, Violation: &sim.Violation{Invariant: "5"}}},
		{Mutant: mutants.Mutant{Name: "b", Breaks: "two", Restore: true}, Found: mutants.Found{Seeds: 9}},
	}
	if err := mutants.WriteReport(page, rows); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(text, "old\n", mutants.Report(rows), 1)
	if diff := cmp.Diff(want, string(written)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, line := range []string{"| `a` | one | 7 | `5` |\n", "| `b` (restore) | two | not found | – |\n"} {
		if !strings.Contains(string(written), line) {
			t.Errorf("the page lacks %q", line)
		}
	}
	if err := os.WriteFile(page, []byte("no place"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := mutants.WriteReport(page, rows); err == nil {
		t.Error("a page without a place for the table was written")
	}
}
