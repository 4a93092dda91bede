package linkswitch_test

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"crossdock/core/fault"
	"crossdock/engine/bustest"
	"crossdock/engine/linkswitch"
	"crossdock/engine/membus"
	"crossdock/engine/natsbus"
	"crossdock/site/outbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// site is a bus that its owner closes.
type site interface {
	outbox.Bus
	Close()
}

// engines open two sites on one bus: cutting must work on each engine alike.
func engines() map[string]func(t *testing.T) (a, b outbox.Bus) {
	return map[string]func(t *testing.T) (a, b outbox.Bus){
		"membus": func(t *testing.T) (outbox.Bus, outbox.Bus) {
			bus := membus.New()
			return closed(t, bus.Connect()), closed(t, bus.Connect())
		},
		"natsbus": func(t *testing.T) (outbox.Bus, outbox.Bus) {
			server, err := natsbus.Start(natsbus.Options{Dir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(server.Close)
			return closed(t, connect(t, server, "a")), closed(t, connect(t, server, "b"))
		},
	}
}

func connect(t *testing.T, server *natsbus.Server, name string) *natsbus.Conn {
	conn, err := natsbus.Connect(server, name)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func closed(t *testing.T, s site) outbox.Bus {
	t.Cleanup(s.Close)
	return s
}

func TestWholeLinkIsABus(t *testing.T) {
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			bustest.Run(t, func(t *testing.T) (outbox.Bus, outbox.Bus) {
				a, b := open(t)
				near, far := linkswitch.Wrap(a, time.Now), linkswitch.Wrap(b, time.Now)
				near.Cut()
				near.Heal()
				return near, far
			})
		})
	}
}

// eachEngine runs a test with a switch around b; a is on the bus itself.
func eachEngine(t *testing.T, test func(t *testing.T, a outbox.Bus, b *linkswitch.Switch)) {
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			a, b := open(t)
			test(t, a, linkswitch.Wrap(b, time.Now))
		})
	}
}

func serve(t *testing.T, bus outbox.Bus, handle func(context.Context, []byte) ([]byte, error)) {
	t.Helper()
	if _, err := bus.Serve("feed", handle); err != nil {
		t.Fatal(err)
	}
}

func wantUnavailable(t *testing.T, err error) {
	t.Helper()
	if !fault.Is(err, fault.Unavailable) {
		t.Fatalf("error %v, want unavailable", err)
	}
}

// ask sends a request whose answer, if it comes, is told to the channel.
func ask(t *testing.T, bus outbox.Bus) <-chan error {
	told := make(chan error, 1)
	go func() {
		_, err := bus.Request(t.Context(), "feed", nil)
		told <- err
	}()
	return told
}

func TestCutFailsRequests(t *testing.T) {
	eachEngine(t, func(t *testing.T, a outbox.Bus, b *linkswitch.Switch) {
		calls := make(chan struct{}, 10)
		serve(t, a, func(context.Context, []byte) ([]byte, error) {
			calls <- struct{}{}
			return nil, nil
		})
		b.Cut()
		_, err := b.Request(t.Context(), "feed", nil)
		wantUnavailable(t, err)
		if len(calls) != 0 {
			t.Error("a request went over a cut link")
		}
		b.Heal()
		if _, err := b.Request(t.Context(), "feed", nil); err != nil {
			t.Errorf("after the heal: %v", err)
		}
	})
}

func TestCutFailsRequestsUnderWay(t *testing.T) {
	eachEngine(t, func(t *testing.T, a outbox.Bus, b *linkswitch.Switch) {
		entered, release := make(chan struct{}), make(chan struct{})
		serve(t, a, func(context.Context, []byte) ([]byte, error) {
			close(entered)
			<-release
			return nil, nil
		})
		told := ask(t, b)
		<-entered
		b.Cut()
		wantUnavailable(t, <-told) // while the handler still runs
		close(release)
	})
}

func TestCutSilencesServers(t *testing.T) {
	eachEngine(t, func(t *testing.T, a outbox.Bus, b *linkswitch.Switch) {
		calls := make(chan struct{}, 10)
		serve(t, b, func(context.Context, []byte) ([]byte, error) {
			calls <- struct{}{}
			return nil, nil
		})
		b.Cut()
		_, err := a.Request(t.Context(), "feed", nil)
		wantUnavailable(t, err)
		if len(calls) != 0 {
			t.Error("the handler behind a cut link was called")
		}
		b.Heal()
		if _, err := a.Request(t.Context(), "feed", nil); err != nil {
			t.Errorf("after the heal: %v", err)
		}
	})
}

func TestCutDropsAnswers(t *testing.T) {
	for _, heal := range []bool{false, true} {
		eachEngine(t, func(t *testing.T, a outbox.Bus, b *linkswitch.Switch) {
			entered, release := make(chan struct{}), make(chan struct{})
			serve(t, b, func(context.Context, []byte) ([]byte, error) {
				close(entered)
				<-release
				return []byte("too late"), nil
			})
			told := ask(t, a)
			<-entered
			b.Cut()
			if heal {
				b.Heal()
			}
			close(release)
			wantUnavailable(t, <-told)
		})
	}
}

// watched is the bus below a switch: it tells when the switch is done with an
// incoming message, and what the switch lets out.
type watched struct {
	outbox.Bus
	done chan string
	out  chan string
}

func (w watched) Publish(subject string, body []byte) error {
	w.out <- string(body)
	return w.Bus.Publish(subject, body)
}

func (w watched) Subscribe(subject string, handle func(body []byte)) (func(), error) {
	return w.Bus.Subscribe(subject, func(body []byte) {
		handle(body)
		w.done <- string(body)
	})
}

func TestCutLosesMessages(t *testing.T) {
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			a, below := open(t)
			w := watched{below, make(chan string, 10), make(chan string, 10)}
			b := linkswitch.Wrap(w, time.Now)
			heard := make(chan string, 10)
			if _, err := b.Subscribe("news", func(body []byte) { heard <- string(body) }); err != nil {
				t.Fatal(err)
			}
			for _, step := range []struct {
				name   string
				change func()
				passes int
			}{{"whole", func() {}, 1}, {"cut", b.Cut, 0}, {"healed", b.Heal, 1}} {
				step.change()
				if err := a.Publish("news", []byte(step.name)); err != nil {
					t.Fatal(err)
				}
				if err := b.Publish("elsewhere", []byte(step.name)); err != nil {
					t.Errorf("%s: Publish: %v, want silence", step.name, err)
				}
				if got := <-w.done; got != step.name || len(heard) != step.passes || len(w.out) != step.passes {
					t.Errorf("%s: %d of %q came in, %d went out; want %d", step.name, len(heard), got, len(w.out), step.passes)
				}
				drain(heard)
				drain(w.out)
			}
		})
	}
}

func drain(from chan string) {
	for len(from) > 0 {
		<-from
	}
}

func TestSince(t *testing.T) {
	clock := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	s := linkswitch.Wrap(membus.New().Connect(), func() time.Time { return clock })
	for i, step := range []struct {
		do    func()
		cut   bool
		moves bool
	}{
		{func() {}, false, true},
		{s.Heal, false, false},
		{s.Cut, true, true},
		{s.Cut, true, false},
		{s.Heal, false, true},
	} {
		want := s.Since()
		if step.moves {
			want = clock
		}
		step.do()
		if s.IsCut() != step.cut || !s.Since().Equal(want) {
			t.Errorf("step %d: cut %v since %v, want %v since %v", i, s.IsCut(), s.Since(), step.cut, want)
		}
		clock = clock.Add(time.Minute)
	}
}
