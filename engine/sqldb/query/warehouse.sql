-- name: FulfillmentByID :one
SELECT   id, order_id, number, store, stage, version, placed_at, changed_at,
         name, street, postal_code, city, district, email, phone
FROM     fulfillments
WHERE    id = $1;

-- The lists are oldest first, after an identifier. Each of them is led by the
-- index of its first condition.

-- name: FulfillmentsAfter :many
SELECT   id, order_id, number, store, stage, version, placed_at, changed_at,
         name, street, postal_code, city, district, email, phone
FROM     fulfillments
WHERE    id > sqlc.arg(after)
ORDER BY id
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: FulfillmentsFrom :many
SELECT   id, order_id, number, store, stage, version, placed_at, changed_at,
         name, street, postal_code, city, district, email, phone
FROM     fulfillments
WHERE    id >= sqlc.arg(first)
ORDER BY id
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: FulfillmentsByOrder :many
SELECT   id, order_id, number, store, stage, version, placed_at, changed_at,
         name, street, postal_code, city, district, email, phone
FROM     fulfillments
WHERE    order_id = sqlc.arg(order_id) AND id > sqlc.arg(after)
         AND (stage = sqlc.arg(stage) OR sqlc.arg(stage) = '')
ORDER BY id
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: FulfillmentsByStage :many
SELECT   id, order_id, number, store, stage, version, placed_at, changed_at,
         name, street, postal_code, city, district, email, phone
FROM     fulfillments
WHERE    stage = sqlc.arg(stage) AND id > sqlc.arg(after)
ORDER BY id
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: FulfillmentLines :many
SELECT   fulfillment_id, line, sku, name, quantity, voided, returned, picked
FROM     fulfillment_lines
WHERE    fulfillment_id >= sqlc.arg(first) AND fulfillment_id <= sqlc.arg(last)
ORDER BY fulfillment_id, line;

-- name: Events :many
SELECT   fulfillment_id, seq, at, kind, text
FROM     fulfillment_events
WHERE    fulfillment_id = $1
ORDER BY seq;

-- name: PurchaseByID :one
SELECT   id, supplier, version, announced_at, changed_at, closed
FROM     purchases
WHERE    id = $1;

-- name: PurchasesAfter :many
SELECT   id, supplier, version, announced_at, changed_at, closed
FROM     purchases
WHERE    id > sqlc.arg(after)
ORDER BY id
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: OpenPurchasesAfter :many
SELECT   id, supplier, version, announced_at, changed_at, closed
FROM     purchases
WHERE    closed = 0 AND id > sqlc.arg(after)
ORDER BY id
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: PurchaseLines :many
SELECT   purchase, seq, sku, announced, received, withdrawn, due
FROM     purchase_lines
WHERE    purchase = $1
ORDER BY seq;

-- name: PurchaseShares :many
SELECT   purchase, line, seq, store, units
FROM     purchase_shares
WHERE    purchase = $1
ORDER BY line, seq;

-- name: ReturnByID :one
SELECT   id, fulfillment_id, order_id, number, store, state, version, requested_at, changed_at, reason
FROM     returns
WHERE    id = $1;

-- name: ReturnsAfter :many
SELECT   id, fulfillment_id, order_id, number, store, state, version, requested_at, changed_at, reason
FROM     returns
WHERE    id > sqlc.arg(after)
ORDER BY id
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: ReturnsByOrder :many
SELECT   id, fulfillment_id, order_id, number, store, state, version, requested_at, changed_at, reason
FROM     returns
WHERE    order_id = sqlc.arg(order_id) AND id > sqlc.arg(after)
         AND (state = sqlc.arg(state) OR sqlc.arg(state) = '')
ORDER BY id
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: ReturnsByState :many
SELECT   id, fulfillment_id, order_id, number, store, state, version, requested_at, changed_at, reason
FROM     returns
WHERE    state = sqlc.arg(state) AND id > sqlc.arg(after)
ORDER BY id
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: ReturnLines :many
SELECT   return_id, seq, line, sku, quantity, received, good, damaged
FROM     return_lines
WHERE    return_id = $1
ORDER BY seq;

-- name: Versions :many
SELECT   sku, version
FROM     levels
ORDER BY sku;

-- name: KnownAfter :many
-- The SKUs of the next page: of each source no more than the page can hold.
SELECT   sku
FROM (
  SELECT sku FROM (SELECT products.sku FROM products WHERE products.sku > sqlc.arg(after) ORDER BY products.sku LIMIT CAST(sqlc.arg(most) AS INTEGER)) named
  UNION
  SELECT sku FROM (SELECT levels.sku FROM levels WHERE levels.sku > sqlc.arg(after) ORDER BY levels.sku LIMIT CAST(sqlc.arg(most) AS INTEGER)) versioned
  UNION
  SELECT sku FROM (SELECT DISTINCT balances.sku FROM balances WHERE balances.sku > sqlc.arg(after) ORDER BY balances.sku LIMIT CAST(sqlc.arg(most) AS INTEGER)) moved
) known
ORDER BY sku
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: ProductsBetween :many
SELECT   sku, name
FROM     products
WHERE    sku >= sqlc.arg(first) AND sku <= sqlc.arg(last)
ORDER BY sku;

-- name: VersionsBetween :many
SELECT   sku, version
FROM     levels
WHERE    sku >= sqlc.arg(first) AND sku <= sqlc.arg(last)
ORDER BY sku;

-- name: BalancesBetween :many
SELECT   sku, account, ref, units
FROM     balances
WHERE    sku >= sqlc.arg(first) AND sku <= sqlc.arg(last)
ORDER BY sku, account, ref;

-- name: RecordOf :one
SELECT record
FROM   records
WHERE  fulfillment_id = $1;

-- name: LastNumber :one
SELECT CAST(coalesce(max(number), 0) AS BIGINT) AS number
FROM   fulfillments
WHERE  store = $1;

-- name: UnderWayFor :one
SELECT count(*)
FROM   fulfillments
WHERE  stage IN ('accepted', 'picking', 'picked', 'ready') AND store = sqlc.arg(store);
