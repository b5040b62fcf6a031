-- A dozen rows, each with a trap of real data. `bdia-migrate demo` fills the same tables with 200,000.
INSERT INTO visits VALUES
  (1, 1, 9007199254740993001, '203.0.113.7', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36', 'de-DE', '1920x1080', 'https://www.example.org/list?page=2', 'spring_2023'),
  (2, 1, 9007199254740993002, '2001:DB8::1', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.4 Safari/605.1.15', 'en-US', 'unknown', NULL, NULL),
  (3, 1, 9007199254740993003, '198.51.100.20', NULL, 'en-GB', '390x844', NULL, NULL),
  (4, 2, 9007199254740993004, '198.51.100.21', 'Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/112.0', 'fr-FR', '1366x768', NULL, NULL);

INSERT INTO pageviews VALUES
  (9000000000000000001, 1, 1, '2023-03-01 10:00:00.250', 'https://shop.example.com/garden/chairs?q=Folding%20Chair&page=1', 'Chairs, &quot;folding&quot; &amp; more', NULL),
  (9000000000000000003, 1, 2, '2023-03-01 10:00:00.900', 'https://shop.example.com/garden/tables', 'Tables
and benches 🪑', NULL),
  (9000000000000000002, 1, 3, '2023-03-01 10:00:00.900', 'https://shop.example.com/health', 'ok', NULL),
  (9000000000000000004, 2, 1, '2023-03-01 10:00:05.000', 'https://shop.example.com/über-uns/', NULL, '404'),
  (9000000000000000005, 2, 2, '2023-03-01 10:01:00.000', 'https://shop.example.com/blog/a-very-long-story', 'A story whose title goes on and on, as editors love them to – über hundert Bytes lang, with café and déjà vu', NULL),
  (9000000000000000006, 3, 1, '2023-03-01 10:02:00.000', 'https://shop.example.com/', 'Home', NULL),
  (9000000000000000007, 4, 1, '2023-03-01 10:03:00.000', 'https://other.example.com/', 'Another shop', NULL),
  (9000000000000000008, 2, 3, '2025-01-01 00:00:00.000', 'https://shop.example.com/late', 'After the range', NULL);

INSERT INTO events VALUES
  (1, 1, '2023-03-01 10:00:00', 'documents', 'download', 'price list', 'https://shop.example.com/files/prices.pdf'),
  (2, 1, '2023-03-01 10:00:30', 'engagement', 'heartbeat', NULL, NULL),
  (3, 2, '2023-03-01 10:01:30', 'cart', 'add_to_cart', NULL, NULL);

INSERT INTO orders VALUES
  ('ORD-2023-000000000000042', 2, 1677664980123, 'eur', '[{"sku":"CH-1","category":"garden, outdoor","quantity":2,"price":"19.99"},{"sku":"TB;9","category":"garden","quantity":1,"price":"149.5"}]', 'paid'),
  ('TEST-1', 2, 1677665000000, 'eur', '[]', 'test');
