// Package admit decides which requests are begun when more come in than can be
// served. It stands before the pages and the API: what it refuses costs next to
// nothing, is answered by 503 and Retry-After before its body is read, and was not
// done at all. Checkouts go before carts, carts before browsing, browsing before
// reports.
//
// Who only looks around and would be refused is sent the page as it was a moment ago,
// if somebody was just sent it and it is for everybody.
//
// It must never let a request wait that cannot be begun in time, keep a queue
// without a bound, refuse what has begun, or show one visitor what is another's. It
// knows paths and clocks, nothing of orders.
//
// The limiters of failsafe-go, which the links use, were looked at and do not fit:
// their queue is first come, first served, and a priority only moves the threshold
// of rejection, so that a checkout waits behind the browsing that is queued
// already; nothing is refused by its deadline; and their clock cannot be replaced.
//
// Start reading at Class, then lane.go, which holds the rules, limit.go, which finds
// out how much can be done at a time, and recent.go, the pages of a moment ago.
package admit

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime"
	"time"

	"crossdock/core/fault"
)

// Deps is what admission needs besides the handler. Zero fields take the defaults
// that they name.
type Deps struct {
	Shop       string           // the name that the page of a refusal shows
	Processors int              // that share the work; default: those of this process
	Now        func() time.Time // default: time.Now
	Draw       func(n int) int  // a random number from 0 to n-1; default: math/rand/v2
	Log        *slog.Logger     // hears of refusals, now and then; default: nobody

	lanes []*lane // for tests
}

// Admission is the handler that lets others work. It is safe for concurrent use.
type Admission struct {
	next    http.Handler
	now     func() time.Time
	lanes   [lanes]*lane
	refusal *refusal
	quick   *quick
	recent  *recent
	ledger  *ledger
	streams chan struct{} // filled by those who have left their slot for a stream
}

// maxStreams is how many answers may go on without a slot at a time: each costs a
// connection and some memory, and no processor while nothing happens.
const maxStreams = 1024

// New puts admission before next.
func New(next http.Handler, deps Deps) *Admission {
	if deps.Processors == 0 {
		deps.Processors = runtime.GOMAXPROCS(0)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.Draw == nil {
		deps.Draw = rand.IntN
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	a := &Admission{
		next: next, now: deps.Now, refusal: newRefusal(deps.Shop, deps.Draw),
		recent: newRecent(), ledger: newLedger(deps.Log, deps.Now()), streams: make(chan struct{}, maxStreams),
	}
	a.quick = newQuick(a.refusal)
	copy(a.lanes[:], newLanes(deps.Processors, deps.Now()))
	copy(a.lanes[:], deps.lanes)
	return a
}

// ServeHTTP begins a request, or refuses it.
func (a *Admission) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	class := ClassOf(r.Method, r.URL.Path)
	if class == Free {
		a.next.ServeHTTP(w, r)
		return
	}
	patience, err := patienceOf(r.Header, class)
	if err != nil {
		a.refusal.fail(w, err)
		return
	}
	deadline := time.Time{}
	if patience > 0 {
		deadline = a.now().Add(patience)
		ctx, cancel := context.WithDeadline(r.Context(), deadline)
		defer cancel()
		r = r.WithContext(ctx)
	}
	ticket, err := a.enter(w, r, class, deadline)
	if err == nil && patience > 0 && !a.now().Before(deadline) { // nobody can be as quick as was asked
		ticket.leave()
		err = errBusy
	}
	switch {
	case err == nil:
	case fault.Is(err, fault.Busy):
		a.turnAway(w, r, class)
		return
	default: // the body did not come, or the client has gone: nothing has begun
		a.refusal.fail(w, err)
		return
	}
	defer ticket.leave()
	// Who was let in by one who left would go on in its place, and connections on
	// which something has come in would have to wait: the scheduler looks at them
	// when the processor's own queue is empty, which it never is in a crowd, or at
	// every 61st change. This puts the request behind them.
	runtime.Gosched()
	a.serve(w, r.WithContext(context.WithValue(r.Context(), ticketKey{}, ticket)), ticket)
}

// serve has a request answered. While browsing is refused, the answer is kept for a
// moment if others may be sent it.
func (a *Admission) serve(w http.ResponseWriter, r *http.Request, ticket *ticket) {
	if ticket.class == Browse && ticket.lane.standing(ticket.since, Browse) {
		if name, is := anybodys(r); is {
			ctx, everybody := Noting(r.Context())
			c := &copier{ResponseWriter: w, everybody: everybody}
			a.next.ServeHTTP(c, r.WithContext(ctx))
			if page, kept := c.answer(ticket.since); kept {
				a.recent.keep(string(name), ticket.since, page)
			}
			return
		}
	}
	a.next.ServeHTTP(w, r)
}

// turnAway answers a request that cannot be begun: by the page as it was a moment ago,
// or by a refusal.
func (a *Admission) turnAway(w http.ResponseWriter, r *http.Request, class Class) {
	now := a.now()
	if class == Browse {
		if name, is := anybodys(r); is {
			if page, is := a.recent.find(name, now); is {
				a.ledger.recalled(now)
				page.write(w)
				return
			}
		}
	}
	a.ledger.refused(class, now)
	a.refusal.write(w, r, class)
}

// enter returns with a slot, or with fault.Busy. A small body is read before a slot
// is taken, so that who sends slowly keeps nobody else waiting, and only where the
// request would be begun as things stand.
func (a *Admission) enter(w http.ResponseWriter, r *http.Request, class Class, deadline time.Time) (*ticket, error) {
	lane := a.lanes[laneOf(class, r.Method, r.URL.Path)]
	if class == Bulk && a.lanes[laneGeneral].shedding(a.now(), Browse) {
		return nil, errBusy
	}
	if r.ContentLength != 0 && class != Bulk {
		if err := lane.probe(a.now(), class, deadline); err != nil {
			return nil, err
		}
		if err := readAhead(w, r); err != nil {
			return nil, err
		}
	}
	among, err := lane.enter(r.Context(), a.now, class, deadline)
	if err != nil {
		return nil, err
	}
	return &ticket{lane: lane, class: class, since: a.now(), among: among, now: a.now, streams: a.streams}, nil
}

var errBusy = fault.New(fault.Busy, "there is more to do than can be done in time; nothing was done: try again in a moment")
