-- A dozen rows, each with a trap; README.md says which.
INSERT INTO events VALUES
  (9007199254740993, '2023-03-26 00:59:59.999999+00', 'a1b2c3d4-0000-4000-8000-000000000001', '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/111.0', 'view', false,
    '{"page": {"url": "https://shop.example.com/gardening/spades?utm_source=spring", "title": "Spades &amp; forks"}, "screen": "1920x1080"}'),
  (9007199254740995, '2023-03-26 01:00:00+00', 'a1b2c3d4-0000-4000-8000-000000000001', '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/111.0', 'click', false,
    '{"page": {"url": "https://shop.example.com/gardening/spades"}, "target": "https://partner.example.org/", "label": "partner"}'),
  (9007199254740994, '2023-03-26 01:00:00+00', 'a1b2c3d4-0000-4000-8000-000000000001', '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/111.0', 'view', false,
    '{"page": {"url": "https://shop.example.com/gardening/rakes", "title": "Rakes\nand hoes"}, "screen": "1920x1080"}'),
  (9007199254740997, '2023-04-01 10:00:00.5+02', 'a1b2c3d4-0000-4000-8000-000000000002', '2001:db8::7', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.4 Safari/605.1.15', 'download', false,
    '{"page": {"url": "https://shop.example.com/catalogue"}, "target": "https://shop.example.com/files/catalogue-2023.pdf"}'),
  (9007199254740998, '2023-04-01 08:00:30+00', 'a1b2c3d4-0000-4000-8000-000000000002', '2001:db8::7', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.4 Safari/605.1.15', 'heartbeat', false, '{}'),
  (9007199254740999, '2023-04-02 08:00:00+00', 'a1b2c3d4-0000-4000-8000-000000000003', '198.51.100.0/24', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)', 'view', true,
    '{"page": {"url": "https://shop.example.com/", "title": "Home"}}'),
  (9007199254741000, '2023-04-02 09:00:00+00', 'a1b2c3d4-0000-4000-8000-000000000004', '198.51.100.9', NULL, 'view', false,
    '{"page": {"url": "https://shop.example.com/", "title": "Home"}}'),
  (9007199254741001, '2023-04-02 09:30:00+00', 'a1b2c3d4-0000-4000-8000-000000000005', '198.51.100.10', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)', 'view', false,
    '{"page": {"url": "https://shop.example.com/zażółć?q=gęślą+jaźń", "title": "Zażółć gęślą jaźń 🌱"}, "screen": "unknown"}'),
  (9007199254741002, '2024-01-01 00:00:00+00', 'a1b2c3d4-0000-4000-8000-000000000005', '198.51.100.10', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)', 'view', false,
    '{"page": {"url": "https://shop.example.com/", "title": "Home"}}');

INSERT INTO orders VALUES
  ('W-2023-0001', '2023-03-26 03:00:00', 'a1b2c3d4-0000-4000-8000-000000000001', '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/111.0', '\xdeadbeef', 'PLN',
    '[{"sku": "SP-1", "category": "tools", "quantity": 2, "price": 49.90}, {"sku": "RK;2", "category": "tools", "quantity": 1, "price": 0.10}]'),
  ('W-2023-0002', '2023-03-26 02:30:00', 'a1b2c3d4-0000-4000-8000-000000000002', '2001:db8::7', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.4 Safari/605.1.15', '\x00', 'EUR',
    '[{"sku": "BK-9", "category": "books", "quantity": 1, "price": 12.345}]'),
  ('W-2023-0003', '2023-10-29 02:30:00', 'a1b2c3d4-0000-4000-8000-000000000001', '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/111.0', '\x01', 'PLN',
    '[{"sku": "SP-1", "category": "tools", "quantity": 1, "price": 49.90}]');
