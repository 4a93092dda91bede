package intake

import (
	"cmp"
	"io"
	"slices"
	"time"
	"unicode/utf8"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/money"
)

// ProductPlan is what a file says about products, in order of SKU. Each of its
// Lines is used for one of the products or stands in ByCause under a cause that
// skips it.
type ProductPlan struct {
	Products     []catalog.Product
	Lines        int
	LinesUsed    int
	LinesSkipped int
	CodesSkipped int // stock codes of goods that never have a price
	ByCause      ByCause
}

// draft gathers what the lines of one stock code say about the product.
type draft struct {
	sku       id.SKU
	lines     []int
	spellings tally[string]
	names     tally[string]
	prices    tally[money.Amount]
	typ       string
	category  string
	details   string
	terms     terms
}

// terms is what one line says of selling a product ahead of its stock. What a
// product has of them comes from one line: two lines together could say what
// neither of them means.
type terms struct {
	line      int // zero: no line says anything
	policy    catalog.Policy
	cap       int64
	releaseOn date.Date
}

// Products reads a file of products, or of orders, and derives one product per
// stock code that is goods, priced in currency. Bad form is fault.Invalid, too
// many bytes fault.TooLarge, and then the plan is empty.
func Products(file io.Reader, currency money.Currency) (ProductPlan, error) {
	if _, err := money.ParseCurrency(string(currency)); err != nil {
		return ProductPlan{}, err
	}
	plan := ProductPlan{ByCause: ByCause{}}
	drafts := make(map[id.SKU]*draft)
	var order []*draft
	marked, err := scan(file, []column{colCode, colDescription, colPrice}, func(r *record) {
		plan.Lines++
		sku, cause := goods(r)
		amount, exact := r.price(currency)
		when := time.Time{}
		if r.has(colDate) {
			when = r.date()
		}
		name, details := r.label(colDescription, catalog.MaxName), r.details()
		typ, category := r.label(colType, catalog.MaxLabel), r.label(colCategory, catalog.MaxLabel)
		terms := r.terms()
		if cause != "" {
			plan.ByCause.line(cause, r.line, "")
			plan.LinesSkipped++
			return
		}
		d := drafts[sku]
		if d == nil {
			d = &draft{sku: sku}
			drafts[sku] = d
			order = append(order, d)
		}
		d.lines = append(d.lines, r.line)
		d.spellings.add(r.text(colCode), when)
		if exact && amount.Minor > 0 {
			d.prices.add(amount, when)
			if hasLetter(name) {
				d.names.add(name, when)
			}
		}
		d.typ, d.category, d.details = cmp.Or(d.typ, typ), cmp.Or(d.category, category), cmp.Or(d.details, details)
		if d.terms.line == 0 {
			d.terms = terms
		}
	})
	if err != nil {
		return ProductPlan{}, err
	}
	if marked {
		plan.ByCause.line(ByteOrderMark, 1, "")
	}
	slices.SortFunc(order, func(a, b *draft) int { return cmp.Compare(a.sku, b.sku) })
	for _, d := range order {
		if err := plan.finish(d); err != nil {
			return ProductPlan{}, err
		}
	}
	return plan, nil
}

// goods reads the stock code of a line; a cause other than "" skips the line.
func goods(r *record) (id.SKU, Cause) {
	sku, cause := ParseCode(r.text(colCode))
	if cause == "" && !IsGoods(sku) {
		cause = NotGoods
	}
	return sku, cause
}

func (r *record) details() string {
	text := r.text(colDetails)
	if utf8.RuneCountInString(text) > catalog.MaxDescription {
		r.found.add(r.line, "the Details are longer than %d characters", catalog.MaxDescription)
	}
	return text
}

// finish turns a draft into a product, or into a skipped code.
func (p *ProductPlan) finish(d *draft) error {
	price, priced := d.prices.latest()
	if !priced {
		p.ByCause.code(NoPriceEver, d.sku, d.lines)
		p.CodesSkipped++
		p.LinesSkipped += len(d.lines)
		return nil
	}
	name, named := d.names.first()
	if name = Readable(name); !named {
		p.ByCause.code(NoName, d.sku, d.lines)
		name = string(d.sku)
	}
	for cause, several := range map[Cause]bool{
		CodesMerged: len(d.spellings.seen) > 1, SeveralNames: len(d.names.seen) > 1, SeveralPrices: len(d.prices.seen) > 1,
	} {
		if several {
			p.ByCause.code(cause, d.sku, d.lines)
		}
	}
	product := catalog.Product{
		SKU: d.sku, Name: name, Description: d.details, Price: price,
		Policy: d.terms.policy, Cap: d.terms.cap, ReleaseOn: d.terms.releaseOn,
	}
	product.Type, product.Category = d.kind(product.Name)
	if err := product.Check(); err != nil {
		message, field := fault.Public(err)
		line := d.lines[0]
		if field == "cap" || field == "release_on" { // which do not fit the policy
			line = d.terms.line
		}
		return fault.At(field, fault.Invalid, "line %d: %s. Nothing was changed", line, message)
	}
	p.Products = append(p.Products, product)
	p.LinesUsed += len(d.lines)
	return nil
}

// kind prefers what the file says to what the name says.
func (d *draft) kind(name string) (typ, category string) {
	typ, category = Kind(name)
	if d.typ != "" && d.typ != typ {
		typ, category = d.typ, OtherType
	}
	return typ, cmp.Or(d.category, category)
}
