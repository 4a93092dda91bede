package money_test

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"crossdock/core/fault"
	"crossdock/core/money"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		text     string
		currency money.Currency
		want     int64
	}{
		{"2.55", "GBP", 255},
		{"-11", "GBP", -1100},
		{"0.00", "GBP", 0},
		{"-0.00", "GBP", 0},
		{"0", "EUR", 0},
		{"5.5", "EUR", 550},
		{"007", "EUR", 700},
		{"2.5500000", "GBP", 255},
		{"1.005", "KWD", 1005},
		{"500", "JPY", 500},
		{"500.00", "JPY", 500},
		{"92233720368547758.07", "USD", math.MaxInt64},
		{"-92233720368547758.08", "USD", math.MinInt64},
	} {
		got, err := money.Parse(test.text, test.currency)
		if err != nil || got != money.Of(test.want, test.currency) {
			t.Errorf("Parse(%q, %s) = %+v, %v; want %d", test.text, test.currency, got, err, test.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, test := range []struct {
		text     string
		currency money.Currency
		says     string
	}{
		{"2,55", "EUR", "comma"},
		{"1,234.50", "EUR", "comma"},
		{"1e3", "EUR", "not an amount"},
		{"", "EUR", "not an amount"},
		{"-", "EUR", "not an amount"},
		{"--5", "EUR", "not an amount"},
		{"+5", "EUR", "not an amount"},
		{"5-", "EUR", "not an amount"},
		{"1.-5", "EUR", "not an amount"},
		{".5", "EUR", "not an amount"},
		{".", "EUR", "not an amount"},
		{"5.", "EUR", "not an amount"},
		{"2.5x00", "EUR", "not an amount"},
		{"1.2.3", "EUR", "not an amount"},
		{"£5", "GBP", "not an amount"},
		{" 5", "EUR", "not an amount"},
		{"5\n", "EUR", "not an amount"},
		{"1_000", "EUR", "not an amount"},
		{"0x10", "EUR", "not an amount"},
		{"NaN", "EUR", "not an amount"},
		{"١٢", "EUR", "not an amount"},
		{"５", "EUR", "not an amount"},
		{"5\xff", "EUR", "not an amount"},
		{"2.555", "EUR", "more than the 2 decimals of EUR"},
		{"1.5", "JPY", "more than the 0 decimals of JPY"},
		{"92233720368547758.08", "USD", "more money than can be counted"},
		{"-92233720368547758.09", "USD", "more money than can be counted"},
		{strings.Repeat("9", 1e6), "USD", "more money than can be counted"},
		{"5", "XXX", "not a known currency"},
		{"5", "", "not a known currency"},
		{"5", "gbp", "not a known currency"},
	} {
		got, err := money.Parse(test.text, test.currency)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), test.says) || got != (money.Amount{}) {
			t.Errorf("Parse(%.30q, %s) = %+v, %v; want an invalid fault that says %q", test.text, test.currency, got, err, test.says)
		}
	}
}

func TestString(t *testing.T) {
	for want, amount := range map[string]money.Amount{
		"£0.00": money.Of(0, "GBP"), "£0.05": money.Of(5, "GBP"), "-£0.05": money.Of(-5, "GBP"), "£1,234.50": money.Of(123450, "GBP"),
		"€999.99": money.Of(99999, "EUR"), "$1,000,000.00": money.Of(1_000_000_00, "USD"), "¥1,000": money.Of(1000, "JPY"), "¥7": money.Of(7, "JPY"),
		"KWD 0.001": money.Of(1, "KWD"), "CHF 12.00": money.Of(1200, "CHF"), "-$92,233,720,368,547,758.08": money.Of(math.MinInt64, "USD"), "0": {},
	} {
		if got := amount.String(); got != want {
			t.Errorf("String() = %q, want %q", got, want)
		}
	}
}

func TestNothingHasNoCurrency(t *testing.T) {
	five := money.Of(5, "GBP")
	for _, pair := range [][2]money.Amount{{five, {}}, {{}, five}} {
		if got, err := pair[0].Add(pair[1]); err != nil || got != five {
			t.Errorf("%v + %v = %v, %v; want %v", pair[0], pair[1], got, err, five)
		}
	}
	if got, err := five.Add(money.Of(0, "EUR")); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v + 0 EUR = %v, %v; want an invalid fault", five, got, err)
	}
	if !(money.Amount{}).IsZero() || !money.Of(0, "EUR").IsZero() || five.IsZero() {
		t.Error("IsZero is wrong")
	}
}

// numbers are any 64-bit ones, with a taste for the edges.
func numbers() *rapid.Generator[int64] {
	edges := []int64{0, 1, -1, math.MaxInt64, math.MinInt64, math.MaxInt64 - 1, math.MinInt64 + 1, math.MaxInt32, 1 << 32}
	return rapid.OneOf(rapid.Int64(), rapid.Int64Range(-1e10, 1e10), rapid.SampledFrom(edges))
}

func TestArithmeticAgainstBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := numbers().Draw(t, "a"), numbers().Draw(t, "b")
		sum, err := money.Of(a, "GBP").Add(money.Of(b, "GBP"))
		same(t, "+", sum, err, new(big.Int).Add(big.NewInt(a), big.NewInt(b)))
		product, err := money.Of(a, "GBP").Times(b)
		same(t, "*", product, err, new(big.Int).Mul(big.NewInt(a), big.NewInt(b)))
	})
}

func same(t *rapid.T, op string, got money.Amount, err error, want *big.Int) {
	switch {
	case !want.IsInt64() && !fault.Is(err, fault.Invalid):
		t.Fatalf("%s gave %d, %v; want an invalid fault for %s", op, got.Minor, err, want)
	case want.IsInt64() && (err != nil || got != money.Of(want.Int64(), "GBP")):
		t.Fatalf("%s gave %v, %v; want %s", op, got, err, want)
	}
}

func TestParseReadsDecimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := money.Of(numbers().Draw(t, "minor"), rapid.SampledFrom([]money.Currency{"GBP", "JPY", "KWD"}).Draw(t, "currency"))
		if got, err := money.Parse(amount.Decimal(), amount.Currency); err != nil || got != amount {
			t.Fatalf("Parse(%q) = %+v, %v; want %+v", amount.Decimal(), got, err, amount)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"2.55", "-11", "2,55", "5.", "-92233720368547758.08", "1e3"} {
		f.Add(seed, "GBP")
	}
	f.Add("500", "JPY")
	f.Fuzz(func(t *testing.T, text, currency string) {
		got, err := money.Parse(text, money.Currency(currency))
		if err != nil {
			return
		}
		if back, err := money.Parse(got.Decimal(), got.Currency); err != nil || back != got {
			t.Errorf("%q became %+v, and %q became %+v, %v", text, got, got.Decimal(), back, err)
		}
		want, ok := new(big.Rat).SetString(text)
		if decimal, _ := new(big.Rat).SetString(got.Decimal()); !ok || want.Cmp(decimal) != 0 {
			t.Errorf("%q became %s", text, got.Decimal())
		}
	})
}

func FuzzParseCurrency(f *testing.F) {
	f.Add("GBP")
	f.Add("gbp")
	f.Fuzz(func(t *testing.T, code string) {
		if currency, err := money.ParseCurrency(code); err == nil && (string(currency) != code || len(code) != 3) {
			t.Errorf("%q is taken for the currency %q", code, currency)
		}
	})
}
