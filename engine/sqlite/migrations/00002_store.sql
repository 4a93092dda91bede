-- Why: what a store owns: its catalog, customers, orders and their history.
--
-- Lines and parts lie beside those of the same order, in the key itself
-- (WITHOUT ROWID), so that an order is read and written in one place.

-- +goose Up
CREATE TABLE products (
  number      INTEGER NOT NULL PRIMARY KEY, -- what the search index knows a product by
  sku         TEXT    NOT NULL UNIQUE CHECK (sku <> ''),
  name        TEXT    NOT NULL,
  description TEXT    NOT NULL,
  type        TEXT    NOT NULL,
  category    TEXT    NOT NULL,
  price       INTEGER NOT NULL CHECK (price >= 0), -- in minor units
  currency    TEXT    NOT NULL
) STRICT;
CREATE INDEX products_by_name  ON products (name COLLATE NOCASE, sku);
CREATE INDEX products_by_price ON products (price, sku);
CREATE INDEX products_by_shelf ON products (type, category, name COLLATE NOCASE, sku);

-- A word is a run of letters and numbers; accents do not count. The triggers
-- keep the index in the transaction of the change.
CREATE VIRTUAL TABLE product_search USING fts5 (
  name, description, sku, type, category,
  content = 'products', content_rowid = 'number',
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N*'", prefix = '2 3'
);
-- +goose StatementBegin
CREATE TRIGGER products_found AFTER INSERT ON products BEGIN
  INSERT INTO product_search (rowid, name, description, sku, type, category)
  VALUES (new.number, new.name, new.description, new.sku, new.type, new.category);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER products_refound AFTER UPDATE ON products BEGIN
  INSERT INTO product_search (product_search, rowid, name, description, sku, type, category)
  VALUES ('delete', old.number, old.name, old.description, old.sku, old.type, old.category);
  INSERT INTO product_search (rowid, name, description, sku, type, category)
  VALUES (new.number, new.name, new.description, new.sku, new.type, new.category);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER products_lost AFTER DELETE ON products BEGIN
  INSERT INTO product_search (product_search, rowid, name, description, sku, type, category)
  VALUES ('delete', old.number, old.name, old.description, old.sku, old.type, old.category);
END;
-- +goose StatementEnd

CREATE TABLE districts (
  code TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE district_warehouses (
  district  TEXT    NOT NULL REFERENCES districts (code),
  rank      INTEGER NOT NULL CHECK (rank > 0), -- 1 is the primary warehouse
  warehouse TEXT    NOT NULL,
  PRIMARY KEY (district, rank)
) STRICT, WITHOUT ROWID;

-- What each warehouse has, as it last said.
CREATE TABLE levels (
  sku       TEXT    NOT NULL,
  warehouse TEXT    NOT NULL,
  on_hand   INTEGER NOT NULL,
  available INTEGER NOT NULL,
  quota     INTEGER NOT NULL,
  allocated INTEGER NOT NULL,
  picked    INTEGER NOT NULL,
  version   INTEGER NOT NULL,
  PRIMARY KEY (sku, warehouse)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
  id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  name          TEXT    NOT NULL,
  name_key      TEXT    NOT NULL UNIQUE, -- the name in lower case
  password_hash TEXT    NOT NULL,        -- empty: cannot log in
  district      TEXT    NOT NULL,
  email         TEXT    NOT NULL,
  phone         TEXT    NOT NULL,
  role          TEXT    NOT NULL,
  registered_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE orders (
  number      INTEGER NOT NULL PRIMARY KEY CHECK (number > 0),
  id          BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
  store       TEXT    NOT NULL,
  customer    BLOB    CHECK (length(customer) = 16), -- NULL: a guest
  reference   TEXT    NOT NULL,
  status      TEXT    NOT NULL CHECK (status IN ('placed', 'backordered', 'ready', 'sent', 'delivered', 'voided', 'returned')),
  version     INTEGER NOT NULL CHECK (version >= 0),
  placed_at   INTEGER NOT NULL,
  changed_at  INTEGER NOT NULL,
  name        TEXT    NOT NULL,
  street      TEXT    NOT NULL,
  postal_code TEXT    NOT NULL,
  city        TEXT    NOT NULL,
  district    TEXT    NOT NULL,
  email       TEXT    NOT NULL,
  phone       TEXT    NOT NULL,
  payment     TEXT    NOT NULL,
  total       INTEGER NOT NULL CHECK (total >= 0), -- in minor units
  currency    TEXT    NOT NULL,
  why         TEXT    NOT NULL, -- JSON: how the warehouses were chosen
  reason      TEXT    NOT NULL,
  void_asked  INTEGER NOT NULL CHECK (void_asked IN (0, 1))
) STRICT;
CREATE INDEX orders_by_status    ON orders (status, id);
CREATE INDEX orders_by_customer  ON orders (customer, id)  WHERE customer IS NOT NULL;
CREATE INDEX orders_by_reference ON orders (reference, id) WHERE reference <> '';

CREATE TABLE order_lines (
  order_id BLOB    NOT NULL CHECK (length(order_id) = 16),
  line     INTEGER NOT NULL CHECK (line > 0),
  sku      TEXT    NOT NULL,
  name     TEXT    NOT NULL,
  price    INTEGER NOT NULL CHECK (price >= 0), -- per unit, in minor units
  currency TEXT    NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  voided   INTEGER NOT NULL CHECK (voided >= 0),
  returned INTEGER NOT NULL CHECK (returned >= 0),
  PRIMARY KEY (order_id, line),
  CHECK (voided + returned <= quantity)
) STRICT, WITHOUT ROWID;

CREATE TABLE fulfillments (
  order_id   BLOB    NOT NULL CHECK (length(order_id) = 16),
  part       INTEGER NOT NULL CHECK (part > 0), -- counts the fulfillments of the order
  id         BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
  warehouse  TEXT    NOT NULL,
  stage      TEXT    NOT NULL CHECK (stage IN ('requested', 'accepted', 'picking', 'picked', 'waiting_transfer', 'ready', 'sent', 'delivered', 'short', 'voided')),
  version    INTEGER NOT NULL CHECK (version >= 0),
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (order_id, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE fulfillment_lines (
  fulfillment_id BLOB    NOT NULL CHECK (length(fulfillment_id) = 16),
  line           INTEGER NOT NULL CHECK (line > 0),
  sku            TEXT    NOT NULL,
  quantity       INTEGER NOT NULL CHECK (quantity > 0),
  voided         INTEGER NOT NULL CHECK (voided >= 0),
  asked          INTEGER NOT NULL CHECK (asked >= 0 AND asked <= quantity),
  returned       INTEGER NOT NULL CHECK (returned >= 0),
  PRIMARY KEY (fulfillment_id, line),
  CHECK (voided + returned <= quantity)
) STRICT, WITHOUT ROWID;

-- How many orders are in each status, kept up with the orders, because counting
-- them takes longer the more there are.
CREATE TABLE order_counts (
  status TEXT    NOT NULL PRIMARY KEY,
  orders INTEGER NOT NULL CHECK (orders >= 0)
) STRICT, WITHOUT ROWID;
INSERT INTO order_counts (status, orders) VALUES
  ('placed', 0), ('backordered', 0), ('ready', 0), ('sent', 0), ('delivered', 0), ('voided', 0), ('returned', 0);
-- +goose StatementBegin
CREATE TRIGGER orders_counted AFTER INSERT ON orders BEGIN
  UPDATE order_counts SET orders = orders + 1 WHERE status = new.status;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER orders_recounted AFTER UPDATE OF status ON orders WHEN old.status <> new.status BEGIN
  UPDATE order_counts SET orders = orders - 1 WHERE status = old.status;
  UPDATE order_counts SET orders = orders + 1 WHERE status = new.status;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER orders_last BEFORE DELETE ON orders
BEGIN SELECT RAISE(ABORT, 'an order is never deleted: it is voided'); END;
-- +goose StatementEnd

CREATE TABLE order_events (
  order_id BLOB    NOT NULL CHECK (length(order_id) = 16),
  seq      INTEGER NOT NULL CHECK (seq > 0),
  at       INTEGER NOT NULL,
  site     TEXT    NOT NULL,
  kind     TEXT    NOT NULL,
  text     TEXT    NOT NULL,
  PRIMARY KEY (order_id, seq)
) STRICT, WITHOUT ROWID;
-- +goose StatementBegin
CREATE TRIGGER order_events_stay BEFORE UPDATE ON order_events
BEGIN SELECT RAISE(ABORT, 'history is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER order_events_last BEFORE DELETE ON order_events
BEGIN SELECT RAISE(ABORT, 'history is never deleted'); END;
-- +goose StatementEnd

CREATE TABLE notices (
  order_id BLOB    NOT NULL CHECK (length(order_id) = 16),
  event    TEXT    NOT NULL,
  channel  TEXT    NOT NULL,
  seq      INTEGER NOT NULL CHECK (seq > 0),
  at       INTEGER NOT NULL,
  text     TEXT    NOT NULL,
  PRIMARY KEY (order_id, event, channel)
) STRICT, WITHOUT ROWID;

CREATE TABLE transactions (
  id       BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  order_id BLOB    NOT NULL CHECK (length(order_id) = 16),
  at       INTEGER NOT NULL,
  method   TEXT    NOT NULL,
  kind     TEXT    NOT NULL CHECK (kind IN ('authorize', 'capture', 'refund')),
  state    TEXT    NOT NULL CHECK (state IN ('pending', 'success', 'failed')),
  amount   INTEGER NOT NULL, -- in minor units
  currency TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE carts (
  owner      TEXT    NOT NULL PRIMARY KEY, -- user:ID or guest:TOKEN
  lines      TEXT    NOT NULL,             -- JSON, in the order of adding
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  token_hash TEXT    NOT NULL PRIMARY KEY,
  data       BLOB    NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
  key       TEXT    NOT NULL PRIMARY KEY,
  body_hash BLOB    NOT NULL CHECK (length(body_hash) = 32),
  answer    TEXT    NOT NULL,
  at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
