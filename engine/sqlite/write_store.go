package sqlite

import (
	"encoding/json"

	"zombiezen.com/go/sqlite"

	"crossdock/engine/sqldb"
	"crossdock/site/store"
)

// storeWriter holds the statements that write a store's own tables.
type storeWriter struct {
	books   booksWriter
	orders  orderWriter
	updates orderUpdater
	plans   planWriter
	records recordWriter

	products, districts, served, levels *bulk
	events, notices                     *bulk
	users, carts, sessions              *bulk
	requests                            requestWriter
	unserve, emptyCart, endSession      *sqlite.Stmt
}

func newStoreWriter(conn *sqlite.Conn) (*storeWriter, error) {
	p := &preparer{conn: conn}
	w := &storeWriter{books: newBooksWriter(p), orders: newOrderWriter(p), plans: newPlanWriter(p), records: newRecordWriter(p)}
	w.updates = newOrderUpdater(p, &w.orders)
	w.prepareCatalog(p)
	w.prepareHistory(p)
	w.preparePeople(p)
	return w, p.err
}

// write follows the order of the fields of Changes.
func (w *storeWriter) write(batch *store.Changes) error {
	if err := w.books.write(&batch.Books); err != nil {
		return err
	}
	if err := w.writeCatalog(batch); err != nil {
		return err
	}
	if err := w.orders.write(batch.Orders); err != nil {
		return err
	}
	if err := w.updates.write(batch.Updates); err != nil {
		return err
	}
	if err := w.writeHistory(batch); err != nil {
		return err
	}
	if err := w.writePeople(batch); err != nil {
		return err
	}
	if err := w.plans.write(batch); err != nil {
		return err
	}
	return w.records.writeReturns(batch.Returns)
}

// ended is told whether a transaction was written in the end.
func (w *storeWriter) ended(written bool) {
	w.books.balances.ended(written)
	w.requests.ended(written)
}

func (w *storeWriter) prepareCatalog(p *preparer) {
	w.products = p.bulk(`
		INSERT OR ROLLBACK INTO products
		       (sku, name, description, type, category, price, currency, policy, cap, release_on)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (sku) DO UPDATE
		SET name = excluded.name, description = excluded.description, type = excluded.type,
		    category = excluded.category, price = excluded.price, currency = excluded.currency,
		    policy = excluded.policy, cap = excluded.cap, release_on = excluded.release_on`)
	w.districts = p.bulk(`
		INSERT OR ROLLBACK INTO districts
		       (code, name, latitude, longitude)
		VALUES (?, ?, ?, ?)
		ON CONFLICT (code) DO UPDATE
		SET name = excluded.name, latitude = excluded.latitude, longitude = excluded.longitude`)
	w.unserve = p.stmt(`
		DELETE FROM district_warehouses
		WHERE  district = ?`)
	w.served = p.bulk(`
		INSERT OR ROLLBACK INTO district_warehouses
		       (district, rank, warehouse)
		VALUES (?, ?, ?)`)
	w.levels = p.single(`
		INSERT OR REPLACE INTO levels
		       (sku, warehouse, on_hand, available, quota, allocated, picked, version, elsewhere)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
}

func (w *storeWriter) writeCatalog(batch *store.Changes) error {
	w.products.expect(len(batch.Products))
	for i := range batch.Products {
		p := &batch.Products[i]
		b := w.products.row().text(string(p.SKU)).text(p.Name).text(p.Description).text(p.Type).text(p.Category)
		b.int(p.Price.Minor).text(string(p.Price.Currency))
		if err := b.text(string(p.Policy)).int(p.Cap).date(p.ReleaseOn).done(); err != nil {
			return err
		}
	}
	for i := range batch.Districts {
		d := &batch.Districts[i]
		w.districts.expect(1)
		if err := w.districts.row().text(string(d.Code)).text(d.Name).float(d.Place.Latitude).float(d.Place.Longitude).done(); err != nil {
			return err
		}
		w.unserve.BindText(1, string(d.Code))
		if err := run(w.unserve); err != nil {
			return err
		}
		w.served.expect(len(d.Warehouses))
		for rank, warehouse := range d.Warehouses {
			if err := w.served.row().text(string(d.Code)).int(int64(rank + 1)).text(string(warehouse)).done(); err != nil {
				return err
			}
		}
	}
	w.levels.expect(len(batch.Levels))
	for i := range batch.Levels {
		l := &batch.Levels[i]
		b := w.levels.row().text(string(l.SKU)).text(string(l.Warehouse))
		b.int(l.OnHand).int(l.Available).int(l.Quota).int(l.Allocated).int(l.Picked).int(l.Version).int(l.Elsewhere)
		if err := b.done(); err != nil {
			return err
		}
	}
	return nil
}

func (w *storeWriter) prepareHistory(p *preparer) {
	w.events = p.bulk(`
		INSERT OR ROLLBACK INTO order_events
		       (order_id, seq, at, site, kind, text)
		VALUES (?, ?, ?, ?, ?, ?)`)
	w.notices = p.bulk(`
		INSERT OR ROLLBACK INTO notices
		       (order_id, event, channel, seq, at, text)
		VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (order_id, event, channel) DO NOTHING`)
}

func (w *storeWriter) writeHistory(batch *store.Changes) error {
	w.events.expect(len(batch.Events))
	for i := range batch.Events {
		e := &batch.Events[i]
		b := w.events.row().uuid(e.Order.UUID).int(int64(e.Seq)).time(e.At).text(string(e.Site)).text(e.Kind).text(e.Text)
		if err := b.done(); err != nil {
			return err
		}
	}
	w.notices.expect(len(batch.Notices))
	for i := range batch.Notices {
		n := &batch.Notices[i]
		if err := w.notices.row().uuid(n.Order.UUID).text(n.Event).text(n.Channel).int(int64(n.Seq)).time(n.At).text(n.Text).done(); err != nil {
			return err
		}
	}
	return w.records.writeTransactions(batch.Transactions)
}

func (w *storeWriter) preparePeople(p *preparer) {
	w.users = p.bulk(`
		INSERT OR ROLLBACK INTO users
		       (id, name, name_key, password_hash, district, email, phone, role, registered_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE
		SET name = excluded.name, name_key = excluded.name_key, password_hash = excluded.password_hash,
		    district = excluded.district, email = excluded.email, phone = excluded.phone,
		    role = excluded.role, registered_at = excluded.registered_at`)
	w.carts = p.bulk(`
		INSERT OR ROLLBACK INTO carts
		       (owner, lines, changed_at)
		VALUES (?, ?, ?)
		ON CONFLICT (owner) DO UPDATE SET lines = excluded.lines, changed_at = excluded.changed_at`)
	w.emptyCart = p.stmt(`
		DELETE FROM carts
		WHERE  owner = ?`)
	w.sessions = p.bulk(`
		INSERT OR ROLLBACK INTO sessions
		       (token_hash, data, expires_at)
		VALUES (?, ?, ?)
		ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`)
	w.endSession = p.stmt(`
		DELETE FROM sessions
		WHERE  token_hash = ?`)
	w.requests = newRequestWriter(p)
}

func (w *storeWriter) writePeople(batch *store.Changes) error {
	w.users.expect(len(batch.Users))
	for i := range batch.Users {
		u := &batch.Users[i]
		b := w.users.row().uuid(u.ID.UUID).text(u.Name).text(sqldb.NameKey(u.Name)).text(u.PasswordHash).text(string(u.District))
		if err := b.text(u.Email).text(u.Phone).text(u.Role).time(u.RegisteredAt).done(); err != nil {
			return err
		}
	}
	for i := range batch.Carts {
		if err := w.writeCart(&batch.Carts[i]); err != nil {
			return err
		}
	}
	w.sessions.expect(len(batch.Sessions))
	for i := range batch.Sessions {
		s := &batch.Sessions[i]
		if err := w.sessions.row().text(s.TokenHash).bytes(s.Data).time(s.ExpiresAt).done(); err != nil {
			return err
		}
	}
	for _, tokenHash := range batch.Ended {
		w.endSession.BindText(1, tokenHash)
		if err := run(w.endSession); err != nil {
			return err
		}
	}
	return w.requests.write(batch.Requests)
}

// writeCart writes one row at a time: a batch may fill and empty the same cart.
func (w *storeWriter) writeCart(c *store.CartRow) error {
	if len(c.Cart.Lines) == 0 {
		w.emptyCart.BindText(1, c.Owner)
		return run(w.emptyCart)
	}
	lines, err := json.Marshal(c.Cart.Lines)
	if err != nil {
		return err
	}
	w.carts.expect(1)
	return w.carts.row().text(c.Owner).text(string(lines)).time(c.ChangedAt).done()
}
