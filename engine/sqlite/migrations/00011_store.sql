-- Why: orders that wait for units to come in, or for their payment; promises of
-- a day; payments that a provider carries out; returns that a customer asks for;
-- and what a store must know of its warehouses to choose between them.
--
-- Dates count days from 1970-01-01, which is 1; 0 is no date.

-- +goose Up
ALTER TABLE products ADD COLUMN policy     TEXT    NOT NULL DEFAULT '' CHECK (policy IN ('', 'backorder', 'preorder'));
ALTER TABLE products ADD COLUMN cap        INTEGER NOT NULL DEFAULT 0  CHECK (cap >= 0); -- in units; 0: none
ALTER TABLE products ADD COLUMN release_on INTEGER NOT NULL DEFAULT 0; -- date

-- In degrees; 0, 0 is unknown.
ALTER TABLE districts ADD COLUMN latitude  REAL NOT NULL DEFAULT 0;
ALTER TABLE districts ADD COLUMN longitude REAL NOT NULL DEFAULT 0;

CREATE TABLE warehouses (
  code      TEXT    NOT NULL PRIMARY KEY CHECK (code <> ''),
  name      TEXT    NOT NULL,
  latitude  REAL    NOT NULL,
  longitude REAL    NOT NULL,
  cut_off   INTEGER NOT NULL CHECK (cut_off >= 0),  -- nanoseconds after midnight
  workdays  INTEGER NOT NULL CHECK (workdays >= 0), -- a bit for each day, Sunday the lowest
  handling  INTEGER NOT NULL CHECK (handling >= 0), -- working days
  capacity  INTEGER NOT NULL CHECK (capacity >= 0), -- parcels a day; 0: no limit
  safety    INTEGER NOT NULL CHECK (safety >= 0),   -- units of each SKU
  per_box   INTEGER NOT NULL CHECK (per_box >= 0),  -- costs are in millionths of the currency unit
  per_unit  INTEGER NOT NULL CHECK (per_unit >= 0),
  per_km    INTEGER NOT NULL CHECK (per_km >= 0)
) STRICT, WITHOUT ROWID;

-- When the units announced to a warehouse are expected there.
CREATE TABLE schedules (
  sku       TEXT    NOT NULL,
  warehouse TEXT    NOT NULL,
  version   INTEGER NOT NULL,
  arrivals  TEXT    NOT NULL, -- JSON, soonest first
  PRIMARY KEY (sku, warehouse)
) STRICT, WITHOUT ROWID;

-- How many parcels a warehouse was given to hand over on a day.
CREATE TABLE loads (
  warehouse TEXT    NOT NULL,
  day       INTEGER NOT NULL, -- date
  parcels   INTEGER NOT NULL CHECK (parcels >= 0),
  PRIMARY KEY (warehouse, day)
) STRICT, WITHOUT ROWID;

-- Quota that is kept for checkouts in progress.
CREATE TABLE holds (
  owner      TEXT    NOT NULL PRIMARY KEY, -- of the cart
  units      TEXT    NOT NULL,             -- JSON
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE orders ADD COLUMN unpaid       INTEGER NOT NULL DEFAULT 0 CHECK (unpaid IN (0, 1));
ALTER TABLE orders ADD COLUMN promise_from INTEGER NOT NULL DEFAULT 0; -- date
ALTER TABLE orders ADD COLUMN promise_to   INTEGER NOT NULL DEFAULT 0; -- date
ALTER TABLE orders ADD COLUMN new_address  TEXT; -- JSON; NULL: no change was asked for
ALTER TABLE orders ADD COLUMN unsettled    INTEGER NOT NULL DEFAULT 0 CHECK (unsettled IN (0, 1)); -- waits for its store
CREATE INDEX orders_unsettled ON orders (unsettled) WHERE unsettled = 1;

-- Units that were sold before they came in. Only orders that are unsettled have any.
CREATE TABLE order_waits (
  order_id  BLOB    NOT NULL CHECK (length(order_id) = 16),
  seq       INTEGER NOT NULL CHECK (seq > 0), -- counts those of the order
  line      INTEGER NOT NULL CHECK (line > 0),
  sku       TEXT    NOT NULL,
  warehouse TEXT    NOT NULL, -- empty: none yet
  quantity  INTEGER NOT NULL CHECK (quantity > 0),
  due       INTEGER NOT NULL, -- date
  PRIMARY KEY (order_id, seq)
) STRICT, WITHOUT ROWID;

ALTER TABLE fulfillments ADD COLUMN promise_from INTEGER NOT NULL DEFAULT 0; -- date
ALTER TABLE fulfillments ADD COLUMN promise_to   INTEGER NOT NULL DEFAULT 0; -- date
ALTER TABLE fulfillments ADD COLUMN unasked      INTEGER NOT NULL DEFAULT 0 CHECK (unasked IN (0, 1));
ALTER TABLE fulfillments ADD COLUMN not_before   INTEGER NOT NULL DEFAULT 0; -- date
ALTER TABLE fulfillments ADD COLUMN move_to      TEXT    NOT NULL DEFAULT '';
ALTER TABLE fulfillments ADD COLUMN redirect     TEXT    NOT NULL DEFAULT '' CHECK (redirect IN ('', 'asked', 'done', 'refused'));
ALTER TABLE fulfillment_lines ADD COLUMN moving  INTEGER NOT NULL DEFAULT 0 CHECK (moving >= 0);

-- Orders of several warehouses, none of which has begun, may still become one parcel.
UPDATE orders
SET    unsettled = 1
WHERE  id IN (SELECT   order_id
              FROM     fulfillments
              GROUP BY order_id
              HAVING   sum(stage <> 'voided') > 1 AND sum(stage NOT IN ('voided', 'requested', 'accepted')) = 0);

-- The steps of one payment lie side by side. Until now nobody was ever asked to
-- carry one out: that a customer pays on delivery was written down as pending,
-- and is authorized by that alone.
CREATE TABLE transactions_new (
  order_id  BLOB    NOT NULL CHECK (length(order_id) = 16),
  id        BLOB    NOT NULL CHECK (length(id) = 16),
  at        INTEGER NOT NULL,
  method    TEXT    NOT NULL,
  kind      TEXT    NOT NULL CHECK (kind IN ('authorize', 'capture', 'cancel', 'refund')),
  state     TEXT    NOT NULL CHECK (state IN ('pending', 'success', 'failed')),
  amount    INTEGER NOT NULL, -- in minor units
  currency  TEXT    NOT NULL,
  provider  TEXT    NOT NULL,
  token     TEXT    NOT NULL, -- what the provider calls the card
  reference TEXT    NOT NULL, -- what the provider calls the step
  reason    TEXT    NOT NULL,
  attempts  INTEGER NOT NULL CHECK (attempts >= 0),
  next_at   INTEGER NOT NULL, -- when the provider is asked; the start of year 1: never
  PRIMARY KEY (order_id, id)
) STRICT, WITHOUT ROWID;
INSERT INTO transactions_new (order_id, id, at, method, kind, state, amount, currency,
                              provider, token, reference, reason, attempts, next_at)
SELECT   order_id, id, at, method, kind,
         CASE WHEN method = 'on-delivery' AND kind = 'authorize' AND state = 'pending' THEN 'success' ELSE state END,
         amount, currency, CASE WHEN method = 'on-delivery' THEN 'manual' ELSE '' END, '', '', '', 0, -62135596800000000
FROM     transactions
ORDER BY order_id, id;
DROP TABLE transactions;
ALTER TABLE transactions_new RENAME TO transactions;
CREATE INDEX transactions_pending ON transactions (state, at) WHERE state = 'pending';

-- What customers send back.
CREATE TABLE returns (
  id             BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  order_id       BLOB    NOT NULL CHECK (length(order_id) = 16),
  fulfillment_id BLOB    NOT NULL CHECK (length(fulfillment_id) = 16),
  warehouse      TEXT    NOT NULL,
  reason         TEXT    NOT NULL,
  asked_at       INTEGER NOT NULL,
  changed_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX returns_by_order ON returns (order_id, asked_at, id);

CREATE TABLE return_lines (
  return_id BLOB    NOT NULL CHECK (length(return_id) = 16),
  line      INTEGER NOT NULL CHECK (line > 0),
  sku       TEXT    NOT NULL,
  quantity  INTEGER NOT NULL, -- announced
  received  INTEGER NOT NULL CHECK (received <= quantity),
  good      INTEGER NOT NULL CHECK (good >= 0),
  damaged   INTEGER NOT NULL CHECK (damaged >= 0),
  PRIMARY KEY (return_id, line),
  CHECK (good + damaged <= received)
) STRICT, WITHOUT ROWID;
