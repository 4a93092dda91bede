package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
)

// duePayments asks for the transactions that a provider is to be asked about now.
// Its answer is a due.
type duePayments struct{}

// due is transactions to be asked about, and when there are more; the zero time:
// when somebody asks for one.
type due struct {
	now  []pay.Transaction
	next time.Time
}

// lookPayment asks how a step of a payment stands by now. Its answer is a looked.
type lookPayment struct{ transaction pay.Transaction }

// looked is a step to ask the provider about, or, where it is not due any more, its
// order.
type looked struct {
	due         bool
	transaction pay.Transaction
	order       order.Order
}

// settlePayment books what a provider has answered, or that it has not. Its answer
// is the order.
type settlePayment struct {
	transaction pay.Transaction
	answer      pay.Answer
	unknown     error // nobody knows what became of it
}

// atDoor is the one who takes payments on delivery: nobody has to be asked.
const atDoor = "manual"

// method returns how an order is to be paid, if that is offered here.
func (s *state) method(c PlaceOrder) (pay.Method, error) {
	method, err := pay.ParseMethod(string(c.Payment))
	if err != nil {
		return "", err
	}
	if _, offered := s.provider(method); !offered {
		return "", fault.At("payment", fault.Invalid, "this shop does not take payments by %s", method)
	}
	return method, nil
}

func (s *state) provider(method pay.Method) (string, bool) {
	if method == pay.OnDelivery {
		return atDoor, true
	}
	if s.Payments == nil {
		return "", false
	}
	return s.Payments.Provider(method)
}

// authorization is the first transaction of an order. Where nobody has to be asked
// it has succeeded already, and so has that of an order that costs nothing.
func (s *state) authorization(o order.Order, c PlaceOrder) (pay.Transaction, error) {
	if o.Total.Minor == 0 {
		return pay.Transaction{State: pay.Success}, nil
	}
	account, err := pay.Open(o.ID, nil)
	if err != nil {
		return pay.Transaction{}, err
	}
	method := pay.Method(o.Payment)
	provider, _ := s.provider(method)
	t, err := account.Authorize(pay.Means{Method: method, Provider: provider, Token: c.Token}, o.Total, s.now)
	if err != nil {
		return pay.Transaction{}, err
	}
	return s.atOnce(t)
}

// atOnce settles a transaction about which nobody has to be asked.
func (s *state) atOnce(t pay.Transaction) (pay.Transaction, error) {
	if t.Method != pay.OnDelivery {
		return t, nil
	}
	return pay.Resolve(t, pay.Answer{State: pay.Success, Reference: "at the door"}, s.now)
}

// payment returns the payment of an order as this batch sees it.
func (s *state) payment(ctx context.Context, which id.Order) (pay.Account, error) {
	var all []pay.Transaction
	if !s.orders[which].fresh && s.Records != nil {
		stored, err := s.Records.Transactions(ctx, which)
		if err != nil {
			return pay.Account{}, err
		}
		all = stored
	}
	for _, changes := range s.staging() {
		for _, t := range changes.Transactions {
			if t.Order != which {
				continue
			}
			if i := slices.IndexFunc(all, func(known pay.Transaction) bool { return known.ID == t.ID }); i >= 0 {
				all[i] = t
			} else {
				all = append(all, t)
			}
		}
	}
	return pay.Open(which, all)
}

func (s *state) saveTransaction(t pay.Transaction) {
	s.changes.Transactions = append(s.changes.Transactions, t)
}

// stage makes a new transaction of an order, unless there is nothing to move.
func (s *state) stage(amount money.Amount, make func(money.Amount, time.Time) (pay.Transaction, error)) error {
	if amount.Minor <= 0 {
		return nil
	}
	t, err := make(amount, s.now)
	if err == nil {
		t, err = s.atOnce(t)
	}
	if err != nil {
		return err
	}
	s.saveTransaction(t)
	return nil
}

// capture takes the money for what a fulfillment has handed over.
func (s *state) capture(ctx context.Context, o order.Order, f order.Fulfillment) error {
	account, err := s.payment(ctx, o.ID)
	if err != nil {
		return err
	}
	if authorization, _ := account.Authorization(); authorization.State != pay.Success {
		return nil // it cost nothing
	}
	var amount money.Amount
	for _, part := range f.Lines {
		if amount, err = plus(amount, o.Line(part.Line).Price, part.Live()); err != nil {
			return err
		}
	}
	due, err := s.uncovered(o, account) // less where a capture from before a restore has turned up
	if err != nil {
		return err
	}
	return s.stage(least(least(amount, due), account.Capturable()), account.Capture)
}

// settleMoney lets go of what was set aside for units that will not be sent, and
// gives back the money of those that came back. It is called after each change
// that may owe the customer money, and asks for no more than was not asked for yet.
func (s *state) settleMoney(ctx context.Context, o order.Order) error {
	account, err := s.payment(ctx, o.ID)
	if err != nil {
		return err
	}
	authorization, asked := account.Authorization()
	switch {
	case !asked:
		return nil
	case authorization.State == pay.Pending:
		return s.giveUpTransfer(o, authorization)
	}
	live, err := s.worth(o, func(line order.Line) int64 { return line.Quantity - line.Voided })
	if err != nil {
		return err
	}
	taken := account.Captured().Minor + pendingOf(account, pay.Capture)
	surplus := account.Capturable().Minor - max(live.Minor-taken, 0)
	if surplus > 0 && s.mayBeShipped(o.Number) { // a warehouse may still tell of a part that was lost, and is to be paid
		s.setAside(o.ID)
		surplus = 0
	}
	if err := s.stage(money.Of(surplus, o.Total.Currency), account.Cancel); err != nil {
		return err
	}
	return s.refund(ctx, o, account)
}

// settleLate lets go of what was left set aside until all warehouses had told what the
// store had lost.
func (s *state) settleLate(ctx context.Context) error {
	if len(s.live.setAside) == 0 || !s.allHeard() || len(s.live.unclear)+len(s.live.inquired) > 0 {
		return nil
	}
	for _, which := range sortedOrders(s.live.setAside) {
		o, err := s.order(ctx, which)
		if err == nil {
			err = s.settleMoney(ctx, o)
		}
		if err != nil {
			return err
		}
	}
	for _, which := range sortedOrders(s.live.setAside) {
		s.changes.LooseEnds = append(s.changes.LooseEnds, LooseEnd{Order: which})
	}
	clear(s.live.setAside)
	return nil
}

// refund gives back the money of units that came back and were looked at, as far
// as it was captured; the rest when it is.
func (s *state) refund(ctx context.Context, o order.Order, account pay.Account) error {
	back, err := s.worth(o, func(line order.Line) int64 { return line.Returned })
	if err != nil || back.Minor == 0 {
		return err
	}
	returns, err := s.returnsOf(ctx, o.ID)
	if err != nil {
		return err
	}
	quarantined := map[int]int64{}
	for _, r := range returns {
		for _, line := range r.Lines {
			quarantined[line.Line] += line.Received - line.Good - line.Damaged
		}
	}
	owed, err := s.worth(o, func(line order.Line) int64 { return line.Returned - quarantined[line.Number] })
	if err != nil {
		return err
	}
	owed.Minor -= account.Refunded().Minor + pendingOf(account, pay.Refund)
	return s.stage(least(owed, account.Refundable()), account.Refund)
}

// worth is the price of some units of each line.
func (s *state) worth(o order.Order, units func(order.Line) int64) (money.Amount, error) {
	sum := money.Of(0, o.Total.Currency)
	for _, line := range o.Lines {
		var err error
		if sum, err = plus(sum, line.Price, units(line)); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// pendingOf is the money of the steps of a kind that nobody knows the outcome of,
// in minor units.
func pendingOf(account pay.Account, kind pay.Kind) int64 {
	var minor int64
	for _, t := range account.Pending() {
		if t.Kind == kind {
			minor += t.Amount.Minor
		}
	}
	return minor
}

// giveUpTransfer ends the waiting for a bank transfer of an order that is voided.
// Any other provider is asked on, and what it says is undone then.
func (s *state) giveUpTransfer(o order.Order, authorization pay.Transaction) error {
	if o.Status != order.Voided || authorization.Method != pay.BankTransfer {
		return nil
	}
	if s.mayBeShipped(o.Number) { // it came in, perhaps, and a warehouse was asked
		s.setAside(o.ID)
		return nil
	}
	t, err := pay.Resolve(authorization, pay.Answer{State: pay.Failed, Reason: "the order was called off"}, s.now)
	if err != nil {
		return err
	}
	s.saveTransaction(t)
	return nil
}

func plus(sum, price money.Amount, units int64) (money.Amount, error) {
	more, err := price.Times(units)
	if err != nil {
		return sum, err
	}
	return sum.Add(more)
}

func least(a, b money.Amount) money.Amount {
	if b.Minor < a.Minor {
		return b
	}
	return a
}

// followPayments takes note of what the batch leaves pending, and reports whether a
// provider is to be asked about any of it.
func (s *state) followPayments() bool {
	wake := false
	for _, t := range s.changes.Transactions {
		s.live.owe(t)
		wake = wake || t.State == pay.Pending && !t.NextAt.IsZero()
	}
	return wake
}

// maxDue is how many transactions are handed to the payer at a time. A provider that
// was out of reach for long leaves more: they follow.
const maxDue = 1000

func (s *state) duePayments() due {
	var d due
	for _, t := range s.live.due {
		switch {
		case t.Due(s.now):
			d.now = append(d.now, t)
		case d.next.IsZero() || t.NextAt.Before(d.next):
			d.next = t.NextAt
		}
	}
	slices.SortFunc(d.now, func(a, b pay.Transaction) int {
		return cmp.Or(a.NextAt.Compare(b.NextAt), slices.Compare(a.ID[:], b.ID[:]))
	})
	d.now = d.now[:min(len(d.now), maxDue)]
	return d
}

func (s *state) lookPayment(ctx context.Context, c lookPayment) (looked, error) {
	if t, open := s.live.due[c.transaction.ID]; open && t.Due(s.now) {
		return looked{due: true, transaction: t}, nil
	}
	o, err := s.order(ctx, c.transaction.Order)
	return looked{order: o}, err
}

func (s *state) settlePayment(ctx context.Context, c settlePayment) (order.Order, error) {
	o, err := s.order(ctx, c.transaction.Order)
	if err != nil {
		return o, err
	}
	account, err := s.payment(ctx, o.ID)
	if err != nil {
		return o, err
	}
	t, known := account.Transaction(c.transaction.ID)
	if !known {
		return o, fault.New(fault.NotFound, "order %d has no payment step %s", o.Number, c.transaction.ID)
	}
	if c.unknown != nil {
		s.saveTransaction(pay.Later(t, s.now))
		return o, nil
	}
	asked := t
	if s.books.Epoch() > 1 {
		asked, c.answer = pay.Adopt(t, c.answer)
	}
	settled, err := pay.Resolve(asked, c.answer, s.now)
	if err != nil || settled == t {
		return o, err
	}
	if settled.Amount == t.Amount {
		return s.settled(ctx, o, settled)
	}
	if o, err = s.settled(ctx, o, settled); err != nil || settled.Kind != pay.Capture {
		return o, err
	}
	return o, s.captureRest(ctx, o)
}

// captureRest takes the money for what was handed over, as far as it was not taken and
// is not being taken, after the provider has told of a capture of another amount.
func (s *state) captureRest(ctx context.Context, o order.Order) error {
	account, err := s.payment(ctx, o.ID)
	if err != nil {
		return err
	}
	due, err := s.uncovered(o, account)
	if err != nil {
		return err
	}
	return s.stage(least(due, account.Capturable()), account.Capture)
}

// uncovered is the money for what was handed over that no capture has taken or is to.
func (s *state) uncovered(o order.Order, account pay.Account) (money.Amount, error) {
	due, _, err := handedOver(o)
	due.Minor -= account.Captured().Minor + pendingOf(account, pay.Capture)
	return due, err
}

// settled books a step of which the provider has told, and what follows on it.
func (s *state) settled(ctx context.Context, o order.Order, t pay.Transaction) (order.Order, error) {
	s.saveTransaction(t)
	switch {
	case t.State == pay.Pending:
		return o, nil
	case t.Kind == pay.Authorize && t.State == pay.Success && o.Unpaid:
		return s.paid(ctx, o)
	case t.Kind == pay.Authorize && t.State == pay.Failed && o.Unpaid:
		return s.declined(ctx, o, t)
	}
	if t.Kind == pay.Authorize && t.State == pay.Success { // told again, after a restore
		for i := range o.Fulfillments {
			if f := &o.Fulfillments[i]; f.Stage == order.SentStage || f.Stage == order.DeliveredStage {
				if err := s.capture(ctx, o, *f); err != nil {
					return o, err
				}
			}
		}
	}
	if t.State == pay.Success { // what a provider refuses is for people to look at, not to be asked again at once
		if err := s.settleMoney(ctx, o); err != nil {
			return o, err
		}
	}
	s.change(&o)
	s.save(o, s.books.Site(), "payment-"+string(t.Kind), paymentText(t))
	return o, nil
}

func paymentText(t pay.Transaction) string {
	done := map[pay.Kind]string{pay.Authorize: "set aside", pay.Capture: "taken", pay.Cancel: "let go, not charged", pay.Refund: "given back"}[t.Kind]
	switch t.State {
	case pay.Success:
		return t.Amount.String() + " " + done
	case pay.Failed:
		return strings.TrimSuffix(fmt.Sprintf("%s could not be %s: %s", t.Amount, done, t.Reason), ": ")
	default:
		return fmt.Sprintf("%s to be %s", t.Amount, done)
	}
}

// paid lets the warehouses begin. What was called off since is let go of.
func (s *state) paid(ctx context.Context, o order.Order) (order.Order, error) {
	before := o.Promise
	o.Unpaid = false
	s.followReleases(&o)
	if err := s.ask(&o); err != nil {
		return o, err
	}
	if err := s.settleMoney(ctx, o); err != nil {
		return o, err
	}
	s.change(&o)
	s.save(o, s.books.Site(), "paid", "the payment is authorized")
	s.tellPromise(o, before)
	return o, nil
}

// declined voids an order that is not paid. No warehouse knows of it, and its
// customer has the cart back, to try again by other means.
func (s *state) declined(ctx context.Context, o order.Order, t pay.Transaction) (order.Order, error) {
	reason := "the payment was declined"
	if t.Reason != "" {
		reason += ": " + t.Reason
	}
	before := o
	o, err := s.callOff(o)
	if err != nil {
		return o, err
	}
	if err := s.refillCart(ctx, o); err != nil {
		return o, err
	}
	o.Unpaid, o.Reason = false, reason
	s.change(&o)
	s.unburden(before, o)
	s.save(o, s.books.Site(), "declined", reason)
	s.notify(o, "voided", fmt.Sprintf("Your order %d was called off: %s. Nothing is charged.", o.Number, reason))
	return o, nil
}

// refillCart puts the units of an order back into the cart that it was made of, as
// far as they fit, and as far as this process has seen it placed.
func (s *state) refillCart(ctx context.Context, o order.Order) error {
	owner, known := s.live.carts[o.ID]
	if !known {
		return nil
	}
	row, err := s.cart(ctx, owner)
	if err != nil {
		return err
	}
	for _, line := range o.Lines {
		if fuller, err := row.Cart.Add(line.SKU, line.Quantity); err == nil { // else it is full
			row.Cart = fuller
		}
	}
	s.saveCart(row)
	return nil
}

// callOff ends all of an order that no warehouse was asked for: its quota is free
// again, and so is what it was to get of what is expected. The version stays: the
// caller counts its change.
func (s *state) callOff(o order.Order) (order.Order, error) {
	version := o.Version
	o, dropped, err := order.DropUnasked(o, s.now)
	if err != nil {
		return o, err
	}
	for _, f := range dropped {
		for _, part := range f.Lines {
			if part.Live() == 0 {
				continue
			}
			err := s.books.Book(s.movement(part.SKU, part.Live(), stock.PromisedAt(f.Warehouse), stock.HeldAt(f.Warehouse),
				stock.Released, o.ID, part.Line, "called off"))
			if err != nil {
				return o, err
			}
		}
	}
	o.Version = version
	o, _, err = s.drop(o, 0)
	return o, err
}

// confirmPayment takes note that the money of a bank transfer came in.
func (s *state) confirmPayment(ctx context.Context, c ConfirmPayment) (order.Order, error) {
	if _, known, err := s.repeated(ctx, c.Key); err != nil {
		return order.Order{}, err
	} else if known {
		return s.order(ctx, c.Order)
	}
	o, err := s.order(ctx, c.Order)
	if err != nil {
		return o, err
	}
	account, err := s.payment(ctx, o.ID)
	if err != nil {
		return o, err
	}
	t, asked := account.Authorization()
	if !asked || t.Method != pay.BankTransfer || t.State != pay.Pending {
		return o, fault.New(fault.Conflict, "order %d does not wait for a bank transfer", o.Number)
	}
	t, err = pay.Resolve(t, pay.Answer{State: pay.Success, Reference: c.Reference}, s.now)
	if err != nil {
		return o, err
	}
	if o, err = s.settled(ctx, o, t); err != nil {
		return o, err
	}
	s.remember(c.Key, o.ID.String())
	return o, nil
}
