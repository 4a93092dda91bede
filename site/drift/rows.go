package drift

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/dist/ranges"
	"crossdock/site/audit"
	"crossdock/site/books"
)

// newest is how many movements of a SKU are shown beside what differs.
const newest = 3

// shown is how much of a value is sent for people to read, in bytes.
const shown = 400

// moment is a source as it is compared with one other site.
type moment struct {
	Source
	head audit.Head
	peer id.Site
}

func open(ctx context.Context, look Look, peer id.Site) (moment, error) {
	source, err := look(ctx)
	if err != nil {
		return moment{}, err
	}
	head, err := source.Head(ctx)
	return moment{source, head, peer}, err
}

// rows returns what the site has of a kind that the other one must tell alike.
func (m moment) rows(ctx context.Context, kind Kind) (map[string]Row, error) {
	switch store := m.head.Role == audit.Store; {
	case kind == Levels && store:
		return m.told(ctx)
	case kind == Levels:
		return m.stocked(ctx)
	case kind == Fulfillments && store:
		return m.ordered(ctx)
	case kind == Fulfillments:
		return m.worked(ctx)
	case kind == Quota && store:
		return m.balances(ctx, m.unasked, stock.HeldAt(m.peer), stock.ReservedAt(m.peer))
	case kind == Quota:
		return m.balances(ctx, none, stock.QuotaOf(m.peer))
	case store:
		return m.balances(ctx, none, stock.IncomingAt(m.peer), stock.SoldAheadAt(m.peer))
	default:
		return m.balances(ctx, none, stock.ExpectedFor(m.peer))
	}
}

// told is what a store knows of a warehouse's stock. The version is no part of it: a
// warehouse counts on with each change of what is announced too, which is told apart.
func (m moment) told(ctx context.Context) (map[string]Row, error) {
	rows := map[string]Row{}
	err := m.Levels(ctx, func(level stock.Level) error {
		if level.Warehouse == m.peer {
			putLevel(rows, level)
		}
		return nil
	})
	return rows, err
}

// stocked is what a warehouse has in its building, as it tells the store.
func (m moment) stocked(ctx context.Context) (map[string]Row, error) {
	levels := map[id.SKU]*stock.Level{}
	err := m.Levels(ctx, func(level stock.Level) error {
		levels[level.SKU] = &level
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = m.Balances(ctx, func(b stock.Balance, unreadable error) error {
		if level := levels[b.SKU]; level != nil && unreadable == nil {
			m.add(level, b)
		}
		return nil
	})
	rows := map[string]Row{}
	for _, level := range levels {
		putLevel(rows, *level)
	}
	return rows, err
}

// add counts a balance as the warehouse does where it tells its levels.
func (m moment) add(level *stock.Level, b stock.Balance) {
	switch b.Account.Kind {
	case stock.Available:
		level.Available += b.Units
	case stock.Quota:
		level.Quota += b.Units
		if b.Account != stock.QuotaOf(m.peer) {
			level.Elsewhere += b.Units
		}
	case stock.Allocated:
		level.Allocated += b.Units
	case stock.Picked:
		level.Picked += b.Units
	case stock.Quarantine, stock.Damaged:
	default:
		return
	}
	level.OnHand += b.Units
}

// putLevel adds a level. One of nothing is as good as none.
func putLevel(rows map[string]Row, l stock.Level) {
	if l.OnHand == 0 && l.Elsewhere == 0 && l.Available == 0 && l.Quota == 0 && l.Allocated == 0 && l.Picked == 0 {
		return
	}
	value := fmt.Sprintf("%d on hand: %d available, %d quota (%d of others), %d allocated, %d picked",
		l.OnHand, l.Available, l.Quota, l.Elsewhere, l.Allocated, l.Picked)
	rows[string(l.SKU)] = Row{Value: value, Mark: l.Version, Version: l.Version}
}

// ordered is the parts of orders that a store has asked a warehouse for.
func (m moment) ordered(ctx context.Context) (map[string]Row, error) {
	rows := map[string]Row{}
	err := m.Orders(ctx, func(o order.Order, _ error) error {
		for _, f := range o.Fulfillments {
			if f.Warehouse != m.peer || f.Unasked || f.Stage == order.VoidedStage && f.Version == 0 {
				continue
			}
			rows[keyOf(o.ID, f.ID)] = Row{
				Value: fulfillmentText(f.Stage, f.Lines), Mark: int64(o.Version), Version: int64(f.Version), Stage: string(f.Stage),
			}
		}
		return nil
	})
	return rows, err
}

// worked is what a warehouse has of a store.
func (m moment) worked(ctx context.Context) (map[string]Row, error) {
	rows := map[string]Row{}
	err := m.Fulfillments(ctx, func(f fulfillment.Fulfillment, _ error) error {
		if f.Store != m.peer {
			return nil
		}
		parts := make([]order.Part, len(f.Lines))
		for i, line := range f.Lines {
			parts[i] = order.Part{Line: line.Line, SKU: line.SKU, Quantity: line.Quantity, Voided: line.Voided, Returned: line.Returned}
		}
		rows[keyOf(f.Order, f.ID)] = Row{
			Value: fulfillmentText(f.Stage, parts), Mark: int64(f.Version), Version: int64(f.Version), Stage: string(f.Stage),
		}
		return nil
	})
	return rows, err
}

func keyOf(which id.Order, part id.Fulfillment) string { return which.String() + "/" + part.String() }

// Names reads the key of a fulfillment.
func Names(key string) (which id.Order, part id.Fulfillment, err error) {
	first, second, _ := strings.Cut(key, "/")
	if which, err = id.ParseOrder(first); err == nil {
		part, err = id.ParseFulfillment(second)
	}
	return which, part, err
}

// fulfillmentText is what both sites must tell of a fulfillment. The version is no part
// of it: a warehouse counts on where it takes another address, and the store does not.
func fulfillmentText(stage order.Stage, lines []order.Part) string {
	lines = slices.Clone(lines)
	slices.SortFunc(lines, func(a, b order.Part) int { return a.Line - b.Line })
	var text strings.Builder
	text.WriteString(string(stage))
	for _, l := range lines {
		fmt.Fprintf(&text, "; line %d: %d %s", l.Line, l.Quantity, l.SKU)
		for _, some := range []struct {
			units int64
			are   string
		}{{l.Voided, "voided"}, {l.Returned, "returned"}} {
			if some.units != 0 {
				fmt.Fprintf(&text, ", %d %s", some.units, some.are)
			}
		}
	}
	return text.String()
}

// balances is the sum of some accounts by SKU, with what more counts.
func (m moment) balances(ctx context.Context, more func(context.Context) (map[id.SKU]int64, error), accounts ...stock.Account) (map[string]Row, error) {
	units, err := more(ctx)
	if err != nil {
		return nil, err
	}
	err = m.Balances(ctx, func(b stock.Balance, unreadable error) error {
		if unreadable == nil && slices.Contains(accounts, b.Account) {
			units[b.SKU] += b.Units
		}
		return nil
	})
	rows := map[string]Row{}
	for sku, n := range units {
		if n != 0 {
			rows[string(sku)] = Row{Value: fmt.Sprint(n), Units: n}
		}
	}
	return rows, err
}

func none(context.Context) (map[id.SKU]int64, error) { return map[id.SKU]int64{}, nil }

// unasked is what a store has promised and not asked the warehouse for.
func (m moment) unasked(ctx context.Context) (map[id.SKU]int64, error) {
	units := map[id.SKU]int64{}
	err := m.Orders(ctx, func(o order.Order, _ error) error {
		for _, f := range o.Fulfillments {
			if f.Warehouse != m.peer || !f.Unasked {
				continue
			}
			for _, part := range f.Lines {
				units[part.SKU] += part.Live()
			}
		}
		return nil
	})
	return units, err
}

// table is the rows of a kind as they are compared.
func (m moment) table(ctx context.Context, kind Kind) (*ranges.Table, error) {
	rows, err := m.rows(ctx, kind)
	if err != nil {
		return nil, err
	}
	hashes := make([]ranges.Row, 0, len(rows))
	for key, row := range rows {
		hashes = append(hashes, ranges.Row{Key: key, Hash: ranges.Of([]byte(row.Value))})
	}
	return ranges.NewTable(hashes), nil
}

// details returns what the site has of some keys, with marks by which it is known
// whether any of it has changed in between.
func (m moment) details(ctx context.Context, kind Kind, keys []string) (map[string]Row, error) {
	all, err := m.rows(ctx, kind)
	if err != nil {
		return nil, err
	}
	moved := map[id.SKU][]books.Movement{}
	if kind == Quota || kind == Incoming {
		skus := make([]id.SKU, len(keys))
		for i, key := range keys {
			skus[i] = id.SKU(key)
		}
		if moved, err = m.Newest(ctx, skus, newest); err != nil {
			return nil, err
		}
	}
	some := make(map[string]Row, len(keys))
	for _, key := range keys {
		row, there := all[key]
		if there {
			hash := ranges.Of([]byte(row.Value))
			row.Hash, row.Value = hash[:], clip(row.Value)
		}
		row.trace(moved[id.SKU(key)])
		some[key] = row
	}
	return some, nil
}

// trace adds the newest movements of a SKU. Whatever changes its quota is one.
func (r *Row) trace(moved []books.Movement) {
	for _, move := range moved {
		r.Mark = max(r.Mark, move.Seq)
		r.Newest = append(r.Newest, clip(fmt.Sprintf("%d: %s %d from %s to %s (%s)", move.Seq, move.Reason, move.Quantity, move.From, move.To, move.Cause)))
	}
}

func clip(text string) string {
	if len(text) <= shown {
		return text
	}
	return strings.ToValidUTF8(text[:shown], "") + "..."
}
