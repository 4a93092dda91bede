package outbox_test

import (
	"context"
	"slices"
	"testing"

	"crossdock/core/fault"
	"crossdock/dist/feed"
	"crossdock/site/outbox"
)

// picky is a site whose database refuses the messages of one number.
type picky struct {
	refuses uint64
	with    fault.Kind
	applied []uint64
	parked  []uint64
}

func (p *picky) send(_ context.Context, messages []feed.Message, park string) error {
	if park != "" {
		p.parked = append(p.parked, messages[0].Seq)
		return nil
	}
	for _, m := range messages {
		if m.Seq == p.refuses {
			return fault.New(p.with, "no")
		}
	}
	for _, m := range messages {
		p.applied = append(p.applied, m.Seq)
	}
	return nil
}

func TestDeliver(t *testing.T) {
	messages := []feed.Message{{Seq: 1}, {Seq: 2}, {Seq: 3}}
	for name, c := range map[string]struct {
		site            picky
		applied, parked []uint64
		fails           fault.Kind
	}{
		"all at once":                        {picky{}, []uint64{1, 2, 3}, nil, 0},
		"one refused is put aside":           {picky{refuses: 2, with: fault.Exists}, []uint64{1, 3}, []uint64{2}, 0},
		"a rule of the tables broken":        {picky{refuses: 3, with: fault.Conflict}, []uint64{1, 2}, []uint64{3}, 0},
		"the engine failed: nothing is done": {picky{refuses: 2, with: fault.Unavailable}, nil, nil, fault.Unavailable},
		"the engine is busy":                 {picky{refuses: 1, with: fault.Busy}, nil, nil, fault.Busy},
	} {
		t.Run(name, func(t *testing.T) {
			err := outbox.Deliver(t.Context(), messages, c.site.send)
			if (c.fails != 0 || err != nil) && !fault.Is(err, c.fails) {
				t.Errorf("error %v, want kind %v", err, c.fails)
			}
			if !slices.Equal(c.site.applied, c.applied) || !slices.Equal(c.site.parked, c.parked) {
				t.Errorf("applied %v and parked %v, want %v and %v", c.site.applied, c.site.parked, c.applied, c.parked)
			}
		})
	}
}
