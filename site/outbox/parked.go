package outbox

import (
	"context"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/site/books"
)

// Doer carries out one command of a site, as its writer does.
type Doer func(ctx context.Context, command any) (answer any, err error)

// Retry applies the parked messages of a key again until one is refused or none is
// left, in commits of a bounded size, so that nobody waits long for them. Where the
// database refuses the rows that a message makes, it stays, for that reason.
func Retry(ctx context.Context, site Doer, command books.RetryParked) (books.Retried, error) {
	var all books.Retried
	for {
		answer, err := site(ctx, command)
		if books.EngineFailed(err) || fault.Is(err, fault.NotFound) {
			return all, err
		}
		if err != nil {
			if answer, err = retryOne(ctx, site, command); err != nil {
				return all, err
			}
		}
		done := answer.(books.Retried)
		done.Applied = append(all.Applied, done.Applied...)
		if all = done; !done.More {
			return all, nil
		}
	}
}

// retryOne applies the first message of a key alone, or says why it cannot be.
func retryOne(ctx context.Context, site Doer, command books.RetryParked) (any, error) {
	command.Limit = 1
	answer, err := site(ctx, command)
	if err == nil || books.EngineFailed(err) || fault.Is(err, fault.NotFound) {
		return answer, err
	}
	command.Refused, _ = fault.Public(err)
	return site(ctx, command)
}

// Skip takes messages of a key out without applying them, and applies again what
// waited behind, as Retry does.
func Skip(ctx context.Context, site Doer, command books.SkipParked) (books.Retried, error) {
	answer, err := site(ctx, command)
	if err != nil {
		return books.Retried{}, err
	}
	done := answer.(books.Retried)
	if done.More {
		return Retry(ctx, site, books.RetryParked{Origin: command.Origin, Key: command.Key})
	}
	return done, nil
}

// RetryAll applies the parked messages of every key again. What cannot be applied
// stays where it is, and is no error.
func RetryAll(ctx context.Context, site Doer, parked []books.Parked) (applied int, err error) {
	tried := map[books.RetryParked]bool{}
	for _, p := range parked {
		command := books.RetryParked{Origin: id.Site(p.Message.Origin), Key: p.Message.Key}
		if tried[command] {
			continue
		}
		tried[command] = true
		done, err := Retry(ctx, site, command)
		applied += len(done.Applied)
		if err != nil && !fault.Is(err, fault.NotFound) { // somebody else was faster
			return applied, err
		}
	}
	return applied, nil
}
