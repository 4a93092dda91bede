package page

import "crossdock/core/money"

// Sums is what the price of an order is made of, besides its total, which is what
// was ordered less what was called off. Zero amounts are left out.
type Sums struct {
	Ordered    money.Amount
	CalledOff  money.Amount // or never to be had
	GivenBack  bool         // it had been paid, and is given back; else it is never charged
	NeverTaken bool         // the order was not called off: it was never taken
	Refunded   money.Amount // for what came back
	ToRefund   money.Amount // the same, still to be given back
	Undecided  money.Amount // the same, of units that are to be looked at before
}

// calledOff heads what is not to be paid.
func (s Sums) calledOff() string {
	switch {
	case s.NeverTaken:
		return "Could not be promised"
	case s.GivenBack:
		return "Called off, given back"
	}
	return "Called off, not charged"
}

// row is a line of the sums.
type row struct{ label, amount string }

// before lists what leads to the total; nothing where it is what was ordered.
func (s Sums) before() []row {
	if s.CalledOff.IsZero() {
		return nil
	}
	less := money.Of(-s.CalledOff.Minor, s.CalledOff.Currency)
	return []row{{"Ordered", s.Ordered.String()}, {s.calledOff(), less.String()}}
}

// after lists what is given back of the total.
func (s Sums) after() []row {
	var rows []row
	for _, back := range []struct {
		label  string
		amount money.Amount
	}{
		{"Refunded for what you sent back", s.Refunded},
		{"Will be refunded for what you sent back", s.ToRefund},
		{"Sent back, to be looked at before it is refunded", s.Undecided},
	} {
		if !back.amount.IsZero() {
			rows = append(rows, row{back.label, back.amount.String()})
		}
	}
	return rows
}

// live is how many units of the line were not called off.
func (l OrderLine) live() int64 { return l.Quantity - l.Voided }

// amount is the units of the line at their price: those that were not called off,
// or all where none is left.
func (l OrderLine) amount() string {
	units := l.live()
	if units == 0 {
		units = l.Quantity
	}
	return number(units) + " × " + l.Price.String()
}

// gone says how much of the line was called off; empty for nothing.
func (l OrderLine) gone(s Sums) string {
	switch {
	case l.Voided == 0:
		return ""
	case s.NeverTaken:
		return "Not taken"
	case l.live() == 0:
		return "All of it called off"
	}
	return number(l.Voided) + " of " + number(l.Quantity) + " called off"
}

// facts says in the head of the page how much was ordered.
func (v Order) facts() string {
	if v.Status == "voided" {
		var units int64
		for _, line := range v.Lines {
			units += line.Quantity
		}
		return counted(units, "unit", "units") + " ordered"
	}
	return counted(v.Units, "unit", "units") + " · " + v.Total.String()
}
