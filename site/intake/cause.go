package intake

import "crossdock/core/id"

// Cause says why something was skipped, refused or worth a note. The names are
// stable: they stand in summaries that programs read.
type Cause string

// The causes. Append only.
const (
	NoInvoiceNumber     Cause = "no-invoice-number"
	NoStockCode         Cause = "no-stock-code"
	BadStockCode        Cause = "bad-stock-code"
	NotGoods            Cause = "not-goods"
	QuantityNotPositive Cause = "quantity-not-positive"
	QuantityNotNegative Cause = "quantity-not-negative"
	PriceZero           Cause = "price-zero"
	PriceNegative       Cause = "price-negative"
	PriceTooFine        Cause = "price-too-fine"

	NoLinesLeft Cause = "no-lines-left"
	NoPriceEver Cause = "no-price-ever"

	UnknownSKU   Cause = "unknown-sku"
	Refused      Cause = "refused"
	ChangedSince Cause = "changed-since"
	ShortOfStock Cause = "short-of-stock"

	CancellationOfGuest      Cause = "cancellation-of-guest"
	CancellationWithoutOrder Cause = "cancellation-without-order"
	CancellationBeyondOrder  Cause = "cancellation-beyond-order"

	ByteOrderMark  Cause = "byte-order-mark"
	Guest          Cause = "guest"
	NoDescription  Cause = "no-description"
	NoCountry      Cause = "no-country"
	LinesMerged    Cause = "lines-merged"
	PricesDiffer   Cause = "prices-differ"
	InvoiceDiffers Cause = "invoice-differs"
	CodesMerged    Cause = "codes-merged"
	SeveralNames   Cause = "several-names"
	SeveralPrices  Cause = "several-prices"
	NoName         Cause = "no-name"
)

// Unit is what a cause counts.
type Unit string

// The units.
const (
	PerLine    Unit = "line"
	PerInvoice Unit = "invoice"
	PerCode    Unit = "code"
	PerFile    Unit = "file"
)

// Effect is what a cause did to what it counts.
type Effect string

// The effects. Skips takes a line, an invoice or a code out of the plan;
// Decides names the outcome of an invoice at replay time; Notes changes nothing.
const (
	Skips   Effect = "skips"
	Decides Effect = "decides"
	Notes   Effect = "notes"
)

type meaning struct {
	unit   Unit
	effect Effect
	text   string
}

var meanings = map[Cause]meaning{
	NoInvoiceNumber:     {PerLine, Skips, "the line names no invoice"},
	NoStockCode:         {PerLine, Skips, "the line names no stock code"},
	BadStockCode:        {PerLine, Skips, "the stock code has characters that a SKU cannot have"},
	NotGoods:            {PerLine, Skips, "postage, a fee, a discount or another charge: no goods"},
	QuantityNotPositive: {PerLine, Skips, "the quantity is zero or less, and this is no cancellation"},
	QuantityNotNegative: {PerLine, Skips, "a cancellation whose quantity is not below zero"},
	PriceZero:           {PerLine, Skips, "the price is zero"},
	PriceNegative:       {PerLine, Skips, "the price is below zero"},
	PriceTooFine:        {PerLine, Skips, "the price has more decimals than the currency"},

	NoLinesLeft: {PerInvoice, Skips, "each line of the invoice was skipped"},
	NoPriceEver: {PerCode, Skips, "the stock code never has a usable price"},

	UnknownSKU:   {PerInvoice, Decides, "the shop does not know a product of the invoice"},
	Refused:      {PerInvoice, Decides, "the shop refused the invoice"},
	ChangedSince: {PerInvoice, Decides, "the invoice was taken before, with other content"},
	ShortOfStock: {PerInvoice, Decides, "there were not enough units, so the order was reversed"},

	CancellationOfGuest:      {PerInvoice, Decides, "a guest's cancellation: nothing says whose order it is about"},
	CancellationWithoutOrder: {PerInvoice, Decides, "no earlier order of this customer holds the product"},
	CancellationBeyondOrder:  {PerInvoice, Decides, "more units are canceled than earlier orders of this customer hold"},

	ByteOrderMark:  {PerFile, Notes, "the file begins with a byte-order mark, which was removed"},
	Guest:          {PerInvoice, Notes, "no customer is named: a guest order"},
	NoDescription:  {PerLine, Notes, "the line has no description"},
	NoCountry:      {PerInvoice, Notes, "no country is named: the district is \"unspecified\""},
	LinesMerged:    {PerLine, Notes, "added to an earlier line of the same invoice or warehouse with the same product"},
	PricesDiffer:   {PerLine, Notes, "merged into a line with another price: the first price counts"},
	InvoiceDiffers: {PerLine, Notes, "time, customer or country differ from the invoice's first line, which counts"},
	CodesMerged:    {PerCode, Notes, "spellings that differ in case only: one product"},
	SeveralNames:   {PerCode, Notes, "several descriptions: the most frequent counts"},
	SeveralPrices:  {PerCode, Notes, "several prices: the most frequent counts"},
	NoName:         {PerCode, Notes, "no description on any line with a price: the code is the name"},
}

// Text explains the cause to a person.
func (c Cause) Text() string { return meanings[c].text }

// Unit says what the cause counts.
func (c Cause) Unit() Unit { return meanings[c].unit }

// Effect says what the cause did.
func (c Cause) Effect() Effect { return meanings[c].effect }

// Found is one cause with each place where it was met. Count is in Unit; Lines
// are the lines of the file concerned, in the order they were met.
type Found struct {
	Count    int      `json:"count"`
	Unit     Unit     `json:"unit"`
	Effect   Effect   `json:"effect"`
	Text     string   `json:"text"`
	Lines    []int    `json:"lines"`
	Invoices []string `json:"invoices,omitempty"`
	Codes    []string `json:"codes,omitempty"`
}

// ByCause gathers everything worth telling about a file.
type ByCause map[Cause]*Found

func (b ByCause) found(cause Cause, lines ...int) *Found {
	found := b[cause]
	if found == nil {
		found = &Found{Unit: cause.Unit(), Effect: cause.Effect(), Text: cause.Text(), Lines: []int{}}
		b[cause] = found
	}
	found.Count++
	found.Lines = append(found.Lines, lines...)
	return found
}

// line counts one line; an empty number means that no invoice is concerned.
func (b ByCause) line(cause Cause, line int, number string) {
	found := b.found(cause, line)
	if last := len(found.Invoices) - 1; number != "" && (last < 0 || found.Invoices[last] != number) {
		found.Invoices = append(found.Invoices, number)
	}
}

func (b ByCause) invoice(cause Cause, number string, lines []int) {
	found := b.found(cause, lines...)
	found.Invoices = append(found.Invoices, number)
}

func (b ByCause) code(cause Cause, sku id.SKU, lines []int) {
	found := b.found(cause, lines...)
	found.Codes = append(found.Codes, string(sku))
}

// clone lets a replay add to what the plan found without changing the plan.
func (b ByCause) clone() ByCause {
	copied := make(ByCause, len(b))
	for cause, found := range b {
		same := *found
		same.Lines = append([]int{}, found.Lines...)
		same.Invoices = append([]string(nil), found.Invoices...)
		same.Codes = append([]string(nil), found.Codes...)
		copied[cause] = &same
	}
	return copied
}
