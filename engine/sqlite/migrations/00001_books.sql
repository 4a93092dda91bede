-- Why: every site has a ledger, says things to other sites, and reads what they
-- say. These tables are the same at a store and at a warehouse.
--
-- Identifiers are BLOBs of 16 bytes, hashes of 32; times are microseconds since
-- 1970; an absent identifier is NULL. What one row can show is checked here.
-- There are no foreign keys: a row and what it belongs to are written by one
-- transaction of one writer, and the audit looks at what joins them.

-- +goose Up
CREATE TABLE site (
  one   INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  name  TEXT    NOT NULL,
  role  TEXT    NOT NULL CHECK (role IN ('store', 'warehouse')),
  epoch INTEGER NOT NULL CHECK (epoch > 0)
) STRICT;

CREATE TABLE movements (
  seq          INTEGER NOT NULL PRIMARY KEY CHECK (seq > 0),
  id           BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
  at           INTEGER NOT NULL,
  sku          TEXT    NOT NULL CHECK (sku <> ''),
  quantity     INTEGER NOT NULL CHECK (quantity > 0),
  from_account TEXT    NOT NULL CHECK (from_account <> ''),
  from_ref     TEXT    NOT NULL,
  to_account   TEXT    NOT NULL CHECK (to_account <> ''),
  to_ref       TEXT    NOT NULL,
  reason       TEXT    NOT NULL CHECK (reason <> ''),
  order_id     BLOB    CHECK (length(order_id) = 16),
  line         INTEGER NOT NULL CHECK (line >= 0),
  cause        TEXT    NOT NULL,
  hash         BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE balances (
  sku     TEXT    NOT NULL,
  account TEXT    NOT NULL CHECK (account <> ''),
  ref     TEXT    NOT NULL,
  units   INTEGER NOT NULL,
  PRIMARY KEY (sku, account, ref),
  -- Only the outside world may go below zero.
  CHECK (units >= 0 OR account IN ('supplier', 'customer', 'adjustment', 'granter'))
) STRICT, WITHOUT ROWID;

-- Bodies are long, so the rows lie in a table of their own, not in the key.
CREATE TABLE outbox (
  destination TEXT    NOT NULL CHECK (destination <> ''),
  seq         INTEGER NOT NULL CHECK (seq > 0),
  epoch       INTEGER NOT NULL CHECK (epoch > 0),
  at          INTEGER NOT NULL,
  key         TEXT    NOT NULL,
  kind        TEXT    NOT NULL CHECK (kind <> ''),
  body        BLOB    NOT NULL,
  hash        BLOB    NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (destination, seq)
) STRICT;

CREATE TABLE cursors (
  origin TEXT    NOT NULL PRIMARY KEY,
  epoch  INTEGER NOT NULL CHECK (epoch >= 0),
  seq    INTEGER NOT NULL CHECK (seq >= 0),
  hash   BLOB    NOT NULL CHECK (length(hash) = 32),
  at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE parked (
  origin    TEXT    NOT NULL,
  epoch     INTEGER NOT NULL CHECK (epoch >= 0),
  seq       INTEGER NOT NULL CHECK (seq > 0),
  at        INTEGER NOT NULL,
  key       TEXT    NOT NULL,
  kind      TEXT    NOT NULL,
  body      BLOB    NOT NULL,
  hash      BLOB    NOT NULL CHECK (length(hash) = 32),
  reason    TEXT    NOT NULL,
  parked_at INTEGER NOT NULL,
  PRIMARY KEY (origin, epoch, seq)
) STRICT;

-- History is added to, never changed. Whoever must change it by hand has to say
-- so first, by dropping a trigger; the hashes find it all the same.

-- +goose StatementBegin
CREATE TRIGGER movements_stay BEFORE UPDATE ON movements
BEGIN SELECT RAISE(ABORT, 'a movement is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER movements_last BEFORE DELETE ON movements
BEGIN SELECT RAISE(ABORT, 'a movement is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER outbox_stays BEFORE UPDATE ON outbox
BEGIN SELECT RAISE(ABORT, 'a message is never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER outbox_lasts BEFORE DELETE ON outbox
BEGIN SELECT RAISE(ABORT, 'a message is never deleted'); END;
-- +goose StatementEnd
