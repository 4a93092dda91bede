-- Why: a checkout that gives signs of life for ever kept its units for ever. A hold
-- now knows when it began, and lasts so long from then. Nobody knows when those that
-- are there did: they begin anew.

-- +goose Up
ALTER TABLE holds ADD COLUMN since INTEGER NOT NULL DEFAULT 0; -- microseconds
UPDATE holds SET since = unixepoch() * 1000000;
