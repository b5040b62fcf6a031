-- The tables of Open Web Analytics that are read, with the columns that are used; money is in hundredths.
CREATE TABLE owa_document (id BIGINT PRIMARY KEY, url VARCHAR(255), page_title VARCHAR(255));
CREATE TABLE owa_ua (id BIGINT PRIMARY KEY, ua VARCHAR(255));
CREATE TABLE owa_referer (id BIGINT PRIMARY KEY, url VARCHAR(255));
CREATE TABLE owa_campaign_dim (id BIGINT PRIMARY KEY, name VARCHAR(255));

CREATE TABLE owa_request (
  id BIGINT PRIMARY KEY,
  visitor_id BIGINT,
  site_id VARCHAR(255),
  ua_id BIGINT,
  referer_id BIGINT,
  document_id VARCHAR(255),
  timestamp INT,
  ip_address VARCHAR(255),
  language VARCHAR(255),
  is_entry_page TINYINT,
  is_robot TINYINT,
  campaign_id BIGINT
);
CREATE INDEX owa_request_timestamp ON owa_request (timestamp);       -- not its own: doctor asks for it

CREATE TABLE owa_commerce_transaction_fact (
  id BIGINT PRIMARY KEY,
  visitor_id BIGINT,
  site_id VARCHAR(255),
  ua_id BIGINT,
  timestamp INT,
  ip_address VARCHAR(255),
  language VARCHAR(255),
  order_id VARCHAR(255),
  total_revenue BIGINT
);
CREATE INDEX owa_transaction_timestamp ON owa_commerce_transaction_fact (timestamp);

CREATE TABLE owa_commerce_line_item_fact (
  id BIGINT PRIMARY KEY,
  order_id VARCHAR(255),
  sku VARCHAR(255),
  unit_price BIGINT,
  quantity INT,
  item_revenue BIGINT,
  KEY order_id (order_id)
);
