-- name: OrderByID :one
SELECT   number, id, store, customer, reference, status, version, placed_at, changed_at,
         name, street, postal_code, city, district, email, phone, payment, total, currency, why, reason, void_asked,
         unpaid, promise_from, promise_to, new_address, unsettled
FROM     orders
WHERE    id = $1;

-- name: UnsettledOrders :many
SELECT   number, id, store, customer, reference, status, version, placed_at, changed_at,
         name, street, postal_code, city, district, email, phone, payment, total, currency, why, reason, void_asked,
         unpaid, promise_from, promise_to, new_address, unsettled
FROM     orders
WHERE    unsettled = 1
ORDER BY number;

-- name: LastNumber :one
SELECT   number
FROM     orders
ORDER BY number DESC
LIMIT    1;

-- name: OrdersFrom :many
-- For the audit: what is no boolean must not fail the whole page.
SELECT   number, id, store, customer, reference, status, version, placed_at, changed_at,
         name, street, postal_code, city, district, email, phone, payment, total, currency, why, reason,
         CAST(void_asked AS text) AS void_asked, unpaid, promise_from, promise_to, new_address, unsettled
FROM     orders
WHERE    id >= sqlc.arg(first)
ORDER BY id
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- The lists are newest first, before an identifier. Each of them is led by the
-- index of its first condition; what else is asked is looked at row by row.

-- name: OrdersNewest :many
SELECT   number, id, store, customer, reference, status, version, placed_at, changed_at,
         name, street, postal_code, city, district, email, phone, payment, total, currency, why, reason, void_asked,
         unpaid, promise_from, promise_to, new_address, unsettled
FROM     orders
WHERE    id < sqlc.arg(before)
ORDER BY id DESC
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: OrdersByNumber :many
SELECT   number, id, store, customer, reference, status, version, placed_at, changed_at,
         name, street, postal_code, city, district, email, phone, payment, total, currency, why, reason, void_asked,
         unpaid, promise_from, promise_to, new_address, unsettled
FROM     orders
WHERE    number = sqlc.arg(number) AND id < sqlc.arg(before)
         AND (status = sqlc.arg(status) OR sqlc.arg(status) = '')
         AND (reference = sqlc.arg(reference) OR sqlc.arg(reference) = '')
         AND (customer = sqlc.arg(customer) OR CAST(sqlc.arg(any_customer) AS boolean))
ORDER BY id DESC
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: OrdersByReference :many
SELECT   number, id, store, customer, reference, status, version, placed_at, changed_at,
         name, street, postal_code, city, district, email, phone, payment, total, currency, why, reason, void_asked,
         unpaid, promise_from, promise_to, new_address, unsettled
FROM     orders
WHERE    reference = sqlc.arg(reference) AND reference <> '' AND id < sqlc.arg(before)
         AND (status = sqlc.arg(status) OR sqlc.arg(status) = '')
         AND (customer = sqlc.arg(customer) OR CAST(sqlc.arg(any_customer) AS boolean))
ORDER BY id DESC
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: OrdersByCustomer :many
SELECT   number, id, store, customer, reference, status, version, placed_at, changed_at,
         name, street, postal_code, city, district, email, phone, payment, total, currency, why, reason, void_asked,
         unpaid, promise_from, promise_to, new_address, unsettled
FROM     orders
WHERE    customer = sqlc.arg(customer) AND id < sqlc.arg(before)
         AND (status = sqlc.arg(status) OR sqlc.arg(status) = '')
ORDER BY id DESC
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: OrdersByStatus :many
SELECT   number, id, store, customer, reference, status, version, placed_at, changed_at,
         name, street, postal_code, city, district, email, phone, payment, total, currency, why, reason, void_asked,
         unpaid, promise_from, promise_to, new_address, unsettled
FROM     orders
WHERE    status = sqlc.arg(status) AND id < sqlc.arg(before)
ORDER BY id DESC
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: OrderLines :many
SELECT   order_id, line, sku, name, price, currency, quantity, voided, returned
FROM     order_lines
WHERE    order_id >= sqlc.arg(first) AND order_id <= sqlc.arg(last)
ORDER BY order_id, line;

-- name: Fulfillments :many
SELECT   order_id, part, id, warehouse, stage, version, changed_at,
         promise_from, promise_to, unasked, not_before, move_to, redirect
FROM     fulfillments
WHERE    order_id >= sqlc.arg(first) AND order_id <= sqlc.arg(last)
ORDER BY order_id, part;

-- name: FulfillmentLines :many
SELECT   f.order_id, f.part, l.line, l.sku, l.quantity, l.voided, l.asked, l.moving, l.returned
FROM     fulfillments f
JOIN     fulfillment_lines l ON l.fulfillment_id = f.id
WHERE    f.order_id >= sqlc.arg(first) AND f.order_id <= sqlc.arg(last)
ORDER BY f.order_id, f.part, l.line;

-- name: OrderWaits :many
SELECT   order_id, seq, line, sku, warehouse, quantity, due
FROM     order_waits
WHERE    order_id >= sqlc.arg(first) AND order_id <= sqlc.arg(last)
ORDER BY order_id, seq;

-- name: Events :many
SELECT   order_id, seq, at, site, kind, text
FROM     order_events
WHERE    order_id = $1
ORDER BY seq;

-- name: Notices :many
SELECT   order_id, event, channel, seq, at, text
FROM     notices
WHERE    order_id = $1
ORDER BY seq, event, channel;

-- name: OrderCounts :many
SELECT status, orders
FROM   order_counts
WHERE  orders > 0;

-- name: ProductCount :one
SELECT count(*)
FROM   products;

-- name: Products :many
SELECT   number, sku, name, description, type, category, price, currency, policy, cap, release_on
FROM     products
ORDER BY sku;

-- name: Shelves :many
SELECT   type, category, count(*) AS products
FROM     products
GROUP BY type, category
ORDER BY type, category;

-- name: Districts :many
SELECT   code, name, latitude, longitude
FROM     districts
ORDER BY code;

-- name: DistrictWarehouses :many
SELECT   district, rank, warehouse
FROM     district_warehouses
ORDER BY district, rank;

-- name: Levels :many
SELECT   sku, warehouse, on_hand, available, quota, allocated, picked, version, elsewhere
FROM     levels
ORDER BY sku, warehouse;

-- name: LevelsBetween :many
SELECT   sku, warehouse, on_hand, available, quota, allocated, picked, version, elsewhere
FROM     levels
WHERE    sku >= sqlc.arg(first) AND sku <= sqlc.arg(last)
         AND (warehouse = sqlc.arg(warehouse) OR sqlc.arg(warehouse) = '')
ORDER BY sku, warehouse;

-- name: HeldBetween :many
SELECT   sku, ref, units
FROM     balances
WHERE    sku >= sqlc.arg(first) AND sku <= sqlc.arg(last) AND account = 'held'
         AND (ref = sqlc.arg(warehouse) OR sqlc.arg(warehouse) = '')
ORDER BY sku, ref;

-- name: StockedAfter :many
-- The SKUs of the next page: of each source no more than the page can hold.
SELECT   sku
FROM (
  SELECT sku FROM (
    SELECT   DISTINCT levels.sku
    FROM     levels
    WHERE    levels.sku > sqlc.arg(after) AND (warehouse = sqlc.arg(warehouse) OR sqlc.arg(warehouse) = '')
    ORDER BY levels.sku
    LIMIT    CAST(sqlc.arg(most) AS INTEGER)
  ) known
  UNION
  SELECT sku FROM (
    SELECT   DISTINCT balances.sku
    FROM     balances
    WHERE    balances.sku > sqlc.arg(after) AND account = 'held' AND (ref = sqlc.arg(warehouse) OR sqlc.arg(warehouse) = '')
    ORDER BY balances.sku
    LIMIT    CAST(sqlc.arg(most) AS INTEGER)
  ) held
) stocked
ORDER BY sku
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: Warehouses :many
SELECT   code, name, latitude, longitude, cut_off, workdays, handling, capacity, safety, per_box, per_unit, per_km
FROM     warehouses
ORDER BY code;

-- name: Schedules :many
SELECT   sku, warehouse, version, arrivals
FROM     schedules
ORDER BY sku, warehouse;

-- name: Loads :many
SELECT   warehouse, day, parcels
FROM     loads
ORDER BY warehouse, day;

-- name: Holds :many
SELECT   owner, units, expires_at, since
FROM     holds
ORDER BY owner;

-- name: LooseEnds :many
SELECT   order_id, fulfillment_id, warehouse, kind
FROM     loose_ends
ORDER BY order_id, fulfillment_id;

-- name: PendingTransactions :many
SELECT   order_id, id, at, method, kind, state, amount, currency, provider, token, reference, reason, attempts, next_at
FROM     transactions
WHERE    state = 'pending'
ORDER BY at, order_id, id;

-- name: Transactions :many
SELECT   order_id, id, at, method, kind, state, amount, currency, provider, token, reference, reason, attempts, next_at
FROM     transactions
WHERE    order_id = $1
ORDER BY at, id;

-- name: ReturnByID :one
SELECT   id, order_id, fulfillment_id, warehouse, reason, asked_at, changed_at
FROM     returns
WHERE    id = $1;

-- name: ReturnsByOrder :many
SELECT   id, order_id, fulfillment_id, warehouse, reason, asked_at, changed_at
FROM     returns
WHERE    order_id = $1
ORDER BY asked_at, id;

-- name: ReturnLines :many
SELECT   return_id, line, sku, quantity, received, good, damaged
FROM     return_lines
WHERE    return_id = $1
ORDER BY line;

-- name: UserByID :one
SELECT id, name, name_key, password_hash, district, email, phone, role, registered_at
FROM   users
WHERE  id = $1;

-- name: UserByNameKey :one
SELECT id, name, name_key, password_hash, district, email, phone, role, registered_at
FROM   users
WHERE  name_key = $1;

-- name: Cart :one
SELECT lines
FROM   carts
WHERE  owner = $1;

-- name: Session :one
SELECT token_hash, data, expires_at
FROM   sessions
WHERE  token_hash = $1 AND expires_at > sqlc.arg(now);

-- name: UnaskedAt :one
SELECT count(DISTINCT o.id)
FROM   orders AS o
JOIN   fulfillments AS f ON f.order_id = o.id
WHERE  o.unsettled = 1 AND o.unpaid = 0 AND f.unasked = 1
       AND f.warehouse = sqlc.arg(warehouse) AND f.not_before <= sqlc.arg(today);
