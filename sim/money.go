package sim

import (
	"context"
	"encoding/binary"
	"time"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
	"crossdock/core/pay"
	"crossdock/site/store"
)

// bank is the payment provider: it has a ledger of its own, which what the stores
// believe is held against. What it does with a step is drawn from the step's name,
// so that asking again, after a crash too, gives the same.
type bank struct {
	world    *World
	steps    map[id.UUID]*step
	accounts map[id.Order]*account
}

// step is a transaction as the bank has it.
type step struct {
	order   id.Order
	kind    pay.Kind
	minor   int64
	token   string
	state   pay.State
	decides time.Duration // when one that is pending is decided
	asked   int
	lost    bool // the first request never arrived
}

// account is the money of one order that has really moved.
type account struct{ authorized, captured, canceled, refunded int64 }

var _ store.Payments = (*bank)(nil)

func newBank(w *World) *bank {
	return &bank{world: w, steps: map[id.UUID]*step{}, accounts: map[id.Order]*account{}}
}

// Provider implements store.Payments: it takes everything.
func (b *bank) Provider(pay.Method) (string, bool) { return "bank", true }

// Request implements store.Payments.
func (b *bank) Request(_ context.Context, t pay.Transaction) (pay.Answer, error) {
	s := b.steps[t.ID]
	if s == nil {
		s = &step{order: t.Order, kind: t.Kind, minor: t.Amount.Minor, token: t.Token, state: pay.Pending}
		b.steps[t.ID] = s
	}
	if s.lost { // then the bank has never heard of it: a store that was restored may ask for another amount
		s.order, s.kind, s.minor, s.token = t.Order, t.Kind, t.Amount.Minor, t.Token
	}
	if s.order != t.Order || s.kind != t.Kind || s.minor != t.Amount.Minor || s.token != t.Token {
		if !b.forgotten() {
			b.world.fail("money", "the step %s is asked for as %s of %d, and before as %s of %d", t.ID, t.Kind, t.Amount.Minor, s.kind, s.minor)
		}
		b.world.count(StepForgotten)
		return pay.Answer{}, fault.New(fault.Mismatch, "the bank knows %s as a %s of %d", t.ID, s.kind, s.minor)
	}
	s.asked++
	if s.asked > 1 && !s.lost {
		return b.answer(t.ID, s), nil // it has it already
	}
	if t.Method == pay.BankTransfer && t.Kind == pay.Authorize {
		return b.answer(t.ID, s), nil // waits for the customer
	}
	draw := 100
	if b.world.plan.Faults.Has(Payment) {
		draw = int(binary.BigEndian.Uint16(t.ID[14:])) % 100
	}
	switch {
	case draw < 10 && s.asked == 1:
		s.lost = true
		b.world.tell("bank", "the request to %s never arrives", t.Kind)
		return pay.Answer{}, answerMissing()
	case draw < 20:
		s.lost = false
		b.decide(s, pay.Success)
		b.world.tell("bank", "does the %s, but its answer is lost", t.Kind)
		return pay.Answer{}, answerMissing()
	case draw < 30:
		s.lost = false
		s.decides = b.world.now + 3*time.Second
	case draw < 45 && t.Kind == pay.Authorize:
		s.lost = false
		b.decide(s, pay.Failed)
		b.world.count(PaymentDeclined)
	default:
		s.lost = false
		b.decide(s, pay.Success)
	}
	return b.answer(t.ID, s), nil
}

// Status implements store.Payments.
func (b *bank) Status(_ context.Context, t pay.Transaction) (pay.Answer, error) {
	s := b.steps[t.ID]
	if s == nil || s.lost {
		return pay.Answer{}, fault.New(fault.NotFound, "the bank does not know %s", t.ID)
	}
	if s.state == pay.Pending && s.decides > 0 && b.world.now >= s.decides {
		b.decide(s, pay.Success)
	}
	if s.state.Final() {
		b.world.count(PaymentUnknownSettled)
	}
	answer := b.answer(t.ID, s)
	if s.minor != t.Amount.Minor || s.token != t.Token {
		answer.Amount, answer.Token = money.Of(s.minor, t.Amount.Currency), s.token
	}
	return answer, nil
}

func (b *bank) answer(which id.UUID, s *step) pay.Answer {
	answer := pay.Answer{State: s.state, Reference: "bank-" + which.String()[24:]}
	if s.state == pay.Failed {
		answer.Reason = "not enough money"
	}
	return answer
}

// transferred notes that a customer has paid by bank transfer.
func (b *bank) transferred(which id.Order, minor int64) {
	if own := b.account(which); own.authorized == 0 {
		own.authorized = minor
	}
}

// forgotten reports whether a store was restored from a backup, and may ask for what
// it has asked for before, or for money that it has let go.
func (b *bank) forgotten() bool {
	for _, s := range b.world.sites {
		if s.isStore() && b.world.check.parted[s.name] {
			return true
		}
	}
	return false
}

// covers reports whether there is money for a step.
func (a account) covers(s *step) bool {
	switch s.kind {
	case pay.Capture, pay.Cancel:
		return a.captured+a.canceled+s.minor <= a.authorized
	case pay.Refund:
		return a.refunded+s.minor <= a.captured
	default:
		return true
	}
}

// decide moves the money of a step, once, and never more than there is.
func (b *bank) decide(s *step, state pay.State) {
	if s.state.Final() {
		return
	}
	own := b.account(s.order)
	if b.forgotten() && !own.covers(s) {
		state = pay.Failed
	}
	s.state = state
	if state != pay.Success {
		return
	}
	switch s.kind {
	case pay.Authorize:
		own.authorized += s.minor
	case pay.Capture:
		own.captured += s.minor
	case pay.Cancel:
		own.canceled += s.minor
	case pay.Refund:
		own.refunded += s.minor
	}
	if own.captured+own.canceled > own.authorized || own.refunded > own.captured {
		b.world.fail("money", "of order %s %d were set aside, %d taken, %d let go and %d given back",
			s.order, own.authorized, own.captured, own.canceled, own.refunded)
	}
}

func (b *bank) account(which id.Order) *account {
	own := b.accounts[which]
	if own == nil {
		own = &account{}
		b.accounts[which] = own
	}
	return own
}
