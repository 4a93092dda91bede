-- Why: a message that was put aside can be applied later, or skipped for a reason.
-- Its row stays and says how it ended.
--
-- And a feed is transport: what a reader has acknowledged long ago is taken out of
-- the outbox. The last message that is out stays known by its number and hash, as
-- the chain goes on behind it. Since when a message is acknowledged is known by
-- some notes of how far readers had come.

-- +goose Up
ALTER TABLE parked ADD COLUMN resolution TEXT NOT NULL DEFAULT ''
  CHECK (resolution = '' OR resolution = 'applied' OR resolution = 'skipped');
ALTER TABLE parked ADD COLUMN resolved_at INTEGER -- NULL while it waits
  CHECK ((resolution = '') = (resolved_at IS NULL));
ALTER TABLE parked ADD COLUMN resolved_by TEXT NOT NULL DEFAULT ''; -- of a skipped one
ALTER TABLE parked ADD COLUMN resolved_why TEXT NOT NULL DEFAULT '' -- likewise
  CHECK (resolution <> 'skipped' OR resolved_why <> '');
CREATE INDEX parked_waiting ON parked (parked_at, origin, seq, epoch) WHERE resolution = '';
CREATE INDEX parked_skipped ON parked (resolved_at, origin, epoch, seq) WHERE resolution = 'skipped';

CREATE TABLE pruned (
  destination TEXT    NOT NULL PRIMARY KEY CHECK (destination <> ''),
  epoch       INTEGER NOT NULL CHECK (epoch > 0),
  seq         INTEGER NOT NULL CHECK (seq > 0), -- of the last message that is out: so many are
  hash        BLOB    NOT NULL CHECK (length(hash) = 32),
  at          INTEGER NOT NULL
) STRICT;

CREATE TABLE acknowledged (
  destination     TEXT    NOT NULL CHECK (destination <> ''),
  seq             INTEGER NOT NULL CHECK (seq > 0),
  epoch           INTEGER NOT NULL CHECK (epoch > 0),
  hash            BLOB    NOT NULL CHECK (length(hash) = 32),
  at              INTEGER NOT NULL,
  acknowledged_at INTEGER NOT NULL,
  PRIMARY KEY (destination, seq)
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER parked_lasts BEFORE DELETE ON parked
BEGIN SELECT RAISE(ABORT, 'a parked message is never deleted'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER pruned_lasts BEFORE DELETE ON pruned
BEGIN SELECT RAISE(ABORT, 'what a feed was pruned up to is never deleted'); END;
-- +goose StatementEnd
DROP TRIGGER outbox_lasts;
-- +goose StatementBegin
CREATE TRIGGER outbox_lasts BEFORE DELETE ON outbox
WHEN old.seq > coalesce((SELECT seq FROM pruned WHERE destination = old.destination), 0)
BEGIN SELECT RAISE(ABORT, 'a message is never deleted before it is pruned'); END;
-- +goose StatementEnd
