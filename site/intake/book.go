package intake

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/money"
)

// entry is one data line of an order file, read and not yet judged.
type entry struct {
	line      int
	number    string
	sku       id.SKU
	codeCause Cause // why the stock code cannot be sold, or ""
	described bool
	units     int64
	at        time.Time
	price     money.Amount
	exact     bool // the price has no more decimals than the currency
	customer  string
	country   string
}

func read(r *record, currency money.Currency) entry {
	e := entry{
		line: r.line, number: r.label(colInvoice, MaxNumber), units: r.quantity(), at: r.date(),
		customer: customerOf(r.label(colCustomer, MaxNumber)), country: r.label(colCountry, catalog.MaxLabel),
		described: r.label(colDescription, catalog.MaxName) != "",
	}
	e.sku, e.codeCause = goods(r)
	e.price, e.exact = r.price(currency)
	return e
}

// cancels reports whether an invoice number is that of a cancellation.
func cancels(number string) bool { return strings.HasPrefix(strings.ToUpper(number), "C") }

// judge says why a line is skipped, or "". A price matters to a sale alone: what
// was taken is taken back whatever the file says it cost.
func (e entry) judge() Cause {
	sale := !cancels(e.number)
	switch {
	case e.number == "":
		return NoInvoiceNumber
	case e.codeCause != "":
		return e.codeCause
	case sale && e.units <= 0:
		return QuantityNotPositive
	case !sale && e.units >= 0:
		return QuantityNotNegative
	case sale && !e.exact:
		return PriceTooFine
	case sale && e.price.Minor == 0:
		return PriceZero
	case sale && e.price.Minor < 0:
		return PriceNegative
	}
	return ""
}

// book gathers lines into invoices.
type book struct {
	plan      OrderPlan
	pages     []*page // in order of first line
	byNumber  map[string]*page
	countries map[id.District]string
}

// page is one invoice while its lines come in.
type page struct {
	Invoice
	country string
	places  map[id.SKU]int
}

func (b *book) take(e entry) {
	b.plan.Lines++
	if !e.described {
		b.plan.ByCause.line(NoDescription, e.line, e.number)
	}
	cause := e.judge()
	if e.number != "" {
		p := b.page(e)
		p.FileLines = append(p.FileLines, e.line)
		if cause == "" {
			b.addLine(p, e)
		}
	}
	if cause != "" {
		b.plan.ByCause.line(cause, e.line, e.number)
		b.plan.LinesSkipped++
		return
	}
	b.plan.LinesUsed++
}

// page finds the invoice of a line; the first line opens it and sets its time,
// customer and country.
func (b *book) page(e entry) *page {
	p := b.byNumber[e.number]
	if p == nil {
		p = &page{country: e.country, places: make(map[id.SKU]int), Invoice: Invoice{
			Number: e.number, Cancels: cancels(e.number), At: e.at, Customer: e.customer, District: DistrictOf(e.country),
		}}
		b.byNumber[e.number] = p
		b.pages = append(b.pages, p)
	}
	if !p.At.Equal(e.at) || p.Customer != e.customer || p.country != e.country {
		b.plan.ByCause.line(InvoiceDiffers, e.line, e.number)
	}
	return p
}

func (b *book) addLine(p *page, e entry) {
	units := max(e.units, -e.units)
	at, known := p.places[e.sku]
	if !known {
		p.places[e.sku] = len(p.Lines)
		p.Lines = append(p.Lines, Line{SKU: e.sku, Units: units, Price: e.price, FileLines: []int{e.line}})
		return
	}
	line := &p.Lines[at]
	line.Units += units
	line.FileLines = append(line.FileLines, e.line)
	b.plan.ByCause.line(LinesMerged, e.line, e.number)
	if line.Price != e.price {
		b.plan.ByCause.line(PricesDiffer, e.line, e.number)
	}
}

// close notes what concerns whole invoices and puts them in order.
func (b *book) close() OrderPlan {
	for _, p := range b.pages {
		if p.IsGuest() {
			b.plan.ByCause.invoice(Guest, p.Number, p.FileLines)
		}
		if p.District == Unspecified {
			b.plan.ByCause.invoice(NoCountry, p.Number, p.FileLines)
		}
		if len(p.Lines) == 0 {
			b.plan.ByCause.invoice(NoLinesLeft, p.Number, p.FileLines)
			b.plan.InvoicesSkipped++
			continue
		}
		b.plan.Invoices = append(b.plan.Invoices, p.Invoice)
		if _, known := b.countries[p.District]; !known {
			name := cmp.Or(p.country, string(p.District))
			b.countries[p.District] = name
			b.plan.Countries = append(b.plan.Countries, Country{p.District, name})
		}
	}
	slices.SortStableFunc(b.plan.Invoices, replayOrder)
	slices.SortFunc(b.plan.Countries, func(a, b Country) int { return cmp.Compare(a.District, b.District) })
	return b.plan
}
