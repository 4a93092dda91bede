package natsbus_test

import (
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"crossdock/core/fault"
	"crossdock/engine/bustest"
	"crossdock/engine/natsbus"
	"crossdock/site/outbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "a token"

// patience is how long a test waits for a server that is there.
const patience = 10 * time.Second

func start(tb testing.TB, options natsbus.Options) *natsbus.Server {
	tb.Helper()
	if options.Dir == "" {
		options.Dir = filepath.Join(tb.TempDir(), "nats")
	}
	server, err := natsbus.Start(options)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(server.Close)
	return server
}

func connect(tb testing.TB, server *natsbus.Server, name string) *natsbus.Conn {
	tb.Helper()
	conn, err := natsbus.Connect(server, name)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(conn.Close)
	return conn
}

func dial(tb testing.TB, addr, token, name string) *natsbus.Conn {
	tb.Helper()
	conn, err := natsbus.Dial("nats://"+addr, token, name, patience, nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(conn.Close)
	return conn
}

func TestInProcess(t *testing.T) {
	bustest.Run(t, func(t *testing.T) (outbox.Bus, outbox.Bus) {
		server := start(t, natsbus.Options{})
		return connect(t, server, "store"), connect(t, server, "wh1")
	})
}

func TestOverTCP(t *testing.T) {
	bustest.Run(t, func(t *testing.T) (outbox.Bus, outbox.Bus) {
		server := start(t, natsbus.Options{Listen: "127.0.0.1:0", Token: token})
		return dial(t, server.Addr(), token, "store"), dial(t, server.Addr(), token, "wh1")
	})
}

func TestAcrossBothWays(t *testing.T) {
	bustest.Run(t, func(t *testing.T) (outbox.Bus, outbox.Bus) {
		server := start(t, natsbus.Options{Listen: "localhost:0", Token: token})
		return connect(t, server, "store"), dial(t, server.Addr(), token, "wh1")
	})
}

func BenchmarkInProcess(b *testing.B) {
	server := start(b, natsbus.Options{})
	bustest.Bench(b, connect(b, server, "store"), connect(b, server, "wh1"))
}

func BenchmarkOverTCP(b *testing.B) {
	server := start(b, natsbus.Options{Listen: "127.0.0.1:0"})
	bustest.Bench(b, dial(b, server.Addr(), "", "store"), dial(b, server.Addr(), "", "wh1"))
}

func TestWrongTokenIsRefused(t *testing.T) {
	server := start(t, natsbus.Options{Listen: "127.0.0.1:0", Token: token})
	for _, wrong := range []string{"", "another token"} {
		_, err := natsbus.Dial("nats://"+server.Addr(), wrong, "wh1", patience, nil)
		if !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("token %q: error %v, want unauthenticated", wrong, err)
		}
	}
}

// TestDialWaitsForNobody: a server that takes the connection and never says a word, as
// behind a line that swallows everything, holds up nobody for longer than he is patient.
// The connection goes on trying, and is there as soon as somebody answers.
func TestDialWaitsForNobody(t *testing.T) {
	for name, patience := range map[string]time.Duration{"a moment": 50 * time.Millisecond, "not at all": 0} {
		t.Run(name, func(t *testing.T) {
			silent, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			// The client gives a server two seconds for its first word, and would ask twice.
			began := time.Now()
			conn, err := natsbus.Dial("nats://"+silent.Addr().String(), token, "wh1", patience, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if took := time.Since(began); took > 1500*time.Millisecond || conn.Connected() {
				t.Errorf("it took %s, and is connected: %t", took, conn.Connected())
			}
			address := silent.Addr().String()
			if err := silent.Close(); err != nil {
				t.Fatal(err)
			}
			start(t, natsbus.Options{Listen: address, Token: token})
			until := time.Now().Add(20 * time.Second)
			for !conn.Connected() {
				if time.Now().After(until) {
					t.Fatal("it never came back")
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
}

func TestDialKeepsPasswordsOutOfErrors(t *testing.T) {
	server := start(t, natsbus.Options{Listen: "127.0.0.1:0", Token: token})
	for _, address := range []string{"nats://user:hunter2@" + server.Addr(), "nats://user:hunter2@x:y"} {
		_, err := natsbus.Dial(address, "", "wh1", patience, nil)
		if message, _ := fault.Public(err); err == nil || strings.Contains(message, "hunter2") {
			t.Errorf("Dial says %q", message)
		}
	}
}

func TestStartRefusesOptions(t *testing.T) {
	for _, test := range []struct {
		name    string
		options natsbus.Options
	}{
		{"no directory", natsbus.Options{}},
		{"no port", natsbus.Options{Dir: t.TempDir(), Listen: "localhost"}},
		{"odd port", natsbus.Options{Dir: t.TempDir(), Listen: "localhost:-1"}},
		{"open to all without a token", natsbus.Options{Dir: t.TempDir(), Listen: ":0"}},
		{"open to one network without a token", natsbus.Options{Dir: t.TempDir(), Listen: "192.0.2.1:0"}},
	} {
		if _, err := natsbus.Start(test.options); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: error %v, want invalid", test.name, err)
		}
	}
}

func TestTakenPort(t *testing.T) {
	first := start(t, natsbus.Options{Listen: "127.0.0.1:0"})
	_, err := natsbus.Start(natsbus.Options{Dir: t.TempDir(), Listen: first.Addr()})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("error %v, want unavailable", err)
	}
}

func TestNoPortUnlessAsked(t *testing.T) {
	server := start(t, natsbus.Options{})
	if addr := server.Addr(); addr != "" {
		t.Errorf("listens at %q", addr)
	}
}

func TestNothingOnDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nats")
	server := start(t, natsbus.Options{Dir: dir})
	if err := connect(t, server, "store").Publish("news", []byte("x")); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 0 {
		t.Errorf("files %v, error %v", files, err)
	}
}

func TestClosedConn(t *testing.T) {
	server := start(t, natsbus.Options{})
	a, b := connect(t, server, "store"), connect(t, server, "wh1")
	if _, err := a.Serve("echo", nil); err != nil {
		t.Fatal(err)
	}
	a.Close()
	a.Close()
	_, asked := b.Request(t.Context(), "echo", nil)
	_, used := a.Request(t.Context(), "echo", nil)
	_, served := a.Serve("echo", nil)
	_, subscribed := a.Subscribe("echo", nil)
	for _, err := range []error{asked, used, served, subscribed, a.Publish("echo", nil)} {
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("error %v, want unavailable", err)
		}
	}
	if a.Connected() || !b.Connected() {
		t.Errorf("connected: closed %v, open %v", a.Connected(), b.Connected())
	}
}

// TestCloseSendsWhatWasPublished holds Close to its word for the last message.
func TestCloseSendsWhatWasPublished(t *testing.T) {
	server := start(t, natsbus.Options{})
	arrived := make(chan string, 1)
	_, err := connect(t, server, "wh1").Subscribe("news", func(body []byte) { arrived <- string(body) })
	if err != nil {
		t.Fatal(err)
	}
	leaving := connect(t, server, "store")
	if err := leaving.Publish("news", []byte("goodbye")); err != nil {
		t.Fatal(err)
	}
	leaving.Close()
	if got := <-arrived; got != "goodbye" {
		t.Errorf("heard %q", got)
	}
}

func TestSubscriberPanicIsLogged(t *testing.T) {
	var log lines
	server := start(t, natsbus.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	a := connect(t, server, "store")
	arrived := make(chan string, 1)
	_, err := a.Subscribe("news", func(body []byte) {
		if string(body) == "bad" {
			panic("a bug in a subscriber")
		}
		arrived <- string(body)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{"bad", "good"} {
		if err := a.Publish("news", []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if got := <-arrived; got != "good" || !strings.Contains(log.String(), "a bug in a subscriber") {
		t.Errorf("heard %q; log:\n%s", got, log.String())
	}
}

// lines is a log to read while others write.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
