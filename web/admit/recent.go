package admit

import (
	"bytes"
	"container/list"
	"context"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// To send a page that lies ready costs little more than to refuse it. So while
// browsing has to be refused, pages that were made a moment ago are kept, and who
// would be refused is sent the page as it was then. It takes nothing from those who
// are served, and carts and checkouts go before it as before.
//
// One visitor must never see what is another's:
//
//   - a page is kept only where its handler has said that it is for everybody, and
//     then only if it sets no cookie and varies with nothing but what stands here;
//   - it is sent only to who comes without a cookie and without credentials, has asked
//     for the same address of the same host, takes the same encodings, and has not
//     asked for a fresh one.
//
// What browsers and proxies may keep of it is none of this: the headers are those of
// the page.

// How long a page is kept, and how much of them.
const (
	recentLast = time.Second
	recentMost = 16 << 20  // bytes, of all
	recentPage = 256 << 10 // of one
	recentName = 512       // of what it is known by
)

// recent keeps pages, the last one made at the back of order.
type recent struct {
	mu    sync.Mutex
	pages map[string]*list.Element // of *recentEntry
	order *list.List
	bytes int
}

type recentEntry struct {
	name string
	made time.Time
	sent answer
}

// answer is one as it was sent.
type answer struct {
	header http.Header
	wire   []byte // all of it
	body   []byte // the end of wire
}

func newRecent() *recent { return &recent{pages: map[string]*list.Element{}, order: list.New()} }

// keep keeps a page that was begun at a time, unless there is a newer one.
func (r *recent) keep(name string, made time.Time, page answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, is := r.pages[name]; is {
		if old.Value.(*recentEntry).made.After(made) {
			return
		}
		r.drop(old)
	}
	r.pages[name] = r.order.PushBack(&recentEntry{name, made, page})
	r.bytes += sizeOf(name, page)
	for r.bytes > recentMost || made.Sub(r.order.Front().Value.(*recentEntry).made) > recentLast {
		r.drop(r.order.Front())
	}
}

// drop takes a page out. The lock is held.
func (r *recent) drop(at *list.Element) {
	entry := r.order.Remove(at).(*recentEntry)
	delete(r.pages, entry.name)
	r.bytes -= sizeOf(entry.name, entry.sent)
}

// sizeOf is about what a page takes up: its headers are there twice.
func sizeOf(name string, page answer) int {
	return 2*len(name) + 2*len(page.wire) - len(page.body) + 512
}

// find returns the page of a name, if there is one of the last moment.
func (r *recent) find(name []byte, now time.Time) (answer, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, is := r.pages[string(name)]
	if !is {
		return answer{}, false
	}
	entry := at.Value.(*recentEntry)
	return entry.sent, now.Sub(entry.made) <= recentLast
}

// recentNameOf is what a page is known by: all of a request that it may depend on.
func recentNameOf[T string | []byte](to []byte, host, target, encodings T) []byte {
	to = append(to, host...)
	to = append(to, '\n')
	to = append(to, target...)
	to = append(to, '\n')
	return append(to, encodings...)
}

// anybodys names the page that is asked for, if anybody could have asked for it so.
func anybodys(r *http.Request) (name []byte, is bool) {
	if r.Method != http.MethodGet || r.ContentLength != 0 || !strings.HasPrefix(r.RequestURI, "/") || len(r.Header["Accept-Encoding"]) > 1 {
		return nil, false
	}
	for header := range r.Header {
		if ofOnes(header) {
			return nil, false
		}
	}
	name = recentNameOf(nil, r.Host, r.RequestURI, r.Header.Get("Accept-Encoding"))
	return name, len(name) <= recentName
}

// ofOnes reports whether a header makes a request one's own, or asks for a part of a
// page or for a fresh one.
func ofOnes[T string | []byte](header T) bool {
	for _, own := range [...]string{"Cookie", "Authorization", "HX-Request", "Cache-Control", "Pragma", "Request-Timeout"} {
		if len(header) == len(own) && strings.EqualFold(string(header), own) {
			return true
		}
	}
	return false
}

// ForEverybody says that the answer to the request that ctx belongs to is the same
// for everybody who comes without a cookie and asks for a whole page, now and for a
// second. It is called by the goroutine of the request, before the answer begins.
// Where nobody wants to know, it does nothing.
func ForEverybody(ctx context.Context) {
	if everybody, is := ctx.Value(everybodyKey{}).(*bool); is {
		*everybody = true
	}
}

// Noting returns a context for a handler, and what notes whether it has said
// ForEverybody.
func Noting(ctx context.Context) (noting context.Context, everybody *bool) {
	everybody = new(bool)
	return context.WithValue(ctx, everybodyKey{}, everybody), everybody
}

type everybodyKey struct{}

// copier sends an answer, and copies it while it may be kept.
type copier struct {
	http.ResponseWriter
	everybody *bool // its handler has said that it is for everybody
	begun     bool
	keep      bool
	header    http.Header
	body      bytes.Buffer
}

// WriteHeader implements http.ResponseWriter.
func (c *copier) WriteHeader(status int) {
	if !c.begun && status >= http.StatusOK {
		c.begun = true
		if c.keep = status == http.StatusOK && *c.everybody && mayKeep(c.Header()); c.keep {
			c.header = c.Header().Clone()
		}
	}
	c.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (c *copier) Write(b []byte) (int, error) {
	if !c.begun {
		c.WriteHeader(http.StatusOK)
	}
	if c.keep = c.keep && c.body.Len()+len(b) <= recentPage; c.keep {
		c.body.Write(b)
	}
	return c.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (c *copier) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// mayKeep reports whether an answer with these headers is one that somebody else may
// be sent: what belongs to one visitor or to one connection is not.
func mayKeep(h http.Header) bool {
	for _, own := range []string{"Set-Cookie", "Connection", "Transfer-Encoding", "Trailer"} {
		if len(h[own]) > 0 {
			return false
		}
	}
	for _, line := range h["Vary"] {
		for name := range strings.SplitSeq(line, ",") {
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "cookie", "hx-request", "accept-encoding", "":
			default:
				return false
			}
		}
	}
	return h.Get("Content-Type") != ""
}

// answer is what was sent, once all of it was.
func (c *copier) answer(made time.Time) (page answer, kept bool) {
	said := c.header.Get("Content-Length")
	if length := strconv.Itoa(c.body.Len()); !c.keep || said != "" && said != length {
		return answer{}, false
	}
	c.header.Set("Content-Length", strconv.Itoa(c.body.Len()))
	c.header.Set("Date", made.UTC().Format(http.TimeFormat))
	c.header.Set("Age", strconv.Itoa(int(recentLast/time.Second))) // at most
	wire := onTheWire("200 OK", c.header, c.body.Bytes())
	return answer{c.header, wire, wire[len(wire)-c.body.Len():]}, true
}

// write sends the page as the server does.
func (p answer) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), p.header)
	_, _ = w.Write(p.body) // who has gone does not need to know
}
