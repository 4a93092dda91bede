package page_test

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"testing"
)

// node is an element of a parsed page. The parser below reads only what templ
// writes, well-formed HTML, and fails on anything else: that is its use.
type node struct {
	tag      string
	attrs    map[string]string
	text     string // of the element and all below it, as one string
	parent   *node
	children []*node
}

func voidElement(tag string) bool {
	return slices.Contains([]string{"!doctype", "meta", "link", "input", "br"}, tag)
}

// parse reads a page or a part of one into a root without a tag.
func parse(source string) (*node, error) {
	root := &node{}
	at := root
	for source != "" {
		open := strings.IndexByte(source, '<')
		if open < 0 {
			open = len(source)
		}
		for n := at; n != nil; n = n.parent {
			n.text += html.UnescapeString(source[:open])
		}
		if source = source[open:]; source == "" {
			break
		}
		tag, attrs, rest, err := parseTag(source)
		if err != nil {
			return nil, err
		}
		selfClosed := strings.HasSuffix(source[:len(source)-len(rest)], "/>")
		source = rest
		if name, closing := strings.CutPrefix(tag, "/"); closing {
			if at.tag != name {
				return nil, fmt.Errorf("</%s> closes <%s>", name, at.tag)
			}
			at = at.parent
			continue
		}
		child := &node{tag: tag, attrs: attrs, parent: at}
		at.children = append(at.children, child)
		if !voidElement(tag) && !selfClosed {
			at = child
		}
	}
	if at != root {
		return nil, fmt.Errorf("<%s> is never closed", at.tag)
	}
	return root, nil
}

// parseTag reads "<name a="b" c>" or "</name>" at the head of source.
func parseTag(source string) (tag string, attrs map[string]string, rest string, err error) {
	attrs = make(map[string]string)
	i := strings.IndexAny(source, " \t\n/>")
	if strings.HasPrefix(source, "</") {
		i = strings.IndexByte(source, '>')
	}
	if i < 0 {
		return "", nil, "", fmt.Errorf("the tag %.20q has no end", source)
	}
	tag, rest = strings.ToLower(source[1:i]), source[i:]
	for {
		rest = strings.TrimLeft(rest, " \t\n/")
		if after, done := strings.CutPrefix(rest, ">"); done {
			return tag, attrs, after, nil
		}
		end := strings.IndexAny(rest, "= >")
		if end <= 0 {
			return "", nil, "", fmt.Errorf("<%s> has a broken attribute", tag)
		}
		name, value := rest[:end], ""
		rest = rest[end:]
		if quoted, has := strings.CutPrefix(rest, `="`); has {
			var closed bool
			if value, rest, closed = strings.Cut(quoted, `"`); !closed {
				return "", nil, "", fmt.Errorf("<%s %s> has no closing quote", tag, name)
			}
		}
		if _, twice := attrs[name]; twice {
			return "", nil, "", fmt.Errorf("<%s> has %s twice", tag, name)
		}
		attrs[name] = html.UnescapeString(value)
	}
}

// all returns n and everything below it, in the order of the document.
func (n *node) all() []*node {
	list := []*node{n}
	for _, child := range n.children {
		list = append(list, child.all()...)
	}
	return list
}

// find returns the elements of one tag, in the order of the document.
func (n *node) find(tag string) []*node {
	var found []*node
	for _, each := range n.all() {
		if each.tag == tag {
			found = append(found, each)
		}
	}
	return found
}

// inside reports whether n stands within an element of this tag.
func (n *node) inside(tag string) bool {
	for up := n.parent; up != nil; up = up.parent {
		if up.tag == tag {
			return true
		}
	}
	return false
}

// plain returns the text with its white space folded.
func (n *node) plain() string { return strings.Join(strings.Fields(n.text), " ") }

func TestParserRefusesBrokenHTML(t *testing.T) {
	for _, source := range []string{"<p>", "<p></b>", "<p class=\"x>", "<p a=\"1\" a=\"2\"></p>", "<p", "</p>"} {
		if _, err := parse(source); err == nil {
			t.Errorf("parse(%q) took it", source)
		}
	}
}
