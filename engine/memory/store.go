package memory

import (
	"cmp"
	"context"
	"strings"

	"crossdock/core/catalog"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/core/pay"
	"crossdock/core/stock"
	"crossdock/site/books"
	"crossdock/site/store"
)

var (
	_ store.Journal = (*Store)(nil)
	_ store.Lookups = (*Store)(nil)
	_ store.Queries = (*Store)(nil)
	_ store.Records = (*Store)(nil)
	_ books.Feeds   = (*Store)(nil)
)

// Store keeps a store's state. Its methods may be called from many goroutines.
type Store struct {
	engine
	feeds
	state storeState
}

// storeState is the tables of a store.
type storeState struct {
	ledger       ledger
	products     table[id.SKU, catalog.Product]
	districts    table[id.District, catalog.District]
	levels       table[levelKey, stock.Level]
	orders       table[id.Order, order.Order]
	numbers      table[int64, id.Order]
	fulfillments table[id.Fulfillment, id.Order]
	events       table[eventKey, order.Event]
	notices      table[noticeKey, order.Notice]
	transactions table[transactionKey, pay.Transaction]
	users        table[id.User, store.User]
	names        table[string, id.User] // in lower case
	carts        table[string, store.CartRow]
	sessions     table[string, store.Session]
	requests     table[string, store.Request]
	warehouses   table[id.Site, catalog.Warehouse]
	schedules    table[levelKey, store.Schedule]
	loads        table[loadKey, store.Load]
	holds        table[string, store.Hold] // by owner
	returns      table[id.UUID, store.Return]
	ends         table[looseKey, store.LooseEnd]
}

// NewStore returns an empty engine of the store site, whose feeds are of epoch.
func NewStore(site id.Site, epoch uint64) *Store {
	return openStore(storeState{
		ledger:       newLedger(site, epoch),
		products:     newTable[id.SKU, catalog.Product](cmp.Compare[id.SKU]),
		districts:    newTable[id.District, catalog.District](cmp.Compare[id.District]),
		levels:       newTable[levelKey, stock.Level](levelKey.compare),
		orders:       newTable[id.Order, order.Order](func(a, b id.Order) int { return compareUUID(a.UUID, b.UUID) }),
		numbers:      newTable[int64, id.Order](cmp.Compare[int64]),
		fulfillments: newTable[id.Fulfillment, id.Order](func(a, b id.Fulfillment) int { return compareUUID(a.UUID, b.UUID) }),
		events:       newTable[eventKey, order.Event](eventKey.compare),
		notices:      newTable[noticeKey, order.Notice](noticeKey.compare),
		transactions: newTable[transactionKey, pay.Transaction](transactionKey.compare),
		users:        newTable[id.User, store.User](func(a, b id.User) int { return compareUUID(a.UUID, b.UUID) }),
		names:        newTable[string, id.User](strings.Compare),
		carts:        newTable[string, store.CartRow](strings.Compare),
		sessions:     newTable[string, store.Session](strings.Compare),
		requests:     newTable[string, store.Request](strings.Compare),
		warehouses:   newTable[id.Site, catalog.Warehouse](cmp.Compare[id.Site]),
		schedules:    newTable[levelKey, store.Schedule](levelKey.compare),
		loads:        newTable[loadKey, store.Load](loadKey.compare),
		holds:        newTable[string, store.Hold](strings.Compare),
		returns:      newTable[id.UUID, store.Return](compareUUID),
		ends:         newTable[looseKey, store.LooseEnd](looseKey.compare),
	})
}

func openStore(state storeState) *Store {
	s := &Store{state: state}
	s.feeds = feeds{&s.engine.mu, &s.state.ledger}
	return s
}

// Clone returns an engine with what was committed so far, as a site finds it
// after a crash. The two go their own ways; hooks stay with the old one.
func (s *Store) Clone() *Store {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	return openStore(s.state.clone())
}

func (s *storeState) clone() storeState {
	return storeState{
		ledger: s.ledger.clone(), products: s.products.clone(), districts: s.districts.clone(),
		levels: s.levels.clone(), orders: s.orders.clone(), numbers: s.numbers.clone(),
		fulfillments: s.fulfillments.clone(), events: s.events.clone(), notices: s.notices.clone(),
		transactions: s.transactions.clone(), users: s.users.clone(), names: s.names.clone(),
		carts: s.carts.clone(), sessions: s.sessions.clone(), requests: s.requests.clone(),
		warehouses: s.warehouses.clone(), schedules: s.schedules.clone(), loads: s.loads.clone(),
		holds: s.holds.clone(), returns: s.returns.clone(), ends: s.ends.clone(),
	}
}

// Load implements store.Journal.
func (s *Store) Load(context.Context) (store.Snapshot, error) {
	s.engine.mu.RLock()
	defer s.engine.mu.RUnlock()
	snapshot := store.Snapshot{
		Books: s.state.ledger.snapshot(), Products: s.state.products.values(), Levels: s.state.levels.values(),
		Warehouses: s.state.warehouses.values(), Loads: s.state.loads.values(), LooseEnds: s.state.ends.values(),
		Unsettled: s.state.unsettled(), Pending: s.state.pending(),
	}
	for _, schedule := range s.state.schedules.all() {
		snapshot.Schedules = append(snapshot.Schedules, copySchedule(schedule))
	}
	for _, hold := range s.state.holds.all() {
		snapshot.Holds = append(snapshot.Holds, copyHold(hold))
	}
	for _, d := range s.state.districts.all() {
		snapshot.Districts = append(snapshot.Districts, copyDistrict(d))
	}
	for number := range s.state.numbers.backward() {
		snapshot.LastNumber = number
		break
	}
	return snapshot, nil
}

// Commit implements store.Journal. A second row under one key is fault.Exists, a
// row that breaks another constraint fault.Conflict, and an update of what is
// not there fault.NotFound; nothing is written then.
func (s *Store) Commit(_ context.Context, changes *store.Changes) error {
	return s.engine.commit(func(b *batch) error {
		for _, write := range []func(*batch, *store.Changes) error{
			s.state.writeBooks, s.state.writeCatalog, s.state.writeOrders, s.state.writeHistory, s.state.writePeople,
			s.state.writePlans, s.state.writeReturns,
		} {
			if err := write(b, changes); err != nil {
				return err
			}
		}
		return nil
	})
}
