package order

import (
	"slices"
	"strings"

	"crossdock/core/catalog"
	"crossdock/core/fault"
)

// Limits of how a customer is reached, in characters, and the fewest digits that
// make a telephone number.
const (
	maxEmail  = 254 // RFC 5321, section 4.5.3.1.3, without the angle brackets
	maxPhone  = 40
	minDigits = 5
)

// CheckEmail reports whether mail could be sent to email; none is allowed. Whether
// it arrives is known only once it has.
func CheckEmail(email string) error {
	if err := catalog.CheckLine("email", email, 0, maxEmail); err != nil || email == "" {
		return err
	}
	name, domain, _ := strings.Cut(email, "@")
	labels := strings.Split(domain, ".")
	if name == "" || strings.ContainsAny(email, " \t\n") || strings.Contains(domain, "@") || slices.Contains(labels, "") {
		return fault.At("email", fault.Invalid, "%s is not an e-mail address", fault.Quote(email))
	}
	if len(labels) < 2 {
		return fault.At("email", fault.Invalid, "%s is not an e-mail address: no dot follows the @", fault.Quote(email))
	}
	return nil
}

// CheckPhone reports whether phone can be dialed; none is allowed.
func CheckPhone(phone string) error {
	if err := catalog.CheckLine("phone", phone, 0, maxPhone); err != nil || phone == "" {
		return err
	}
	digits := 0
	for _, r := range phone {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune(" +-()", r):
			return fault.At("phone", fault.Invalid, "the phone may hold digits, spaces, and + - ( ) alone")
		}
	}
	if digits < minDigits {
		return fault.At("phone", fault.Invalid, "the phone has fewer than %d digits", minDigits)
	}
	return nil
}
