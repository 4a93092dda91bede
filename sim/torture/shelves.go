package torture

import (
	"context"
	"fmt"
	"time"

	"crossdock/api"
	"crossdock/core/id"
)

// deliver brings goods to the warehouses as orders come in, a little less than is
// ordered, and counts now and then.
func (l *load) deliver(ctx context.Context, n int) {
	random := l.random("deliver", n)
	for i := 0; !l.over(ctx, 10*time.Millisecond); {
		if int64(i*2+n)*ordersAhead > l.placed.Load() {
			continue
		}
		b := Booking{Key: fmt.Sprintf("goods-%d-%d", n, i), Warehouse: warehouses()[random.IntN(3)]}
		b.Line = Line{products()[random.IntN(len(products()))], 5 + random.Int64N(14)}
		if random.IntN(6) == 0 {
			b.Count, b.Units = true, random.Int64N(9)-5
			if b.Units >= 0 {
				b.Units++
			}
		}
		i++
		if err := l.book(ctx, b); err != nil {
			return
		}
	}
}

// book books what came in or was counted. A count may be refused.
func (l *load) book(ctx context.Context, b Booking) error {
	l.gates[b.Warehouse].RLock()
	defer l.gates[b.Warehouse].RUnlock()
	b.Began = l.moment()
	err := l.until(ctx, l.fleet.sites[b.Warehouse], b.Key, func(ctx context.Context, c *api.Client) error {
		if b.Count {
			_, err := c.Adjust(ctx, b.Key, b.Warehouse, api.Adjustment{SKU: b.SKU, Delta: b.Units, Reason: "counted by the rig"})
			return err
		}
		_, err := c.Receive(ctx, b.Key, b.Warehouse, api.Receipt{Items: []api.Wanted{{SKU: b.SKU, Quantity: b.Units}}})
		return err
	})
	if err != nil && !definite(err) {
		return err
	}
	b.Done, b.Refused, b.Ended = err == nil, refusal(err), l.moment()
	l.records.addBooking(b)
	l.journal.write("booking", b)
	return nil
}

// nextStep is what follows a status on the way of a parcel.
func nextStep(status string) string {
	return map[string]string{"accepted": "picking", "picking": "picked", "picked": "ready", "ready": "sent", "sent": "delivered"}[status]
}

// openStatuses are those in which a fulfillment can be worked on.
func openStatuses() []string { return []string{"ready", "picked", "picking", "accepted", "sent"} }

// pick works fulfillments off, beside another one who does the same.
func (l *load) pick(ctx context.Context, warehouse id.Site, n int) {
	random := l.random("pick-"+string(warehouse), n)
	for i := 0; !l.over(ctx, 20*time.Millisecond); {
		status := openStatuses()[random.IntN(len(openStatuses()))]
		work, err := l.work(ctx, warehouse, status)
		if err != nil {
			return
		}
		random.Shuffle(len(work), func(i, j int) { work[i], work[j] = work[j], work[i] })
		for _, f := range work[:min(len(work), 6)] {
			i++
			if err := l.advance(ctx, warehouse, f, status, fmt.Sprintf("step-%s-%d-%d", warehouse, n, i)); err != nil || l.over(ctx, 0) {
				return
			}
		}
	}
}

// work lists fulfillments of a status. Some stay as they are, so that there is
// something left to be voided.
func (l *load) work(ctx context.Context, warehouse id.Site, status string) ([]id.Fulfillment, error) {
	var page api.FulfillmentPage
	err := l.until(ctx, l.fleet.sites[warehouse], "list "+status, func(ctx context.Context, c *api.Client) error {
		var err error
		page, err = c.Fulfillments(ctx, warehouse, api.FulfillmentQuery{Status: status, Limit: api.MaxPage})
		return err
	})
	var work []id.Fulfillment
	for _, f := range page.Fulfillments {
		if status != "accepted" || f.ID.UUID[15]%10 != 0 {
			work = append(work, f.ID)
		}
	}
	return work, err
}

func (l *load) advance(ctx context.Context, warehouse id.Site, which id.Fulfillment, from, key string) error {
	l.gates[warehouse].RLock()
	defer l.gates[warehouse].RUnlock()
	s := Step{Key: key, Warehouse: warehouse, Fulfillment: which, To: nextStep(from)}
	s.Began = l.moment()
	err := l.until(ctx, l.fleet.sites[warehouse], key, func(ctx context.Context, c *api.Client) error {
		_, err := c.Advance(ctx, warehouse, which, api.Advance{From: from, To: s.To, Key: key})
		return err
	})
	if err != nil && !definite(err) {
		return err
	}
	s.Done, s.Refused, s.Ended = err == nil, refusal(err), l.moment()
	l.records.addStep(s)
	l.journal.write("step", s)
	return nil
}
