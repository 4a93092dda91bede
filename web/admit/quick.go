package admit

import (
	"bytes"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Most of what is refused in a crowd is pages. Of what such a refusal costs, the
// server that reads the request and makes an answer takes half; at ten times the
// load that is an eighth of the machine. So a connection looks at what comes in
// before the server does, and sends the answer, which lies ready, by itself, if
//
//   - what has come is one whole request, from its first byte to its last,
//   - so was all that came on the connection before, so that where a request ends
//     is not a matter of opinion, and
//   - it asks for a page that would be refused as things stand, in the plainest way.
//
// All else goes its usual way.

// quick holds the answers as they go over the wire.
type quick struct {
	pages, problems [maxRetry + 1][]byte
}

func newQuick(r *refusal) *quick {
	q := &quick{}
	for wait := range q.pages {
		q.pages[wait] = r.wire("/catalog", wait)
		q.problems[wait] = r.wire("/api/v1/products", wait)
	}
	return q
}

// wire writes the refusal of a GET as it is sent.
func (r *refusal) wire(path string, wait int) []byte {
	h := http.Header{}
	body := r.compose(h, &http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}}, wait)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	return onTheWire("503 Service Unavailable", h, body)
}

// onTheWire writes an answer as it is sent.
func onTheWire(status string, h http.Header, body []byte) []byte {
	var text bytes.Buffer
	text.WriteString("HTTP/1.1 " + status + "\r\n")
	if err := h.Write(&text); err != nil {
		panic("admit: a header cannot be written: " + err.Error()) // it is written into memory
	}
	text.WriteString("\r\n")
	text.Write(body)
	return text.Bytes()
}

// answerQuickly returns the answer to a request that would be refused: a page of a
// moment ago, or the refusal. It is nil where the request is to go its usual way. It is
// asked about whole requests.
func (a *Admission) answerQuickly(request []byte) []byte {
	get, plain := plainGet(request)
	if !plain {
		return nil
	}
	class := ClassOf(http.MethodGet, get.path)
	if class != Browse && class != Cart {
		return nil
	}
	now := a.now()
	if a.lanes[laneGeneral].probe(now, class, now.Add(serverPatience[class])) == nil {
		return nil
	}
	if class == Browse && get.anybodys {
		var room [recentName]byte
		if page, is := a.recent.find(recentNameOf(room[:0], get.host, get.target, get.encodings), now); is {
			a.ledger.recalled(now)
			return page.wire
		}
	}
	a.ledger.refused(class, now)
	wait := a.refusal.wait(class)
	if forPeople(get.path) {
		return a.quick.pages[wait]
	}
	return a.quick.problems[wait]
}

// quickConn is a connection that may answer by itself. Its Read is called by one
// goroutine at a time, as package http does.
type quickConn struct {
	net.Conn
	answer func(request []byte) []byte
	odd    bool // something else than a whole request has come in
}

// How long the other side may take, at least, to take an answer and to ask again. The
// time is set anew once in quickAgain: each time costs some.
const (
	quickWrite = 5 * time.Second
	quickIdle  = time.Minute
	quickAgain = time.Second
)

// Read implements net.Conn.
func (c *quickConn) Read(p []byte) (int, error) {
	var since time.Time // of the deadlines that are set; before, they are the server's
	for {
		n, err := c.Conn.Read(p)
		if c.odd || n == 0 {
			return n, err
		}
		// While it answers, the server waits for one byte, to see whether the other
		// side has gone: that byte would be the first of a request.
		if c.odd = err != nil || !whole(p[:n]); c.odd {
			return n, err
		}
		answer := c.answer(p[:n])
		if answer == nil {
			return n, nil
		}
		if now := time.Now(); now.Sub(since) > quickAgain {
			if err := c.setDeadlines(now); err != nil {
				return 0, err
			}
			since = now
		}
		if _, err := c.Write(answer); err != nil {
			return 0, err
		}
	}
}

func (c *quickConn) setDeadlines(now time.Time) error {
	if err := c.SetWriteDeadline(now.Add(quickAgain + quickWrite)); err != nil {
		return err
	}
	return c.SetReadDeadline(now.Add(quickAgain + quickIdle))
}
