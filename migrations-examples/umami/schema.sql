-- The tables of Umami 2.18 that are read, with the columns and indexes that are used.
CREATE TABLE website (
  website_id UUID PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  domain VARCHAR(500)
);

CREATE TABLE session (
  session_id UUID PRIMARY KEY,
  website_id UUID NOT NULL,
  browser VARCHAR(20),
  os VARCHAR(20),
  device VARCHAR(20),
  screen VARCHAR(11),
  language VARCHAR(35),
  country CHAR(2),
  distinct_id VARCHAR(50),
  created_at TIMESTAMPTZ(6) DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE website_event (
  event_id UUID PRIMARY KEY,
  website_id UUID NOT NULL,
  session_id UUID NOT NULL,
  visit_id UUID NOT NULL,
  created_at TIMESTAMPTZ(6) DEFAULT CURRENT_TIMESTAMP,
  url_path VARCHAR(500) NOT NULL,
  url_query VARCHAR(500),
  utm_source VARCHAR(255),
  utm_campaign VARCHAR(255),
  referrer_path VARCHAR(500),
  referrer_query VARCHAR(500),
  referrer_domain VARCHAR(500),
  page_title VARCHAR(500),
  event_type INTEGER NOT NULL DEFAULT 1,
  event_name VARCHAR(50),
  tag VARCHAR(50),
  hostname VARCHAR(100)
);
CREATE INDEX website_event_website_id_created_at_idx ON website_event (website_id, created_at);

CREATE TABLE event_data (
  event_data_id UUID PRIMARY KEY,
  website_id UUID NOT NULL,
  website_event_id UUID NOT NULL,
  data_key VARCHAR(500) NOT NULL,
  string_value VARCHAR(500),
  number_value DECIMAL(19,4),
  date_value TIMESTAMPTZ(6),
  data_type INTEGER NOT NULL,
  created_at TIMESTAMPTZ(6) DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX event_data_website_event_id_idx ON event_data (website_event_id);

CREATE TABLE session_data (
  session_data_id UUID PRIMARY KEY,
  website_id UUID NOT NULL,
  session_id UUID NOT NULL,
  data_key VARCHAR(500) NOT NULL,
  string_value VARCHAR(500),
  number_value DECIMAL(19,4),
  date_value TIMESTAMPTZ(6),
  data_type INTEGER NOT NULL,
  created_at TIMESTAMPTZ(6) DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX session_data_session_id_idx ON session_data (session_id);
