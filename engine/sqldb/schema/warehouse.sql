-- What sqlc must know of a warehouse's tables, besides those of books.sql.

CREATE TABLE products (
  sku  TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL
);

CREATE TABLE levels (
  sku     TEXT   NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL
);

CREATE TABLE fulfillments (
  id          BYTEA  NOT NULL PRIMARY KEY,
  order_id    BYTEA  NOT NULL,
  number      BIGINT NOT NULL,
  store       TEXT   NOT NULL,
  stage       TEXT   NOT NULL,
  version     BIGINT NOT NULL,
  placed_at   BIGINT NOT NULL,
  changed_at  BIGINT NOT NULL,
  name        TEXT   NOT NULL,
  street      TEXT   NOT NULL,
  postal_code TEXT   NOT NULL,
  city        TEXT   NOT NULL,
  district    TEXT   NOT NULL,
  email       TEXT   NOT NULL,
  phone       TEXT   NOT NULL
);

CREATE TABLE fulfillment_lines (
  fulfillment_id BYTEA  NOT NULL,
  line           BIGINT NOT NULL,
  sku            TEXT   NOT NULL,
  name           TEXT   NOT NULL,
  quantity       BIGINT NOT NULL,
  voided         BIGINT NOT NULL,
  returned       BIGINT NOT NULL,
  picked         BIGINT NOT NULL,
  PRIMARY KEY (fulfillment_id, line)
);

CREATE TABLE purchases (
  id           TEXT   NOT NULL PRIMARY KEY,
  supplier     TEXT   NOT NULL,
  version      BIGINT NOT NULL,
  announced_at BIGINT NOT NULL,
  changed_at   BIGINT NOT NULL,
  closed       BIGINT NOT NULL
);

CREATE TABLE purchase_lines (
  purchase  TEXT   NOT NULL,
  seq       BIGINT NOT NULL,
  sku       TEXT   NOT NULL,
  announced BIGINT NOT NULL,
  received  BIGINT NOT NULL,
  withdrawn BIGINT NOT NULL,
  due       BIGINT NOT NULL,
  PRIMARY KEY (purchase, seq)
);

CREATE TABLE purchase_shares (
  purchase TEXT   NOT NULL,
  line     BIGINT NOT NULL,
  seq      BIGINT NOT NULL,
  store    TEXT   NOT NULL,
  units    BIGINT NOT NULL,
  PRIMARY KEY (purchase, line, seq)
);

CREATE TABLE returns (
  id             BYTEA  NOT NULL PRIMARY KEY,
  fulfillment_id BYTEA  NOT NULL,
  order_id       BYTEA  NOT NULL,
  number         BIGINT NOT NULL,
  store          TEXT   NOT NULL,
  state          TEXT   NOT NULL,
  version        BIGINT NOT NULL,
  requested_at   BIGINT NOT NULL,
  changed_at     BIGINT NOT NULL,
  reason         TEXT   NOT NULL
);

CREATE TABLE return_lines (
  return_id BYTEA  NOT NULL,
  seq       BIGINT NOT NULL,
  line      BIGINT NOT NULL,
  sku       TEXT   NOT NULL,
  quantity  BIGINT NOT NULL,
  received  BIGINT NOT NULL,
  good      BIGINT NOT NULL,
  damaged   BIGINT NOT NULL,
  PRIMARY KEY (return_id, seq)
);

CREATE TABLE fulfillment_events (
  fulfillment_id BYTEA  NOT NULL,
  seq            BIGINT NOT NULL,
  at             BIGINT NOT NULL,
  kind           TEXT   NOT NULL,
  text           TEXT   NOT NULL,
  PRIMARY KEY (fulfillment_id, seq)
);

CREATE TABLE records (
  fulfillment_id BYTEA NOT NULL PRIMARY KEY,
  record         BYTEA NOT NULL
);
