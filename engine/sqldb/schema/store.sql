-- What sqlc must know of a store's tables, besides those of books.sql.

CREATE TABLE products (
  number      BIGINT NOT NULL PRIMARY KEY,
  sku         TEXT   NOT NULL,
  name        TEXT   NOT NULL,
  description TEXT   NOT NULL,
  type        TEXT   NOT NULL,
  category    TEXT   NOT NULL,
  price       BIGINT NOT NULL,
  currency    TEXT   NOT NULL
);

CREATE TABLE districts (
  code TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL
);

CREATE TABLE district_warehouses (
  district  TEXT   NOT NULL,
  rank      BIGINT NOT NULL,
  warehouse TEXT   NOT NULL,
  PRIMARY KEY (district, rank)
);

CREATE TABLE levels (
  sku       TEXT   NOT NULL,
  warehouse TEXT   NOT NULL,
  on_hand   BIGINT NOT NULL,
  available BIGINT NOT NULL,
  quota     BIGINT NOT NULL,
  allocated BIGINT NOT NULL,
  picked    BIGINT NOT NULL,
  version   BIGINT NOT NULL,
  PRIMARY KEY (sku, warehouse)
);

CREATE TABLE users (
  id            BYTEA  NOT NULL PRIMARY KEY,
  name          TEXT   NOT NULL,
  name_key      TEXT   NOT NULL,
  password_hash TEXT   NOT NULL,
  district      TEXT   NOT NULL,
  email         TEXT   NOT NULL,
  phone         TEXT   NOT NULL,
  role          TEXT   NOT NULL,
  registered_at BIGINT NOT NULL
);

CREATE TABLE orders (
  number      BIGINT  NOT NULL PRIMARY KEY,
  id          BYTEA   NOT NULL,
  store       TEXT    NOT NULL,
  customer    BYTEA,
  reference   TEXT    NOT NULL,
  status      TEXT    NOT NULL,
  version     BIGINT  NOT NULL,
  placed_at   BIGINT  NOT NULL,
  changed_at  BIGINT  NOT NULL,
  name        TEXT    NOT NULL,
  street      TEXT    NOT NULL,
  postal_code TEXT    NOT NULL,
  city        TEXT    NOT NULL,
  district    TEXT    NOT NULL,
  email       TEXT    NOT NULL,
  phone       TEXT    NOT NULL,
  payment     TEXT    NOT NULL,
  total       BIGINT  NOT NULL,
  currency    TEXT    NOT NULL,
  why         TEXT    NOT NULL,
  reason      TEXT    NOT NULL,
  void_asked  BOOLEAN NOT NULL
);

CREATE TABLE order_lines (
  order_id BYTEA  NOT NULL,
  line     BIGINT NOT NULL,
  sku      TEXT   NOT NULL,
  name     TEXT   NOT NULL,
  price    BIGINT NOT NULL,
  currency TEXT   NOT NULL,
  quantity BIGINT NOT NULL,
  voided   BIGINT NOT NULL,
  returned BIGINT NOT NULL,
  PRIMARY KEY (order_id, line)
);

CREATE TABLE fulfillments (
  order_id   BYTEA  NOT NULL,
  part       BIGINT NOT NULL,
  id         BYTEA  NOT NULL,
  warehouse  TEXT   NOT NULL,
  stage      TEXT   NOT NULL,
  version    BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (order_id, part)
);

CREATE TABLE fulfillment_lines (
  fulfillment_id BYTEA  NOT NULL,
  line           BIGINT NOT NULL,
  sku            TEXT   NOT NULL,
  quantity       BIGINT NOT NULL,
  voided         BIGINT NOT NULL,
  asked          BIGINT NOT NULL,
  returned       BIGINT NOT NULL,
  PRIMARY KEY (fulfillment_id, line)
);

CREATE TABLE order_counts (
  status TEXT   NOT NULL PRIMARY KEY,
  orders BIGINT NOT NULL
);

CREATE TABLE order_events (
  order_id BYTEA  NOT NULL,
  seq      BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  site     TEXT   NOT NULL,
  kind     TEXT   NOT NULL,
  text     TEXT   NOT NULL,
  PRIMARY KEY (order_id, seq)
);

CREATE TABLE notices (
  order_id BYTEA  NOT NULL,
  event    TEXT   NOT NULL,
  channel  TEXT   NOT NULL,
  seq      BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  text     TEXT   NOT NULL,
  PRIMARY KEY (order_id, event, channel)
);

CREATE TABLE carts (
  owner      TEXT   NOT NULL PRIMARY KEY,
  lines      TEXT   NOT NULL,
  changed_at BIGINT NOT NULL
);

CREATE TABLE sessions (
  token_hash TEXT   NOT NULL PRIMARY KEY,
  data       BYTEA  NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE requests (
  key       TEXT   NOT NULL PRIMARY KEY,
  body_hash BYTEA  NOT NULL,
  answer    TEXT   NOT NULL,
  at        BIGINT NOT NULL
);
