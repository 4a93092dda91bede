package natsbus

import (
	"context"
	"errors"
	"strings"

	"github.com/nats-io/nats.go"

	"crossdock/core/fault"
)

const (
	// asked goes before the subject of requests. So a subscriber of the same
	// subject does not count as somebody who could answer.
	asked = "ask."
	// An answer with kindHeader is a fault; its message is the body, where line
	// breaks and every script survive.
	kindHeader  = "Crossdock-Fault"
	fieldHeader = "Crossdock-Field"
)

// Request implements outbox.Bus. It waits as long as ctx lasts, but not longer
// than the connection over which the request went.
func (c *Conn) Request(ctx context.Context, subject string, body []byte) ([]byte, error) {
	if err := checkSubject(subject); err != nil {
		return nil, err
	}
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.current(), cancel)()
	answer, err := c.nats.RequestWithContext(waiting, asked+subject, body)
	if err != nil {
		return nil, unanswered(ctx, subject, len(body), err)
	}
	if kind := answer.Header.Get(kindHeader); kind != "" {
		return nil, &fault.Error{
			Kind: fault.ParseKind(kind), Field: answer.Header.Get(fieldHeader),
			Message: string(answer.Data),
		}
	}
	return answer.Data, nil
}

// unanswered says why there is no answer, in words for whoever asked.
func unanswered(ctx context.Context, subject string, size int, err error) error {
	message := "the message bus is not connected"
	switch {
	case errors.Is(err, nats.ErrMaxPayload):
		return tooLarge(size)
	case errors.Is(err, nats.ErrNoResponders):
		message = "nobody answers to " + fault.Quote(subject) + " now"
	case ctx.Err() != nil:
		message = "no answer from " + fault.Quote(subject) + " in time"
	}
	return &fault.Error{Kind: fault.Unavailable, Op: "natsbus.Request", Message: message, Cause: err}
}

func tooLarge(size int) error {
	return fault.New(fault.TooLarge, "a message of %d bytes is more than the message bus carries", size)
}

// checkSubject wants words with dots between them. Wildcards would reach
// strangers, and not every engine has them.
func checkSubject(subject string) error {
	for word := range strings.SplitSeq(subject, ".") {
		if word == "" || strings.ContainsAny(word, " \t\r\n*>") {
			return fault.New(fault.Invalid, "%s is no subject of the message bus", fault.Quote(subject))
		}
	}
	return nil
}
