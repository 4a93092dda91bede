-- Why: a site that was restored from an older backup and then from a newer one has a
-- history that its readers have left and come back to. Each cursor keeps how far its
-- reader came in the earlier epochs, so that it goes on where that was.

-- +goose Up
ALTER TABLE cursors ADD COLUMN past TEXT NOT NULL DEFAULT '';
