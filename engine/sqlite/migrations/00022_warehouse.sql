-- Why: a warehouse keeps for a store what that has sealed with each request, and
-- hands it back when the store was restored from a backup and has lost the order.

-- +goose Up
CREATE TABLE records (
  fulfillment_id BLOB NOT NULL PRIMARY KEY REFERENCES fulfillments (id) CHECK (length(fulfillment_id) = 16),
  record         BLOB NOT NULL CHECK (length(record) > 0)
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER records_last BEFORE DELETE ON records
BEGIN SELECT RAISE(ABORT, 'a record is never deleted'); END;
-- +goose StatementEnd
