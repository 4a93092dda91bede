package membus_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"crossdock/core/fault"
	"crossdock/engine/bustest"
	"crossdock/engine/membus"
	"crossdock/site/outbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(tb testing.TB, options ...membus.Option) (a, b *membus.Conn, bus *membus.Bus) {
	bus = membus.New(options...)
	a, b = bus.Connect(), bus.Connect()
	tb.Cleanup(func() { b.Close(); a.Close() })
	return a, b, bus
}

func TestBus(t *testing.T) {
	bustest.Run(t, func(t *testing.T) (outbox.Bus, outbox.Bus) {
		a, b, _ := open(t)
		return a, b
	})
}

func BenchmarkRequest(b *testing.B) {
	server, caller, _ := open(b)
	bustest.Bench(b, server, caller)
}

// heard publishes words in order and returns what one subscriber hears, up to
// and without "end".
func heard(t *testing.T, words string, options ...membus.Option) []string {
	a, b, bus := open(t, options...)
	arrived := make(chan string, 1000)
	if _, err := b.Subscribe("news", func(body []byte) { arrived <- string(body) }); err != nil {
		t.Fatal(err)
	}
	for word := range strings.FieldsSeq(words) {
		if err := a.Publish("news", []byte(word)); err != nil {
			t.Fatal(err)
		}
	}
	bus.Release()
	var all []string
	for word := range arrived {
		if word == "end" {
			return all
		}
		all = append(all, word)
	}
	return nil
}

func TestFate(t *testing.T) {
	for _, test := range []struct {
		name string
		fate map[int]membus.Fate
		want string
	}{
		{"none", nil, "a b c d"},
		{"drop", map[int]membus.Fate{1: {Drop: true}}, "a c d"},
		{"repeat", map[int]membus.Fate{1: {Extra: 2}}, "a b b b c d"},
		{"hold back", map[int]membus.Fate{0: {HoldBack: 2}}, "b c a d"},
		{"hold back two", map[int]membus.Fate{0: {HoldBack: 2}, 1: {HoldBack: 1}}, "c b a d"},
		{"release", map[int]membus.Fate{2: {HoldBack: 9}, 4: {HoldBack: 99}}, "a b d c"},
	} {
		t.Run(test.name, func(t *testing.T) {
			decide := func(_ string, n int) membus.Fate { return test.fate[n] }
			got := heard(t, "a b c d end", membus.WithFate(decide))
			if diff := cmp.Diff(strings.Fields(test.want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestSameSeedSameRun(t *testing.T) {
	words := strings.Repeat("a b c d e f g h ", 20) + "end"
	run := func(seed uint64) []string {
		random := rand.New(rand.NewPCG(seed, 0))
		return heard(t, words, membus.WithFate(func(_ string, n int) membus.Fate {
			if n == 160 { // the end
				return membus.Fate{HoldBack: 1000}
			}
			return membus.Fate{Drop: random.IntN(4) == 0, Extra: random.IntN(2), HoldBack: random.IntN(3)}
		}))
	}
	first := run(1)
	if diff := cmp.Diff(first, run(1)); diff != "" {
		t.Errorf("two runs of one seed differ:\n%s", diff)
	}
	if cmp.Equal(first, run(2)) {
		t.Error("two seeds make the same run")
	}
}

func TestClosedConn(t *testing.T) {
	a, b, _ := open(t)
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
}
