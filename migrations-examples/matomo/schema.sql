-- The tables of Matomo 5 that are read, with the columns and indexes that are used.
CREATE TABLE matomo_site (
  idsite INT UNSIGNED NOT NULL AUTO_INCREMENT,
  name VARCHAR(90) NOT NULL,
  timezone VARCHAR(50) NOT NULL,
  currency CHAR(3) NOT NULL,
  PRIMARY KEY (idsite)
);

CREATE TABLE matomo_goal (
  idsite INT NOT NULL,
  idgoal INT NOT NULL,
  name VARCHAR(50) NOT NULL,
  PRIMARY KEY (idsite, idgoal)
);

CREATE TABLE matomo_log_action (
  idaction INT UNSIGNED NOT NULL AUTO_INCREMENT,
  name VARCHAR(4096),
  hash INT UNSIGNED NOT NULL,
  type TINYINT UNSIGNED,
  url_prefix TINYINT,
  PRIMARY KEY (idaction),
  INDEX index_type_hash (type, hash)
);

CREATE TABLE matomo_log_visit (
  idvisit BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  idsite INT UNSIGNED NOT NULL,
  idvisitor BINARY(8) NOT NULL,
  visit_last_action_time DATETIME NOT NULL,
  location_ip VARBINARY(16) NOT NULL,
  user_id VARCHAR(200),
  referer_type TINYINT UNSIGNED,
  referer_name VARCHAR(255),
  referer_keyword VARCHAR(255),
  referer_url VARCHAR(1500),
  location_browser_lang VARCHAR(20),
  config_browser_name VARCHAR(40),
  config_browser_version VARCHAR(20),
  config_os CHAR(3),
  config_os_version VARCHAR(100),
  config_device_type TINYINT,
  config_resolution VARCHAR(18),
  config_cookie TINYINT,
  custom_dimension_1 VARCHAR(255),
  custom_dimension_2 VARCHAR(255),
  PRIMARY KEY (idvisit),
  INDEX index_idsite_datetime (idsite, visit_last_action_time)
);

CREATE TABLE matomo_log_link_visit_action (
  idlink_va BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  idsite INT UNSIGNED NOT NULL,
  idvisitor BINARY(8) NOT NULL,
  idvisit BIGINT UNSIGNED NOT NULL,
  idaction_url INT UNSIGNED,
  idaction_name INT UNSIGNED,
  server_time DATETIME NOT NULL,
  custom_float DOUBLE,
  idaction_event_category INT UNSIGNED,
  idaction_event_action INT UNSIGNED,
  idaction_content_name INT UNSIGNED,
  idaction_content_interaction INT UNSIGNED,
  idaction_product_sku INT UNSIGNED,
  idaction_product_cat INT UNSIGNED,
  search_cat VARCHAR(200),
  search_count INT UNSIGNED,
  custom_dimension_1 VARCHAR(255),
  custom_dimension_2 VARCHAR(255),
  PRIMARY KEY (idlink_va),
  INDEX index_idvisit (idvisit),
  INDEX index_idsite_servertime (idsite, server_time)
);

CREATE TABLE matomo_log_conversion (
  idvisit BIGINT UNSIGNED NOT NULL,
  idsite INT UNSIGNED NOT NULL,
  idvisitor BINARY(8) NOT NULL,
  server_time DATETIME NOT NULL,
  idlink_va BIGINT UNSIGNED,
  idgoal INT NOT NULL,
  buster INT UNSIGNED NOT NULL,
  idorder VARCHAR(100),
  url VARCHAR(4096) NOT NULL,
  revenue DOUBLE,
  revenue_shipping DOUBLE,
  revenue_subtotal DOUBLE,
  revenue_tax DOUBLE,
  revenue_discount DOUBLE,
  PRIMARY KEY (idvisit, idgoal, buster),
  UNIQUE KEY unique_idsite_idorder (idsite, idorder),
  INDEX index_idsite_datetime (idsite, server_time)
);

CREATE TABLE matomo_log_conversion_item (
  idsite INT UNSIGNED NOT NULL,
  idvisitor BINARY(8) NOT NULL,
  server_time DATETIME NOT NULL,
  idvisit BIGINT UNSIGNED NOT NULL,
  idorder VARCHAR(100) NOT NULL,
  idaction_sku INT UNSIGNED NOT NULL,
  idaction_name INT UNSIGNED NOT NULL,
  idaction_category INT UNSIGNED NOT NULL,
  price DOUBLE NOT NULL,
  quantity INT UNSIGNED NOT NULL,
  deleted TINYINT UNSIGNED NOT NULL,
  PRIMARY KEY (idvisit, idorder, idaction_sku),
  INDEX index_idsite_servertime (idsite, server_time)
);
