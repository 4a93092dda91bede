// Package money counts in minor units (cents, pence) of one currency. There is
// no float in it, and no operation overflows in silence.
package money

import (
	"math"
	"math/bits"
	"strconv"
	"strings"

	"crossdock/core/fault"
)

// Currency is an ISO 4217 code.
type Currency string

// Amount is a sum of money in minor units. The zero value is nothing, in no
// currency, and may be added to any amount.
type Amount struct {
	Minor    int64    `json:"minor"`
	Currency Currency `json:"currency"`
}

// currencies lists what Crossdock can count in: minor digits and sign.
var currencies = map[Currency]struct {
	digits int
	sign   string
}{
	"GBP": {2, "£"}, "EUR": {2, "€"}, "USD": {2, "$"}, "CHF": {2, "CHF "}, "SEK": {2, "SEK "},
	"NOK": {2, "NOK "}, "DKK": {2, "DKK "}, "PLN": {2, "PLN "}, "CAD": {2, "CA$"}, "AUD": {2, "A$"},
	"JPY": {0, "¥"}, "KWD": {3, "KWD "},
}

// ParseCurrency checks that code is a currency Crossdock can count in.
func ParseCurrency(code string) (Currency, error) {
	if _, known := currencies[Currency(code)]; !known {
		return "", fault.New(fault.Invalid, "%s is not a known currency code", fault.Quote(code))
	}
	return Currency(code), nil
}

// Of makes an amount out of minor units.
func Of(minor int64, currency Currency) Amount { return Amount{minor, currency} }

// Parse reads a decimal such as "2.55" or "-11". The sign of a currency, a
// thousands separator, a decimal comma, an exponent, or more decimals than the
// currency has are fault.Invalid, except that surplus zeros are taken.
func Parse(text string, currency Currency) (Amount, error) {
	known, ok := currencies[currency]
	if !ok {
		return Amount{}, fault.New(fault.Invalid, "%s is not a known currency code", fault.Quote(string(currency)))
	}
	unsigned, negative := strings.CutPrefix(text, "-")
	whole, fraction, point := strings.Cut(unsigned, ".")
	if strings.Contains(text, ",") {
		return Amount{}, fault.New(fault.Invalid, "%s has a comma: write decimals with a point, as in 2.55", fault.Quote(text))
	}
	if whole == "" || point && fraction == "" || !digitsOnly(whole) || !digitsOnly(fraction) {
		return Amount{}, fault.New(fault.Invalid, "%s is not an amount: want digits, as in 2.55", fault.Quote(text))
	}
	for len(fraction) > known.digits && fraction[len(fraction)-1] == '0' {
		fraction = fraction[:len(fraction)-1]
	}
	if len(fraction) > known.digits {
		return Amount{}, fault.New(fault.Invalid, "%s has more than the %d decimals of %s", fault.Quote(text), known.digits, currency)
	}
	fraction += strings.Repeat("0", known.digits-len(fraction))
	digits := whole + fraction
	if negative {
		digits = "-" + digits
	}
	minor, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return Amount{}, fault.New(fault.Invalid, "%s is more money than can be counted", fault.Quote(text))
	}
	return Amount{minor, currency}, nil
}

// Add returns a+b. Two currencies, or a sum beyond 64 bits, are fault.Invalid.
func (a Amount) Add(b Amount) (Amount, error) {
	if a == (Amount{}) {
		return b, nil
	}
	if b == (Amount{}) {
		return a, nil
	}
	if a.Currency != b.Currency {
		return Amount{}, fault.New(fault.Invalid, "%s and %s cannot be added", a.Currency, b.Currency)
	}
	sum := a.Minor + b.Minor
	if (sum > a.Minor) != (b.Minor > 0) {
		return Amount{}, fault.New(fault.Invalid, "the sum is more money than can be counted")
	}
	return Amount{sum, a.Currency}, nil
}

// Times returns a*n. A product beyond 64 bits is fault.Invalid.
func (a Amount) Times(n int64) (Amount, error) {
	high, low := bits.Mul64(magnitude(a.Minor), magnitude(n))
	negative := (a.Minor < 0) != (n < 0)
	limit := uint64(math.MaxInt64)
	if negative {
		limit++ // the least number has no positive twin
	}
	if high != 0 || low > limit {
		return Amount{}, fault.New(fault.Invalid, "the amount is more money than can be counted")
	}
	product := int64(low)
	if negative {
		product = -product
	}
	return Amount{product, a.Currency}, nil
}

// IsZero reports whether the amount is nothing, in whatever currency.
func (a Amount) IsZero() bool { return a.Minor == 0 }

// Decimal returns the bare number, such as "1234.50", as Parse reads it.
func (a Amount) Decimal() string {
	digits := currencies[a.Currency].digits
	text := strconv.FormatUint(magnitude(a.Minor), 10)
	if digits > 0 {
		if len(text) <= digits {
			text = strings.Repeat("0", digits+1-len(text)) + text
		}
		text = text[:len(text)-digits] + "." + text[len(text)-digits:]
	}
	if a.Minor < 0 {
		return "-" + text
	}
	return text
}

// String returns the amount for people, such as "£1,234.50".
func (a Amount) String() string {
	text := strings.TrimPrefix(a.Decimal(), "-")
	whole, fraction, hasFraction := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if hasFraction {
		whole += "." + fraction
	}
	sign := ""
	if a.Minor < 0 {
		sign = "-"
	}
	return sign + currencies[a.Currency].sign + whole
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func digitsOnly(text string) bool {
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}
