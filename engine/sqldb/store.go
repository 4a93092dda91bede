package sqldb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"crossdock/core/cart"
	"crossdock/core/fault"
	"crossdock/core/id"
	"crossdock/core/order"
	"crossdock/engine/sqldb/booksdb"
	"crossdock/engine/sqldb/storedb"
	"crossdock/site/books"
	"crossdock/site/store"
)

var (
	_ store.Records = (*Store)(nil)
	_ books.Feeds   = (*Store)(nil)
)

// Store reads a store: all of its ports but the commit, the catalog's pages and
// the keyed commands.
type Store struct {
	Books
	store *storedb.Queries
}

// OpenStore prepares the statements of a store.
func OpenStore(ctx context.Context, r Reader) (*Store, error) {
	shared, err := booksdb.Prepare(ctx, r.DB)
	if err != nil {
		return nil, r.fail(err, "sqldb.OpenStore", "")
	}
	own, err := storedb.Prepare(ctx, r.DB)
	if err != nil {
		return nil, errors.Join(r.fail(err, "sqldb.OpenStore", ""), shared.Close())
	}
	return &Store{Books{r, shared}, own}, nil
}

// Close lets go of the statements. The pool stays open.
func (s *Store) Close() error { return errors.Join(s.books.Close(), s.store.Close()) }

// Load returns what the store decides upon, all of it at one moment.
func (s *Store) Load(ctx context.Context) (store.Snapshot, error) {
	var loaded store.Snapshot
	err := s.reader.within(ctx, func(tx *sql.Tx) (err error) {
		if loaded.Books, err = readBooks(ctx, s.books.WithTx(tx), s.reader.Site); err != nil {
			return err
		}
		q := s.store.WithTx(tx)
		if loaded.Products, err = readProducts(ctx, q); err != nil {
			return err
		}
		if loaded.Districts, err = readDistricts(ctx, q); err != nil {
			return err
		}
		if loaded.Levels, err = readLevels(ctx, q); err != nil {
			return err
		}
		loaded.LastNumber, err = q.LastNumber(ctx)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		return readPlans(ctx, q, &loaded)
	})
	return loaded, s.reader.fail(err, "sqldb.Load", "")
}

// Order returns an order with all that belongs to it.
func (s *Store) Order(ctx context.Context, which id.Order) (order.Order, error) {
	var o order.Order
	err := s.reader.within(ctx, func(tx *sql.Tx) error {
		q := s.store.WithTx(tx)
		row, err := q.OrderByID(ctx, which.UUID[:])
		if err != nil {
			return err
		}
		o, err = whole(ctx, q, row)
		return err
	})
	return o, s.reader.fail(err, "sqldb.Order", "there is no order %s", which)
}

// OrdersOf returns a customer's orders, newest first.
func (s *Store) OrdersOf(ctx context.Context, customer id.User, limit int) ([]order.Order, error) {
	if customer.IsZero() || limit < 1 {
		return nil, nil
	}
	var orders []order.Order
	err := s.reader.within(ctx, func(tx *sql.Tx) error {
		q := s.store.WithTx(tx)
		rows, err := q.OrdersByCustomer(ctx, storedb.OrdersByCustomerParams{
			Customer: customer.UUID[:], Before: behindAll(), Most: most(limit),
		})
		if err != nil {
			return err
		}
		orders, err = wholeOrders(ctx, q, rows)
		return err
	})
	return orders, s.reader.fail(err, "sqldb.OrdersOf", "")
}

// User returns a user by identifier.
func (s *Store) User(ctx context.Context, which id.User) (store.User, error) {
	row, err := s.store.UserByID(ctx, which.UUID[:])
	if err != nil {
		return store.User{}, s.reader.fail(err, "sqldb.User", "there is no user %s", which)
	}
	return user(row), nil
}

// UserNamed returns a user by name, whatever its case.
func (s *Store) UserNamed(ctx context.Context, name string) (store.User, error) {
	row, err := s.store.UserByNameKey(ctx, NameKey(name))
	if err != nil {
		return store.User{}, s.reader.fail(err, "sqldb.UserNamed", "there is no user named %s", fault.Quote(name))
	}
	return user(row), nil
}

// Cart returns an owner's cart.
func (s *Store) Cart(ctx context.Context, owner string) (cart.Cart, error) {
	lines, err := s.store.Cart(ctx, owner)
	if err != nil {
		return cart.Cart{}, s.reader.fail(err, "sqldb.Cart", "there is no such cart")
	}
	var c cart.Cart
	if err := json.Unmarshal([]byte(lines), &c.Lines); err != nil {
		return cart.Cart{}, &fault.Error{Kind: fault.Corrupt, Op: "sqldb.Cart", Message: "the cart cannot be read", Cause: err}
	}
	return c, nil
}

// Session returns a session that has not expired.
func (s *Store) Session(ctx context.Context, tokenHash string, now time.Time) (store.Session, error) {
	row, err := s.store.Session(ctx, storedb.SessionParams{TokenHash: tokenHash, Now: now.UnixMicro()})
	if err != nil {
		return store.Session{}, s.reader.fail(err, "sqldb.Session", "there is no such session")
	}
	return store.Session{TokenHash: row.TokenHash, Data: row.Data, ExpiresAt: moment(row.ExpiresAt)}, nil
}
