-- Why: suppliers announce units before they come. Those are a ledger of their
-- own, whose outside accounts may go below zero as those of the stock may.
--
-- A rule of a table cannot be changed in place: the rows move to a new table.

-- +goose Up
CREATE TABLE balances_new (
  sku     TEXT    NOT NULL,
  account TEXT    NOT NULL CHECK (account <> ''),
  ref     TEXT    NOT NULL,
  units   INTEGER NOT NULL,
  PRIMARY KEY (sku, account, ref),
  -- Only the outside world may go below zero.
  CHECK (units >= 0 OR account IN ('supplier', 'customer', 'adjustment', 'granter', 'announced', 'incoming_granter'))
) STRICT, WITHOUT ROWID;
INSERT INTO balances_new (sku, account, ref, units)
SELECT   sku, account, ref, units
FROM     balances
ORDER BY sku, account, ref;
DROP TABLE balances;
ALTER TABLE balances_new RENAME TO balances;
