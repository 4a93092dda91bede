package node

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/site/intake"
	"crossdock/site/store"
)

// importSpace is the name space of identifiers made from another system's names.
var importSpace = id.UUID{0xc4, 0x05, 0x5d, 0x0c, 0x00, 0x00, 0x40, 0x00, 0x80, 0x00, 0x69, 0x6d, 0x70, 0x6f, 0x72, 0x74}

// replayed takes invoices into the store of this process. Each invoice's number is
// its idempotency key: replaying a file again changes nothing.
type replayed struct {
	store *store.Store
	known map[id.User]bool // customers registered by this replay
}

var _ intake.Target = (*replayed)(nil)

// Place implements intake.Target.
func (s *replayed) Place(ctx context.Context, invoice intake.Invoice) intake.Wait {
	if err := s.customer(ctx, invoice); err != nil {
		return failed(err)
	}
	lines := make([]store.Wanted, len(invoice.Lines))
	for i, line := range invoice.Lines {
		lines[i] = store.Wanted{SKU: line.SKU, Units: line.Units, Price: &line.Price}
	}
	job, err := s.store.Submit(ctx, store.PlaceOrder{
		Key: invoiceKey(invoice), Customer: customerID(invoice), Reference: invoice.Number,
		Address: order.Address{Name: customerName(invoice), District: invoice.District},
		Payment: pay.OnDelivery, Lines: lines, PlacedAt: invoice.At, NoAsk: true,
	})
	if err != nil {
		return failed(err)
	}
	return func() (intake.Outcome, error) { return placed(job.Wait(ctx)) }
}

func placed(answer any, err error) (intake.Outcome, error) {
	if err != nil {
		return intake.Outcome{}, err
	}
	placement := answer.(store.Placement)
	switch {
	case placement.Repeat:
		return intake.Outcome{Result: intake.Already}, nil
	case placement.Order.Status == order.Voided:
		outcome := intake.Outcome{Result: intake.Reversed}
		for _, short := range placement.Short {
			outcome.Short = append(outcome.Short, intake.ShortLine(short))
		}
		return outcome, nil
	case len(placement.Order.Waiting) > 0:
		return intake.Outcome{Result: intake.Backordered, Short: toComeIn(placement.Order)}, nil
	default:
		return intake.Outcome{Result: intake.Accepted}, nil
	}
}

// toComeIn tells what an order waits for, by SKU.
func toComeIn(o order.Order) []intake.ShortLine {
	var short []intake.ShortLine
	for _, line := range o.Lines {
		waiting := o.WaitingOf(line.Number)
		if waiting == 0 {
			continue
		}
		i := slices.IndexFunc(short, func(s intake.ShortLine) bool { return s.SKU == line.SKU })
		if i < 0 {
			i = len(short)
			short = append(short, intake.ShortLine{SKU: line.SKU})
			for _, same := range o.Lines {
				if same.SKU == line.SKU {
					short[i].Ordered += same.Quantity
				}
			}
		}
		short[i].Missing += waiting
	}
	return short
}

// Cancel implements intake.Target. The match runs inside the store's writer,
// where it sees every order placed before it.
func (s *replayed) Cancel(ctx context.Context, invoice intake.Invoice) intake.Wait {
	var matching intake.Matching
	job, err := s.store.Submit(ctx, store.TakeBack{
		Key: invoiceKey(invoice), Customer: customerID(invoice), Reason: "canceled by invoice " + invoice.Number,
		Match: func(orders []order.Order) []store.Claim {
			matching = intake.Match(invoice, candidates(orders))
			return claims(orders, matching)
		},
	})
	if err != nil {
		return failed(err)
	}
	return func() (intake.Outcome, error) {
		answer, err := job.Wait(ctx)
		if err != nil {
			return intake.Outcome{}, err
		}
		return canceled(answer.(store.TakenBack), matching), nil
	}
}

func canceled(taken store.TakenBack, matching intake.Matching) intake.Outcome {
	outcome := intake.Outcome{Result: intake.Unmatched, Left: matching.Left}
	switch {
	case taken.Repeat:
		return intake.Outcome{Result: intake.Already}
	case taken.Returned > 0:
		outcome.Result = intake.Returned
	case taken.Voided > 0:
		outcome.Result = intake.Voided
	}
	return outcome
}

// candidates shows intake what customers still have of their orders.
func candidates(orders []order.Order) []intake.Candidate {
	var all []intake.Candidate
	for _, o := range orders {
		if o.Status == order.Voided || o.Status == order.Returned || o.VoidAsked {
			continue
		}
		candidate := intake.Candidate{Order: o.ID, At: o.PlacedAt}
		for _, line := range o.Lines {
			candidate.Lines = append(candidate.Lines, intake.Holding{SKU: line.SKU, Units: free(o, line.Number)})
		}
		all = append(all, candidate)
	}
	return all
}

// free returns the units of a line that nobody has asked back yet, wherever they
// are: those that a warehouse is to let go of for another one are the customer's too.
func free(o order.Order, line int) int64 {
	units := o.WaitingOf(line)
	for _, f := range o.Fulfillments {
		for _, part := range f.Lines {
			if part.Line == line {
				units += part.Live() - (part.Asked - part.Moving) - part.Returned
			}
		}
	}
	return units
}

// claims spreads units of a SKU over the lines of the order that have them, and says
// how many older orders are to be looked through for.
func claims(orders []order.Order, matching intake.Matching) []store.Claim {
	var all []store.Claim
	for _, take := range matching.Takes {
		for _, o := range orders {
			if o.ID != take.Order {
				continue
			}
			left := take.Units
			for _, line := range o.Lines {
				units := min(left, free(o, line.Number))
				if line.SKU != take.SKU || units <= 0 {
					continue
				}
				left -= units
				all = append(all, store.Claim{Order: o.ID, Line: line.Number, Units: units})
			}
		}
	}
	for _, left := range matching.Left {
		all = append(all, store.Claim{Units: left.Units})
	}
	return all
}

// customer makes sure that the store knows the customer, who cannot log in until
// somebody gives them a password.
func (s *replayed) customer(ctx context.Context, invoice intake.Invoice) error {
	which := customerID(invoice)
	if which.IsZero() || s.known[which] {
		return nil
	}
	_, err := s.store.Submit(ctx, store.Register{KeepSame: true, User: store.User{
		ID: which, Name: customerName(invoice), District: invoice.District, Role: "customer",
	}})
	s.known[which] = true
	return err
}

func customerID(invoice intake.Invoice) id.User {
	if invoice.IsGuest() {
		return id.User{}
	}
	return id.User{UUID: id.Derive(importSpace, "customer/"+invoice.Customer)}
}

func customerName(invoice intake.Invoice) string {
	if invoice.IsGuest() {
		return "Guest"
	}
	return "customer-" + invoice.Customer
}

func invoiceKey(invoice intake.Invoice) store.Key {
	return store.Key{Name: "invoice/" + invoice.Number, BodyHash: bodyHash(invoice)}
}

// bodyHash covers what an invoice asks for, not where in its file it stands.
func bodyHash(invoice intake.Invoice) [sha256.Size]byte {
	text := fmt.Appendf(nil, "%q %v %d %q %q", invoice.Number, invoice.Cancels, invoice.At.UnixMicro(), invoice.Customer, invoice.District)
	for _, line := range invoice.Lines {
		text = fmt.Appendf(text, " %q %d %d %q", line.SKU, line.Units, line.Price.Minor, line.Price.Currency)
	}
	return sha256.Sum256(text)
}

func failed(err error) intake.Wait {
	return func() (intake.Outcome, error) { return intake.Outcome{}, err }
}

// askAhead asks the warehouses for what a file will need beyond the quota held,
// so that the replay itself can keep the order of the invoices and ask nobody.
func (n *Node) askAhead(ctx context.Context, plan intake.OrderPlan) error {
	need := map[id.SKU]int64{}
	for _, invoice := range plan.Invoices {
		if invoice.Cancels {
			continue
		}
		for _, line := range invoice.Lines {
			need[line.SKU] += line.Units
		}
	}
	return n.store.AskAhead(ctx, need)
}
