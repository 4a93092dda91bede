-- Why: a site that was restored from a backup has to hear from each other site what
-- it has lost, and remembers who has told; and who is still to be told by it.

-- +goose Up
CREATE TABLE peers (
  site     TEXT    NOT NULL PRIMARY KEY CHECK (site <> ''),
  counted  INTEGER NOT NULL CHECK (counted >= 0),  -- the own epoch for which it has told what units it has
  restated INTEGER NOT NULL CHECK (restated >= 0), -- likewise, for all that it knows
  owed     INTEGER NOT NULL CHECK (owed >= 0)      -- its epoch for which it is to be told; 0: none
) STRICT;
