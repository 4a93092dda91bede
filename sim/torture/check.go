package torture

import (
	"fmt"
	"slices"

	"crossdock/api"
	"crossdock/core/id"
)

// Violation is something that must never be.
type Violation struct {
	Rule string `json:"rule"`
	Text string `json:"text"`
}

// checker compares what clients were told with what the sites have in the end.
type checker struct {
	records *Records
	truth   *Truth
	orders  map[id.Order]*api.Order
	voids   map[id.Order]bool // asked, whether taken or not
	found   []Violation
}

// Check returns all that is wrong, in the order of the rules.
func Check(records *Records, truth *Truth) []Violation {
	c := &checker{records: records, truth: truth, orders: map[id.Order]*api.Order{}, voids: map[id.Order]bool{}}
	for i := range truth.Orders {
		c.orders[truth.Orders[i].ID] = &truth.Orders[i]
	}
	for _, v := range records.Voids {
		c.voids[v.Order] = true
	}
	c.answered()
	c.known()
	c.references()
	c.statuses()
	c.sold()
	c.parcels()
	c.shelves()
	c.sides()
	c.histories()
	return c.found
}

func (c *checker) add(rule, format string, args ...any) {
	c.found = append(c.found, Violation{rule, fmt.Sprintf(format, args...)})
}

// answered: once all is healed, every request has a definite answer.
func (c *checker) answered() {
	for _, what := range c.records.Open {
		c.add("unanswered", "%s", what)
	}
	for _, p := range c.records.Placings {
		if p.Refused != "" {
			c.add("refused", "%s was refused: %s", p.Key, p.Refused)
		}
	}
	for _, b := range c.records.Bookings {
		if !b.Done && !b.Count {
			c.add("refused", "the receipt %s at %s was refused: %s", b.Key, b.Warehouse, b.Refused)
		}
	}
}

// known: each order that was acknowledged is there, with its lines, and every
// answer to its key is the same.
func (c *checker) known() {
	for _, p := range c.records.Placings {
		for i, a := range p.Answers {
			if i > 0 && !sameAnswer(a, p.Answers[0]) {
				c.add("answers differ", "%s: first %+v, then %+v", p.Key, p.Answers[0], a)
			}
			o := c.orders[a.Order]
			if o == nil {
				c.add("order lost", "%s was acknowledged as %s, number %d, and is not there", p.Key, a.Order, a.Number)
				continue
			}
			if o.Number != a.Number || o.Reference != p.Key {
				c.add("order changed", "%s was acknowledged as number %d, and is number %d of %q", p.Key, a.Number, o.Number, o.Reference)
			}
			if has := linesOf(*o); !sameLines(has, p.Lines) || !a.Short && !sameLines(a.Lines, p.Lines) {
				c.add("lines differ", "%s asked for %v, was told %v, and has %v", p.Key, p.Lines, a.Lines, has)
			}
		}
	}
}

func sameAnswer(a, b Answer) bool {
	return a.Order == b.Order && a.Number == b.Number && a.Short == b.Short && sameLines(a.Lines, b.Lines)
}

func linesOf(o api.Order) []Line {
	var lines []Line
	for _, l := range o.Lines {
		lines = append(lines, Line{l.SKU, l.Quantity})
	}
	return lines
}

// sameLines compares lines in any order; each product has one line.
func sameLines(a, b []Line) bool {
	if len(a) != len(b) {
		return false
	}
	for _, l := range a {
		if !slices.Contains(b, l) {
			return false
		}
	}
	return true
}

// references: each request has made one order, and nothing else has.
func (c *checker) references() {
	asked, made := map[string]bool{}, map[string]id.Order{}
	for _, p := range c.records.Placings {
		asked[p.Key] = true
	}
	for _, o := range c.truth.Orders {
		if first, twice := made[o.Reference]; twice {
			c.add("order twice", "%s is both %s and %s", o.Reference, first, o.ID)
		}
		made[o.Reference] = o.ID
		if !asked[o.Reference] {
			c.add("order of nobody", "%s has the reference %q, which nobody has used", o.ID, o.Reference)
		}
	}
}

// statuses: an order stands where its answer and what was asked since allow.
func (c *checker) statuses() {
	for _, p := range c.records.Placings {
		if len(p.Answers) == 0 || c.orders[p.Answers[0].Order] == nil {
			continue
		}
		o := c.orders[p.Answers[0].Order]
		gone := slices.ContainsFunc(o.Lines, func(l api.OrderLine) bool { return l.Voided > 0 })
		switch {
		case p.Answers[0].Short && o.Status != "voided":
			c.add("status", "%s was short, and is %s", p.Key, o.Status)
		case !p.Answers[0].Short && !c.voids[o.ID] && (gone || o.Status == "voided"):
			c.add("status", "%s was placed, nobody called it off, and it is %s with lines %+v: %s", p.Key, o.Status, o.Lines, o.Reason)
		case o.VoidAsked:
			c.add("status", "%s still waits for the answer to a void", p.Key)
		}
	}
	for _, v := range c.records.Voids {
		o := c.orders[v.Order]
		if v.Taken && o != nil && o.Status != "voided" && !started(*o) {
			c.add("status", "the void of %s was taken, and it is %s although no part of it was sent", o.Reference, o.Status)
		}
	}
}

// started reports whether a part of the order has left its warehouse.
func started(o api.Order) bool {
	return slices.ContainsFunc(o.Fulfillments, func(f api.OrderFulfillment) bool { return f.Status == "sent" || f.Status == "delivered" })
}

// sold: no more units of a product are sold than came in.
func (c *checker) sold() {
	stock := map[id.SKU]int64{}
	for _, b := range c.records.Bookings {
		if b.Done {
			stock[b.SKU] += b.Units
		}
	}
	for _, o := range c.truth.Orders {
		for _, l := range o.Lines {
			stock[l.SKU] -= l.Quantity - l.Voided
		}
	}
	for _, sku := range sorted(stock) {
		if stock[sku] < 0 {
			c.add("oversold", "%d units of %s more are sold than came in", -stock[sku], sku)
		}
	}
}

// parcels: each one was handed over at most once, a hand-over that was
// acknowledged stands, and no line ships more than was ordered.
func (c *checker) parcels() {
	status := map[id.Fulfillment]string{}
	shipped := map[string]int64{}
	for _, name := range warehouses() {
		for _, f := range c.truth.Fulfillments[name] {
			if _, twice := status[f.ID]; twice {
				c.add("parcel twice", "fulfillment %s is there twice", f.ID)
			}
			status[f.ID] = f.Status
			for _, l := range f.Lines {
				if left(f.Status) {
					shipped[fmt.Sprintf("%s line %d", f.Order, l.Line)] += l.Quantity - l.Voided
				}
			}
		}
	}
	for _, o := range c.truth.Orders {
		for _, l := range o.Lines {
			if units := shipped[fmt.Sprintf("%s line %d", o.ID, l.Line)]; units > l.Quantity-l.Voided {
				c.add("parcel twice", "%s line %d: %d units left, of %d ordered and %d voided", o.Reference, l.Line, units, l.Quantity, l.Voided)
			}
		}
	}
	done := map[string]string{}
	for _, s := range c.records.Steps {
		step := s.Fulfillment.String() + " " + s.To
		if first, twice := done[step]; twice && s.Done {
			c.add("parcel twice", "the step to %s was done by %s and by %s", step, first, s.Key)
		}
		if s.Done {
			done[step] = s.Key
			if now := status[s.Fulfillment]; rank(now) < rank(s.To) && (now != "voided" || left(s.To)) {
				c.add("step lost", "%s was taken to %s by %s, and is %s", s.Fulfillment, s.To, s.Key, now)
			}
		}
	}
}

func left(status string) bool { return status == "sent" || status == "delivered" }

// rank orders the statuses on the way of a parcel; of others it is 0.
func rank(status string) int {
	return 1 + slices.Index([]string{"accepted", "picking", "picked", "ready", "sent", "delivered"}, status)
}

// shelves: what is in a building is what came in, was counted and did not leave;
// so each receipt was booked once.
func (c *checker) shelves() {
	for _, name := range warehouses() {
		units := map[id.SKU]int64{}
		for _, sku := range products() {
			units[sku] = 0
		}
		for _, b := range c.records.Bookings {
			if b.Done && b.Warehouse == name {
				units[b.SKU] += b.Units
			}
		}
		for _, f := range c.truth.Fulfillments[name] {
			for _, l := range f.Lines {
				if left(f.Status) {
					units[l.SKU] -= l.Quantity - l.Voided
				}
			}
		}
		for _, sku := range sorted(units) {
			if has := c.truth.Levels[name][sku]; has.OnHand != units[sku] {
				c.add("stock differs", "%s has %d units of %s; by what was acknowledged it has %d", name, has.OnHand, sku, units[sku])
			}
		}
	}
}

// sides: the store and the warehouse tell the same of each fulfillment, and of the
// stock.
func (c *checker) sides() {
	at := map[id.Fulfillment]string{}
	for _, name := range warehouses() {
		for _, f := range c.truth.Fulfillments[name] {
			at[f.ID] = f.Status
		}
		for _, sku := range products() {
			own, told := c.truth.Levels[name][sku], c.truth.Known[name][sku].Level
			if own.OnHand != told.OnHand || own.Available != told.Available || own.Quota != told.Quota || own.Allocated != told.Allocated || own.Picked != told.Picked {
				c.add("sides differ", "%s at %s: it has %+v, the store knows %+v", sku, name, own, told)
			}
		}
	}
	for _, o := range c.truth.Orders {
		for _, f := range o.Fulfillments {
			there, known := at[f.ID]
			if !known && f.Unasked {
				continue
			}
			if there != f.Status {
				c.add("sides differ", "%s of %s is %q at %s, and %q at the store", f.ID, o.Reference, there, f.Warehouse, f.Status)
			}
			delete(at, f.ID)
		}
	}
	for which, status := range at {
		c.add("sides differ", "%s is %s at its warehouse, and of no order", which, status)
	}
}

func sorted[V any](m map[id.SKU]V) []id.SKU {
	var keys []id.SKU
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
