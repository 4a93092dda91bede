package shop

import (
	"strconv"
	"time"

	"crossdock/core/cart"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/sourcing"
	"crossdock/site/store"
	"crossdock/web/page"
)

// orderView tells all that is known of an order.
func (v *visit) orderView(o order.Order) (page.Order, error) {
	stale, err := v.stale()
	if err != nil {
		return page.Order{}, err
	}
	district, known, err := v.district(o.Address.District)
	if err != nil {
		return page.Order{}, err
	}
	view := page.Order{
		Order: o.ID.String(), Number: strconv.FormatInt(o.Number, 10), Status: string(o.Status),
		PlacedAt: v.local(o.PlacedAt), Now: v.local(v.Now()), District: string(o.Address.District),
		Address: addressView(o.Address), Promise: promiseOf(o.Promise), Why: v.steps(o.Why),
		Fulfillments: v.fulfillments(o, stale),
	}
	if known {
		view.District, view.Address.District = district.Name, district.Name
	}
	returns, err := v.Records.Returns(v.ctx(), o.ID)
	if err != nil {
		return page.Order{}, err
	}
	for _, tell := range []func() error{
		func() error { return v.tellStory(&view, o) },
		func() error { return v.orderLines(&view, o) },
		func() error { return v.waiting(&view, o) },
		func() error { return v.tellMoney(&view, o, returns) },
	} {
		if err := tell(); err != nil {
			return page.Order{}, err
		}
	}
	v.tellVoiding(&view, o)
	v.tellRedirect(&view, o)
	v.tellReturns(&view, o, returns)
	return view, nil
}

func addressView(a order.Address) page.Address {
	return page.Address{Name: a.Name, Street: a.Street, PostalCode: a.PostalCode, City: a.City, District: string(a.District)}
}

func (v *visit) orderLines(view *page.Order, o order.Order) error {
	names := map[id.SKU]string{}
	for _, line := range o.Lines {
		sum, err := line.Price.Times(line.Quantity - line.Voided)
		if err != nil {
			return err
		}
		kind := ""
		if row, err := v.Store.Product(v.ctx(), line.SKU); err == nil {
			kind = row.Type
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
		names[line.SKU] = line.Name
		view.Lines = append(view.Lines, page.OrderLine{
			SKU: string(line.SKU), Name: line.Name, Type: kind, Price: line.Price, Sum: sum,
			Quantity: line.Quantity, Voided: line.Voided, Returned: line.Returned,
		})
	}
	if o.Status != order.Voided {
		return nil
	}
	if view.Sums.NeverTaken { // else what was missing was to come in, and is not why it was called off
		view.Short = shortLines(missingOf(o.Why), names)
	}
	basket, err := v.basket()
	if err != nil {
		return err
	}
	view.CanAgain = !holds(basket, o)
	return nil
}

// holds reports whether a cart has all that was ordered.
func holds(basket cart.Cart, o order.Order) bool {
	for _, line := range o.Lines {
		if basket.Units(line.SKU) < line.Quantity {
			return false
		}
	}
	return true
}

// missingOf reads out of an order's steps what nobody had, summed per SKU.
func missingOf(why []order.Step) []sourcing.Shortage {
	var short []sourcing.Shortage
	index := map[id.SKU]int{}
	for _, step := range why {
		if step.Verdict != order.Missing {
			continue
		}
		i, begun := index[step.SKU]
		if !begun {
			i = len(short)
			index[step.SKU] = i
			short = append(short, sourcing.Shortage{SKU: step.SKU})
		}
		short[i].Ordered += step.Wanted
		short[i].Missing += step.Wanted - step.Got
	}
	return short
}

func (v *visit) fulfillments(o order.Order, stale map[id.Site]time.Time) []page.Fulfillment {
	var all []page.Fulfillment
	for _, f := range o.Fulfillments {
		part := page.Fulfillment{
			Site: string(f.Warehouse), Name: v.nameOf(f.Warehouse), Status: string(f.Stage),
			Updated: v.local(f.ChangedAt), Stale: v.local(stale[f.Warehouse]),
			Promise: promiseOf(f.Promise), Redirect: string(f.Redirect),
		}
		if f.Unasked {
			part.ShipsOn = f.NotBefore
		}
		for _, p := range f.Lines {
			units := p.Live()
			if f.Stage == order.VoidedStage {
				units = p.Quantity // what it would have been
			}
			if units > 0 {
				part.Lines = append(part.Lines, page.ParcelLine{SKU: string(p.SKU), Name: nameIn(o, p.Line, p.SKU), Quantity: units})
			}
		}
		all = append(all, part)
	}
	return all
}

// nameIn is the name that a product had when it was ordered.
func nameIn(o order.Order, number int, sku id.SKU) string {
	if line := o.Line(number); line != nil {
		return line.Name
	}
	return string(sku)
}

// waiting tells what is still to come in. What is sold no more is told of by the
// purchase's day alone.
func (v *visit) waiting(view *page.Order, o order.Order) error {
	for _, wait := range o.Waiting {
		row, err := v.Store.Product(v.ctx(), wait.SKU)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		view.Waiting = append(view.Waiting, page.Waiting{
			Line: wait.Line, SKU: string(wait.SKU), Name: nameIn(o, wait.Line, wait.SKU), Quantity: wait.Quantity,
			Ahead: v.aheadOn(row.Product, wait.Due), Site: string(wait.Warehouse), SiteName: v.nameOf(wait.Warehouse),
		})
	}
	return nil
}

func (v *visit) tellStory(view *page.Order, o order.Order) error {
	events, notices, err := v.Store.Story(v.ctx(), o.ID)
	if err != nil {
		return err
	}
	sites := sitesOf(o)
	for _, e := range events {
		title, kind := eventTitle(e.Kind)
		view.Sums.NeverTaken = view.Sums.NeverTaken || e.Kind == "reversed"
		view.Timeline = append(view.Timeline, page.Event{
			At: v.local(e.At), Title: title, Detail: v.detailOf(e, sites), Site: v.siteName(e.Site), Kind: kind,
		})
	}
	for _, n := range notices {
		channel := n.Channel
		if channel == "page" {
			channel = "in the shop"
		}
		view.Notifications = append(view.Notifications, page.Notification{At: v.local(n.At), Channel: channel, Subject: v.forPeople(n.Text)})
	}
	return nil
}

// sitesOf lists the warehouses that have to do with an order.
func sitesOf(o order.Order) []id.Site {
	var sites []id.Site
	for i := range o.Fulfillments {
		sites = append(sites, o.Fulfillments[i].Warehouse)
	}
	return sites
}

// tellMoney tells the steps of the payment, and what they come to.
func (v *visit) tellMoney(view *page.Order, o order.Order, returns []store.Return) error {
	steps, err := v.Records.Transactions(v.ctx(), o.ID)
	if err != nil {
		return err
	}
	if err := tellSums(view, o, steps, returns); err != nil {
		return err
	}
	view.Payment = paymentOf(o, steps)
	for _, t := range steps {
		view.Settling = view.Settling || t.State == pay.Pending
		what, tone := stepTitle(t)
		view.Payments = append(view.Payments, page.PaymentStep{
			At: v.local(t.At), What: what, Amount: t.Amount, Tone: tone, Note: sentence(t.Reason),
		})
		if t.Kind == pay.Authorize && t.Method == pay.Card && t.State == pay.Failed && o.Status == order.Voided {
			view.Declined = true
		}
	}
	switch {
	case !o.Unpaid:
	case o.Payment == string(pay.BankTransfer):
		view.Awaits = page.AwaitsTransfer
	default:
		view.Awaits = page.AwaitsCard
	}
	return nil
}

// tellRedirect says whether the order can go to another address, as its
// warehouses' states stand; the store and they have the last word.
func (v *visit) tellRedirect(view *page.Order, o order.Order) {
	r := &view.Redirect
	r.Key, r.Address = v.IDs.New().String(), addressView(o.Address)
	if o.NewAddress != nil {
		asked := addressView(*o.NewAddress)
		r.Asked = &asked
		return
	}
	if o.Status == order.Voided || o.Status == order.Returned {
		return
	}
	open, fixed, short := len(o.Waiting) > 0, false, false
	for i := range o.Fulfillments {
		switch f := &o.Fulfillments[i]; {
		case f.Stage == order.VoidedStage:
		case f.Unasked, f.Unpicked(), f.Stage == order.Picking:
			open = true
		case f.Stage == order.ShortStage:
			short = true
		default:
			fixed = true
		}
	}
	switch {
	case !open && short:
		r.Hint = "While units are missing at the shelf, the address cannot be changed."
	case !open:
		r.Hint = "It is picked: the address cannot be changed any more."
	case fixed:
		r.Can, r.Hint = true, "A part is picked already, and goes to this address. The rest can still go elsewhere."
	default:
		r.Can, r.Hint = true, "What is not picked yet can go to another address."
	}
}

// tellReturns tells what comes back, and what may.
func (v *visit) tellReturns(view *page.Order, o order.Order, returns []store.Return) {
	for _, back := range returns {
		row := page.Return{At: v.local(back.AskedAt), Site: string(back.Warehouse), Name: v.nameOf(back.Warehouse), Reason: sentence(back.Reason)}
		for _, line := range back.Lines {
			row.Lines = append(row.Lines, page.ReturnLine{
				Name: nameIn(o, line.Line, line.SKU), Quantity: line.Quantity, Received: line.Received, Good: line.Good, Damaged: line.Damaged,
			})
			view.Settling = view.Settling || line.Good+line.Damaged < line.Quantity
		}
		view.Returns = append(view.Returns, row)
	}
	view.Back.Key = v.IDs.New().String()
	for _, line := range o.Lines {
		if units := returnable(o, returns, line.Number); units > 0 {
			view.Back.Lines = append(view.Back.Lines, page.ReturnableLine{Line: line.Number, Name: line.Name, Units: units})
		}
	}
}

// returnable counts the units of a line that were sent and are not on their way
// back: what the store would take.
func returnable(o order.Order, returns []store.Return, line int) int64 {
	var units int64
	for _, f := range o.Fulfillments {
		if f.Stage != order.SentStage && f.Stage != order.DeliveredStage {
			continue
		}
		for _, part := range f.Lines {
			if part.Line == line {
				units += part.Live() - part.Returned
			}
		}
	}
	for _, back := range returns {
		for _, l := range back.Lines {
			if l.Line == line {
				units -= l.Quantity - l.Received
			}
		}
	}
	return units
}
