// Package bustest is the suite that every engine of outbox.Bus passes: what sites
// may rely on whichever bus carries their messages, and no more than that.
//
// It asks for nothing that a real network cannot give: a healthy bus only.
// How each engine behaves when it breaks is tested beside the engine.
//
// Start reading at Run.
package bustest

import (
	"context"
	"testing"
	"time"

	"crossdock/core/fault"
	"crossdock/site/outbox"
)

// patience is how long a test waits for what must come, before it fails. What
// must come at once is told from it by the context being still alive.
const patience = 20 * time.Second

// Open returns the connections of two sites to one healthy bus, for one test, and
// has them closed by t.Cleanup.
type Open func(t *testing.T) (a, b outbox.Bus)

// Run holds an engine to the port's promises.
func Run(t *testing.T, open Open) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, a, b outbox.Bus)
	}{
		{"answers a request", answersRequest},
		{"carries bodies of every size", carriesBodies},
		{"keeps bodies apart", keepsBodiesApart},
		{"refuses what is too large", refusesTooLarge},
		{"refuses odd subjects", refusesSubjects},
		{"carries faults", carriesFaults},
		{"hides what is internal", hidesInternal},
		{"survives a panic", survivesPanic},
		{"knows at once that nobody answers", nobodyAnswers},
		{"gives up with the context", givesUp},
		{"answers many at a time", answersMany},
		{"runs handlers side by side", runsSideBySide},
		{"asks one of several servers", asksOne},
		{"stops serving", stopsServing},
		{"waits for the handlers at stop", waitsAtStop},
		{"tells every subscriber", tellsSubscribers},
		{"publishes to nobody", publishesToNobody},
		{"delivers one at a time", deliversOneAtATime},
		{"stops a subscription", stopsSubscription},
		{"does not wait for a slow subscriber", passesSlowSubscriber},
		{"keeps requests and messages apart", keepsKindsApart},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, b := open(t)
			test.run(t, a, b)
		})
	}
}

// echo answers with what it is asked.
func echo(_ context.Context, body []byte) ([]byte, error) { return body, nil }

func serve(t *testing.T, bus outbox.Bus, subject string,
	handle func(context.Context, []byte) ([]byte, error),
) (stop func()) {
	t.Helper()
	stop, err := bus.Serve(subject, handle)
	if err != nil {
		t.Fatalf("Serve(%q): %v", subject, err)
	}
	return stop
}

// subscribe returns the bodies that arrive.
func subscribe(t *testing.T, bus outbox.Bus, subject string) (bodies <-chan string, stop func()) {
	t.Helper()
	arrived := make(chan string, 1000)
	stop, err := bus.Subscribe(subject, func(body []byte) { arrived <- string(body) })
	if err != nil {
		t.Fatalf("Subscribe(%q): %v", subject, err)
	}
	return arrived, stop
}

func publish(t *testing.T, bus outbox.Bus, subject, body string) {
	t.Helper()
	if err := bus.Publish(subject, []byte(body)); err != nil {
		t.Fatalf("Publish(%q): %v", subject, err)
	}
}

// request asks with plenty of time and fails the test where it was used up:
// whatever comes back, came promptly.
func request(t *testing.T, bus outbox.Bus, subject, body string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	answer, err := bus.Request(ctx, subject, []byte(body))
	if ctx.Err() != nil {
		t.Errorf("Request(%q) took all of %v", subject, patience)
	}
	return string(answer), err
}

func wantAnswer(t *testing.T, bus outbox.Bus, subject, body, want string) {
	t.Helper()
	got, err := request(t, bus, subject, body)
	if err != nil || got != want {
		t.Fatalf("Request(%q) = %.60q, %v; want %.60q", subject, got, err, want)
	}
}

func wantKind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if !fault.Is(err, want) {
		t.Fatalf("error %v, want of kind %v", err, want)
	}
}

// receive waits for one value and fails the test when none comes.
func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case got := <-from:
		return got
	case <-time.After(patience):
		t.Fatalf("nothing came within %v", patience)
		panic("unreachable")
	}
}
