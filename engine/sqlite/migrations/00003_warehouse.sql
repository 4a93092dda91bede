-- Why: what a warehouse owns: its fulfillments and their history, and what it
-- knows of products. What it has on its shelves is in the balances.

-- +goose Up
CREATE TABLE products (
  sku  TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How often the level of a SKU has changed.
CREATE TABLE levels (
  sku     TEXT    NOT NULL PRIMARY KEY,
  version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE fulfillments (
  id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  order_id    BLOB    NOT NULL CHECK (length(order_id) = 16),
  number      INTEGER NOT NULL, -- of the order
  store       TEXT    NOT NULL,
  stage       TEXT    NOT NULL CHECK (stage IN ('requested', 'accepted', 'picking', 'picked', 'waiting_transfer', 'ready', 'sent', 'delivered', 'short', 'voided')),
  version     INTEGER NOT NULL CHECK (version >= 0),
  placed_at   INTEGER NOT NULL,
  changed_at  INTEGER NOT NULL,
  name        TEXT    NOT NULL,
  street      TEXT    NOT NULL,
  postal_code TEXT    NOT NULL,
  city        TEXT    NOT NULL,
  district    TEXT    NOT NULL,
  email       TEXT    NOT NULL,
  phone       TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX fulfillments_by_stage ON fulfillments (stage, id);
CREATE INDEX fulfillments_by_order ON fulfillments (order_id, id);
-- +goose StatementBegin
CREATE TRIGGER fulfillments_last BEFORE DELETE ON fulfillments
BEGIN SELECT RAISE(ABORT, 'a fulfillment is never deleted: it is voided'); END;
-- +goose StatementEnd

CREATE TABLE fulfillment_lines (
  fulfillment_id BLOB    NOT NULL CHECK (length(fulfillment_id) = 16),
  line           INTEGER NOT NULL CHECK (line > 0),
  sku            TEXT    NOT NULL,
  name           TEXT    NOT NULL,
  quantity       INTEGER NOT NULL CHECK (quantity > 0),
  voided         INTEGER NOT NULL CHECK (voided >= 0),
  returned       INTEGER NOT NULL CHECK (returned >= 0),
  PRIMARY KEY (fulfillment_id, line),
  CHECK (voided + returned <= quantity)
) STRICT, WITHOUT ROWID;

CREATE TABLE fulfillment_events (
  fulfillment_id BLOB    NOT NULL CHECK (length(fulfillment_id) = 16),
  seq            INTEGER NOT NULL,
  at             INTEGER NOT NULL,
  kind           TEXT    NOT NULL,
  text           TEXT    NOT NULL,
  PRIMARY KEY (fulfillment_id, seq)
) STRICT, WITHOUT ROWID;
-- +goose StatementBegin
CREATE TRIGGER fulfillment_events_stay BEFORE UPDATE ON fulfillment_events
BEGIN SELECT RAISE(ABORT, 'history is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER fulfillment_events_last BEFORE DELETE ON fulfillment_events
BEGIN SELECT RAISE(ABORT, 'history is never deleted'); END;
-- +goose StatementEnd

CREATE TABLE requests (
  key       TEXT    NOT NULL PRIMARY KEY,
  body_hash BLOB    NOT NULL CHECK (length(body_hash) = 32),
  answer    TEXT    NOT NULL,
  at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
