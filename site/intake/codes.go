package intake

import (
	"strings"
	"unicode"

	"crossdock/core/id"
)

// charges are codes that stand for money, not goods, although they have a digit.
var charges = map[string]bool{"C2": true, "C3": true, "ADJUST2": true}

// chargePrefixes begin the codes of vouchers, corrections and trials.
var chargePrefixes = []string{"GIFT", "ADJUST", "TEST"}

// ParseCode turns a stock code into a SKU: trimmed, inner white space made one
// space, upper-cased. The cause is empty, NoStockCode or BadStockCode.
func ParseCode(text string) (id.SKU, Cause) {
	text = strings.ToUpper(strings.Join(strings.Fields(text), " "))
	if text == "" {
		return "", NoStockCode
	}
	sku, err := id.ParseSKU(text)
	if err != nil {
		return "", BadStockCode
	}
	return sku, ""
}

// IsGoods reports whether the code names something that lies on a shelf. A code
// without any digit (POST, DOT, BANK CHARGES, M, D, AMAZONFEE, CRUK, PADS) is a
// charge; so are those of the two tables above.
func IsGoods(sku id.SKU) bool {
	code := string(sku)
	if charges[code] || !strings.ContainsAny(code, "0123456789") {
		return false
	}
	for _, prefix := range chargePrefixes {
		if strings.HasPrefix(code, prefix) {
			return false
		}
	}
	return true
}

// Unspecified is the district of an invoice without a country.
const Unspecified id.District = "unspecified"

// DistrictOf turns a country into the code of a district: lower case, a hyphen
// for anything that is no letter or digit of ASCII, at most 32 characters.
// Where nothing is left it is Unspecified.
func DistrictOf(country string) id.District {
	words := strings.FieldsFunc(strings.ToLower(country), func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	code := strings.TrimLeft(strings.Join(words, "-"), "-0123456789")
	if len(code) > 32 {
		code = strings.TrimRight(code[:32], "-")
	}
	district, err := id.ParseDistrict(code)
	if err != nil {
		return Unspecified
	}
	return district
}

// customerOf drops the ".0" that spreadsheets put behind numbers.
func customerOf(text string) string {
	if number, ok := strings.CutSuffix(text, ".0"); ok && number != "" && strings.Trim(number, "0123456789") == "" {
		return number
	}
	return text
}
