-- The legacy tracker's tables. Ids have 19 digits; texts hold whatever visitors and editors typed.
CREATE TABLE visits (
  id INTEGER PRIMARY KEY,
  site INTEGER NOT NULL,
  visitor_id INTEGER NOT NULL,
  ip TEXT,
  user_agent TEXT,
  lang TEXT,
  screen TEXT,
  referrer TEXT,
  campaign TEXT
) STRICT;

CREATE TABLE pageviews (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visits (id),
  position INTEGER NOT NULL,
  viewed_at TEXT NOT NULL,                  -- UTC, YYYY-MM-DD HH:MM:SS.mmm
  url TEXT,
  title TEXT,
  page_type TEXT
) STRICT;
CREATE INDEX pageviews_viewed_at ON pageviews (viewed_at, id);

CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visits (id),
  happened_at TEXT NOT NULL,                -- UTC, YYYY-MM-DD HH:MM:SS
  category TEXT NOT NULL,
  action TEXT NOT NULL,
  label TEXT,
  target_url TEXT
) STRICT;
CREATE INDEX events_happened_at ON events (happened_at, id);

CREATE TABLE orders (
  order_no TEXT PRIMARY KEY,
  visit_id INTEGER NOT NULL REFERENCES visits (id),
  ordered_ms INTEGER NOT NULL,              -- milliseconds since 1970
  currency TEXT NOT NULL,
  items TEXT NOT NULL,                      -- JSON: [{ sku, category, quantity, price }]
  status TEXT NOT NULL
) STRICT;
CREATE INDEX orders_ordered_ms ON orders (ordered_ms, order_no);
