package books

import (
	"context"
	"time"

	"crossdock/core/fault"
)

// Key makes a command idempotent: the same key with the same body gives the same
// answer and has no second effect; with another body it is fault.Mismatch. The
// zero Key is no key.
type Key struct {
	Name     string
	BodyHash [32]byte
}

// Request remembers a keyed command, so that its repetition gives the same answer.
type Request struct {
	Key      string
	BodyHash [32]byte
	Answer   string // what the command needs to answer again, such as an order's identifier
	At       time.Time
}

// Requests are the keyed commands of one batch. The zero value is ready.
type Requests struct {
	staged map[string]Request
}

// Known returns what a keyed command answered before, in this batch or, by
// stored, in an earlier one; what is not there is fault.NotFound to stored.
func (r *Requests) Known(
	ctx context.Context, key Key, stored func(ctx context.Context, name string) (Request, error),
) (Request, bool, error) {
	if key.Name == "" {
		return Request{}, false, nil
	}
	request, known := r.staged[key.Name]
	if !known {
		var err error
		request, err = stored(ctx, key.Name)
		if fault.Is(err, fault.NotFound) {
			return Request{}, false, nil
		}
		if err != nil {
			return Request{}, false, err
		}
	}
	if request.BodyHash != key.BodyHash {
		return Request{}, false, fault.New(fault.Mismatch,
			"this idempotency key came before with another body")
	}
	return request, true, nil
}

// Staged returns a keyed command of this batch.
func (r *Requests) Staged(name string) (Request, bool) {
	request, staged := r.staged[name]
	return request, staged
}

// Remember returns the rows to write for a keyed command's answer: one, or none
// for a command without a key. It is called last, after all that can fail.
func (r *Requests) Remember(key Key, answer string, at time.Time) []Request {
	if key.Name == "" {
		return nil
	}
	request := Request{Key: key.Name, BodyHash: key.BodyHash, Answer: answer, At: at}
	if r.staged == nil {
		r.staged = map[string]Request{}
	}
	r.staged[key.Name] = request
	return []Request{request}
}
