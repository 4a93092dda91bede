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
	var text bytes.Buffer
	text.WriteString("HTTP/1.1 503 Service Unavailable\r\n")
	if err := h.Write(&text); err != nil {
		panic("admit: a header cannot be written: " + err.Error()) // it is written into memory
	}
	text.WriteString("\r\n")
	text.Write(body)
	return text.Bytes()
}

// refuseQuickly returns the answer to a request that is refused, or nil where it is to
// go its usual way. It is asked about whole requests.
func (a *Admission) refuseQuickly(request []byte) []byte {
	path, plain := plainGet(request)
	if !plain {
		return nil
	}
	class := ClassOf(http.MethodGet, path)
	if class != Browse && class != Cart {
		return nil
	}
	now := a.now()
	if a.lanes[laneGeneral].probe(now, class, now.Add(serverPatience[class])) == nil {
		return nil
	}
	a.ledger.refused(class, now)
	wait := a.refusal.wait(class)
	if forPeople(&http.Request{URL: &url.URL{Path: path}}) {
		return a.quick.pages[wait]
	}
	return a.quick.problems[wait]
}

// quickConn is a connection that may answer by itself. Its Read is called by one
// goroutine at a time, as package http does.
type quickConn struct {
	net.Conn
	refuse func(request []byte) (answer []byte)
	odd    bool // something else than a whole request has come in
}

// How long the other side may take to take a refusal, and to ask again.
const (
	quickWrite = 5 * time.Second
	quickIdle  = time.Minute
)

// Read implements net.Conn.
func (c *quickConn) Read(p []byte) (int, error) {
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
		answer := c.refuse(p[:n])
		if answer == nil {
			return n, nil
		}
		if err := c.say(answer); err != nil {
			return 0, err
		}
	}
}

func (c *quickConn) say(answer []byte) error {
	now := time.Now()
	if err := c.SetWriteDeadline(now.Add(quickWrite)); err != nil {
		return err
	}
	if _, err := c.Write(answer); err != nil {
		return err
	}
	return c.SetReadDeadline(now.Add(quickIdle))
}
