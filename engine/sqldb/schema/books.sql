-- What sqlc must know of the tables that every site has. The engines' own
-- migrations make the tables, in the types of their database.

CREATE TABLE site (
  one   BIGINT NOT NULL PRIMARY KEY,
  name  TEXT   NOT NULL,
  role  TEXT   NOT NULL,
  epoch BIGINT NOT NULL
);

CREATE TABLE movements (
  seq          BIGINT NOT NULL PRIMARY KEY,
  id           BYTEA  NOT NULL,
  at           BIGINT NOT NULL,
  sku          TEXT   NOT NULL,
  quantity     BIGINT NOT NULL,
  from_account TEXT   NOT NULL,
  from_ref     TEXT   NOT NULL,
  to_account   TEXT   NOT NULL,
  to_ref       TEXT   NOT NULL,
  reason       TEXT   NOT NULL,
  order_id     BYTEA,
  line         BIGINT NOT NULL,
  cause        TEXT   NOT NULL,
  hash         BYTEA  NOT NULL
);

CREATE TABLE balances (
  sku     TEXT   NOT NULL,
  account TEXT   NOT NULL,
  ref     TEXT   NOT NULL,
  units   BIGINT NOT NULL,
  PRIMARY KEY (sku, account, ref)
);

CREATE TABLE outbox (
  destination TEXT   NOT NULL,
  seq         BIGINT NOT NULL,
  epoch       BIGINT NOT NULL,
  at          BIGINT NOT NULL,
  key         TEXT   NOT NULL,
  kind        TEXT   NOT NULL,
  body        BYTEA  NOT NULL,
  hash        BYTEA  NOT NULL,
  PRIMARY KEY (destination, seq)
);

CREATE TABLE cursors (
  origin TEXT   NOT NULL PRIMARY KEY,
  epoch  BIGINT NOT NULL,
  seq    BIGINT NOT NULL,
  hash   BYTEA  NOT NULL,
  at     BIGINT NOT NULL,
  past   TEXT   NOT NULL
);

CREATE TABLE parked (
  origin    TEXT   NOT NULL,
  epoch     BIGINT NOT NULL,
  seq       BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  key       TEXT   NOT NULL,
  kind      TEXT   NOT NULL,
  body      BYTEA  NOT NULL,
  hash      BYTEA  NOT NULL,
  reason    TEXT   NOT NULL,
  parked_at BIGINT NOT NULL,

  resolution   TEXT NOT NULL,
  resolved_at  BIGINT,
  resolved_by  TEXT NOT NULL,
  resolved_why TEXT NOT NULL,
  PRIMARY KEY (origin, epoch, seq)
);

CREATE TABLE pruned (
  destination TEXT   NOT NULL PRIMARY KEY,
  epoch       BIGINT NOT NULL,
  seq         BIGINT NOT NULL,
  hash        BYTEA  NOT NULL,
  at          BIGINT NOT NULL
);

CREATE TABLE acknowledged (
  destination     TEXT   NOT NULL,
  seq             BIGINT NOT NULL,
  epoch           BIGINT NOT NULL,
  hash            BYTEA  NOT NULL,
  at              BIGINT NOT NULL,
  acknowledged_at BIGINT NOT NULL,
  PRIMARY KEY (destination, seq)
);

CREATE TABLE peers (
  site     TEXT   NOT NULL PRIMARY KEY,
  counted  BIGINT NOT NULL,
  restated BIGINT NOT NULL,
  owed     BIGINT NOT NULL
);
