-- Two dozen rows, each with a trap; README.md says which.
INSERT INTO matomo_site VALUES (1, 'Garden', 'Europe/Berlin', 'EUR'), (2, 'Blog', 'Europe/Berlin', 'EUR');
INSERT INTO matomo_goal VALUES (1, 1, 'Newsletter'), (1, 2, 'Callback &amp; advice');

-- type: 1 page, 2 outlink, 3 download, 4 title, 5 to 7 product, 8 search, 10 to 12 event, 13 to 16 content
INSERT INTO matomo_log_action (idaction, name, hash, type, url_prefix) VALUES
  (1, 'garden.example/', 1, 1, 2),
  (2, 'garden.example/spades?sort=price&page=2', 2, 1, 3),
  (3, 'Home', 3, 4, NULL),
  (4, 'Spades &amp; &quot;forks&quot;', 4, 4, NULL),
  (5, 'https://partner.example.org/offer', 5, 2, NULL),
  (6, 'https://garden.example/files/catalogue.pdf', 6, 3, NULL),
  (7, 'garden.example/videos', 7, 10, 2),
  (8, 'Videos', 8, 10, NULL),
  (9, 'play &amp; pause', 9, 11, NULL),
  (10, 'Pruning roses', 10, 12, NULL),
  (11, 'rakes &lt;steel&gt;', 11, 8, NULL),
  (12, 'Spring banner', 12, 13, NULL),
  (13, 'https://garden.example/', 13, 13, NULL),
  (14, 'click', 14, 16, NULL),
  (15, 'SP-1', 15, 5, NULL),
  (16, 'Spade', 16, 6, NULL),
  (17, 'tools; hand &amp; garden', 17, 7, NULL),
  (18, 'RK-2', 18, 5, NULL),
  (19, 'Rake', 19, 6, NULL),
  (20, 'garden.example/über uns', 20, 1, 0);

INSERT INTO matomo_log_visit VALUES
  (100, 1, x'a0b1c2d3e4f50617', '2024-03-31 01:00:20', INET6_ATON('203.0.113.0'), 'Ann@Example.com', 6, 'spring', 'spades', 'https://news.example.org/mail',
   'de-de', 'CH', '122.0', 'WIN', '10', 0, '1920x1080', 1, 'trade', NULL),
  (101, 1, x'0000000000000f0e', '2024-03-31 11:05:00', INET6_ATON('0.0.0.0'), NULL, 2, 'Search', 'rakes', 'https://search.example/?q=rakes',
   'xx', 'UNK', '', 'UNK', '', NULL, 'unknown', 0, NULL, NULL),
  (102, 1, x'99ffeeddccbbaa99', '2024-04-01 09:00:00', INET6_ATON('2001:db8::'), NULL, 1, NULL, NULL, '',
   'en', 'MF', '17.3', 'IOS', '17.3', 1, '390x844', 1, NULL, NULL),
  (103, 2, x'1111111111111111', '2024-04-01 09:00:00', INET6_ATON('198.51.100.0'), NULL, 1, NULL, NULL, '',
   'en', 'FF', '124.0', 'LIN', '', 0, '1366x768', 1, NULL, NULL),
  (104, 1, x'2222222222222222', '2024-04-01 10:00:00', INET6_ATON('198.51.100.0'), NULL, 1, NULL, NULL, '',
   '', 'UNK', '', 'BOT', '', NULL, 'unknown', 0, NULL, NULL);

INSERT INTO matomo_log_link_visit_action
  (idlink_va, idsite, idvisitor, idvisit, idaction_url, idaction_name, server_time, custom_float, idaction_event_category, idaction_event_action,
   idaction_content_name, idaction_content_interaction, idaction_product_sku, idaction_product_cat, search_cat, custom_dimension_1) VALUES
  (5002, 1, x'a0b1c2d3e4f50617', 100, 1, 3, '2024-03-31 00:59:59', 312, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (5001, 1, x'5555555555555555', 100, 2, 4, '2024-03-31 01:00:05', NULL, NULL, NULL, NULL, NULL, 15, 17, NULL, 'Ines'),
  (5003, 1, x'6666666666666666', 100, 5, NULL, '2024-03-31 01:00:05', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (5004, 1, x'a0b1c2d3e4f50617', 100, 6, NULL, '2024-03-31 01:00:10', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (5005, 1, x'a0b1c2d3e4f50617', 100, 20, NULL, '2024-03-31 01:00:20', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (5010, 1, x'0000000000000f0e', 101, 7, 10, '2024-03-31 11:00:00', 4.5, 8, 9, NULL, NULL, NULL, NULL, NULL, NULL),
  (5011, 1, x'0000000000000f0e', 101, 1, 3, '2024-03-31 11:00:02', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (5012, 1, x'0000000000000f0e', 101, NULL, 11, '2024-03-31 11:01:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'tools', NULL),
  (5013, 1, x'0000000000000f0e', 101, 13, NULL, '2024-03-31 11:02:00', NULL, NULL, NULL, 12, NULL, NULL, NULL, NULL, NULL),
  (5014, 1, x'0000000000000f0e', 101, 13, NULL, '2024-03-31 11:02:30', NULL, NULL, NULL, 12, 14, NULL, NULL, NULL, NULL),
  (5015, 1, x'0000000000000f0e', 101, NULL, NULL, '2024-03-31 11:05:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (5021, 1, x'2222222222222222', 104, 1, 3, '2024-04-01 10:00:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (5020, 2, x'1111111111111111', 103, 1, 3, '2024-04-01 09:00:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

INSERT INTO matomo_log_conversion VALUES
  (100, 1, x'a0b1c2d3e4f50617', '2024-03-31 01:00:10', 5004, 1, 0, NULL, 'https://garden.example/files/catalogue.pdf', 2, NULL, NULL, NULL, NULL),
  (100, 1, x'a0b1c2d3e4f50617', '2024-03-31 01:00:15', NULL, 2, 0, NULL, 'https://garden.example/call', 0, NULL, NULL, NULL, NULL),
  (100, 1, x'a0b1c2d3e4f50617', '2024-03-31 01:00:20', NULL, 0, 0, 'G-2024-0001', 'https://garden.example/thanks', 66.47, 4.9, 61.57, 10.61, 0),
  (101, 1, x'0000000000000f0e', '2024-03-31 11:04:00', NULL, -1, 0, NULL, 'https://garden.example/cart', 19.99, NULL, NULL, NULL, NULL),
  (102, 1, x'99ffeeddccbbaa99', '2024-04-01 09:00:00', NULL, 0, 0, '7d444840-9dc0-11d1-b245-5ffdce74fad2', 'https://garden.example/thanks', 25, NULL, NULL, NULL, NULL);

INSERT INTO matomo_log_conversion_item VALUES
  (1, x'a0b1c2d3e4f50617', '2024-03-31 01:00:20', 100, 'G-2024-0001', 15, 16, 17, 19.99, 3, 0),
  (1, x'a0b1c2d3e4f50617', '2024-03-31 01:00:20', 100, 'G-2024-0001', 18, 19, 0, 1.6, 1, 0),
  (1, x'a0b1c2d3e4f50617', '2024-03-31 01:00:20', 100, 'G-2024-0001', 99, 0, 0, 500, 1, 1),
  (1, x'0000000000000f0e', '2024-03-31 11:04:00', 101, '0', 18, 19, 0, 19.99, 1, 0);
