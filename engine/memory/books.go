package memory

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"crossdock/core/id"
	"crossdock/core/stock"
	"crossdock/dist/feed"
	"crossdock/site/books"
)

// ledger is a site's books: the tables that stores and warehouses have in common.
type ledger struct {
	site      id.Site
	epoch     uint64
	movements []books.Movement // Seq is the index plus one
	booked    table[id.Movement, int64]
	balances  table[balanceKey, int64]
	messages  table[messageKey, feed.Message]
	cursors   table[string, feed.Cursor] // by origin
	parked    table[parkedKey, books.Parked]

	acknowledged table[messageKey, books.Acknowledged]
	pruned       table[string, feed.Cursor] // by destination
	peers        table[id.Site, books.Peer]
}

func newLedger(site id.Site, epoch uint64) ledger {
	return ledger{
		site: site, epoch: epoch,
		booked:   newTable[id.Movement, int64](func(a, b id.Movement) int { return compareUUID(a.UUID, b.UUID) }),
		balances: newTable[balanceKey, int64](balanceKey.compare),
		messages: newTable[messageKey, feed.Message](messageKey.compare),
		cursors:  newTable[string, feed.Cursor](strings.Compare),
		parked:   newTable[parkedKey, books.Parked](parkedKey.compare),

		acknowledged: newTable[messageKey, books.Acknowledged](messageKey.compare),
		pruned:       newTable[string, feed.Cursor](strings.Compare),
		peers:        newTable[id.Site, books.Peer](cmp.Compare[id.Site]),
	}
}

// clone returns the ledger as it is now. Movements are only ever added or cut
// off at the end, so the copy may share those it has.
func (l *ledger) clone() ledger {
	return ledger{
		site: l.site, epoch: l.epoch, movements: slices.Clip(l.movements), booked: l.booked.clone(),
		balances: l.balances.clone(), messages: l.messages.clone(), cursors: l.cursors.clone(), parked: l.parked.clone(),
		acknowledged: l.acknowledged.clone(), pruned: l.pruned.clone(), peers: l.peers.clone(),
	}
}

func (l *ledger) write(b *batch, rows books.Rows) error {
	before := len(l.movements)
	b.steps = append(b.steps, func() { l.movements = l.movements[:before:before] })
	for _, m := range rows.Movements {
		if err := l.book(b, m); err != nil {
			return err
		}
	}
	for _, balance := range rows.Balances {
		if balance.Units < 0 && !balance.Account.Kind.External() {
			return conflict("%s of %s would hold %d", balance.Account, balance.SKU, balance.Units)
		}
		put(b, &l.balances, balanceKey{balance.SKU, balance.Account}, balance.Units)
	}
	for _, m := range rows.Messages {
		if !insert(b, &l.messages, messageKey{m.Destination, m.Seq}, copyMessage(m)) {
			return exists("message %d to %s is there already", m.Seq, m.Destination)
		}
	}
	for _, c := range rows.Cursors {
		put(b, &l.cursors, c.Origin, c)
	}
	for _, p := range rows.Parked {
		if !insert(b, &l.parked, parkedKey{p.Message.Origin, p.Message.Epoch, p.Message.Seq}, copyParked(p)) {
			return exists("message %d of %s is parked already", p.Message.Seq, p.Message.Origin)
		}
	}
	for _, peer := range rows.Peers {
		put(b, &l.peers, peer.Site, peer)
	}
	l.writeFeeds(b, rows)
	return nil
}

// writeFeeds writes what became of messages.
func (l *ledger) writeFeeds(b *batch, rows books.Rows) {
	for _, p := range rows.Reparked {
		put(b, &l.parked, parkedKey{p.Message.Origin, p.Message.Epoch, p.Message.Seq}, copyParked(p))
	}
	for _, a := range rows.Acknowledged {
		a.At = micro(a.At)
		put(b, &l.acknowledged, messageKey{a.Cursor.Destination, a.Cursor.Seq}, a)
	}
	for _, c := range rows.Pruned {
		put(b, &l.pruned, c.Destination, c)
		removeUpTo(b, &l.messages, c)
		removeUpTo(b, &l.acknowledged, c)
	}
}

// removeUpTo removes the rows of a destination up to a message.
func removeUpTo[V any](b *batch, t *table[messageKey, V], upTo feed.Cursor) {
	var gone []messageKey
	for key := range t.from(messageKey{upTo.Destination, 0}) {
		if key.destination != upTo.Destination || key.seq > upTo.Seq {
			break
		}
		gone = append(gone, key)
	}
	for _, key := range gone {
		remove(b, t, key)
	}
}

func (l *ledger) book(b *batch, m books.Movement) error {
	if want := int64(len(l.movements)) + 1; m.Seq != want {
		return conflict("the next movement is number %d, not %d", want, m.Seq)
	}
	if m.Quantity <= 0 {
		return conflict("movement %s is of %d units", m.ID, m.Quantity)
	}
	if !insert(b, &l.booked, m.ID, m.Seq) {
		return exists("movement %s is booked already", m.ID)
	}
	m.At = micro(m.At)
	l.movements = append(l.movements, m)
	return nil
}

func (l *ledger) snapshot() books.Snapshot {
	s := books.Snapshot{
		Site: l.site, Epoch: l.epoch, LastSeq: int64(len(l.movements)),
		Balances: l.allBalances(), Written: l.allWritten(), Read: l.cursors.values(), Parked: l.allParked(),
		Acknowledged: l.acknowledged.values(), Pruned: l.pruned.values(), Peers: l.peers.values(),
	}
	if s.LastSeq > 0 {
		s.LastHash = l.movements[s.LastSeq-1].Hash
	}
	return s
}

func (l *ledger) allBalances() []stock.Balance {
	all := make([]stock.Balance, 0, l.balances.len())
	for key, units := range l.balances.all() {
		all = append(all, stock.Balance{SKU: key.sku, Account: key.account, Units: units})
	}
	return all
}

// newest returns the last message to a destination as a cursor, or the zero one.
func (l *ledger) newest(destination string) feed.Cursor {
	if m, there := l.messages.lastBefore(messageKey{destination, math.MaxUint64}); there && m.Destination == destination {
		return cursorOf(m)
	}
	return feed.Cursor{}
}

// allWritten returns the newest message per destination, from the last
// destination to the first and then turned round: each is one step back.
func (l *ledger) allWritten() []feed.Cursor {
	var newest []feed.Cursor
	m, more := l.messages.last()
	for more {
		newest = append(newest, cursorOf(m))
		m, more = l.messages.lastBefore(messageKey{m.Destination, 0})
	}
	slices.Reverse(newest)
	return newest
}

// allParked returns those that wait, by time, origin, number and epoch.
func (l *ledger) allParked() []books.Parked {
	all := l.endedAs("")
	slices.SortStableFunc(all, func(a, b books.Parked) int {
		return cmp.Or(
			a.ParkedAt.Compare(b.ParkedAt),
			cmp.Compare(a.Message.Origin, b.Message.Origin),
			cmp.Compare(a.Message.Seq, b.Message.Seq))
	})
	return all
}

// allSkipped returns those that were skipped, by time, origin, epoch and number.
func (l *ledger) allSkipped() []books.Parked {
	all := l.endedAs(books.Skipped)
	slices.SortStableFunc(all, func(a, b books.Parked) int { return a.Resolution.At.Compare(b.Resolution.At) })
	return all
}

func (l *ledger) endedAs(ending books.Ending) []books.Parked {
	all := make([]books.Parked, 0, l.parked.len())
	for _, p := range l.parked.all() {
		if p.Resolution.As == ending {
			all = append(all, copyParked(p))
		}
	}
	return all
}

// held returns the store's quota of a SKU at each warehouse that has ever
// granted some.
func (l *ledger) held(sku id.SKU) map[id.Site]int64 {
	held := map[id.Site]int64{}
	for key, units := range l.balances.from(balanceKey{sku, stock.Account{Kind: stock.Held}}) {
		if key.sku != sku || key.account.Kind != stock.Held {
			break
		}
		held[id.Site(key.account.Ref)] = units
	}
	return held
}

func cursorOf(m feed.Message) feed.Cursor {
	return feed.Cursor{Origin: m.Origin, Destination: m.Destination}.After(m)
}
