-- A collector that a company wrote for itself: one wide stream of events with JSON in it, and the shop's orders.
CREATE TYPE event_kind AS ENUM ('view', 'click', 'download', 'heartbeat');

CREATE TABLE events (
  event_id bigint PRIMARY KEY,
  happened_at timestamptz(6) NOT NULL,
  visitor uuid NOT NULL,
  address inet,
  user_agent text,
  kind event_kind NOT NULL,
  is_staff boolean NOT NULL DEFAULT false,
  payload jsonb NOT NULL
);
CREATE INDEX events_happened_at ON events (happened_at);

-- The shop is older than the collector: its times are what the clock in Warsaw showed.
CREATE TABLE orders (
  order_no text PRIMARY KEY,
  placed_at timestamp NOT NULL,
  visitor uuid NOT NULL,
  address inet,
  user_agent text,
  receipt bytea NOT NULL,
  currency char(3) NOT NULL,
  items jsonb NOT NULL
);
CREATE INDEX orders_placed_at ON orders (placed_at);
