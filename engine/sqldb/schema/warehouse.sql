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
  PRIMARY KEY (fulfillment_id, line)
);

CREATE TABLE fulfillment_events (
  fulfillment_id BYTEA  NOT NULL,
  seq            BIGINT NOT NULL,
  at             BIGINT NOT NULL,
  kind           TEXT   NOT NULL,
  text           TEXT   NOT NULL,
  PRIMARY KEY (fulfillment_id, seq)
);

CREATE TABLE requests (
  key       TEXT   NOT NULL PRIMARY KEY,
  body_hash BYTEA  NOT NULL,
  answer    TEXT   NOT NULL,
  at        BIGINT NOT NULL
);
