package outbox

import "context"

// Bus carries bytes between sites. It stands here because the feed is its one
// use on the order path. It may lose, repeat, delay and reorder everything it
// carries: nothing that matters rests on it alone.
type Bus interface {
	// Request sends body to whoever serves subject and waits for the answer.
	// Nobody there, no answer before ctx ends, or a cut link: fault.Unavailable.
	// A fault that the handler returned comes back with its kind and message.
	// The request may have been handled although an error is returned.
	Request(ctx context.Context, subject string, body []byte) ([]byte, error)
	// Serve answers requests on subject until stop is called. Handlers of one
	// subject run concurrently, up to a bound that the engine sets.
	Serve(subject string, handle func(ctx context.Context, body []byte) ([]byte, error)) (stop func(), err error)
	// Publish tells every subscriber of subject, if there is one and it is
	// reachable. It does not block on a slow one and does not say who heard.
	Publish(subject string, body []byte) error
	// Subscribe calls handle for each message on subject until stop is called,
	// one at a time, in no promised order.
	Subscribe(subject string, handle func(body []byte)) (stop func(), err error)
}
