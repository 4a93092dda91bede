package store

import (
	"sync"

	"crossdock/core/event"
	"crossdock/core/id"
	"crossdock/core/sourcing"
	"crossdock/core/stock"
)

// ask is a request for quota that somebody waits for.
type ask struct {
	grant    id.Grant
	answered <-chan struct{}
}

// askFor asks the warehouses, in order, for what is missing, as far as they are
// known to have free units. It returns no ask where none of them has any.
func (s *state) askFor(short []sourcing.Shortage, warehouses []id.Site) ([]ask, error) {
	wants := map[id.Site][]event.Units{}
	for _, sh := range short {
		missing := sh.Missing
		for _, warehouse := range warehouses {
			units := min(missing, s.levels[levelKey{warehouse, sh.SKU}].Available)
			if units > 0 {
				wants[warehouse] = append(wants[warehouse], event.Units{SKU: sh.SKU, Quantity: units})
				missing -= units
			}
		}
		if missing > 0 {
			return nil, nil // even with all of it the order would be short
		}
	}
	var asks []ask
	for _, warehouse := range warehouses {
		if len(wants[warehouse]) == 0 {
			continue
		}
		a, err := s.say(warehouse, wants[warehouse])
		if err != nil {
			return nil, err
		}
		asks = append(asks, a)
	}
	return asks, nil
}

func (s *state) say(warehouse id.Site, units []event.Units) (ask, error) {
	grant := id.Grant{UUID: s.IDs.New()}
	if err := s.books.Say(warehouse, "quota", event.QuotaAsked{Ask: grant, Units: units}, s.now); err != nil {
		return ask{}, err
	}
	return ask{grant, s.waits.add(grant)}, nil
}

func (s *state) askAhead(c askQuota) ([]ask, error) {
	var asks []ask
	for _, warehouse := range s.warehouses() {
		if len(c.wants[warehouse]) == 0 {
			continue
		}
		a, err := s.say(warehouse, c.wants[warehouse])
		if err != nil {
			return nil, err
		}
		asks = append(asks, a)
	}
	return asks, nil
}

// granted takes over units that a warehouse has set aside.
func (s *state) granted(warehouse id.Site, m event.QuotaGranted) error {
	for _, units := range m.Units {
		err := s.books.Book(stock.Movement{
			ID: id.Movement{UUID: id.Beside(m.Grant.UUID, "granted/"+string(units.SKU))}, At: s.now,
			SKU: units.SKU, Quantity: units.Quantity, From: stock.GranterAt(warehouse), To: stock.HeldAt(warehouse),
			Reason: stock.Granted, Cause: m.Kind(),
		})
		if err != nil {
			return err
		}
	}
	if !m.Ask.IsZero() {
		s.answered = append(s.answered, m.Ask)
	}
	return nil
}

// recalled gives back what is asked for, as far as it is not promised. The store
// lets go first; the warehouse takes it when it hears.
func (s *state) recalled(warehouse id.Site, m event.QuotaRecalled) error {
	answer := event.QuotaReturned{Recall: m.Recall, Epoch: s.books.Epoch(), Units: []event.Units{}}
	for _, wanted := range m.Units {
		units := min(wanted.Quantity, s.held(warehouse, wanted.SKU))
		if units <= 0 {
			continue
		}
		err := s.books.Book(stock.Movement{
			ID: id.Movement{UUID: id.Beside(m.Recall.UUID, "returned/"+string(wanted.SKU))}, At: s.now,
			SKU: wanted.SKU, Quantity: units, From: stock.HeldAt(warehouse), To: stock.GranterAt(warehouse),
			Reason: stock.Returned, Cause: m.Kind(),
		})
		if err != nil {
			return err
		}
		answer.Units = append(answer.Units, event.Units{SKU: wanted.SKU, Quantity: units})
	}
	return s.books.Say(warehouse, "quota", answer, s.now)
}

// waits lets those who asked for quota know when the answer is committed.
type waits struct {
	mu   sync.Mutex
	open map[id.Grant]chan struct{}
}

func newWaits() *waits { return &waits{open: map[id.Grant]chan struct{}{}} }

func (w *waits) add(grant id.Grant) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	answered := make(chan struct{})
	w.open[grant] = answered
	return answered
}

func (w *waits) answer(grants []id.Grant) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, grant := range grants {
		if answered, waiting := w.open[grant]; waiting {
			close(answered)
			delete(w.open, grant)
		}
	}
}

func (w *waits) forget(asks []ask) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range asks {
		delete(w.open, a.grant)
	}
}
