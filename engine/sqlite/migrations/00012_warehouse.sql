-- Why: what suppliers have announced, what customers send back, and which units
-- of a fulfillment are off the shelf.
--
-- Dates count days from 1970-01-01, which is 1; 0 is no date.

-- +goose Up
ALTER TABLE fulfillment_lines ADD COLUMN picked INTEGER NOT NULL DEFAULT 0 CHECK (picked >= 0); -- of the live units
-- Until now all of a fulfillment was picked, or nothing.
UPDATE fulfillment_lines
SET    picked = quantity - voided
WHERE  fulfillment_id IN (SELECT id
                          FROM   fulfillments
                          WHERE  stage IN ('picked', 'waiting_transfer', 'ready', 'sent', 'delivered'));

CREATE TABLE purchases (
  id           TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
  supplier     TEXT    NOT NULL,
  version      INTEGER NOT NULL CHECK (version >= 0),
  announced_at INTEGER NOT NULL,
  changed_at   INTEGER NOT NULL,
  closed       INTEGER NOT NULL CHECK (closed IN (0, 1)) -- nothing more is expected of it
) STRICT, WITHOUT ROWID;
CREATE INDEX purchases_open ON purchases (id) WHERE closed = 0;

CREATE TABLE purchase_lines (
  purchase  TEXT    NOT NULL,
  seq       INTEGER NOT NULL CHECK (seq > 0), -- counts those of the purchase
  sku       TEXT    NOT NULL,
  announced INTEGER NOT NULL,
  received  INTEGER NOT NULL CHECK (received >= 0),
  withdrawn INTEGER NOT NULL CHECK (withdrawn >= 0),
  due       INTEGER NOT NULL, -- date
  PRIMARY KEY (purchase, seq),
  UNIQUE (purchase, sku),
  CHECK (received + withdrawn <= announced)
) STRICT, WITHOUT ROWID;

-- Open units of a line that one store may sell ahead.
CREATE TABLE purchase_shares (
  purchase TEXT    NOT NULL,
  line     INTEGER NOT NULL, -- seq of the line
  seq      INTEGER NOT NULL CHECK (seq > 0), -- counts those of the line
  store    TEXT    NOT NULL,
  units    INTEGER NOT NULL CHECK (units > 0),
  PRIMARY KEY (purchase, line, seq),
  UNIQUE (purchase, line, store)
) STRICT, WITHOUT ROWID;

CREATE TABLE returns (
  id             BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  fulfillment_id BLOB    NOT NULL CHECK (length(fulfillment_id) = 16),
  order_id       BLOB    NOT NULL CHECK (length(order_id) = 16),
  number         INTEGER NOT NULL, -- of the order
  store          TEXT    NOT NULL,
  state          TEXT    NOT NULL CHECK (state IN ('requested', 'received', 'inspected')),
  version        INTEGER NOT NULL CHECK (version >= 0),
  requested_at   INTEGER NOT NULL,
  changed_at     INTEGER NOT NULL,
  reason         TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX returns_by_order ON returns (order_id, id);
CREATE INDEX returns_by_state ON returns (state, id);

CREATE TABLE return_lines (
  return_id BLOB    NOT NULL CHECK (length(return_id) = 16),
  seq       INTEGER NOT NULL CHECK (seq > 0), -- counts those of the return
  line      INTEGER NOT NULL CHECK (line > 0), -- of the order
  sku       TEXT    NOT NULL,
  quantity  INTEGER NOT NULL CHECK (quantity > 0),
  received  INTEGER NOT NULL CHECK (received <= quantity),
  good      INTEGER NOT NULL CHECK (good >= 0),
  damaged   INTEGER NOT NULL CHECK (damaged >= 0),
  PRIMARY KEY (return_id, seq),
  UNIQUE (return_id, line),
  CHECK (good + damaged <= received)
) STRICT, WITHOUT ROWID;
