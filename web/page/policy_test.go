package page_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The rules of the content security policy, checked in the markup, where a
// browser would only be silent.
func TestMarkupKeepsThePolicy(t *testing.T) {
	check(t, func(t *testing.T, p rendered) {
		for _, n := range p.root.all() {
			if n.tag == "style" || n.tag == "iframe" || n.tag == "object" || n.tag == "base" || n.tag == "img" {
				t.Errorf("a page holds <%s>", n.tag)
			}
			if n.tag == "script" && (n.attrs["src"] == "" || n.plain() != "") {
				t.Error("a page holds a script of its own")
			}
			for name, value := range n.attrs {
				checkAttribute(t, n, name, value)
			}
		}
	})
}

func checkAttribute(t *testing.T, n *node, name, value string) {
	t.Helper()
	switch {
	case name == "style":
		t.Errorf("<%s> has a style of its own", n.tag)
	case strings.HasPrefix(name, "on") || strings.HasPrefix(name, "hx-on"):
		t.Errorf("<%s> has the handler %s", n.tag, name)
	case strings.HasPrefix(value, "js:") || strings.HasPrefix(value, "javascript:"):
		t.Errorf("<%s %s=%q> is a script", n.tag, name, value)
	case name == "hx-trigger" && strings.Contains(value, "["):
		t.Errorf("the trigger %q needs eval", value)
	case slices.Contains([]string{"href", "src", "action", "formaction", "hx-get", "hx-post"}, name):
		if !regexp.MustCompile(`^(/([^/\\]|$)|#)`).MatchString(value) {
			t.Errorf("<%s %s=%q> leads to another host", n.tag, name, value)
		}
	}
}

// An address of another host in the style sheets or pictures would be loaded
// too; the name of the SVG format is the one text of that form that is not.
func TestFilesLoadNothingFromElsewhere(t *testing.T) {
	format := regexp.MustCompile(`http://www\.w3\.org/2000/svg`)
	comment := regexp.MustCompile(`(?s)/\*.*?\*/`)
	loads := regexp.MustCompile(`(?i)url\(\s*["']?([^"')]{0,40})|@import|(?:https?:)?//[a-z]`)
	files := 0
	err := filepath.WalkDir("static", func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) != ".css" && filepath.Ext(name) != ".svg" {
			return err
		}
		files++
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		text := format.ReplaceAllString(comment.ReplaceAllString(string(content), ""), "")
		for _, match := range loads.FindAllStringSubmatch(text, -1) {
			if !strings.HasPrefix(match[1], "data:image/svg+xml,") {
				t.Errorf("%s loads %q", name, match[0])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 10 {
		t.Errorf("only %d files were looked at", files)
	}
}

func TestForeignTextIsEscaped(t *testing.T) {
	for _, p := range renderAll(t) {
		if p.Name == "catalog-empty" && (strings.Contains(p.source, "<b>bold") || !strings.Contains(p.root.text, `“"quoted" & <b>bold</b>”`)) {
			t.Error("the search text is not shown as it was typed")
		}
	}
}
