-- Why: where several stores sell out of one warehouse, each knows how much the
-- others hold, so that it asks for more only when that can be of use.

-- +goose Up
ALTER TABLE levels ADD COLUMN elsewhere INTEGER NOT NULL DEFAULT 0;
