package intake

import (
	"context"

	"crossdock/core/fault"
	"crossdock/core/id"
)

// Result is what became of an invoice.
type Result string

// The results. Accepted, Backordered and Reversed are those of a sale; Voided,
// Returned and Unmatched those of a cancellation; Already is for both.
const (
	Accepted    Result = "accepted"
	Backordered Result = "backordered"
	Reversed    Result = "reversed"
	Already     Result = "already" // an earlier run did it; nothing changed
	Voided      Result = "voided"
	Returned    Result = "returned" // some units at least came back after they were sent
	Unmatched   Result = "unmatched"
)

// ShortLine is a product of which there were too few units.
type ShortLine struct {
	SKU     id.SKU
	Ordered int64
	Missing int64
}

// Outcome is the answer to one invoice. Short belongs to Backordered and
// Reversed; Left, what a cancellation could not take back, to the results of
// cancellations.
type Outcome struct {
	Result Result
	Short  []ShortLine
	Left   []Left
}

// Wait blocks until the effect of one submitted invoice stands or has failed.
type Wait func() (Outcome, error)

// Target is the shop that invoices are replayed into. It stands here because
// the replay is the one to keep order and pace, and to it a shop is no more than
// this. Effects must come in the order of the calls; the answers are asked for
// in that order too. Each invoice is done once, whatever the number of runs.
//
// An error from Wait of the kinds Invalid, NotFound, Exists, Conflict, Short,
// Denied, TooLarge or Mismatch concerns that invoice alone, which has then
// changed nothing; any other stops the replay.
type Target interface {
	// Place puts a sale in line and returns at once; Wait gives Accepted,
	// Backordered, Reversed or Already.
	Place(context.Context, Invoice) Wait
	// Cancel puts a cancellation in line. Before the call, each earlier invoice
	// of the same customer has been answered, so that the customer's orders can
	// be read for Match. Wait gives Voided, Returned, Unmatched or Already.
	Cancel(context.Context, Invoice) Wait
}

// Window is the number of invoices that are under way at once, at most.
const Window = 256

// Replay submits the invoices of the plan strictly in order and counts the
// answers. progress, which may be nil, hears of each answer. An error that stops
// the replay comes back with the summary so far: everything that was under way
// has been waited for by then.
func Replay(ctx context.Context, plan OrderPlan, target Target, progress func(done, total int)) (Summary, error) {
	r := replay{summary: plan.Summary(), total: len(plan.Invoices), progress: progress}
	for _, invoice := range plan.Invoices {
		for r.mustWait(invoice) {
			r.answer()
		}
		if r.err == nil {
			r.err = ctx.Err()
		}
		if r.err != nil {
			break
		}
		r.submit(ctx, invoice, target)
	}
	for len(r.flying) > 0 {
		r.answer()
	}
	return r.summary, r.err
}

type replay struct {
	summary  Summary
	total    int
	progress func(done, total int)
	flying   []flight // oldest first
	err      error    // the first that stops
}

type flight struct {
	invoice Invoice
	wait    Wait
}

func (r *replay) submit(ctx context.Context, invoice Invoice, target Target) {
	put := target.Place
	if invoice.Cancels {
		put = target.Cancel
	}
	r.flying = append(r.flying, flight{invoice, put(ctx, invoice)})
}

// mustWait reports whether the oldest answer must be in before invoice may go.
func (r *replay) mustWait(invoice Invoice) bool {
	if len(r.flying) >= Window {
		return true
	}
	if !invoice.Cancels || invoice.IsGuest() {
		return false
	}
	for _, f := range r.flying {
		if f.invoice.Customer == invoice.Customer {
			return true
		}
	}
	return false
}

// answer waits for the oldest invoice under way and counts what became of it.
func (r *replay) answer() {
	oldest := r.flying[0]
	r.flying = r.flying[1:]
	outcome, err := oldest.wait()
	switch cause := refusal(err); {
	case err == nil && !outcome.fits(oldest.invoice):
		r.stop(fault.New(fault.Internal, "invoice %s was answered with %q", oldest.invoice.Number, outcome.Result))
		return
	case err == nil:
		r.summary.tell(oldest.invoice, outcome)
	case cause != "":
		message, _ := fault.Public(err)
		r.summary.refuse(oldest.invoice, cause, message)
	default:
		r.stop(err)
		return
	}
	if r.progress != nil {
		r.progress(r.total-r.summary.Unanswered, r.total)
	}
}

func (r *replay) stop(err error) {
	if r.err == nil {
		r.err = err
	}
}

// fits reports whether a target may answer the invoice so.
func (o Outcome) fits(invoice Invoice) bool {
	switch o.Result {
	case Already:
		return true
	case Accepted, Backordered, Reversed:
		return !invoice.Cancels
	case Voided, Returned, Unmatched:
		return invoice.Cancels
	}
	return false
}

// refusal returns the cause of an error that concerns one invoice alone, and ""
// for one that stops the replay.
func refusal(err error) Cause {
	switch fault.KindOf(err) {
	case fault.NotFound:
		return UnknownSKU
	case fault.Mismatch:
		return ChangedSince
	case fault.Invalid, fault.Exists, fault.Conflict, fault.Short, fault.Denied, fault.TooLarge:
		return Refused
	}
	return ""
}
