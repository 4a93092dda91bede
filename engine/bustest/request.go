package bustest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossdock/core/fault"
	"crossdock/site/outbox"
)

func answersRequest(t *testing.T, a, b outbox.Bus) {
	serve(t, a, "feed.store", func(_ context.Context, body []byte) ([]byte, error) {
		return append([]byte("you said "), body...), nil
	})
	wantAnswer(t, b, "feed.store", "hello", "you said hello")
	wantAnswer(t, a, "feed.store", "it is me", "you said it is me") // over the same connection too
}

func carriesBodies(t *testing.T, a, b outbox.Bus) {
	serve(t, a, "echo", echo)
	for _, size := range []int{0, 1, 4 << 10, 1 << 20, 8<<20 - 1<<10} {
		body := strings.Repeat("\x00\xff\r\n", size/4+1)[:size]
		wantAnswer(t, b, "echo", body, body)
	}
	serve(t, a, "nothing", func(context.Context, []byte) ([]byte, error) { return nil, nil })
	wantAnswer(t, b, "nothing", "something", "")
}

func keepsBodiesApart(t *testing.T, a, b outbox.Bus) {
	kept := []byte("kept")
	serve(t, a, "same", func(_ context.Context, body []byte) ([]byte, error) {
		body[0] = 'X'
		return kept, nil
	})
	question := []byte("question")
	answer, err := b.Request(t.Context(), "same", question)
	if err != nil {
		t.Fatal(err)
	}
	answer[0] = 'X'
	if string(question) != "question" || string(kept) != "kept" {
		t.Errorf("one side writes into the memory of the other: %q, %q", question, kept)
	}
}

func refusesTooLarge(t *testing.T, a, b outbox.Bus) {
	huge := make([]byte, 8<<20+1)
	serve(t, a, "huge", func(context.Context, []byte) ([]byte, error) { return huge, nil })
	_, err := request(t, b, "huge", string(huge))
	wantKind(t, err, fault.TooLarge)
	_, err = request(t, b, "huge", "small question, huge answer")
	wantKind(t, err, fault.TooLarge)
	wantKind(t, b.Publish("huge", huge), fault.TooLarge)
}

func refusesSubjects(t *testing.T, a, _ outbox.Bus) {
	for _, subject := range []string{"", ".", "feed.", ".feed", "feed..store", "feed.*", "feed.>", "a b", "a\r\nPUB x"} {
		_, err := request(t, a, subject, "")
		wantKind(t, err, fault.Invalid)
		wantKind(t, a.Publish(subject, nil), fault.Invalid)
		_, err = a.Serve(subject, echo)
		wantKind(t, err, fault.Invalid)
		_, err = a.Subscribe(subject, func([]byte) {})
		wantKind(t, err, fault.Invalid)
	}
}

// said is what crosses with a fault.
type said struct {
	Kind           fault.Kind
	Message, Field string
}

func carriesFaults(t *testing.T, a, b outbox.Bus) {
	message, field := "line one\r\n  line two: \u00fc \u4ed3\u5e93 ", "lines[0].quantity"
	serve(t, a, "refuse", func(_ context.Context, kind []byte) ([]byte, error) {
		err := &fault.Error{Kind: fault.ParseKind(string(kind)), Message: message, Field: field, Cause: errors.New("a secret")}
		return []byte("not this"), fmt.Errorf("on the way: %w", err)
	})
	for kind := fault.Invalid; kind <= fault.Corrupt; kind++ {
		answer, err := request(t, b, "refuse", kind.String())
		got := said{Kind: fault.KindOf(err)}
		got.Message, got.Field = fault.Public(err)
		if diff := cmp.Diff(said{kind, message, field}, got); diff != "" || answer != "" {
			t.Errorf("%v with answer %q (-want +got):\n%s", kind, answer, diff)
		}
	}
}

func hidesInternal(t *testing.T, a, b outbox.Bus) {
	serve(t, a, "break", func(_ context.Context, body []byte) ([]byte, error) {
		if string(body) == "fault" {
			return nil, fault.New(fault.Internal, "table orders is locked")
		}
		return nil, errors.New("table orders is locked")
	})
	for _, body := range []string{"fault", "no fault"} {
		_, err := request(t, b, "break", body)
		wantKind(t, err, fault.Internal)
		if message, _ := fault.Public(err); strings.Contains(message, "table") {
			t.Errorf("%s: the caller reads %q", body, message)
		}
	}
}

func survivesPanic(t *testing.T, a, b outbox.Bus) {
	serve(t, a, "fragile", func(_ context.Context, body []byte) ([]byte, error) {
		if string(body) == "now" {
			panic("a bug")
		}
		return body, nil
	})
	for range 40 { // more than may run at a time: none of them keeps its place
		_, err := request(t, b, "fragile", "now")
		wantKind(t, err, fault.Internal)
	}
	wantAnswer(t, b, "fragile", "later", "later")
}

func nobodyAnswers(t *testing.T, a, b outbox.Bus) {
	serve(t, a, "feed.wh1", echo)
	_, err := request(t, b, "feed.wh2", "")
	wantKind(t, err, fault.Unavailable)
}

func givesUp(t *testing.T, a, b outbox.Bus) {
	release := make(chan struct{})
	defer close(release)
	entered := make(chan struct{}, 3)
	serve(t, a, "slow", func(context.Context, []byte) ([]byte, error) {
		entered <- struct{}{}
		<-release
		return nil, nil
	})
	short, done := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer done()
	_, err := b.Request(short, "slow", nil)
	wantKind(t, err, fault.Unavailable)
	_, err = b.Request(short, "slow", nil) // it has ended before the request
	wantKind(t, err, fault.Unavailable)

	receive(t, entered)
	canceled, cancel := context.WithCancel(t.Context())
	go func() { <-entered; cancel() }()
	_, err = b.Request(canceled, "slow", nil)
	wantKind(t, err, fault.Unavailable)
}

func answersMany(t *testing.T, a, b outbox.Bus) {
	serve(t, a, "echo", echo)
	var wait sync.WaitGroup
	for caller := range 64 {
		wait.Go(func() {
			for n := range 20 {
				body := fmt.Sprintf("%d of %d", n, caller)
				answer, err := request(t, b, "echo", body)
				if err != nil || answer != body {
					t.Errorf("Request(%q) = %q, %v", body, answer, err)
					return
				}
			}
		})
	}
	wait.Wait()
}
