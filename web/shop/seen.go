package shop

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"crossdock/core/cart"
	"crossdock/core/fault"
	"crossdock/core/money"
	"crossdock/web/page"
)

// price is of one unit.
type price = money.Amount

// seenDigest stands for the products and quantities that the customer was shown:
// an order for anything else is not what was agreed to. It goes with the form's
// key, behind a dot.
func seenDigest(basket cart.Cart) string {
	hash := sha256.New()
	encoder := json.NewEncoder(hash)
	for _, line := range basket.Lines {
		// A hash takes everything, and these are strings and numbers: no error.
		_ = encoder.Encode([]any{line.SKU, line.Units})
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

// formKey reads the form's key, and the digest of what was seen with it.
func formKey(form url.Values) (key, seen string) {
	key, seen, _ = strings.Cut(form.Get("key"), ".")
	return key, seen
}

func lostKey() error {
	return fault.New(fault.Invalid, "the form has lost its key: go back to the cart and check out again")
}

// pricesText writes the prices on a page into its form: "250 GBP,9900 GBP", in the
// order of the cart.
func pricesText(lines []page.CartLine) string {
	words := make([]string, len(lines))
	for i, line := range lines {
		words[i] = strconv.FormatInt(line.Price.Minor, 10) + " " + string(line.Price.Currency)
	}
	return strings.Join(words, ",")
}

// pricesSeen reads what pricesText wrote; nil where the form holds something else.
func pricesSeen(form url.Values) []price {
	text := form.Get("seen")
	if text == "" {
		return nil
	}
	var prices []price
	for word := range strings.SplitSeq(text, ",") {
		minor, currency, _ := strings.Cut(word, " ")
		n, err := strconv.ParseInt(minor, 10, 64)
		if err != nil {
			return nil
		}
		code, err := money.ParseCurrency(currency)
		if err != nil {
			return nil
		}
		prices = append(prices, money.Of(n, code))
	}
	return prices
}

// repriced marks the lines whose price is not the one that was seen, and reports
// whether there is one. The prices must be those of the same lines.
func repriced(lines []page.CartLine, seen []price) bool {
	changed := false
	for i := range lines {
		if len(seen) == len(lines) && !lines[i].Gone && lines[i].Price != seen[i] {
			lines[i].Before, changed = seen[i], true
		}
	}
	return changed
}
