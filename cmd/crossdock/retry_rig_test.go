package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"crossdock/api"
	"crossdock/core/fault"
)

// shop is the program on one data directory. It is killed and started again.
type shop struct {
	t    *testing.T
	dir  string
	log  *os.File // what all its lives say
	life *life    // the present one
}

// life is a process, from its start until it is killed.
type life struct {
	cmd    *exec.Cmd
	client *api.Client
	over   chan struct{} // closed when it was killed and next answers
	next   *life
}

// openShop starts the program on an empty directory. Half of the stock stays in
// no quota, so that counts can take from it.
func openShop(t *testing.T) *shop {
	t.Helper()
	dir := t.TempDir()
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{t: t, dir: filepath.Join(dir, "data"), log: log}
	t.Cleanup(func() {
		if s.life != nil {
			s.kill()
		}
		if err := log.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			text, err := os.ReadFile(log.Name())
			t.Logf("what the program said: %s %v", text, err)
		}
	})
	s.life = s.start()
	return s
}

// command prepares a command on the directory, without the settings of the person
// who runs the tests.
func (s *shop) command(args ...string) *exec.Cmd {
	cmd := exec.Command("crossdock", append(args, "--data", s.dir)...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(entry string) bool { return strings.HasPrefix(entry, "CROSSDOCK_") })
	cmd.Stderr = s.log
	return cmd
}

// start returns when the process answers.
func (s *shop) start() *life {
	s.t.Helper()
	l := &life{
		cmd:  s.command("serve", "--listen", "127.0.0.1:0", "--warehouses-share-percent", "50", "--json"),
		over: make(chan struct{}),
	}
	out, err := l.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := l.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	var answer started
	err = json.NewDecoder(out).Decode(&answer)
	running, unread := readRunFile(s.dir)
	if err := errors.Join(err, unread); err != nil {
		s.t.Fatalf("the program does not start: %v", errors.Join(err, l.cmd.Process.Kill(), l.cmd.Wait()))
	}
	l.client = api.New(answer.URL, running.Token)
	return l
}

// kill ends the process as a power cut would.
func (s *shop) kill() {
	s.t.Helper()
	l := s.life
	s.life = nil
	if err := l.cmd.Process.Kill(); err != nil {
		s.t.Error(err)
	}
	var exit *exec.ExitError
	if err := l.cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		s.t.Errorf("the program was killed, and ended so: %v", err)
	}
	l.client.Close()
}

// revive kills the process and starts the next one.
func (s *shop) revive() {
	s.t.Helper()
	before := s.life
	s.kill()
	s.life = s.start()
	before.next = s.life
	close(before.over)
}

// stop ends the process as Ctrl-C does.
func (s *shop) stop() {
	s.t.Helper()
	l := s.life
	s.life = nil
	if err := l.cmd.Process.Signal(syscall.SIGINT); err != nil {
		s.t.Error(err)
	}
	if err := l.cmd.Wait(); err != nil {
		s.t.Errorf("the program was stopped, and ended so: %v", err)
	}
	l.client.Close()
}

// clients resend requests from many goroutines to whatever life the shop is in.
type clients struct {
	jobs     chan job
	killAt   map[int64]bool // after so many answers
	due      chan struct{}  // a kill
	answered atomic.Int64
	inFlight atomic.Int64
	lost     atomic.Int64 // requests that nobody answered
	working  sync.WaitGroup
	mu       sync.Mutex
	failed   []error
}

// job is a request to be sent, as often as copies say at the same moment.
type job struct {
	request *retried
	copies  int
}

// work sends what comes, until there is no more.
func (c *clients) work(ctx context.Context, first *life) {
	current := first
	for job := range c.jobs {
		reached := make([]*life, job.copies)
		var sending sync.WaitGroup
		for i := range reached {
			sending.Go(func() { reached[i] = c.send(ctx, current, job.request) })
		}
		sending.Wait()
		current = reached[0]
	}
}

// send sends a request until it is answered, and returns the life that did.
func (c *clients) send(ctx context.Context, current *life, request *retried) *life {
	for {
		c.inFlight.Add(1)
		said, err := request.send(ctx, current.client)
		c.inFlight.Add(-1)
		if err == nil {
			err = request.hear(said)
		} else if unheard(err) && ctx.Err() == nil {
			c.lost.Add(1)
			select {
			case <-current.over:
				current = current.next
				continue
			case <-ctx.Done():
				err = fmt.Errorf("nobody answers, and nobody was killed: %w", err)
			}
		}
		if err != nil {
			c.mu.Lock()
			c.failed = append(c.failed, fmt.Errorf("%s: %w", request.name, err))
			c.mu.Unlock()
		}
		if c.killAt[c.answered.Add(1)] {
			c.due <- struct{}{}
		}
		return current
	}
}

// unheard reports whether a request never came to the life that it was meant for,
// or its answer never came back. One that is refused its token came to the next
// life, on the same port.
func unheard(err error) bool {
	_, answered := api.AsProblem(err)
	return !answered || fault.Is(err, fault.Denied)
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * patience); !condition(); {
		if time.Now().After(deadline) {
			t.Fatalf("still not: %s", what)
		}
		<-time.After(10 * time.Millisecond)
	}
}
