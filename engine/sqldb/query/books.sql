-- name: Site :one
SELECT name, role, epoch
FROM   site
WHERE  one = 1;

-- name: MovementsAfter :many
SELECT   seq, id, at, sku, quantity, from_account, from_ref, to_account, to_ref, reason, order_id, line, cause, hash
FROM     movements
WHERE    seq > sqlc.arg(after)
ORDER BY seq
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: MovementsBefore :many
SELECT   seq, id, at, sku, quantity, from_account, from_ref, to_account, to_ref, reason, order_id, line, cause, hash
FROM     movements
WHERE    seq < sqlc.arg(before)
ORDER BY seq DESC
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: LastMovement :one
SELECT   seq, hash
FROM     movements
ORDER BY seq DESC
LIMIT    1;

-- name: Balances :many
SELECT   sku, account, ref, units
FROM     balances
ORDER BY sku, account, ref;

-- name: MessagesAfter :many
SELECT   destination, seq, epoch, at, key, kind, body, hash
FROM     outbox
WHERE    destination = sqlc.arg(destination) AND seq > sqlc.arg(after)
ORDER BY seq
LIMIT    CAST(sqlc.arg(most) AS INTEGER);

-- name: NextDestination :one
SELECT   destination
FROM     outbox
WHERE    destination > sqlc.arg(after)
ORDER BY destination
LIMIT    1;

-- name: NewestMessage :one
SELECT   epoch, seq, hash, at
FROM     outbox
WHERE    destination = $1
ORDER BY seq DESC
LIMIT    1;

-- name: MessageAt :one
SELECT epoch, seq, hash, at
FROM   outbox
WHERE  destination = $1 AND seq = $2;

-- name: NewestOfEpoch :one
SELECT   epoch, seq, hash, at
FROM     outbox
WHERE    destination = sqlc.arg(destination) AND epoch <= sqlc.arg(epoch)
ORDER BY seq DESC
LIMIT    1;

-- name: Cursors :many
SELECT   origin, epoch, seq, hash, at, past
FROM     cursors
ORDER BY origin;

-- name: Parked :many
SELECT   origin, epoch, seq, at, key, kind, body, hash, reason, parked_at
FROM     parked
WHERE    resolution = ''
ORDER BY parked_at, origin, seq, epoch;

-- name: Skipped :many
SELECT   origin, epoch, seq, at, key, kind, body, hash, reason, parked_at, resolved_at, resolved_by, resolved_why
FROM     parked
WHERE    resolution = 'skipped'
ORDER BY resolved_at, origin, epoch, seq;

-- name: Pruned :many
SELECT   destination, epoch, seq, hash, at
FROM     pruned
ORDER BY destination;

-- name: PrunedTo :one
SELECT epoch, seq, hash, at
FROM   pruned
WHERE  destination = $1;

-- name: Acknowledged :many
SELECT   destination, epoch, seq, hash, at, acknowledged_at
FROM     acknowledged
ORDER BY destination, seq;

-- name: Peers :many
SELECT   site, counted, restated, owed
FROM     peers
ORDER BY site;
