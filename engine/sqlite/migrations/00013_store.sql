-- Why: new orders are counted by whoever writes them, once for all orders of a
-- commit: a trigger did it once for each of them, at the price of two rows more.

-- +goose Up
DROP TRIGGER orders_counted;
