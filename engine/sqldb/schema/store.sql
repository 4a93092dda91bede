-- What sqlc must know of a store's tables, besides those of books.sql.

CREATE TABLE products (
  number      BIGINT NOT NULL PRIMARY KEY,
  sku         TEXT   NOT NULL,
  name        TEXT   NOT NULL,
  description TEXT   NOT NULL,
  type        TEXT   NOT NULL,
  category    TEXT   NOT NULL,
  price       BIGINT NOT NULL,
  currency    TEXT   NOT NULL,
  policy      TEXT   NOT NULL,
  cap         BIGINT NOT NULL,
  release_on  BIGINT NOT NULL
);

CREATE TABLE districts (
  code      TEXT             NOT NULL PRIMARY KEY,
  name      TEXT             NOT NULL,
  latitude  DOUBLE PRECISION NOT NULL,
  longitude DOUBLE PRECISION NOT NULL
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
  elsewhere BIGINT NOT NULL, -- of quota: in the hands of other stores
  PRIMARY KEY (sku, warehouse)
);

CREATE TABLE warehouses (
  code      TEXT             NOT NULL PRIMARY KEY,
  name      TEXT             NOT NULL,
  latitude  DOUBLE PRECISION NOT NULL,
  longitude DOUBLE PRECISION NOT NULL,
  cut_off   BIGINT           NOT NULL,
  workdays  BIGINT           NOT NULL,
  handling  BIGINT           NOT NULL,
  capacity  BIGINT           NOT NULL,
  safety    BIGINT           NOT NULL,
  per_box   BIGINT           NOT NULL,
  per_unit  BIGINT           NOT NULL,
  per_km    BIGINT           NOT NULL
);

CREATE TABLE schedules (
  sku       TEXT   NOT NULL,
  warehouse TEXT   NOT NULL,
  version   BIGINT NOT NULL,
  arrivals  TEXT   NOT NULL,
  PRIMARY KEY (sku, warehouse)
);

CREATE TABLE loads (
  warehouse TEXT   NOT NULL,
  day       BIGINT NOT NULL,
  parcels   BIGINT NOT NULL,
  PRIMARY KEY (warehouse, day)
);

CREATE TABLE holds (
  owner      TEXT   NOT NULL PRIMARY KEY,
  units      TEXT   NOT NULL,
  expires_at BIGINT NOT NULL,
  since      BIGINT NOT NULL
);

CREATE TABLE loose_ends (
  order_id       BYTEA NOT NULL,
  fulfillment_id BYTEA NOT NULL,
  warehouse      TEXT  NOT NULL,
  kind           TEXT  NOT NULL,
  PRIMARY KEY (order_id, fulfillment_id)
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
  number       BIGINT  NOT NULL PRIMARY KEY,
  id           BYTEA   NOT NULL,
  store        TEXT    NOT NULL,
  customer     BYTEA,
  reference    TEXT    NOT NULL,
  status       TEXT    NOT NULL,
  version      BIGINT  NOT NULL,
  placed_at    BIGINT  NOT NULL,
  changed_at   BIGINT  NOT NULL,
  name         TEXT    NOT NULL,
  street       TEXT    NOT NULL,
  postal_code  TEXT    NOT NULL,
  city         TEXT    NOT NULL,
  district     TEXT    NOT NULL,
  email        TEXT    NOT NULL,
  phone        TEXT    NOT NULL,
  payment      TEXT    NOT NULL,
  total        BIGINT  NOT NULL,
  currency     TEXT    NOT NULL,
  why          TEXT    NOT NULL,
  reason       TEXT    NOT NULL,
  void_asked   BOOLEAN NOT NULL,
  unpaid       BIGINT  NOT NULL,
  promise_from BIGINT  NOT NULL,
  promise_to   BIGINT  NOT NULL,
  new_address  TEXT,
  unsettled    BIGINT  NOT NULL
);

CREATE TABLE order_waits (
  order_id  BYTEA  NOT NULL,
  seq       BIGINT NOT NULL,
  line      BIGINT NOT NULL,
  sku       TEXT   NOT NULL,
  warehouse TEXT   NOT NULL,
  quantity  BIGINT NOT NULL,
  due       BIGINT NOT NULL,
  PRIMARY KEY (order_id, seq)
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
  order_id     BYTEA  NOT NULL,
  part         BIGINT NOT NULL,
  id           BYTEA  NOT NULL,
  warehouse    TEXT   NOT NULL,
  stage        TEXT   NOT NULL,
  version      BIGINT NOT NULL,
  changed_at   BIGINT NOT NULL,
  promise_from BIGINT NOT NULL,
  promise_to   BIGINT NOT NULL,
  unasked      BIGINT NOT NULL,
  not_before   BIGINT NOT NULL,
  move_to      TEXT   NOT NULL,
  redirect     TEXT   NOT NULL,
  PRIMARY KEY (order_id, part)
);

CREATE TABLE fulfillment_lines (
  fulfillment_id BYTEA  NOT NULL,
  line           BIGINT NOT NULL,
  sku            TEXT   NOT NULL,
  quantity       BIGINT NOT NULL,
  voided         BIGINT NOT NULL,
  asked          BIGINT NOT NULL,
  moving         BIGINT NOT NULL,
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

CREATE TABLE transactions (
  order_id  BYTEA  NOT NULL,
  id        BYTEA  NOT NULL,
  at        BIGINT NOT NULL,
  method    TEXT   NOT NULL,
  kind      TEXT   NOT NULL,
  state     TEXT   NOT NULL,
  amount    BIGINT NOT NULL,
  currency  TEXT   NOT NULL,
  provider  TEXT   NOT NULL,
  token     TEXT   NOT NULL,
  reference TEXT   NOT NULL,
  reason    TEXT   NOT NULL,
  attempts  BIGINT NOT NULL,
  next_at   BIGINT NOT NULL,
  PRIMARY KEY (order_id, id)
);

CREATE TABLE returns (
  id             BYTEA  NOT NULL PRIMARY KEY,
  order_id       BYTEA  NOT NULL,
  fulfillment_id BYTEA  NOT NULL,
  warehouse      TEXT   NOT NULL,
  reason         TEXT   NOT NULL,
  asked_at       BIGINT NOT NULL,
  changed_at     BIGINT NOT NULL
);

CREATE TABLE return_lines (
  return_id BYTEA  NOT NULL,
  line      BIGINT NOT NULL,
  sku       TEXT   NOT NULL,
  quantity  BIGINT NOT NULL,
  received  BIGINT NOT NULL,
  good      BIGINT NOT NULL,
  damaged   BIGINT NOT NULL,
  PRIMARY KEY (return_id, line)
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
