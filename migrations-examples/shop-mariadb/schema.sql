-- The tracker of a shop in MySQL or MariaDB: page views in local time, orders in Unix time, ids as bytes.
CREATE TABLE shop_visits (
  id BINARY(16) PRIMARY KEY,
  ip VARBINARY(16),
  user_agent VARCHAR(255) CHARACTER SET latin1,
  resolution VARCHAR(9),
  is_bot BIT(1) NOT NULL DEFAULT b'0'
);

CREATE TABLE shop_pageviews (
  id BIGINT UNSIGNED PRIMARY KEY,
  visit BINARY(16) NOT NULL,
  viewed_at DATETIME(3) NOT NULL,            -- what the clock in Berlin showed
  url VARCHAR(1000) NOT NULL,
  title VARCHAR(255) CHARACTER SET utf8mb4,
  KEY viewed_at (viewed_at)
);

CREATE TABLE shop_orders (
  order_no VARCHAR(30) PRIMARY KEY,
  visit BINARY(16) NOT NULL,
  ordered_at INT UNSIGNED NOT NULL,          -- seconds since 1970
  currency CHAR(3) NOT NULL,
  state ENUM('paid', 'cancelled', 'test') NOT NULL,
  KEY ordered_at (ordered_at)
);

CREATE TABLE shop_order_items (
  order_no VARCHAR(30) NOT NULL,
  position SMALLINT NOT NULL,
  sku VARCHAR(60) NOT NULL,
  category VARCHAR(60),
  quantity INT NOT NULL,
  price DECIMAL(12, 4) NOT NULL,
  PRIMARY KEY (order_no, position)
);
