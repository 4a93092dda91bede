package shop

import (
	"crossdock/core/money"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/site/store"
	"crossdock/web/page"
)

// tellSums tells what the price of an order is made of: what was called off of it,
// and what is given back. It follows the store, which charges what it sends and
// gives back the money of what came back and was looked at, as far as it was taken.
func tellSums(view *page.Order, o order.Order, steps []pay.Transaction, returns []store.Return) error {
	quarantined := map[int]int64{}
	for _, back := range returns {
		for _, line := range back.Lines {
			quarantined[line.Line] += line.Received - line.Good - line.Damaged
		}
	}
	var off, back money.Amount
	for _, sum := range []struct {
		to    *money.Amount
		units func(order.Line) int64
	}{
		{&view.Total, func(l order.Line) int64 { return l.Quantity - l.Voided }},
		{&off, func(l order.Line) int64 { return l.Voided }},
		{&back, func(l order.Line) int64 { return l.Returned - quarantined[l.Number] }},
		{&view.Sums.Undecided, func(l order.Line) int64 { return quarantined[l.Number] }},
	} {
		var err error
		if *sum.to, err = worth(o, sum.units); err != nil {
			return err
		}
	}
	for _, line := range o.Lines {
		view.Units += line.Quantity - line.Voided
	}
	view.Sums.Ordered, view.Sums.CalledOff = o.Total, off
	account, err := pay.Open(o.ID, steps)
	if err != nil {
		return err
	}
	refunded, taken := account.Refunded(), account.Captured()
	view.Sums.Refunded = refunded
	view.Sums.ToRefund = money.Of(max(min(back.Minor, taken.Minor)-refunded.Minor, 0), o.Total.Currency)
	// A transfer is paid before anything is sent; everybody else pays what is sent.
	view.Sums.GivenBack = pay.Method(o.Payment) == pay.BankTransfer && (o.Unpaid || !account.Authorized().IsZero())
	return nil
}

// worth is the price of some units of each line.
func worth(o order.Order, units func(order.Line) int64) (money.Amount, error) {
	sum := money.Of(0, o.Total.Currency)
	for _, line := range o.Lines {
		price, err := line.Price.Times(units(line))
		if err != nil {
			return sum, err
		}
		if sum, err = sum.Add(price); err != nil {
			return sum, err
		}
	}
	return sum, nil
}
