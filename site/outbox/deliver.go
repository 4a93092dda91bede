package outbox

import (
	"context"

	"crossdock/core/fault"
	"crossdock/dist/feed"
	"crossdock/site/books"
)

// Deliver hands messages to a site by send, all at once where that works. Where
// the database refuses the rows that they make, it hands them over one by one, so
// that the one to blame is put aside, with the reason, and the others are applied.
func Deliver(ctx context.Context, messages []feed.Message, send func(ctx context.Context, messages []feed.Message, park string) error) error {
	err := send(ctx, messages, "")
	if err == nil || books.EngineFailed(err) {
		return err
	}
	for i := range messages {
		one := messages[i : i+1]
		err := send(ctx, one, "")
		if err != nil && !books.EngineFailed(err) {
			reason, _ := fault.Public(err)
			err = send(ctx, one, reason)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
