package admit

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
)

// bounded serves "ok" on at most two connections; "/stays" waits for open. Each that
// is idle again is told.
func bounded(t *testing.T) (b *Connections, open, at, idle chan struct{}) {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	open, at, idle = make(chan struct{}), make(chan struct{}, 10), make(chan struct{}, 10)
	a := New(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/stays" {
			at <- struct{}{}
			<-open
		}
	}), Deps{Processors: 2})
	server := &http.Server{Handler: a}
	b = a.Bound(inner, 2)
	server.ConnState = func(conn net.Conn, state http.ConnState) {
		if b.Track(conn, state); state == http.StateIdle {
			idle <- struct{}{}
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(b) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return b, open, at, idle
}

type visitor struct {
	net.Conn
	answers *bufio.Reader
}

func dial(t *testing.T, address string) visitor {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // it may be closed already
	return visitor{conn, bufio.NewReader(conn)}
}

func (v visitor) send(t *testing.T, path string) {
	t.Helper()
	if _, err := io.WriteString(v, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
}

func (v visitor) answered(t *testing.T, what string) {
	t.Helper()
	response, err := http.ReadResponse(v.answers, nil)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v", what, response.StatusCode, err)
	}
}

// TestTheIdlestConnectionMakesRoom for one more.
func TestTheIdlestConnectionMakesRoom(t *testing.T) {
	b, _, _, idle := bounded(t)
	address := b.Addr().String()
	var all [3]visitor
	for i := range all {
		all[i] = dial(t, address)
		all[i].send(t, "/")
		all[i].answered(t, "a visitor")
		<-idle // a visitor has the answer before its connection counts as idle
	}
	if _, err := all[0].answers.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("the first, which was idle for longest: %v, want that it was closed", err)
	}
	all[2].send(t, "/")
	all[2].answered(t, "the last")
}

// TestConnectionsAtWorkAreNotClosed: who comes then waits until one of them is done.
func TestConnectionsAtWorkAreNotClosed(t *testing.T) {
	b, open, at, _ := bounded(t)
	address := b.Addr().String()
	var busy [2]visitor
	for i := range busy {
		busy[i] = dial(t, address)
		busy[i].send(t, "/stays")
		<-at
	}
	third := dial(t, address)
	third.send(t, "/stays")
	if b.makeRoom() {
		t.Error("there is room for a third connection beside the two at work")
	}
	close(open)
	for _, v := range busy {
		v.answered(t, "one at work")
	}
	<-at
	third.answered(t, "the third")
}

// TestClosingEndsTheWaitForRoom.
func TestClosingEndsTheWaitForRoom(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := New(nil, Deps{}).Bound(inner, 1)
	dial(t, inner.Addr().String())
	conn, err := b.Accept()
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { _, err := b.Accept(); ended <- err }()
	for range 2 { // twice is once
		_ = b.Close()
	}
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
}
