package scenario

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var rewrite = flag.Bool("rewrite", false, "write the output of the scripts into them")

// TestScripts runs each script: blocks of commands, a line "----", and the
// output that the commands must give, up to an empty line.
func TestScripts(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(text))
			if *rewrite {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(string(text), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("%s: the output differs (-want +got):\n%s", name, diff)
			}
		})
	}
}

// play runs a script and returns it with the output that its commands gave.
func play(t *testing.T, script string) string {
	w := newWorld(t)
	var out strings.Builder
	for i, block := range strings.Split(strings.TrimRight(script, "\n"), "\n\n") {
		if i > 0 {
			out.WriteString("\n")
		}
		commands, _, hasOutput := strings.Cut(block, "\n----")
		out.WriteString(commands + "\n")
		for _, line := range strings.Split(commands, "\n") {
			if line != "" && !strings.HasPrefix(line, "#") {
				w.run(strings.Fields(line))
			}
		}
		if hasOutput {
			out.WriteString("----\n")
		}
		said := w.said()
		if !hasOutput && said != "" {
			t.Errorf("block %d says something but has no ---- for it:\n%s", i+1, said)
		}
		out.WriteString(said)
	}
	w.audit()
	return out.String()
}
