// Package testpay is a card company that exists for demos and tests: it takes
// cards by token, and each token behaves in one way that real companies do, be it
// declining, timing out or answering twice.
//
// It moves no real money and never sees a card number. It is honest where a real
// company must be: one transaction identifier moves money once, and its own
// ledger, which its callers cannot write, says what it moved. What it did is in
// its file before it answers, so that Status still knows after a restart.
//
// Start reading at tokens.go for the cards, then Company.Request.
package testpay

import (
	"context"
	"slices"
	"sync"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/pay"
)

// Name is what the company is called in transactions.
const Name = "test"

// Options say how a company is run. The zero value keeps everything in memory.
type Options struct {
	// File is where the ledger is kept, one line of JSON for each thing done; it
	// is made where it is not there. Empty: the ledger dies with the company. One
	// file belongs to one company at a time.
	File string

	// Callback is told what became of a transaction, as a webhook would tell it. It
	// is called on the goroutine of the Request, before that returns, so that it
	// overtakes the answer; it may ask the company anything. Nil: nobody listens.
	Callback func(transaction id.UUID, answer pay.Answer)

	// SlowFor is how many Status calls find a step of TokenSlow undecided, at
	// least 1; zero means 2.
	SlowFor int
}

// Company is a simulated card company, safe for concurrent use.
type Company struct {
	options Options

	mu     sync.Mutex
	ledger ledger
	file   *file // nil: in memory
}

// Open starts a company on what its file holds. A file that cannot be opened is
// fault.Internal, one that this package has not written fault.Corrupt; a last line
// that a crash has cut short was never answered, and is dropped.
func Open(options Options) (*Company, error) {
	if options.SlowFor == 0 {
		options.SlowFor = 2
	}
	if options.SlowFor < 1 {
		return nil, fault.New(fault.Invalid, "a slow card decides after 1 question or more, not %d", options.SlowFor)
	}
	c := &Company{options: options, ledger: newLedger()}
	if options.File == "" {
		return c, nil
	}
	f, entries, err := openFile(options.File)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		c.ledger.put(e)
	}
	c.file = f
	return c, nil
}

// Close closes the file, if there is one: nothing is carried out any more.
func (c *Company) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.file == nil {
		return nil
	}
	return c.file.close()
}

// Provider tells who carries out payments by the method, and whether this one does.
func (*Company) Provider(method pay.Method) (name string, offered bool) {
	if method != pay.Card {
		return "", false
	}
	return Name, true
}

// Request carries a step out, once for each t.ID; what it does beyond that is the
// card's, as tokens.go says. Another step under the same identifier is
// fault.Mismatch, and a step that is none fault.Invalid: both do nothing. A time-out,
// a context that has ended and a ledger that cannot be written are
// fault.Unavailable: nobody knows whether it happened.
func (c *Company) Request(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	if err := check(ctx, t); err != nil {
		return pay.Answer{}, err
	}
	answer, twice, err := c.request(t)
	if twice && c.options.Callback != nil {
		c.options.Callback(t.ID, answer)
	}
	return answer, err
}

// request is Request without the callback; twice says whether one is due.
func (c *Company) request(t pay.Transaction) (answer pay.Answer, twice bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, heard, err := c.ledger.find(t)
	if err != nil {
		return pay.Answer{}, false, err
	}
	if heard && !known.Lost {
		return known.answer(), false, nil
	}
	e := entryOf(t)
	way := wayOf(t.Token)
	if e.Lost = way.lost && !heard; !e.Lost {
		c.decide(&e, way)
	}
	if err := c.write(e); err != nil {
		return pay.Answer{}, false, err
	}
	if e.Lost || way.timesOut {
		return pay.Answer{}, false, fault.New(fault.Unavailable, "the card company did not answer in time")
	}
	return e.answer(), way.twice, nil
}

// decide fills in what becomes of a step. The check of the money comes first: no
// card is so good that more is captured than was authorized.
func (c *Company) decide(e *entry, way way) {
	e.Reference = "test-" + e.ID.String()[24:]
	e.State = pay.Success
	if e.Reason = c.ledger.refusal(*e); e.Reason == "" {
		e.Reason = way.declines[e.Kind]
	}
	if way.unknown {
		e.Reason = "the card is not known"
	}
	if e.Reason != "" {
		e.State = pay.Failed
		return
	}
	if way.slow {
		e.State, e.Undecided = pay.Pending, c.options.SlowFor
	}
}

// Status says what became of t.ID, and how it was asked for if that was otherwise. It moves money only for a slow card, whose
// decision it has waited for. Its errors are those of Request, and fault.NotFound
// for a step that the company never heard of.
func (c *Company) Status(ctx context.Context, t pay.Transaction) (pay.Answer, error) {
	if err := check(ctx, t); err != nil {
		return pay.Answer{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e, heard, err := c.ledger.look(t)
	if err != nil {
		return pay.Answer{}, err
	}
	if !heard || e.Lost {
		return pay.Answer{}, fault.New(fault.NotFound, "the card company never heard of the transaction %s", t.ID)
	}
	if e.State == pay.Pending {
		if e.Undecided > 0 {
			e.Undecided--
		} else {
			e.State = pay.Success
		}
		if err := c.write(e); err != nil {
			return pay.Answer{}, err
		}
	}
	return e.status(t), nil
}

// Moved returns how much money the company moved for an order, by kind of step;
// kinds that moved none are left out. It counts what was done, whether or not the
// caller was told, and nothing that is not decided.
func (c *Company) Moved(order id.Order) map[pay.Kind]money.Amount {
	c.mu.Lock()
	defer c.mu.Unlock()
	moved := map[pay.Kind]money.Amount{}
	for _, kind := range pay.Kinds() {
		if minor := c.ledger.sum(order, kind, pay.Success); minor != 0 {
			moved[kind] = money.Of(minor, c.ledger.currency(order))
		}
	}
	return moved
}

// write puts an entry into the file, where there is one, and then into the ledger.
func (c *Company) write(e entry) error {
	if c.file != nil {
		if err := c.file.append(e); err != nil {
			return err
		}
	}
	c.ledger.put(e)
	return nil
}

// check refuses what the company does not take.
func check(ctx context.Context, t pay.Transaction) error {
	if err := ctx.Err(); err != nil {
		return &fault.Error{Kind: fault.Unavailable, Op: "testpay", Message: "the question was given up", Cause: err}
	}
	switch {
	case t.Method != pay.Card:
		return fault.New(fault.Invalid, "the card company takes no payment by %s", fault.Quote(string(t.Method)))
	case t.Amount.Minor <= 0:
		return fault.New(fault.Invalid, "a payment of %s cannot be carried out", t.Amount)
	case !slices.Contains(pay.Kinds(), t.Kind):
		return fault.New(fault.Invalid, "the card company cannot %s a payment", fault.Quote(string(t.Kind)))
	default:
		return nil
	}
}
