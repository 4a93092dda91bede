package natsbus_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crossdock/core/fault"
	"crossdock/engine/natsbus"
)

// comeBack is how soon connections must work again by themselves.
const comeBack = 2 * time.Second

func echo(_ context.Context, body []byte) ([]byte, error) { return body, nil }

// ways are the two ways to reach a server that restarts.
func ways() map[string]func(t *testing.T, server *natsbus.Server, name string) *natsbus.Conn {
	return map[string]func(t *testing.T, server *natsbus.Server, name string) *natsbus.Conn{
		"in process": func(t *testing.T, server *natsbus.Server, name string) *natsbus.Conn {
			return connect(t, server, name)
		},
		"over TCP": func(t *testing.T, server *natsbus.Server, name string) *natsbus.Conn {
			return dial(t, server.Addr(), token, name)
		},
	}
}

func eachWay(t *testing.T, test func(t *testing.T, server *natsbus.Server, a, b *natsbus.Conn)) {
	for name, reach := range ways() {
		t.Run(name, func(t *testing.T) {
			server := start(t, natsbus.Options{Listen: "127.0.0.1:0", Token: token})
			test(t, server, reach(t, server, "store"), reach(t, server, "wh1"))
		})
	}
}

// await tries until try succeeds. Each failure must be Unavailable.
func await(t *testing.T, limit time.Duration, try func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try(ctx)
		if err == nil {
			return
		}
		if !fault.Is(err, fault.Unavailable) {
			t.Fatalf("error %v, want unavailable", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("not back after %v: %v", limit, err)
		}
	}
}

func TestRestartWhileRequestsGoOn(t *testing.T) {
	eachWay(t, func(t *testing.T, server *natsbus.Server, a, b *natsbus.Conn) {
		if _, err := a.Serve("echo", echo); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var callers sync.WaitGroup
		var answered, failed atomic.Int64
		for range 8 {
			callers.Go(func() {
				for ctx.Err() == nil {
					switch _, err := b.Request(ctx, "echo", []byte("x")); {
					case err == nil:
						answered.Add(1)
					case fault.Is(err, fault.Unavailable):
						failed.Add(1)
					default:
						t.Errorf("error %v, want unavailable", err)
						return
					}
				}
			})
		}
		more := func(count *atomic.Int64) {
			t.Helper()
			before := count.Load()
			await(t, comeBack, func(context.Context) error {
				if count.Load() == before {
					return fault.New(fault.Unavailable, "still %d", before)
				}
				return nil
			})
		}
		more(&answered)
		for _, wipe := range []bool{false, true} {
			failures := failed.Load()
			if err := server.Restart(wipe); err != nil {
				t.Fatal(err)
			}
			more(&answered)
			if failed.Load() == failures {
				t.Error("no request noticed the restart")
			}
		}
		cancel()
		callers.Wait()
	})
}

// TestRestartFailsRequestsUnderWay: the caller's context never ends, and the
// answer never comes, because the connection it would come over is no more.
func TestRestartFailsRequestsUnderWay(t *testing.T) {
	eachWay(t, func(t *testing.T, server *natsbus.Server, a, b *natsbus.Conn) {
		entered, release := make(chan struct{}), make(chan struct{})
		_, err := a.Serve("slow", func(context.Context, []byte) ([]byte, error) {
			close(entered)
			<-release
			return nil, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		told := make(chan error)
		go func() {
			_, err := b.Request(t.Context(), "slow", nil)
			told <- err
		}()
		<-entered
		if err := server.Restart(false); err != nil {
			t.Fatal(err)
		}
		if err := <-told; !fault.Is(err, fault.Unavailable) {
			t.Errorf("error %v, want unavailable", err)
		}
		close(release)
	})
}

func TestRestartKeepsSubscriptions(t *testing.T) {
	eachWay(t, func(t *testing.T, server *natsbus.Server, a, b *natsbus.Conn) {
		arrived := make(chan struct{}, 1000)
		if _, err := b.Subscribe("news", func([]byte) { arrived <- struct{}{} }); err != nil {
			t.Fatal(err)
		}
		if err := server.Restart(true); err != nil {
			t.Fatal(err)
		}
		await(t, comeBack, func(ctx context.Context) error {
			if err := a.Publish("news", nil); err != nil {
				return err
			}
			select {
			case <-arrived:
				return nil
			default:
				return fault.New(fault.Unavailable, "nothing heard")
			}
		})
	})
}

func TestRestartWipesTheDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nats")
	server := start(t, natsbus.Options{Dir: dir})
	file := filepath.Join(dir, "deep", "file")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for wipe, want := range []error{nil, os.ErrNotExist} {
		if err := server.Restart(wipe == 1); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(file); !errors.Is(err, want) {
			t.Errorf("wipe %d: error %v, want %v", wipe, err, want)
		}
	}
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("the directory is not back: %v", err)
	}
}

// TestDownServer: while there is no server nothing waits for one, and what is
// served meanwhile comes to life with it.
func TestDownServer(t *testing.T) {
	first := start(t, natsbus.Options{Listen: "127.0.0.1:0", Token: token})
	addr := first.Addr()
	local := connect(t, first, "local")
	first.Close()
	if err := first.Restart(false); !fault.Is(err, fault.Unavailable) {
		t.Errorf("Restart after Close: error %v, want unavailable", err)
	}
	if _, err := natsbus.Connect(first, "late"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("Connect after Close: error %v, want unavailable", err)
	}
	a, b := dial(t, addr, token, "store"), dial(t, addr, token, "wh1")
	for _, conn := range []*natsbus.Conn{local, a, b} {
		_, asked := conn.Request(t.Context(), "echo", nil) // its context never ends
		if published := conn.Publish("echo", nil); !fault.Is(asked, fault.Unavailable) ||
			!fault.Is(published, fault.Unavailable) || conn.Connected() {
			t.Errorf("Request %v, Publish %v, connected %v", asked, published, conn.Connected())
		}
	}
	if _, err := a.Serve("echo", echo); err != nil {
		t.Fatal(err)
	}
	start(t, natsbus.Options{Listen: addr, Token: token})
	await(t, comeBack, func(ctx context.Context) error {
		_, err := b.Request(ctx, "echo", nil)
		return err
	})
	if !b.Connected() {
		t.Error("not connected, although a request passed")
	}
}
