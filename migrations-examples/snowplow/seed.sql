-- A dozen rows, each with a trap; README.md says which.
CREATE TEMP TABLE browser AS SELECT
  'Mozilla/5.0 (X11; Linux x86_64; rv:124.0) Gecko/20100101 Firefox/124.0' AS firefox,
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15' AS safari;

INSERT INTO atomic.events (event, event_id, event_fingerprint, etl_tstamp, collector_tstamp, derived_tstamp, user_ipaddress, user_id, domain_userid,
  network_userid, page_url, page_title, page_referrer, mkt_campaign, useragent, br_lang, br_cookies, dvce_screenwidth, dvce_screenheight)
SELECT event, id, 'f' || id, collected::timestamp + interval '5 min', collected::timestamp, derived::timestamp, ip, person, domain, network,
  url, title, referrer, campaign, firefox, 'de-DE', true, 1920, 1080
FROM browser, (VALUES
  ('page_view', 'e0000000-0000-4000-8000-000000000001', '2024-03-31 01:00:01.250', '2024-03-31 00:59:59.999', '203.0.113.7', 'Ann@Example.com',
    'a0000000-0000-4000-8000-00000000000A', NULL, 'https://garden.example/tools/spades', 'Spades', 'https://news.example.org/', 'spring'),
  ('page_view', 'e0000000-0000-4000-8000-000000000001', '2024-03-31 01:00:09.000', '2024-03-31 00:59:59.999', '203.0.113.7', 'Ann@Example.com',
    'a0000000-0000-4000-8000-00000000000A', NULL, 'https://garden.example/tools/spades', 'Spades', 'https://news.example.org/', 'spring'),
  ('page_ping', 'e0000000-0000-4000-8000-000000000002', '2024-03-31 01:00:11.000', '2024-03-31 01:00:10.000', '203.0.113.7', NULL,
    'a0000000-0000-4000-8000-00000000000A', NULL, 'https://garden.example/tools/spades', 'Spades', NULL, NULL),
  ('page_view', 'e0000000-0000-4000-8000-000000000003', '2024-04-02 18:30:00.000', '2024-03-31 01:00:20.000', '203.0.113.x', NULL,
    'a0000000-0000-4000-8000-00000000000A', NULL, 'https://garden.example/tools/rakes', 'Rakes', NULL, NULL),
  ('page_view', 'e0000000-0000-4000-8000-000000000004', '2024-04-01 12:00:00.000', NULL, '9b74c9897bac770ffc029102a200c5de', NULL,
    NULL, 'b0000000-0000-4000-8000-00000000000b', 'https://garden.example/', 'Home', NULL, NULL),
  ('page_view', 'e0000000-0000-4000-8000-000000000005', '2024-04-01 12:00:01.000', '2024-04-01 12:00:01.000', NULL, NULL,
    NULL, '00000000-0000-0000-0000-000000000000', 'https://garden.example/', 'Home', NULL, NULL)
) AS rows (event, id, collected, derived, ip, person, domain, network, url, title, referrer, campaign);

INSERT INTO atomic.events (event, event_name, event_id, event_fingerprint, collector_tstamp, derived_tstamp, domain_userid, page_url, useragent,
  se_category, se_action, se_label, tr_orderid, tr_total, tr_currency, ti_orderid, ti_sku, ti_category, ti_price, ti_quantity)
SELECT event, name, id, 'f' || id, collected::timestamp, collected::timestamp, 'c0000000-0000-4000-8000-00000000000c', 'https://garden.example/cart', safari,
  category, action, label, tr, total, currency, ti, sku, kind, price, quantity
FROM browser, (VALUES
  ('struct', 'event', 'e0000000-0000-4000-8000-000000000011', '2024-04-01 09:00:00.000', 'cart', 'add', 'SP-1', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  ('unstruct', 'link_click', 'e0000000-0000-4000-8000-000000000012', '2024-04-01 09:00:05.000', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  ('transaction', 'transaction', 'e0000000-0000-4000-8000-000000000013', '2024-04-01 09:01:00.000', NULL, NULL, NULL, 'G-2024-0001', 61.57, 'EUR', NULL, NULL, NULL, NULL, NULL),
  ('transaction_item', 'transaction_item', 'e0000000-0000-4000-8000-000000000014', '2024-04-01 09:01:00.010', NULL, NULL, NULL, NULL, NULL, NULL, 'G-2024-0001', 'SP-1', 'tools', 19.99, 3),
  ('transaction_item', 'transaction_item', 'e0000000-0000-4000-8000-000000000014', '2024-04-01 09:01:02.000', NULL, NULL, NULL, NULL, NULL, NULL, 'G-2024-0001', 'SP-1', 'tools', 19.99, 3),
  ('transaction_item', 'transaction_item', 'e0000000-0000-4000-8000-000000000015', '2024-04-01 09:01:00.020', NULL, NULL, NULL, NULL, NULL, NULL, 'G-2024-0001', 'RK-2', 'tools', 1.60, 1)
) AS rows (event, name, id, collected, category, action, label, tr, total, currency, ti, sku, kind, price, quantity);

-- The address was looked up before it was masked.
UPDATE atomic.events SET geo_zipcode = '10115', br_features_java = false WHERE user_ipaddress = '203.0.113.x';
