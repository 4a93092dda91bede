package bustest

import (
	"context"
	"sync"
	"testing"

	"crossdock/core/fault"
	"crossdock/site/outbox"
)

func runsSideBySide(t *testing.T, a, b outbox.Bus) {
	meeting := make(chan struct{})
	serve(t, a, "meet", func(ctx context.Context, _ []byte) ([]byte, error) {
		select { // each needs another one that runs at the same time
		case meeting <- struct{}{}:
		case <-meeting:
		case <-ctx.Done():
		}
		return nil, nil
	})
	var wait sync.WaitGroup
	for range 64 {
		wait.Go(func() {
			if _, err := request(t, b, "meet", ""); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

func asksOne(t *testing.T, a, b outbox.Bus) {
	handled := make(chan struct{}, 100)
	count := func(_ context.Context, body []byte) ([]byte, error) {
		handled <- struct{}{}
		return body, nil
	}
	stop := serve(t, a, "shared", count)
	serve(t, b, "shared", count)
	for range 50 {
		wantAnswer(t, b, "shared", "x", "x")
	}
	if len(handled) != 50 {
		t.Errorf("50 requests were handled %d times", len(handled))
	}
	stop()
	wantAnswer(t, a, "shared", "y", "y") // by the one that is left
}

func stopsServing(t *testing.T, a, b outbox.Bus) {
	stop := serve(t, a, "shop", echo)
	wantAnswer(t, b, "shop", "open?", "open?")
	stop()
	stop()
	_, err := request(t, b, "shop", "open?")
	wantKind(t, err, fault.Unavailable)
	serve(t, a, "shop", echo)
	wantAnswer(t, b, "shop", "again?", "again?")
}

func waitsAtStop(t *testing.T, a, b outbox.Bus) {
	entered := make(chan struct{})
	ended := make(chan struct{}, 1)
	stop := serve(t, a, "long", func(ctx context.Context, _ []byte) ([]byte, error) {
		close(entered)
		<-ctx.Done()
		ended <- struct{}{}
		return nil, ctx.Err()
	})
	failed := make(chan error, 1)
	go func() {
		_, err := b.Request(t.Context(), "long", nil)
		failed <- err
	}()
	receive(t, entered)
	stop()
	if len(ended) != 1 {
		t.Error("stop came back before the handler")
	}
	wantKind(t, receive(t, failed), fault.Unavailable)
}
