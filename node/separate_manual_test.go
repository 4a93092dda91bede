package node_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/id"
	"crossdock/node/config"
)

// The example and its manual.
var (
	exampleDir = filepath.Join("..", "examples", "three-machines")
	manualDir  = filepath.Join("..", "docs", "operate")
)

// TestExampleConfigurations loads each file of the example as its machine would.
func TestExampleConfigurations(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(exampleDir)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	if err := os.WriteFile("site-token", []byte("token\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob("*.yaml")
	if err != nil || len(names) != 3 {
		t.Fatal(names, err)
	}
	all := map[config.Role]config.Config{}
	for _, name := range names {
		cfg, err := config.Load(config.Source{File: name})
		if err != nil {
			t.Fatal(err)
		}
		if len(cfg.Roles) != 1 || cfg.Store.Name != "store" || cfg.NATS.Token != "token" {
			t.Errorf("%s: %+v", name, cfg)
		}
		all[cfg.Roles[0]] = cfg
	}
	for _, site := range all["store"].AllWarehouses() {
		if url := all["warehouse:"+config.Role(site)].NATS.URL; url != "nats://"+all["store"].NATS.Listen {
			t.Errorf("%s calls %q", site, url)
		}
	}
	if len(all) != 3 || len(all["store"].AllWarehouses()) != 2 {
		t.Errorf("roles of the files: %v", all)
	}
}

// followManual does what the manual says, line by line: each command must end
// well, and where a page shows an output, it must come within moments.
func followManual(t *testing.T, m *machines) {
	if err := os.Remove(filepath.Join(m.dir, "site-token")); err != nil {
		t.Fatal(err)
	}
	done := 0
	for _, page := range []string{"separate-sites.md", "data.md"} {
		text, err := os.ReadFile(filepath.Join(manualDir, page))
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range steps(string(text)) {
			m.follow(step)
			done++
		}
		for _, site := range []string{"store", "wh1", "wh2"} { // as a reader does between the pages
			if page == "separate-sites.md" && m.running[site] == nil {
				m.start(site)
			}
		}
	}
	if done < 25 {
		t.Errorf("only %d steps were found in the manual", done)
	}
	for _, site := range []string{"wh2", "wh1", "store"} {
		m.stop(site)
	}
}

// step is a command of the manual, and the lines that it must print, if they
// are shown.
type step struct {
	command string
	prints  []string
}

// steps reads the blocks of a page. A block of text shows what the last command
// before it prints.
func steps(page string) []step {
	var all []step
	block := ""
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			block = strings.TrimPrefix(line, "```")
		case block == "sh" && line != "":
			all = append(all, step{command: line})
		case block == "text" && line != "":
			last := &all[len(all)-1]
			last.prints = append(last.prints, line)
		}
	}
	return all
}

func (m *machines) follow(s step) {
	m.t.Helper()
	if site, found := strings.CutPrefix(s.command, "# Ctrl-C in the terminal of "); found {
		m.stop(site)
		return
	}
	if file, found := strings.CutPrefix(s.command, "crossdock serve --config "); found {
		m.start(strings.TrimSuffix(file, ".yaml"))
		return
	}
	if before, after, found := strings.Cut(s.command, " ID "); found { // what a reader copies from the list
		s.command = before + " " + m.fulfillmentAt("wh1") + " " + after
	}
	if len(s.prints) == 0 {
		m.shell(s.command)
		return
	}
	var out string
	within := time.Now().Add(10 * time.Second)
	for out = m.shell(s.command); !shows(out, s.prints) && time.Now().Before(within); out = m.shell(s.command) {
	}
	if !shows(out, s.prints) {
		m.t.Errorf("%s prints\n%s\nnot\n%s", s.command, out, strings.Join(s.prints, "\n"))
	}
}

// shell runs a command of the manual, which must end well.
func (m *machines) shell(command string) string {
	m.t.Helper()
	cmd := exec.Command("sh", "-ec", command)
	cmd.Dir, cmd.Env = m.dir, m.environ()
	var complaint record
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		m.t.Fatalf("%s: %v\n%s", command, err, &complaint)
	}
	return string(out)
}

// fulfillmentAt is the identifier that a reader copies from the list.
func (m *machines) fulfillmentAt(site id.Site) string {
	m.t.Helper()
	page, err := m.running[string(site)].client.Fulfillments(m.t.Context(), site, api.FulfillmentQuery{})
	if err != nil || len(page.Fulfillments) != 1 {
		m.t.Fatal(page, err)
	}
	return page.Fulfillments[0].ID.String()
}

// shows compares an output with what the manual shows, word by word; three points
// stand for anything up to the end of the line.
func shows(out string, want []string) bool {
	var got []string
	for line := range strings.Lines(out) {
		if strings.TrimSpace(line) != "" {
			got = append(got, line)
		}
	}
	return slices.EqualFunc(got, want, func(got, want string) bool {
		words, shown := strings.Fields(got), strings.Fields(want)
		if last := len(shown) - 1; shown[last] == "..." && len(words) >= last {
			words, shown = words[:last], shown[:last]
		}
		return slices.Equal(words, shown)
	})
}
