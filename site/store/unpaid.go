package store

import (
	"strings"

	"crossdock/core/fault"
	"crossdock/core/order"
	"crossdock/core/pay"
)

// debtor is whose orders by bank transfer are counted together. Units are kept for
// each of them for days, before anybody has paid anything.
type debtor string

// nameless are the guests who have left nothing to tell them apart by.
const nameless debtor = "guests"

// debtorOf returns whose order it is: a customer's, or that of the guest with this
// e-mail address, whatever its case, or else with this phone, however it is written.
func debtorOf(o order.Order) debtor {
	email, phone := strings.ToLower(strings.TrimSpace(o.Address.Email)), strings.Map(digit, o.Address.Phone)
	switch {
	case !o.Customer.IsZero():
		return debtor("customer " + o.Customer.String())
	case email != "":
		return debtor("email " + email)
	case phone != "":
		return debtor("phone " + phone)
	default:
		return nameless
	}
}

// digit keeps the digits of a phone number, for strings.Map.
func digit(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}

// byTransfer reports whether an order is, or would be, waited with for a bank transfer.
func byTransfer(o order.Order) bool {
	return o.Payment == string(pay.BankTransfer) && o.Total.Minor > 0
}

// mayOwe refuses a new order by bank transfer where as many as are allowed of the
// same customer wait for theirs: their units are nobody else's meanwhile.
func (s *state) mayOwe(o order.Order) error {
	who := debtorOf(o)
	waiting := s.live.owing[who]
	switch {
	case s.unpaidAtMost == 0 || !byTransfer(o) || waiting < s.unpaidAtMost:
		return nil
	case who == nameless:
		return fault.At("payment", fault.Conflict,
			"too many orders without an e-mail address and a phone number wait for their payment: give one of the two, or pay in another way")
	case waiting == 1:
		return fault.At("payment", fault.Conflict, "1 order of yours waits for its payment: pay it or call it off first")
	default:
		return fault.At("payment", fault.Conflict, "%d orders of yours wait for their payment: pay or call off one of them first", waiting)
	}
}

// owes counts an order that waits for its bank transfer. What it was counted as
// before ends with settle.
func (l *live) owes(o order.Order) debtor {
	if !byTransfer(o) {
		return ""
	}
	who := debtorOf(o)
	l.owing[who]++
	return who
}

func (l *live) settle(who debtor) {
	if who == "" {
		return
	}
	if l.owing[who]--; l.owing[who] == 0 {
		delete(l.owing, who)
	}
}
