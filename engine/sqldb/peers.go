package sqldb

import (
	"context"
	"database/sql"
	"time"

	"crossdock/core/date"
	"crossdock/core/id"
	"crossdock/engine/sqldb/booksdb"
	"crossdock/engine/sqldb/storedb"
	"crossdock/site/books"
)

// Settled returns the site's epoch, and what it has settled with others.
func (b *Books) Settled(ctx context.Context) (epoch uint64, peers []books.Peer, err error) {
	err = b.reader.within(ctx, func(tx *sql.Tx) error {
		q := b.books.WithTx(tx)
		home, err := q.Site(ctx)
		if err != nil {
			return err
		}
		epoch = uint64(home.Epoch)
		peers, err = readPeers(ctx, q)
		return err
	})
	return epoch, peers, b.reader.fail(err, "sqldb.Settled", "")
}

// Waiting counts the paid orders that a warehouse is not asked for.
func (s *Store) Waiting(ctx context.Context, warehouse id.Site, now time.Time) (int, error) {
	orders, err := s.store.UnaskedAt(ctx, storedb.UnaskedAtParams{Warehouse: string(warehouse), Today: int64(date.Of(now))})
	return int(orders), s.reader.fail(err, "sqldb.Waiting", "")
}

// Waiting counts the fulfillments of a store that are under way.
func (w *Warehouse) Waiting(ctx context.Context, store id.Site, _ time.Time) (int, error) {
	fulfillments, err := w.warehouse.UnderWayFor(ctx, string(store))
	return int(fulfillments), w.reader.fail(err, "sqldb.Waiting", "")
}

// readPeers returns what was settled with other sites after a restore, by their names.
func readPeers(ctx context.Context, q *booksdb.Queries) ([]books.Peer, error) {
	rows, err := q.Peers(ctx)
	if err != nil {
		return nil, err
	}
	peers := make([]books.Peer, len(rows))
	for i, row := range rows {
		peers[i] = books.Peer{Site: id.Site(row.Site), Counted: uint64(row.Counted), Restated: uint64(row.Restated), Owed: uint64(row.Owed)}
	}
	return peers, nil
}
