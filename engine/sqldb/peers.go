package sqldb

import (
	"context"

	"crossdock/core/id"
	"crossdock/engine/sqldb/booksdb"
	"crossdock/site/books"
)

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
