package torture

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"crossdock/api"
	"crossdock/core/id"
	"crossdock/node"
)

// startTime is how long a process may take until it answers; it takes a twentieth
// of a second on an idle machine.
const startTime = 60 * time.Second

// site is one of the sites: its disk, its network and its process, of which one
// follows the other. One goroutine starts and ends them; any may use the client.
type site struct {
	name    id.Site
	dir     string // of its configuration, log and clock
	program string
	disk    *disk
	network *network
	calls   *proxy // from clients to its API

	mu     sync.Mutex
	life   *life         // nil while none runs
	up     chan struct{} // closed while one runs
	target string        // host:port of the API
	mayEnd bool          // the disk fails: a process that gives up is right
	deaths []string      // of processes that ended by themselves
}

// life is one process.
type life struct {
	cmd    *exec.Cmd
	client *api.Client
	ended  chan struct{} // closed when it has
	err    error         // how; to be read after ended
}

// command prepares a command of the program at the site.
func (s *site) command(args ...string) *exec.Cmd {
	program, args := s.network.command(s.name, s.program, args...)
	cmd := exec.Command(program, args...)
	cmd.Dir = s.dir
	// Nothing of the settings of who runs the rig.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, clockVariable + "=" + s.clock()}
	diesWithUs(cmd)
	return cmd
}

func (s *site) clock() string { return filepath.Join(s.dir, string(s.name)+".clock") }

// start returns when the process answers.
func (s *site) start(ctx context.Context) error {
	log, err := os.OpenFile(filepath.Join(s.dir, string(s.name)+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	l := &life{cmd: s.command("serve", "--config", string(s.name)+".yaml", "--json"), ended: make(chan struct{})}
	l.cmd.Stderr = log
	out, err := l.cmd.StdoutPipe()
	if err != nil {
		return errors.Join(err, log.Close())
	}
	if err := l.cmd.Start(); err != nil {
		return errors.Join(err, log.Close())
	}
	said := make(chan error, 1)
	var answer node.Running
	go func() {
		said <- json.NewDecoder(out).Decode(&answer)
		// Wait closes the pipe, so what else it says is read first.
		_, _ = io.Copy(io.Discard, out)
		l.err = errors.Join(l.cmd.Wait(), log.Close())
		close(l.ended)
	}()
	if err := s.awaitStart(ctx, l, said); err != nil {
		return err
	}
	return s.begin(l, answer.URL)
}

// awaitStart ends a process that does not answer, and has it say where it hangs.
func (s *site) awaitStart(ctx context.Context, l *life, said <-chan error) error {
	select {
	case err := <-said:
		if err == nil {
			return nil
		}
		<-l.ended
		return fmt.Errorf("%s does not start: %w", s.name, errors.Join(err, l.err))
	case <-time.After(startTime):
		err := fmt.Errorf("%s does not answer %v after its start", s.name, startTime)
		return errors.Join(err, s.dump(l))
	case <-ctx.Done():
		return errors.Join(ctx.Err(), s.dump(l))
	}
}

// dump ends a process that hangs; its goroutines stand in its log then.
func (s *site) dump(l *life) error {
	if err := l.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		return err
	}
	select {
	case <-l.ended:
		return nil
	case <-time.After(5 * time.Second):
	}
	err := l.cmd.Process.Kill()
	<-l.ended
	return err
}

// begin makes a process that answers the one that clients speak to.
func (s *site) begin(l *life, address string) error {
	text, err := os.ReadFile(filepath.Join(s.disk.data(), node.RunFile))
	if err != nil {
		return err
	}
	var running node.Running
	if err := json.Unmarshal(text, &running); err != nil {
		return err
	}
	where, err := url.Parse(address)
	if err != nil {
		return err
	}
	l.client = api.New("http://"+s.calls.addr(), running.Token)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.life, s.target = l, where.Host
	close(s.up)
	return nil
}

// dial connects to the API of the present process.
func (s *site) dial() (net.Conn, error) {
	s.mu.Lock()
	target := s.target
	s.mu.Unlock()
	return s.network.dial(string(s.name), target)
}

// client waits until a process runs.
func (s *site) client(ctx context.Context) (*api.Client, error) {
	for {
		s.mu.Lock()
		l, up := s.life, s.up
		s.mu.Unlock()
		if l != nil {
			return l.client, nil
		}
		select {
		case <-up:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// current is the process that runs, or nil.
func (s *site) current() *life {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.life
}

// take ends the time of the present process: clients wait for the next one. One
// that has ended by itself is taken down.
func (s *site) take() *life {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.life
	if l == nil {
		return nil
	}
	s.life, s.up = nil, make(chan struct{})
	if l.over() && !s.mayEnd {
		s.deaths = append(s.deaths, fmt.Sprintf("%s ended by itself: %v", s.name, l.err))
	}
	return l
}

// over reports that the process has ended.
func (l *life) over() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

// allow says whether the process may give up from now on.
func (s *site) allow(mayEnd bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mayEnd = mayEnd
}

// revive starts a process where none runs, or where it has ended by itself.
func (s *site) revive(ctx context.Context) error {
	if l := s.current(); l != nil && !l.over() {
		return nil
	}
	return errors.Join(s.kill(), s.start(ctx))
}

// kill ends the process as the kernel does. One that has ended already is as good.
func (s *site) kill() error {
	l := s.take()
	if l == nil {
		return nil
	}
	err := l.cmd.Process.Kill()
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	<-l.ended
	l.client.Close()
	s.calls.cutAll()
	return err
}

// signal is for SIGSTOP and SIGCONT.
func (s *site) signal(what syscall.Signal) error {
	l := s.current()
	if l == nil {
		return nil
	}
	return l.cmd.Process.Signal(what)
}

// freeze stops the process as if the machine had, and returns when none of its
// threads runs.
func (s *site) freeze(ctx context.Context) error {
	l := s.current()
	if l == nil {
		return nil
	}
	if err := l.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	for {
		done, err := stopped(l.cmd.Process.Pid)
		if err != nil || done {
			return err
		}
		if err := pause(ctx, time.Millisecond); err != nil {
			return err
		}
	}
}

// stopTime is how long a process may take to end in order.
const stopTime = 60 * time.Second

// stop ends the process as Ctrl-C does.
func (s *site) stop() error {
	l := s.take()
	if l == nil {
		return nil
	}
	l.client.Close()
	if err := l.cmd.Process.Signal(syscall.SIGINT); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	select {
	case <-l.ended:
	case <-time.After(stopTime):
		return errors.Join(fmt.Errorf("%s does not stop within %v", s.name, stopTime), s.dump(l))
	}
	if l.err != nil {
		return fmt.Errorf("%s was stopped: %w", s.name, l.err)
	}
	return nil
}
