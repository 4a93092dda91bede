// Package purchase keeps what suppliers have announced: which units, when they are
// expected, and which store may sell them ahead. It is the warehouse's second
// ledger, incoming: none of it is stock until it has been received.
//
// Each function takes a purchase and returns it changed, with the units that the
// stores gain or lose by it; booking them is the warehouse's. For each line,
// Announced = Received + Withdrawn + Open. Start reading at Purchase.
package purchase

import (
	"cmp"
	"slices"
	"time"

	"crossdock/core/catalog"
	"crossdock/core/date"
	"crossdock/core/event"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/quota"
	"crossdock/core/stock"
)

// MaxLines is the most lines of a purchase.
const MaxLines = 1000

// Purchase is an order placed with a supplier.
type Purchase struct {
	ID          string // the caller's, such as "PO-1001": 1 to 64 characters
	Supplier    string
	Version     int // grows by one with each change
	AnnouncedAt time.Time
	ChangedAt   time.Time
	Closed      bool   // nothing more is expected of it
	Lines       []Line // each SKU once
}

// Line is one product of a purchase.
type Line struct {
	SKU       id.SKU
	Announced int64
	Received  int64 // of the announced units; what came in beyond them is not counted here
	Withdrawn int64 // called off
	Due       date.Date
	Shares    []Share // who may sell the open units ahead, each store once; all of them together
}

// Share is the open units of a line that one store may sell ahead.
type Share struct {
	Store id.Site
	Units int64
}

// Open returns the units that are still to come.
func (l Line) Open() int64 { return l.Announced - l.Received - l.Withdrawn }

// Share returns the open units that a store may sell ahead.
func (l Line) Share(store id.Site) int64 {
	for _, share := range l.Shares {
		if share.Store == store {
			return share.Units
		}
	}
	return 0
}

// Taken is open units of a SKU that are expected no more: those that were
// nobody's yet, and those that the stores lose.
type Taken struct {
	SKU    id.SKU
	Nobody int64
	Shares []Share
}

// Announce makes a purchase out of lines that name SKU, Announced and Due. What
// is no purchase is fault.Invalid.
func Announce(name, supplier string, lines []Line, now time.Time) (Purchase, error) {
	if err := catalog.CheckLine("purchase", name, 1, 64); err != nil {
		return Purchase{}, err
	}
	if err := catalog.CheckLine("supplier", supplier, 0, 200); err != nil {
		return Purchase{}, err
	}
	if len(lines) == 0 || len(lines) > MaxLines {
		return Purchase{}, fault.At("lines", fault.Invalid, "a purchase has 1 to %d lines, not %d", MaxLines, len(lines))
	}
	p := Purchase{ID: name, Supplier: supplier, Version: 1, AnnouncedAt: now, ChangedAt: now}
	seen := map[id.SKU]bool{}
	for _, line := range lines {
		if _, err := id.ParseSKU(string(line.SKU)); err != nil {
			return Purchase{}, err
		}
		if seen[line.SKU] {
			return Purchase{}, fault.At("lines", fault.Invalid, "%s stands twice in the purchase: announce a second delivery as another one", line.SKU)
		}
		seen[line.SKU] = true
		if err := checkUnits(line.Announced, 1); err != nil {
			return Purchase{}, err
		}
		if err := checkDue(line.Due, now); err != nil {
			return Purchase{}, err
		}
		p.Lines = append(p.Lines, Line{SKU: line.SKU, Announced: line.Announced, Due: line.Due})
	}
	return p, nil
}

func checkUnits(units, least int64) error {
	if units < least || units > stock.MaxQuantity {
		return fault.At("units", fault.Invalid, "the quantity %d is not from %d to %d", units, least, stock.MaxQuantity)
	}
	return nil
}

// checkDue refuses a day that is over everywhere.
func checkDue(due date.Date, now time.Time) error {
	if !due.IsZero() && due < date.Of(now)-1 {
		return fault.At("due", fault.Invalid, "%s is over: nothing can be expected then", due)
	}
	return nil
}

// Hand gives the stores units of a line that were announced and are nobody's yet.
func Hand(p Purchase, sku id.SKU, shares []Share) Purchase {
	p = p.clone()
	line := p.line(sku)
	for _, share := range shares {
		i := slices.IndexFunc(line.Shares, func(own Share) bool { return own.Store == share.Store })
		if i < 0 {
			line.Shares = append(line.Shares, share)
			continue
		}
		line.Shares[i].Units += share.Units
	}
	return p
}

// Date sets when a line is expected; the zero date: nobody knows.
func Date(p Purchase, sku id.SKU, due date.Date, now time.Time) (Purchase, error) {
	if err := checkDue(due, now); err != nil {
		return p, err
	}
	p, line, err := p.step(sku, now)
	if err != nil {
		return p, err
	}
	line.Due = due
	return p, nil
}

// Resize sets the total of a line, received units included. It returns how many
// units the line has gained, which are nobody's yet, or else what is taken from
// the stores because the supplier calls it off. A total below what has been
// received is fault.Conflict.
func Resize(p Purchase, sku id.SKU, total int64, now time.Time) (Purchase, int64, Taken, error) {
	if err := checkUnits(total, 0); err != nil {
		return p, 0, Taken{}, err
	}
	next, line, err := p.step(sku, now)
	if err != nil {
		return p, 0, Taken{}, err
	}
	if total < line.Received {
		return p, 0, Taken{}, fault.New(fault.Conflict, "%d units of %s have come in already: it cannot be %d in all", line.Received, sku, total)
	}
	if more := total - (line.Announced - line.Withdrawn); more > 0 {
		line.Announced += more
		return next, more, Taken{}, nil
	}
	units := line.Announced - line.Withdrawn - total
	line.Withdrawn += units
	taken := line.take(units)
	next.close()
	return next, 0, taken, nil
}

// Receive books units of a line as come in. It returns what is taken from the
// stores' shares, to be given to them as stock, and how many units came in
// beyond what was announced. It never fails: what is here is here.
func Receive(p Purchase, sku id.SKU, units int64, now time.Time) (next Purchase, taken Taken, surplus int64) {
	next, line, err := p.step(sku, now)
	if err != nil {
		return p, Taken{}, units // closed, or the line is none of it: nobody waits for it
	}
	arrived := min(units, line.Open())
	if arrived <= 0 {
		return p, Taken{}, units
	}
	line.Received += arrived
	taken = line.take(arrived)
	next.close()
	return next, taken, units - arrived
}

// Cancel calls off all that has not come in.
func Cancel(p Purchase, now time.Time) (Purchase, []Taken, error) {
	if err := p.checkOpen(); err != nil {
		return p, nil, err
	}
	p = p.clone()
	var all []Taken
	for i := range p.Lines {
		line := &p.Lines[i]
		if open := line.Open(); open > 0 {
			line.Withdrawn += open
			all = append(all, line.take(open))
		}
	}
	p.ChangedAt = now
	p.Version++
	p.close()
	return p, all, nil
}

// Schedule returns when a store's open units of a SKU are expected, soonest first;
// those of which nobody knows come last.
func Schedule(purchases []Purchase, store id.Site, sku id.SKU) []event.Arriving {
	var arrivals []event.Arriving
	for _, p := range purchases {
		for _, line := range p.Lines {
			units := line.Share(store)
			if line.SKU != sku || units == 0 {
				continue
			}
			i := slices.IndexFunc(arrivals, func(a event.Arriving) bool { return a.On == line.Due })
			if i < 0 {
				arrivals = append(arrivals, event.Arriving{On: line.Due, Quantity: units})
				continue
			}
			arrivals[i].Quantity += units
		}
	}
	slices.SortFunc(arrivals, func(a, b event.Arriving) int {
		if a.On.IsZero() != b.On.IsZero() {
			return cmp.Compare(b.On, a.On)
		}
		return cmp.Compare(a.On, b.On)
	})
	return arrivals
}

// take follows the loss of so many open units: first those that are nobody's, then
// the shares shrink, each in proportion to what it has.
func (l *Line) take(units int64) Taken {
	var shared int64
	weights := make([]int64, len(l.Shares))
	for i, share := range l.Shares {
		weights[i] = share.Units
		shared += share.Units
	}
	lost := max(shared-l.Open(), 0)
	taken, left := Taken{SKU: l.SKU, Nobody: units - lost}, []Share(nil)
	for i, part := range quota.Split(lost, weights) {
		share := l.Shares[i]
		if part > 0 {
			taken.Shares = append(taken.Shares, Share{share.Store, part})
		}
		if share.Units > part {
			left = append(left, Share{share.Store, share.Units - part})
		}
	}
	l.Shares = left
	return taken
}

// step returns a copy one version on, and the line that may be changed in it.
func (p Purchase) step(sku id.SKU, now time.Time) (Purchase, *Line, error) {
	if err := p.checkOpen(); err != nil {
		return p, nil, err
	}
	next := p.clone()
	line := next.line(sku)
	if line == nil {
		return p, nil, fault.New(fault.NotFound, "there is no %s in the purchase %s", sku, fault.Quote(p.ID))
	}
	next.ChangedAt = now
	next.Version++
	return next, line, nil
}

func (p Purchase) checkOpen() error {
	if p.Closed {
		return fault.New(fault.Conflict, "nothing more is expected of the purchase %s: announce another one", fault.Quote(p.ID))
	}
	return nil
}

func (p *Purchase) close() {
	p.Closed = !slices.ContainsFunc(p.Lines, func(l Line) bool { return l.Open() > 0 })
}

func (p Purchase) clone() Purchase {
	p.Lines = slices.Clone(p.Lines)
	for i := range p.Lines {
		p.Lines[i].Shares = slices.Clone(p.Lines[i].Shares)
	}
	return p
}

func (p *Purchase) line(sku id.SKU) *Line {
	for i := range p.Lines {
		if p.Lines[i].SKU == sku {
			return &p.Lines[i]
		}
	}
	return nil
}
