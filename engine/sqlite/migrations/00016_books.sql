-- Why: keys come in any order. With the key of each keyed command in one b-tree, a
-- command made one more page of the file dirty, and half of what a store wrote to
-- the disk at full load were such pages.
--
-- Commands now lie in the order in which they came. Their keys stand in a table of
-- hashes that is filled part by part, a part being hashes that lie side by side:
-- what is in no part yet, the newest tens of thousands, is in memory, and is read
-- again at the start. request_parts says up to where each part goes.

-- +goose Up
CREATE TABLE requests_new (
  number    INTEGER NOT NULL PRIMARY KEY CHECK (number > 0),
  key       TEXT    NOT NULL,
  body_hash BLOB    NOT NULL CHECK (length(body_hash) = 32),
  answer    TEXT    NOT NULL,
  at        INTEGER NOT NULL
) STRICT;
INSERT INTO requests_new (number, key, body_hash, answer, at)
SELECT   row_number() OVER (ORDER BY at, key), key, body_hash, answer, at
FROM     requests
ORDER BY at, key;
DROP TABLE requests;
ALTER TABLE requests_new RENAME TO requests;

CREATE TABLE request_keys (
  hash   INTEGER NOT NULL, -- of the key: the first 48 bits of its SHA-256
  number INTEGER NOT NULL, -- of the request
  PRIMARY KEY (hash, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE request_parts (
  part   INTEGER NOT NULL PRIMARY KEY CHECK (part BETWEEN 0 AND 255), -- the first 8 bits of the hash
  number INTEGER NOT NULL -- request_keys has all keys of the part up to this request
) STRICT;
