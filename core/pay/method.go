package pay

import "crossdock/core/fault"

// Method is how a customer pays.
type Method string

// The methods.
const (
	OnDelivery   Method = "on-delivery"   // to the carrier, at the door
	BankTransfer Method = "bank-transfer" // to the shop's account, before hand-off
	Card         Method = "card"          // by a card, whose Token the provider gave
)

// Methods lists every method, in the order in which to offer them.
func Methods() []Method { return []Method{OnDelivery, BankTransfer, Card} }

// ParseMethod reads a method's name; empty means OnDelivery.
func ParseMethod(name string) (Method, error) {
	switch method := Method(name); method {
	case "":
		return OnDelivery, nil
	case OnDelivery, BankTransfer, Card:
		return method, nil
	default:
		return "", fault.At("payment", fault.Invalid, "%s is no payment method: want %s, %s or %s",
			fault.Quote(name), OnDelivery, BankTransfer, Card)
	}
}

// byHand reports whether only people can tell that the money is there, so that
// asking a provider again is of no use.
func (m Method) byHand(kind Kind) bool { return m == BankTransfer && kind == Authorize }

// Means is how one customer pays for one order.
type Means struct {
	Method   Method
	Provider string
	Token    string
}

// check refuses means that no provider could carry out.
func (m Means) check() error {
	if _, err := ParseMethod(string(m.Method)); err != nil || m.Method == "" {
		return fault.At("payment", fault.Invalid, "%s is no payment method", fault.Quote(string(m.Method)))
	}
	if m.Provider == "" {
		return fault.At("payment", fault.Invalid, "nobody offers to take payments by %s", m.Method)
	}
	switch {
	case m.Method == Card:
		return checkToken(m.Token)
	case m.Token != "":
		return fault.At("token", fault.Invalid, "a payment by %s has no card", m.Method)
	default:
		return nil
	}
}

// maxToken is the length limit of a token in bytes.
const maxToken = 128

// checkToken holds a token to a narrow alphabet, and refuses what looks like the
// number of a card, which must be neither stored nor logged. For that reason no
// message shows the token.
func checkToken(token string) error {
	if token == "" {
		return fault.At("token", fault.Invalid, "a payment by card needs the token of the card")
	}
	if len(token) > maxToken {
		return fault.At("token", fault.Invalid, "the token of the card is longer than %d characters", maxToken)
	}
	digits, others := 0, 0
	for _, r := range token {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '-' || r == '_' || r == '.':
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
			others++
		default:
			return fault.At("token", fault.Invalid, "the token of the card has a character other than letters, digits and . _ -")
		}
	}
	if others == 0 && digits >= 12 && digits <= 19 { // ISO/IEC 7812: up to 19 digits
		return fault.At("token", fault.Invalid, "that looks like the number of a card: give the token that the payment provider made of it")
	}
	return nil
}
