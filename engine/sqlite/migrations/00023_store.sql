-- Why: what a store that was restored from a backup had still to settle with its
-- warehouses was lost when it was stopped in the middle of that.

-- +goose Up
CREATE TABLE loose_ends (
  order_id       BLOB NOT NULL CHECK (length(order_id) = 16),
  fulfillment_id BLOB NOT NULL CHECK (length(fulfillment_id) = 16), -- zeros: the order's money
  warehouse      TEXT NOT NULL,
  kind           TEXT NOT NULL CHECK (kind <> ''),
  PRIMARY KEY (order_id, fulfillment_id)
) STRICT, WITHOUT ROWID;
