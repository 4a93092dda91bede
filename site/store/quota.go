package store

import (
	"maps"
	"slices"

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
// known to have free units. Where that would not be enough it asks for nothing.
func (s *state) askFor(short []sourcing.Shortage, warehouses []id.Site) ([]ask, error) {
	wants := map[id.Site][]event.Units{}
	for _, sh := range short {
		if s.spread(wants, sh.SKU, sh.Missing, warehouses) > 0 {
			return nil, nil
		}
	}
	return s.askAll(wants, warehouses)
}

// askAhead asks for what will be needed beyond the quota held, as far as it is
// known to be free anywhere.
func (s *state) askAhead(c askQuota) ([]ask, error) {
	warehouses := s.warehouses()
	wants := map[id.Site][]event.Units{}
	for _, sku := range slices.Sorted(maps.Keys(c.need)) {
		missing := c.need[sku]
		for _, warehouse := range warehouses {
			missing -= s.held(warehouse, sku)
		}
		s.spread(wants, sku, missing, warehouses)
	}
	return s.askAll(wants, warehouses)
}

// spread adds units of a SKU to what is wanted of the warehouses within reach, in
// order, and returns how many none of them is known to have.
func (s *state) spread(wants map[id.Site][]event.Units, sku id.SKU, missing int64, warehouses []id.Site) int64 {
	for _, warehouse := range warehouses {
		if !s.reaches(warehouse) {
			continue
		}
		level := s.levels[levelKey{warehouse, sku}]
		if units := min(missing, level.Available+level.Elsewhere); units > 0 {
			wants[warehouse] = append(wants[warehouse], event.Units{SKU: sku, Quantity: units})
			missing -= units
		}
	}
	return missing
}

// reaches reports whether a warehouse can be asked now.
func (s *state) reaches(warehouse id.Site) bool {
	return !s.books.Recovering(warehouse) && (s.Reachable == nil || s.Reachable(warehouse))
}

func (s *state) askAll(wants map[id.Site][]event.Units, warehouses []id.Site) ([]ask, error) {
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
	if err := s.books.Say(warehouse, "ask", event.QuotaAsked{Ask: grant, Units: units}, s.now); err != nil {
		return ask{}, err
	}
	s.asked = append(s.asked, grant)
	return ask{grant, s.answers.Await(grant)}, nil
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
