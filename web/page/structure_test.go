package page_test

import (
	"strings"
	"testing"

	"crossdock/web/page/pagetest"
)

// rendered is a fixture with its markup, read back.
type rendered struct {
	pagetest.Fixture
	source string
	root   *node
}

func renderAll(t *testing.T) []rendered {
	t.Helper()
	var pages []rendered
	for _, fixture := range pagetest.All() {
		var b strings.Builder
		if err := fixture.Component.Render(t.Context(), &b); err != nil {
			t.Fatalf("%s: %v", fixture.Name, err)
		}
		root, err := parse(b.String())
		if err != nil {
			t.Fatalf("%s: %v", fixture.Name, err)
		}
		pages = append(pages, rendered{fixture, b.String(), root})
	}
	return pages
}

// check runs a rule over every fixture, each as a test of its own.
func check(t *testing.T, rule func(t *testing.T, p rendered)) {
	for _, p := range renderAll(t) {
		t.Run(p.Name, func(t *testing.T) { rule(t, p) })
	}
}

func TestFixtureNamesAreUnique(t *testing.T) {
	seen := make(map[string]bool)
	for _, fixture := range pagetest.All() {
		if seen[fixture.Name] {
			t.Errorf("two fixtures are called %s", fixture.Name)
		}
		seen[fixture.Name] = true
	}
}

func TestDocumentHasItsLandmarks(t *testing.T) {
	check(t, func(t *testing.T, p rendered) {
		if p.Fragment {
			if n := len(p.root.find("html")) + len(p.root.find("h1")); n > 0 {
				t.Error("a part holds a whole document")
			}
			return
		}
		for _, tag := range []string{"html", "title", "h1", "main", "header", "footer"} {
			if n := len(p.root.find(tag)); n != 1 {
				t.Errorf("%d elements <%s>, want 1", n, tag)
			}
		}
		if lang := p.root.find("html")[0].attrs["lang"]; lang != "en" {
			t.Errorf("lang is %q", lang)
		}
		if title := p.root.find("title")[0].plain(); !strings.HasSuffix(title, " · Crossdock") || len(title) < 14 {
			t.Errorf("title is %q", title)
		}
		if p.root.find("h1")[0].plain() == "" {
			t.Error("the headline is empty")
		}
	})
}

func TestHeadingsSkipNoLevel(t *testing.T) {
	check(t, func(t *testing.T, p rendered) {
		level := 1
		if p.Fragment {
			level = 2
		}
		for _, n := range p.root.all() {
			if len(n.tag) != 2 || n.tag[0] != 'h' || n.tag[1] < '1' || n.tag[1] > '6' {
				continue
			}
			if next := int(n.tag[1] - '0'); next > level+1 {
				t.Errorf("<%s> %q follows a level %d", n.tag, n.plain(), level)
			} else {
				level = next
			}
		}
	})
}

func TestIdentifiersAreUniqueAndReferencesHold(t *testing.T) {
	check(t, func(t *testing.T, p rendered) {
		ids := make(map[string]bool)
		for _, n := range p.root.all() {
			if id := n.attrs["id"]; id != "" {
				if ids[id] {
					t.Errorf("two elements have the id %s", id)
				}
				ids[id] = true
			}
		}
		for _, n := range p.root.all() {
			for _, name := range []string{"for", "aria-labelledby", "aria-describedby"} {
				for _, id := range strings.Fields(n.attrs[name]) {
					if !ids[id] {
						t.Errorf("<%s %s=%q> points at nothing", n.tag, name, id)
					}
				}
			}
			// A part may aim at what the page around it holds.
			if target := n.attrs["hx-target"]; target != "" && !p.Fragment && !ids[strings.TrimPrefix(target, "#")] {
				t.Errorf("<%s> swaps %s, which is not there", n.tag, target)
			}
		}
	})
}

func TestControlsAreLabelled(t *testing.T) {
	check(t, func(t *testing.T, p rendered) {
		labelled := make(map[string]bool)
		for _, label := range p.root.find("label") {
			if label.plain() == "" {
				t.Error("a label is empty")
			}
			labelled[label.attrs["for"]] = true
		}
		for _, n := range p.root.all() {
			switch {
			case n.tag == "input" && n.attrs["type"] == "hidden":
			case n.tag == "input" || n.tag == "select" || n.tag == "textarea":
				if !labelled[n.attrs["id"]] && !n.inside("label") {
					t.Errorf("<%s name=%q> has no label", n.tag, n.attrs["name"])
				}
			case n.tag == "button" || n.tag == "a" && n.attrs["aria-hidden"] == "":
				if n.plain() == "" {
					t.Errorf("<%s> says nothing to a screen reader: %v", n.tag, n.attrs)
				}
			case n.tag == "svg" && n.attrs["aria-hidden"] != "true":
				t.Error("a drawing is not hidden from screen readers")
			}
		}
	})
}

func TestFormsWorkWithoutScript(t *testing.T) {
	check(t, func(t *testing.T, p rendered) {
		for _, n := range p.root.all() {
			if n.tag == "form" {
				checkForm(t, n)
			}
			if n.tag == "button" && n.attrs["type"] != "submit" {
				t.Errorf("the button %q does nothing without a script", n.plain())
			}
		}
	})
}

func checkForm(t *testing.T, form *node) {
	t.Helper()
	method, action := form.attrs["method"], form.attrs["action"]
	if method != "get" && method != "post" || action == "" {
		t.Errorf("a form has method %q and action %q", method, action)
	}
	if len(form.find("button")) == 0 {
		t.Errorf("the form to %s has no button", action)
	}
	for _, verb := range []string{"get", "post"} {
		if asked := form.attrs["hx-"+verb]; asked != "" && (verb != method || asked != action) {
			t.Errorf("the form to %s %s asks for hx-%s %s", method, action, verb, asked)
		}
	}
}
