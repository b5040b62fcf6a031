-- Snowplow's atomic.events, with the columns that are used, and the indexes that it does not come with.
CREATE SCHEMA atomic;
CREATE TABLE atomic.events (
  etl_tstamp TIMESTAMP,
  collector_tstamp TIMESTAMP NOT NULL,
  dvce_created_tstamp TIMESTAMP,
  event VARCHAR(128),
  event_id CHAR(36) NOT NULL,
  user_id VARCHAR(255),
  user_ipaddress VARCHAR(128),
  domain_userid VARCHAR(128),
  network_userid VARCHAR(128),
  page_url TEXT,
  page_title VARCHAR(2000),
  page_referrer TEXT,
  mkt_campaign VARCHAR(255),
  se_category VARCHAR(1000),
  se_action VARCHAR(1000),
  se_label VARCHAR(4096),
  se_value DOUBLE PRECISION,
  tr_orderid VARCHAR(255),
  tr_total DEC(18,2),
  tr_tax DEC(18,2),
  tr_shipping DEC(18,2),
  ti_orderid VARCHAR(255),
  ti_sku VARCHAR(255),
  ti_name VARCHAR(255),
  ti_category VARCHAR(255),
  ti_price DEC(18,2),
  ti_quantity INTEGER,
  useragent VARCHAR(1000),
  br_lang VARCHAR(255),
  br_cookies BOOLEAN,
  br_colordepth VARCHAR(12),
  br_viewwidth INTEGER,
  br_viewheight INTEGER,
  dvce_screenwidth INTEGER,
  dvce_screenheight INTEGER,
  tr_currency CHAR(3),
  derived_tstamp TIMESTAMP,
  event_name VARCHAR(1000),
  event_fingerprint VARCHAR(128),
  true_tstamp TIMESTAMP
);
CREATE INDEX ON atomic.events (collector_tstamp);
CREATE INDEX ON atomic.events (event_id);
CREATE INDEX ON atomic.events (ti_orderid) WHERE event = 'transaction_item';
CREATE INDEX ON atomic.events (tr_orderid) WHERE event = 'transaction';
