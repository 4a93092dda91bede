package admit

import (
	"bytes"
	"net/http"
)

// whole reports whether b is one request from its first byte to its last, so that
// nobody can read it as another number of them: HTTP/1.1 in its plainest form, one
// host, and a body, if any, of a length that is said once. It may be false for one
// that package http would take.
func whole(b []byte) bool {
	line, rest, ok := cutLine(b)
	if !ok || !bytes.HasSuffix(line, []byte(" HTTP/1.1")) {
		return false
	}
	hosts, lengths, length := 0, 0, 0
	for {
		if line, rest, ok = cutLine(rest); !ok {
			return false
		}
		if len(line) == 0 {
			return hosts == 1 && lengths <= 1 && len(rest) == length
		}
		name, value, ok := cutField(line)
		if !ok {
			return false
		}
		switch {
		case is(name, "Host"):
			hosts++
		case is(name, "Content-Length"):
			lengths++
			if length, ok = parseLength(value); !ok {
				return false
			}
		case is(name, "Connection"):
			if !bytes.EqualFold(value, []byte("keep-alive")) {
				return false
			}
		case is(name, "Transfer-Encoding"), is(name, "Upgrade"), is(name, "Expect"), is(name, "Trailer"):
			return false
		}
	}
}

// get is a plain request for a page.
type get struct {
	path                    string
	host, target, encodings []byte
	anybodys                bool // anybody could have sent it: see recent.go
}

// plainGet takes a whole request apart that looks at something, without a body, and
// without anything that would change how it is refused.
func plainGet(b []byte) (g get, plain bool) {
	line, rest, _ := cutLine(b)
	line, found := bytes.CutPrefix(line, []byte(http.MethodGet+" "))
	target, version, _ := bytes.Cut(line, []byte(" "))
	if !found || string(version) != "HTTP/1.1" {
		return get{}, false
	}
	named, _, _ := bytes.Cut(target, []byte("?"))
	if len(named) == 0 || named[0] != '/' || bytes.Contains(named, []byte("//")) || bytes.Contains(named, []byte("/.")) {
		return get{}, false
	}
	for _, c := range named {
		if !isNameByte(c) && c != '/' && c != '.' {
			return get{}, false
		}
	}
	g = get{path: string(named), target: target, anybodys: true}
	encodings := 0
	for {
		if line, rest, _ = cutLine(rest); len(line) == 0 {
			g.anybodys = g.anybodys && encodings <= 1 && len(g.host)+len(g.target)+len(g.encodings)+2 <= recentName
			return g, len(rest) == 0
		}
		name, value, _ := cutField(line)
		switch {
		case is(name, "Request-Timeout"), is(name, "HX-Request"), is(name, "Content-Length"):
			return get{}, false
		case is(name, "Host"):
			g.host = value
		case is(name, "Accept-Encoding"):
			g.encodings = value
			encodings++
		case ofOnes(name):
			g.anybodys = false
		}
	}
}

// cutLine takes a line off that ends as HTTP says.
func cutLine(b []byte) (line, rest []byte, ok bool) {
	line, rest, found := bytes.Cut(b, []byte("\n"))
	line, ends := bytes.CutSuffix(line, []byte("\r"))
	return line, rest, found && ends
}

// cutField takes a line of the header apart.
func cutField(line []byte) (name, value []byte, ok bool) {
	name, value, found := bytes.Cut(line, []byte(":"))
	for _, c := range name {
		found = found && isNameByte(c)
	}
	return name, bytes.Trim(value, " \t"), found && len(name) > 0
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

func is(name []byte, known string) bool {
	return len(name) == len(known) && bytes.EqualFold(name, []byte(known))
}

// parseLength reads a length that can be that of a body which came in at once.
func parseLength(text []byte) (length int, ok bool) {
	if len(text) == 0 || len(text) > 6 {
		return 0, false
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		length = 10*length + int(c-'0')
	}
	return length, true
}
