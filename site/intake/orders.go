package intake

import (
	"cmp"
	"io"
	"slices"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/money"
)

// Invoice is one order of the file, or one cancellation.
type Invoice struct {
	Number    string
	Cancels   bool // the units go back; see Match
	At        time.Time
	Customer  string // empty for a guest
	District  id.District
	Lines     []Line
	FileLines []int // all lines of the file with this number, those skipped too
}

// Line asks for (or takes back) units of one product; Units is above zero in a
// cancellation too.
type Line struct {
	SKU       id.SKU
	Units     int64
	Price     money.Amount // per unit
	FileLines []int
}

// OrderPlan is what a file says about orders, in the order to replay them. Each
// of its Lines is used in one of the Invoices or stands in ByCause under a cause
// that skips it, and each invoice number of the file stands in Invoices or under
// NoLinesLeft.
type OrderPlan struct {
	Invoices        []Invoice
	Countries       []Country // in order of code
	Lines           int
	LinesUsed       int
	LinesSkipped    int
	InvoicesSkipped int
	ByCause         ByCause
}

// Country is a country of the file with the district made of it.
type Country struct {
	District id.District
	Name     string
}

// Districts makes a district of each country, served by warehouses in the order
// given, its primary one first.
func (p OrderPlan) Districts(warehouses []id.Site) []catalog.District {
	districts := make([]catalog.District, 0, len(p.Countries))
	for _, country := range p.Countries {
		districts = append(districts, catalog.District{
			Code: country.District, Name: country.Name, Warehouses: slices.Clone(warehouses),
		})
	}
	return districts
}

// IsGuest reports whether the invoice names no customer.
func (i Invoice) IsGuest() bool { return i.Customer == "" }

var orderColumns = []column{colInvoice, colCode, colDescription, colQuantity, colDate, colPrice, colCustomer, colCountry}

// Orders reads a file of invoices, priced in currency. Bad form is
// fault.Invalid, too many bytes fault.TooLarge, and then the plan is empty.
func Orders(file io.Reader, currency money.Currency) (OrderPlan, error) {
	if _, err := money.ParseCurrency(string(currency)); err != nil {
		return OrderPlan{}, err
	}
	book := book{
		plan:      OrderPlan{ByCause: ByCause{}},
		byNumber:  make(map[string]*page),
		countries: make(map[id.District]string),
	}
	marked, err := scan(file, orderColumns, func(r *record) { book.take(read(r, currency)) })
	if err != nil {
		return OrderPlan{}, err
	}
	if marked {
		book.plan.ByCause.line(ByteOrderMark, 1, "")
	}
	return book.close(), nil
}

// CheckKnown reports the SKUs of the plan that the shop does not know, as one
// fault.Invalid with line numbers; nil when it knows them all. It lets a caller
// refuse a whole file before anything is done.
func (p OrderPlan) CheckKnown(known func(id.SKU) bool) error {
	var found problems
	for _, invoice := range p.Invoices {
		for _, line := range invoice.Lines {
			if !known(line.SKU) {
				found.add(line.FileLines[0], "there is no product %s", line.SKU)
			}
		}
	}
	return found.err()
}

// replayOrder sorts by time, then sales before cancellations, then by number
// (a shorter one is lower), so that what is taken back was placed before.
func replayOrder(a, b Invoice) int {
	if byTime := a.At.Compare(b.At); byTime != 0 {
		return byTime
	}
	if a.Cancels != b.Cancels {
		if b.Cancels {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(len(a.Number), len(b.Number)), cmp.Compare(a.Number, b.Number))
}
