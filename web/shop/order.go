package shop

import (
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/sourcing"
	"crossdock/site/store"
	"crossdock/web/page"
)

// ownOrder finds the order of the address. Another customer's is just as little
// there as one that never was.
func (v *visit) ownOrder() (order.Order, error) {
	which, err := id.ParseOrder(v.PathValue("order"))
	if err != nil {
		return order.Order{}, noSuchOrder()
	}
	o, err := v.Store.Lookups().Order(v.ctx(), which)
	if fault.Is(err, fault.NotFound) || err == nil && o.Customer != v.user.ID {
		return order.Order{}, noSuchOrder()
	}
	return o, err
}

func noSuchOrder() error { return fault.New(fault.NotFound, "you have no such order") }

func showOrder(v *visit) error {
	o, err := v.ownOrder()
	if err != nil {
		return err
	}
	view, err := v.orderView(o)
	if err != nil {
		return err
	}
	if v.wantsPart() {
		return v.show(http.StatusOK, view.Live())
	}
	return v.showIn(http.StatusOK, view.Page)
}

func showPlaced(v *visit) error {
	o, err := v.ownOrder()
	if err != nil {
		return err
	}
	view, err := v.orderView(o)
	if err != nil {
		return err
	}
	return v.showIn(http.StatusOK, func(f page.Frame) templ.Component { return view.Placed(f) })
}

func voidOrder(v *visit) error {
	o, err := v.ownOrder()
	if err != nil {
		return err
	}
	switch o.Status {
	case order.Voided:
		return fault.New(fault.Conflict, "this order is voided already")
	case order.Sent, order.Delivered:
		return fault.New(fault.Conflict, "this order was sent: what you do not want to keep can be returned")
	}
	command := store.VoidOrder{Order: o.ID, By: v.user.ID, Reason: "called off by the customer"}
	if _, err := v.Store.Do(v.ctx(), command); err != nil {
		return err
	}
	v.redirect(string(page.OrderURL(o.ID.String())))
	return nil
}

// orderView tells all that is known of an order.
func (v *visit) orderView(o order.Order) (page.Order, error) {
	stale, err := v.stale()
	if err != nil {
		return page.Order{}, err
	}
	events, notices, err := v.Store.Story(v.ctx(), o.ID)
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
		Address: page.Address{
			Name: o.Address.Name, Street: o.Address.Street, PostalCode: o.Address.PostalCode,
			City: o.Address.City, District: string(o.Address.District),
		},
		Payment: paymentOf(o), Units: unitsOf(o), Total: o.Total, Why: v.steps(o.Why),
		Fulfillments: v.fulfillments(o, stale),
	}
	if known {
		view.District, view.Address.District = district.Name, district.Name
	}
	if err := v.orderLines(&view, o); err != nil {
		return page.Order{}, err
	}
	v.tellStory(&view, events, notices)
	tellVoiding(&view, o)
	return view, nil
}

func (v *visit) orderLines(view *page.Order, o order.Order) error {
	names := map[id.SKU]string{}
	for _, line := range o.Lines {
		sum, err := line.Price.Times(line.Quantity)
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
			SKU: string(line.SKU), Name: line.Name, Type: kind, Price: line.Price, Sum: sum, Quantity: line.Quantity,
		})
	}
	if o.Status == order.Voided {
		view.Short = shortLines(missingOf(o.Why), names)
	}
	return nil
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
			Site: string(f.Warehouse), Name: v.SiteNames[f.Warehouse], Status: string(f.Stage),
			Updated: v.local(f.ChangedAt), Stale: v.local(stale[f.Warehouse]),
		}
		for _, p := range f.Lines {
			name := string(p.SKU)
			if line := o.Line(p.Line); line != nil {
				name = line.Name
			}
			units := p.Live()
			if f.Stage == order.VoidedStage {
				units = p.Quantity // what it would have been
			}
			if units > 0 {
				part.Lines = append(part.Lines, page.ParcelLine{SKU: string(p.SKU), Name: name, Quantity: units})
			}
		}
		all = append(all, part)
	}
	return all
}

func (v *visit) tellStory(view *page.Order, events []order.Event, notices []order.Notice) {
	for _, e := range events {
		title, kind := eventTitle(e.Kind)
		view.Timeline = append(view.Timeline, page.Event{
			At: v.local(e.At), Title: title, Detail: detailOf(e), Site: string(e.Site), Kind: kind,
		})
	}
	for _, n := range notices {
		channel := n.Channel
		if channel == "page" {
			channel = "in the shop"
		}
		view.Notifications = append(view.Notifications, page.Notification{At: v.local(n.At), Channel: channel, Subject: n.Text})
	}
}
