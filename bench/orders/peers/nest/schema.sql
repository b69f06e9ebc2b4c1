-- The record of the Nest peer. Applied by the harness, which also seeds it.
CREATE TABLE product (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  price_minor INTEGER NOT NULL,
  currency TEXT NOT NULL
);
CREATE TABLE balance (
  product_id INTEGER NOT NULL,
  location_id INTEGER NOT NULL,
  available INTEGER NOT NULL CHECK (available >= 0),
  reserved INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (product_id, location_id)
) WITHOUT ROWID;
CREATE TABLE ledger (
  id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL,
  location_id INTEGER NOT NULL,
  reserved_delta INTEGER NOT NULL,
  order_id TEXT NOT NULL,
  at TEXT NOT NULL
);
CREATE TABLE orders (
  id TEXT PRIMARY KEY,
  customer_id INTEGER NOT NULL,
  placed_at TEXT NOT NULL,
  document TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE idempotency (
  key TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  order_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  payload TEXT NOT NULL,
  at TEXT NOT NULL
);
