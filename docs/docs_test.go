package docs_test

import (
	"flag"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var update = flag.Bool("update", false, "write the generated tables of the pages anew")

// root is the repository, as the tests of this folder see it.
const root = ".."

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// pages lists every Markdown file of the repository by its path under the root.
func pages(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "node_modules" || entry.Name() == "bin"):
			return fs.SkipDir
		case strings.HasSuffix(name, ".md"):
			under, err := filepath.Rel(root, name)
			all = append(all, filepath.ToSlash(under))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(all, "README.md") || !slices.Contains(all, "docs/import.md") {
		t.Fatalf("the pages found are %v", all)
	}
	return all
}

var (
	codeBlock  = regexp.MustCompile("(?ms)^ *```.*?^ *```")
	codeSpan   = regexp.MustCompile("`[^`\n]*`")
	linkTarget = regexp.MustCompile(`\]\(<?([^)>\s]+)`)
	heading    = regexp.MustCompile(`(?m)^#+ +(.*)$`)
)

// prose is a page without its code.
func prose(page string) string {
	return codeSpan.ReplaceAllStringFunc(codeBlock.ReplaceAllString(page, ""), func(span string) string {
		return strings.Map(func(r rune) rune { // a link's brackets within code are no link
			if strings.ContainsRune("[]()", r) {
				return -1
			}
			return r
		}, span)
	})
}

// TestLinksLeadSomewhere follows every link between files of the repository, and
// into the headings of its pages.
func TestLinksLeadSomewhere(t *testing.T) {
	followed := 0
	for _, page := range pages(t) {
		for _, match := range linkTarget.FindAllStringSubmatch(prose(read(t, page)), -1) {
			link, err := url.Parse(match[1])
			if err != nil || link.Scheme != "" {
				if err != nil {
					t.Errorf("%s: %s is no link", page, match[1])
				}
				continue
			}
			followed++
			target := page
			if link.Path != "" {
				target = path.Join(path.Dir(page), link.Path)
			}
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(target))); err != nil {
				t.Errorf("%s: the link %s leads nowhere", page, match[1])
			} else if link.Fragment != "" && !slices.Contains(anchors(read(t, target)), link.Fragment) {
				t.Errorf("%s: %s has no heading %q", page, target, link.Fragment)
			}
		}
	}
	if followed < 40 {
		t.Errorf("only %d links were found", followed)
	}
}

// anchors are the names that a page's headings are reached by.
func anchors(page string) []string {
	var all []string
	for _, match := range heading.FindAllStringSubmatch(codeBlock.ReplaceAllString(page, ""), -1) {
		all = append(all, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, match[1]))
	}
	return all
}

var mapRow = regexp.MustCompile("(?m)^\\| \\[`([^`]+)/`\\]\\(([^)]+)\\) \\|")

// TestMapsShowTheTree holds the maps of folders to the folders that are there.
func TestMapsShowTheTree(t *testing.T) {
	notInMap := map[string]bool{"docs": true, "tools": true, "examples": true, "bin": true}
	for _, page := range []string{"README.md", "ARCHITECTURE.md"} {
		var shown []string
		for _, match := range mapRow.FindAllStringSubmatch(read(t, page), -1) {
			shown = append(shown, match[1])
			if info, err := os.Stat(filepath.Join(root, match[2])); err != nil || !info.IsDir() || match[1] != match[2] {
				t.Errorf("%s: the map shows %s, and there is no such folder", page, match[1])
			}
		}
		entries, err := os.ReadDir(root)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			name := entry.Name()
			if !entry.IsDir() || strings.HasPrefix(name, ".") || notInMap[name] {
				continue
			}
			if !slices.ContainsFunc(shown, func(s string) bool { return s == name || strings.HasPrefix(s, name+"/") }) {
				t.Errorf("%s: the map lacks %s", page, name)
			}
		}
	}
}

// TestMakeTargetsExist holds what the pages say of make to the Makefile.
func TestMakeTargetsExist(t *testing.T) {
	targets := map[string]bool{}
	for _, match := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(read(t, "Makefile"), -1) {
		targets[match[1]] = true
	}
	spoken := regexp.MustCompile("(?m)(?:`|^ *)make ([a-z-]+)")
	for _, page := range pages(t) {
		for _, match := range spoken.FindAllStringSubmatch(read(t, page), -1) {
			if !targets[match[1]] {
				t.Errorf("%s speaks of make %s, which is no target", page, match[1])
			}
		}
	}
}

// TestPurchasesHaveNamesOfTheirOwn: who follows one page after the other announces
// each purchase once. The reference of the commands is not followed.
func TestPurchasesHaveNamesOfTheirOwn(t *testing.T) {
	on := map[string]string{}
	for _, page := range pages(t) {
		if page == "docs/cli.md" {
			continue
		}
		for _, name := range regexp.MustCompile(`PO-[0-9]+`).FindAllString(read(t, page), -1) {
			if other, used := on[name]; used && other != page {
				t.Errorf("%s and %s both announce %s", other, page, name)
			}
			on[name] = page
		}
	}
	if len(on) < 3 {
		t.Errorf("only the purchases %v were found", on)
	}
}

// TestTheLifeOfAnOrderHasTheNumbersOfTheScript: what ARCHITECTURE.md tells is what
// the scenario plays.
func TestTheLifeOfAnOrderHasTheNumbersOfTheScript(t *testing.T) {
	_, page, found := strings.Cut(read(t, "ARCHITECTURE.md"), "## The life of an order")
	page, _, ended := strings.Cut(page, "\n## ")
	if !found || !ended {
		t.Fatal("ARCHITECTURE.md has no life of an order")
	}
	page = strings.Join(strings.Fields(page), " ")
	script := "\n" + read(t, "site/scenario/testdata/life-of-an-order.txt")
	for told, played := range map[string][]string{
		"seven mugs and two trays":                {"order north mug=7 tray=2"},
		"from `wh1` with 5 mugs":                  {"receive wh1 mug=5"},
		"`wh2` with 10 mugs and 3 trays":          {"receive wh2 mug=10 tray=3"},
		"the district's primary one first":        {"district north wh1 wh2"},
		"(5 mugs of `wh1`)":                       {"  wh1 requested: 5 x mug", "  why: primary warehouse wh1: partly, 5 of 7 mug"},
		"(2 mugs and 2 trays of `wh2`)":           {"  wh2 requested: 2 x mug, 2 x tray", "  why: spill-over wh2: chosen, 2 of 2 mug"},
		"`held -> promised`":                      {"store mug: held(wh2) 8, promised(wh1) 5, promised(wh2) 2"},
		"moves `quota(store) -> allocated`":       {"wh1   mug: allocated 5", "wh2   mug: quota(store) 8, allocated 2"},
		"(`sent`) moves `picked -> customer`":     {"wh1 order 1: sent", "wh2   tray: quota(store) 1, customer 2"},
		"the customer's notice":                   {"  told: We have your order 1: 9 units, €55.50."},
		"as far as its slowest live fulfillment.": {"order 1 is ready, €55.50"},
	} {
		if !strings.Contains(page, told) {
			t.Errorf("ARCHITECTURE.md does not tell %q", told)
		}
		for _, line := range played {
			if !strings.Contains(script, "\n"+line+"\n") {
				t.Errorf("ARCHITECTURE.md tells %q, but the script has no line %q", told, line)
			}
		}
	}
}
