package scenario

import (
	"context"
	"slices"
	"strings"
	"testing"

	"crossdock/core/fulfillment"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/site/audit"
	"crossdock/site/books"
)

// tampered is a site's data after somebody has been at it.
type tampered struct {
	audit.Source
	movements    func([]books.Movement) []books.Movement
	balances     func([]stock.Balance) []stock.Balance
	orders       func(*order.Order) bool // false: the row is gone
	fulfillments func(*fulfillment.Fulfillment) bool
	head         func(*audit.Head)
}

func (s tampered) Head(ctx context.Context) (audit.Head, error) {
	head, err := s.Source.Head(ctx)
	if s.head != nil {
		s.head(&head)
	}
	return head, err
}

func (s tampered) Movements(ctx context.Context, each func(books.Movement, error) error) error {
	var all []books.Movement
	err := s.Source.Movements(ctx, func(m books.Movement, unreadable error) error {
		all = append(all, m)
		return unreadable
	})
	if s.movements != nil {
		all = s.movements(all)
	}
	for _, m := range all {
		if err := each(m, nil); err != nil {
			return err
		}
	}
	return err
}

func (s tampered) Balances(ctx context.Context) ([]stock.Balance, error) {
	all, err := s.Source.Balances(ctx)
	if s.balances != nil {
		all = s.balances(slices.Clone(all))
	}
	return all, err
}

func (s tampered) Orders(ctx context.Context, each func(order.Order) error) error {
	return s.Source.Orders(ctx, func(o order.Order) error {
		o = o.Clone()
		if s.orders != nil && !s.orders(&o) {
			return nil
		}
		return each(o)
	})
}

func (s tampered) Fulfillments(ctx context.Context, each func(fulfillment.Fulfillment) error) error {
	return s.Source.Fulfillments(ctx, func(f fulfillment.Fulfillment) error {
		f.Lines = slices.Clone(f.Lines)
		if s.fulfillments != nil && !s.fulfillments(&f) {
			return nil
		}
		return each(f)
	})
}

func (s tampered) Messages(ctx context.Context, to id.Site, after uint64, each func(feed.Message) error) error {
	return s.Source.Messages(ctx, to, after, each)
}

// TestAuditFinds changes stored data in one way at a time and sees it found, by
// the number of the invariant and the row.
func TestAuditFinds(t *testing.T) {
	const story = `warehouse wh1
warehouse wh2
district north wh1 wh2
product mug 4.50
receive wh1 mug=5
receive wh2 mug=9
deliver
order north mug=7
order north mug=1
deliver
advance wh1 1 picking picked ready sent
deliver
cut wh2
order north mug=2`
	for name, c := range map[string]struct {
		site      id.Site
		tamper    tampered
		invariant int
		row       string
	}{
		"quantity of a movement": {"wh1", tampered{movements: func(all []books.Movement) []books.Movement {
			all[2].Quantity++
			return all
		}}, 1, "movement 3"},
		"account of a movement": {"store", tampered{movements: func(all []books.Movement) []books.Movement {
			all[0].To = stock.PromisedAt("wh1")
			return all
		}}, 1, "movement 1"},
		"movement deleted": {"wh1", tampered{movements: func(all []books.Movement) []books.Movement {
			return slices.Delete(all, 1, 2)
		}}, 1, "movement 3"},
		"last movement deleted": {"wh1", tampered{movements: func(all []books.Movement) []books.Movement {
			return all[:len(all)-1]
		}}, 1, "balance picked of mug"},
		"balance changed": {"store", tampered{balances: func(all []stock.Balance) []stock.Balance {
			all[len(all)-1].Units++
			return all
		}}, 1, "balances of mug"},
		"balance below zero": {"wh1", tampered{balances: func(all []stock.Balance) []stock.Balance {
			all[0].Units = -1
			return all
		}}, 1, "balance available of mug"},
		"balance deleted": {"store", tampered{balances: func(all []stock.Balance) []stock.Balance {
			return slices.DeleteFunc(all, func(b stock.Balance) bool { return b.Account == stock.HeldAt("wh2") })
		}}, 1, "balance held(wh2) of mug"},
		"message forgotten by the cursor": {"wh2", tampered{head: func(h *audit.Head) {
			h.Read[0].Seq--
		}}, 2, "balance quota(store) of mug"},
		"units added to an order": {"store", tampered{orders: func(o *order.Order) bool {
			o.Lines[0].Quantity++
			return true
		}}, 3, "order"},
		"units taken from a fulfillment": {"wh1", tampered{fulfillments: func(f *fulfillment.Fulfillment) bool {
			f.Lines[0].Quantity--
			return true
		}}, 3, "fulfillment"},
		"order deleted": {"store", tampered{orders: func(o *order.Order) bool { return o.Number != 1 }}, 3, "movement"},
		"sent taken back": {"wh1", tampered{fulfillments: func(f *fulfillment.Fulfillment) bool {
			f.Stage = order.ReadyStage
			return true
		}}, 4, "fulfillment"},
		"status changed": {"store", tampered{orders: func(o *order.Order) bool {
			o.Status = order.Voided
			return true
		}}, 4, "order"},
		"stage differs between the sites": {"store", tampered{orders: func(o *order.Order) bool {
			o.Fulfillments[0].Stage = order.Picking
			return o.Number != 1
		}}, 5, "fulfillment"},
		"fulfillment deleted": {"wh2", tampered{fulfillments: func(*fulfillment.Fulfillment) bool { return false }}, 5, "fulfillment"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for _, line := range strings.Split(story, "\n") {
				w.run(strings.Fields(line))
			}
			report := w.auditWith(c.site, c.tamper)
			found := slices.ContainsFunc(report.Findings, func(f audit.Finding) bool {
				return f.Invariant == c.invariant && strings.HasPrefix(f.Row, c.row)
			})
			if !found {
				t.Errorf("not found: invariant %d, row %q; instead %+v", c.invariant, c.row, report.Findings)
			}
		})
	}
}

// auditWith audits the world with one site's data tampered with.
func (w *world) auditWith(site id.Site, by tampered) audit.Report {
	sources := w.moments()
	for i := range sources {
		head, err := sources[i].Head(context.Background())
		if err != nil {
			w.t.Fatal(err)
		}
		if head.Site == site {
			by.Source = sources[i]
			sources[i] = by
		}
	}
	report, err := audit.Sites(context.Background(), sources, w.clock)
	if err != nil {
		w.t.Fatal(err)
	}
	return report
}

// TestConsistent tells a cut in which a message was read before it was written.
func TestConsistent(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"warehouse wh1", "district north wh1", "product mug 1"} {
		w.run(strings.Fields(line))
	}
	early := w.moments()
	w.run([]string{"receive", "wh1", "mug=5"})
	w.run([]string{"deliver"})
	late := w.moments()
	for name, c := range map[string]struct {
		sources []audit.Source
		want    bool
	}{
		"one moment":                       {late, true},
		"the reader's moment is the later": {[]audit.Source{late[0], early[1]}, false},
		"the writer's moment is the later": {[]audit.Source{early[0], early[1]}, true},
	} {
		got, err := audit.Consistent(t.Context(), c.sources)
		if err != nil || got != c.want {
			t.Errorf("%s: %v, %v; want %v", name, got, err, c.want)
		}
	}
}
