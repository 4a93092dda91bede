package bustest

import (
	"context"
	"sync/atomic"
	"testing"

	"crossdock/core/fault"
	"crossdock/site/outbox"
)

func tellsSubscribers(t *testing.T, a, b outbox.Bus) {
	here, _ := subscribe(t, a, "channel.wh1")
	there, _ := subscribe(t, b, "channel.wh1")
	other, _ := subscribe(t, b, "channel.wh2")
	for _, body := range []string{"need 3 x prod1", "", "3 x prod1 sent"} {
		publish(t, a, "channel.wh1", body)
		for _, bodies := range []<-chan string{here, there} {
			if got := receive(t, bodies); got != body {
				t.Errorf("published %q, heard %q", body, got)
			}
		}
	}
	publish(t, a, "channel.wh2", "the end")
	if got := receive(t, other); got != "the end" {
		t.Errorf("another subject's subscriber heard %q", got)
	}
}

func publishesToNobody(t *testing.T, a, _ outbox.Bus) { publish(t, a, "channel.empty", "hello?") }

func deliversOneAtATime(t *testing.T, a, b outbox.Bus) {
	var inside atomic.Int32
	const messages = 200
	heard := make(chan int32, messages)
	_, err := b.Subscribe("queue", func([]byte) {
		heard <- inside.Add(1)
		inside.Add(-1)
	})
	if err != nil {
		t.Fatal(err)
	}
	for range messages {
		publish(t, a, "queue", "next")
	}
	for range messages {
		if together := receive(t, heard); together != 1 {
			t.Fatalf("%d deliveries at the same time", together)
		}
	}
}

func stopsSubscription(t *testing.T, a, b outbox.Bus) {
	bodies, stop := subscribe(t, b, "news")
	publish(t, a, "news", "one")
	receive(t, bodies)
	stop()
	stop()
	later, _ := subscribe(t, b, "news")
	publish(t, a, "news", "two")
	receive(t, later)
	if len(bodies) != 0 {
		t.Errorf("heard %q after stop", <-bodies)
	}
}

func passesSlowSubscriber(t *testing.T, a, b outbox.Bus) {
	release := make(chan struct{})
	if _, err := b.Subscribe("busy", func([]byte) { <-release }); err != nil {
		t.Fatal(err)
	}
	defer close(release)
	brisk, _ := subscribe(t, b, "busy")
	for range 100 {
		publish(t, a, "busy", "next")
		receive(t, brisk)
	}
}

func keepsKindsApart(t *testing.T, a, b outbox.Bus) {
	bodies, _ := subscribe(t, a, "feed.store")
	_, err := request(t, b, "feed.store", "a question") // who only listens cannot answer
	wantKind(t, err, fault.Unavailable)
	asked := make(chan string, 10)
	serve(t, a, "feed.store", func(_ context.Context, body []byte) ([]byte, error) {
		asked <- string(body)
		return nil, nil
	})
	publish(t, b, "feed.store", "a message")
	if got := receive(t, bodies); got != "a message" {
		t.Errorf("the subscriber heard %q", got)
	}
	wantAnswer(t, b, "feed.store", "a question", "")
	if got := receive(t, asked); got != "a question" || len(asked) != 0 {
		t.Errorf("the server was asked %q and %d more", got, len(asked))
	}
}
