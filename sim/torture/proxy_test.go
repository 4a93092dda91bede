package torture

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// echo is a server that says what it hears, behind a proxy, and a caller's end.
func echo(t *testing.T) (*proxy, net.Conn) {
	t.Helper()
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(conn, conn); _ = conn.Close() }()
		}
	}()
	front, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := openProxy(front, 1, func() (net.Conn, error) { return net.Dial("tcp", server.Addr().String()) })
	caller, err := net.Dial("tcp", p.addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(caller.Close(), p.close(), server.Close()); err != nil {
			t.Error(err)
		}
	})
	return p, caller
}

// hears sends a word and reports whether it comes back within a time.
func hears(t *testing.T, caller net.Conn, word string, within time.Duration) bool {
	t.Helper()
	if _, err := caller.Write([]byte(word)); err != nil {
		t.Fatal(err)
	}
	return comes(t, caller, word, within)
}

func comes(t *testing.T, caller net.Conn, word string, within time.Duration) bool {
	t.Helper()
	if err := caller.SetReadDeadline(time.Now().Add(within)); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, len(word))
	_, err := io.ReadFull(caller, buffer)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	if err != nil || string(buffer) != word {
		t.Fatalf("heard %q, %v", buffer, err)
	}
	return true
}

const (
	soon   = 10 * time.Second
	moment = 50 * time.Millisecond
)

// What a cut direction holds back comes when it is healed, in order, and the other
// direction goes on meanwhile.
func TestProxyCutsEachDirection(t *testing.T) {
	p, caller := echo(t)
	if !hears(t, caller, "one", soon) {
		t.Fatal("nothing comes through a proxy that does nothing")
	}
	for name, lanes := range map[string][2]lane{"forth": {{blocked: true}, {}}, "back": {{}, {blocked: true}}} {
		p.set(lanes[0], lanes[1])
		if hears(t, caller, "two", moment) {
			t.Errorf("cut %s, it came through", name)
		}
		p.set(lane{}, lane{})
		if !comes(t, caller, "two", soon) {
			t.Errorf("cut %s and healed, it does not come", name)
		}
	}
}

func TestProxyDelays(t *testing.T) {
	p, caller := echo(t)
	const delay = 150 * time.Millisecond
	p.set(lane{delay: delay, jitter: time.Millisecond}, lane{delay: delay})
	begun := time.Now()
	if !hears(t, caller, "slow", soon) || time.Since(begun) < 2*delay {
		t.Errorf("there and back in %v, with a delay of %v each", time.Since(begun), delay)
	}
}

// A broken connection is closed at both ends, and a new one works.
func TestProxyBreaksConnections(t *testing.T) {
	for name, breaks := range map[string]func(*proxy, net.Conn){
		"all at once": func(p *proxy, _ net.Conn) { p.cutAll() },
		"by chance":   func(p *proxy, caller net.Conn) { p.set(lane{breaks: 1000}, lane{}); _, _ = caller.Write([]byte("x")) },
	} {
		p, caller := echo(t)
		if !hears(t, caller, "one", soon) {
			t.Fatal("nothing comes through")
		}
		breaks(p, caller)
		if _, err := caller.Read(make([]byte, 1)); err == nil {
			t.Errorf("%s: the connection still answers", name)
		}
		p.set(lane{}, lane{})
		again, err := net.Dial("tcp", p.addr())
		if err != nil {
			t.Fatal(err)
		}
		if !hears(t, again, "two", soon) {
			t.Errorf("%s: a new connection does not work", name)
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}
}
