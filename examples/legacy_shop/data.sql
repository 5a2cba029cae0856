-- The rows of the sample shop, for a database made by schema.sql. Everything is computed from row numbers, so that each
-- load gives the same rows; sequences are used by their columns' own defaults and end where the rows do.

INSERT INTO users (email, name, created_at)
SELECT lower(given) || '.' || n || '@example.com',
       CASE WHEN n % 7 > 0 THEN given || ' ' || family END,
       CASE WHEN n % 11 > 0 THEN timestamptz '2014-03-01 08:00+00' + n * interval '619 hours' END
FROM (SELECT n,
             (ARRAY['Ada', 'Ben', 'Chloe', 'Dmitri', 'Elif', 'Femi', 'Grace', 'Hugo', 'Ines', 'Jonas', 'Kira'])[1 + n % 11] AS given,
             (ARRAY['Okafor', 'Lindqvist', 'Marsh', 'Novak', 'O''Brien', 'Petit', 'Sato'])[1 + n % 7] AS family
      FROM generate_series(1, 120) AS n) AS people
ORDER BY n;

INSERT INTO products (sku, name, price, created_at)
SELECT (ARRAY['GDN', 'KIT', 'LMP', 'TLS'])[1 + n % 4] || '-' || lpad(n::text, 4, '0'),
       (ARRAY['Small', 'Large', 'Folding', 'Painted', 'Oak'])[1 + n % 5] || ' '
           || (ARRAY['watering can', 'bread box', 'reading lamp', 'pruning saw', 'plant stand', 'kettle', 'door mat'])[1 + n % 7],
       round(((n * 37) % 900 + 100) / 10.0 - 0.05, 2),
       timestamptz '2014-01-15 09:30+00' + n * interval '371 hours'
FROM generate_series(1, 200) AS n
ORDER BY n;

-- An order has one to five lines, and its total is theirs.
INSERT INTO orders (user_id, total, status, created_at)
SELECT 1 + (n * 17) % 120,
       (SELECT sum(round((1 + (n * line) % 4) * products.price * (100 - CASE WHEN n % 10 = 0 THEN 15 ELSE 0 END) / 100, 2))
        FROM generate_series(1, 1 + n % 5) AS line
        JOIN products ON products.id = 1 + (n * 7 + line * 13) % 200),
       CASE WHEN n > 960 THEN (ARRAY['pending', 'paid'])[1 + n % 2]
            WHEN n % 23 = 0 THEN 'cancelled'
            ELSE 'shipped' END,
       timestamptz '2019-01-02 07:00+00' + n * interval '43 hours 11 minutes'
FROM generate_series(1, 1000) AS n
ORDER BY n;

INSERT INTO order_items (order_id, line_no, product_id, quantity, unit_price, discount, gift_note)
SELECT n, line, products.id, 1 + (n * line) % 4, products.price, CASE WHEN n % 10 = 0 THEN 15 ELSE 0 END,
       CASE WHEN (n + line) % 97 = 0 THEN 'Happy birthday – "see you soon" ☀' END
FROM generate_series(1, 1000) AS n
CROSS JOIN LATERAL generate_series(1, 1 + n % 5) AS line
JOIN products ON products.id = 1 + (n * 7 + line * 13) % 200
ORDER BY n, line;

INSERT INTO user_sessions (class)
SELECT (ARRAY['web', 'mobile', 'api'])[1 + n % 3] FROM generate_series(1, 60) AS n ORDER BY n;

-- Two of the messages are the same to the microsecond: nothing in the table forbids it.
INSERT INTO legacy_log (message, created_at)
SELECT 'Nightly export took ' || (n / 2 * 7) % 60 || ' s', timestamptz '2016-05-01 02:00+00' + (n / 2) * interval '24 hours'
FROM generate_series(1, 80) AS n;

INSERT INTO categories (parent_id, name, path, is_visible) VALUES
    (NULL, 'Garden', '{Garden}', true),
    (NULL, 'Household', '{Household}', true),
    (NULL, 'Tools', '{Tools}', true);
INSERT INTO categories (parent_id, name, path, is_visible)
SELECT 1 + (n - 1) % 3, child, ARRAY[(ARRAY['Garden', 'Household', 'Tools'])[1 + (n - 1) % 3], child], n <> 11
FROM (SELECT n, (ARRAY['Watering', 'Kitchen', 'Saws', 'Pots', 'Light', 'Hammers', 'Seeds', 'Textiles', 'Measuring',
                       'Furniture', 'Returned goods', 'Spare parts'])[n] AS child
      FROM generate_series(1, 12) AS n) AS children
ORDER BY n;

INSERT INTO product_details (product_id, category_id, description, attributes, dimensions, weight, thumbnail, restock_after, updated_at)
SELECT n, CASE WHEN n % 19 > 0 THEN 4 + n % 12 END,
       products.name || (ARRAY[', weatherproof and made to last.', ' in the old design, by popular demand.', '; hand wash only.'])[1 + n % 3],
       jsonb_build_object('colour', (ARRAY['green', 'black', 'natural', 'red'])[1 + n % 4], 'warranty', jsonb_build_object('years', 1 + n % 5)),
       CASE WHEN n % 6 > 0 THEN ARRAY[100 + n, 80.5 + n % 40, 55]::real[] END,
       CASE WHEN n % 8 > 0 THEN 0.25 + (n * 31 % 120) / 8.0 END,
       CASE WHEN n % 5 = 0 THEN decode(md5('thumbnail ' || n), 'hex') END,
       (3 + n % 21) * interval '1 day',
       timestamp '2018-02-03 04:05:06' + n * interval '13 hours'
FROM generate_series(1, 200) AS n
JOIN products ON products.id = n
ORDER BY n;

INSERT INTO promotions (code, title, discount, valid_during, is_shop_wide, created_by)
SELECT 'P' || 2018 + n / 4 || (ARRAY['SPRING', 'SUMMER', 'AUTUMN', 'WINTER'])[1 + n % 4],
       (ARRAY['Spring', 'Summer', 'Autumn', 'Winter'])[1 + n % 4] || ' sale', 5 + n % 4 * 2.5,
       daterange((date '2018-03-01' + n * 91), (date '2018-03-01' + n * 91 + 14)), n % 2 = 0, 'marketing'
FROM generate_series(0, 23) AS n;

INSERT INTO customers (name)
SELECT (ARRAY['Anna', 'Boris', 'Carla', 'Dev', 'Eva', 'Farid', 'Gülay', 'Hans', 'Irena', 'José', 'Karin', 'Lars', 'Mei'])[1 + n % 13]
       || ' ' || (ARRAY['Bauer', 'Costa', 'Dahl', 'Ferrari', 'García', 'Huber', 'Ivanova', 'Jansen', 'Křížek'])[1 + n % 9]
FROM generate_series(1, 150) AS n
ORDER BY n;

INSERT INTO countries (code, name, vat_rate) VALUES
    ('AT', 'Austria', 20), ('BE', 'Belgium', 21), ('CH', 'Switzerland', 8.1), ('CZ', 'Czechia', 21), ('DE', 'Germany', 19),
    ('DK', 'Denmark', 25), ('ES', 'Spain', 21), ('FR', 'France', 20), ('IT', 'Italy', 22), ('NL', 'Netherlands', 21),
    ('NO', 'Norway', 25), ('PL', 'Poland', 23);

INSERT INTO addresses (customer_id, street, city, postcode, country_code, is_current)
SELECT 1 + (n - 1) % 150,
       (ARRAY['Mill Lane', 'Station Road', 'Am Markt', 'Rue du Port', 'Havnegade'])[1 + n % 5] || ' ' || 1 + n % 90,
       (ARRAY['Graz', 'Ghent', 'Basel', 'Brno', 'Halle', 'Odense', 'Murcia', 'Lille', 'Parma', 'Breda', 'Moss', 'Łódź'])[1 + n % 12],
       CASE WHEN n % 17 > 0 THEN lpad((n * 271 % 90000 + 1000)::text, 5, '0') END,
       (ARRAY['AT', 'BE', 'CH', 'CZ', 'DE', 'DK', 'ES', 'FR', 'IT', 'NL', 'NO', 'PL'])[1 + n % 12],
       n > 30
FROM generate_series(1, 220) AS n
ORDER BY n;

INSERT INTO "CustomerProfiles" (customer_id, public_id, email, billing_address_id, shipping_address_id, "Größe", "total $",
                                "9lives", "Loyalty Card", preferences, tags, birthday, balance)
SELECT n, md5('customer ' || n)::uuid, CASE WHEN n % 9 > 0 THEN 'Customer' || n || '@Example.org' END, n,
       CASE WHEN n <= 70 THEN n + 150 ELSE n END, (ARRAY['S', 'M', 'L', 'XL', NULL])[1 + n % 5], (n * 7919 % 100000) / 100.0,
       9 - n % 4, CASE WHEN n % 3 = 0 THEN 'LC ' || lpad(n::text, 6, '0') END,
       jsonb_build_object('newsletter', n % 2 = 0, 'language', (ARRAY['de', 'en', 'fr'])[1 + n % 3]),
       CASE WHEN n % 4 = 0 THEN ARRAY['new', 'vip'] ELSE ARRAY['old'] END,
       CASE WHEN n % 6 > 0 THEN date '1950-01-01' + n * 151 END, CASE WHEN n % 5 = 0 THEN -1 ELSE n * 10 END
FROM generate_series(1, 140) AS n;

INSERT INTO "order" (customer_id, type, class, "from", "end", "return", "date", "time", called_at, "user", "case", "match")
SELECT CASE WHEN n % 13 > 0 THEN 1 + n % 150 END, (ARRAY['phone', 'fax', 'letter'])[1 + n % 3], (ARRAY['A', 'B', 'C', NULL])[1 + n % 4],
       (ARRAY['catalogue', 'friend', NULL])[1 + n % 3], CASE WHEN n % 2 = 0 THEN date '2009-04-01' + n * 18 + 730 END, n % 29 = 0,
       date '2009-04-01' + n * 18, CASE WHEN n % 5 > 0 THEN time '08:00' + n % 9 * interval '67 minutes' END,
       CASE WHEN n % 3 = 0 THEN time with time zone '09:15:00+01' + n % 7 * interval '1 hour' END,
       (ARRAY['heike', 'tom'])[1 + n % 2], CASE WHEN n % 10 = 0 THEN n END, NULL
FROM generate_series(1, 90) AS n
ORDER BY n;

INSERT INTO departments (name) VALUES ('Management'), ('Purchasing'), ('Dispatch'), ('Support'), ('Marketing'), ('IT');
INSERT INTO employees (department_id, name, salary, shift_starts, phone_extension, hired_on, left_on)
SELECT 1 + (n - 1) % 6, (ARRAY['Heike Brandt', 'Tom Wells', 'Priya Nair', 'Oskar Lund', 'Marta Silva', 'Yusuf Demir', 'Clara Engel'])[1 + (n - 1) % 7]
           || CASE WHEN n > 7 THEN ' ' || (ARRAY['II', 'III', 'IV', 'V', 'VI'])[(n - 1) / 7] ELSE '' END,
       (2400 + n * 55.5)::numeric::money, time '06:00' + n % 4 * interval '90 minutes', CASE WHEN n % 5 > 0 THEN 100 + n END,
       date '2009-03-01' + n * 97, CASE WHEN n % 8 = 0 THEN date '2009-03-01' + n * 97 + 900 END
FROM generate_series(1, 40) AS n
ORDER BY n;
UPDATE departments SET manager_id = id;

INSERT INTO inventory.warehouses (code, name, network, door_scanner) VALUES
    ('HAL', 'Halle, main hall', '10.20.0.0/16', '08:00:2b:01:02:03'),
    ('ODE', 'Odense', '10.21.0.0/16', '08:00:2b:01:02:04'),
    ('TMP', 'The container in the yard', NULL, NULL);
INSERT INTO inventory.stock_levels (product_id, warehouse_id, on_hand, reserved, counted_at)
SELECT product, warehouse * 10, (product * 13 + warehouse * 7) % 60, (product * 13 + warehouse * 7) % 60 / 5,
       timestamptz '2023-11-01 06:00+00' + product * interval '31 minutes'
FROM generate_series(1, 200) AS product
CROSS JOIN generate_series(1, 3) AS warehouse
WHERE warehouse < 3 OR product % 10 = 0;

INSERT INTO returns (order_id, line_no, warehouse_id, quantity, reason, refund, received_at)
SELECT CASE WHEN n % 9 > 0 THEN n * 12 END, CASE WHEN n % 9 > 0 THEN 1 END, CASE WHEN n % 2 = 0 THEN 10 + n % 3 * 10 END, 1,
       (ARRAY['Broken on arrival', 'Too small', 'Changed their mind', 'Wrong colour'])[1 + n % 4],
       CASE WHEN n % 3 > 0 THEN (n * 411 % 9000) / 100.0 END, timestamptz '2019-06-01 10:00+00' + n * interval '530 hours'
FROM generate_series(1, 60) AS n
ORDER BY n;

INSERT INTO support_tickets (order_id, employee_id, state, subject, client_address, payload, opened_at, first_answer)
SELECT CASE WHEN n % 6 > 0 THEN n * 8 END, CASE WHEN n % 4 > 0 THEN 1 + n % 40 END,
       (ARRAY['closed', 'closed', 'open', 'waiting for customer', 'new']::ticket_state[])[1 + n % 5],
       (ARRAY['Where is my parcel?', 'Invoice with another name', 'It arrived twice', 'A compliment'])[1 + n % 4],
       CASE WHEN n % 3 > 0 THEN inet '198.51.100.0' + n ELSE inet '2001:db8::' + n END,
       json_build_object('browser', (ARRAY['Firefox', 'Safari', 'Chrome'])[1 + n % 3], 'attachments', n % 3),
       timestamptz '2022-01-10 12:00+00' + n * interval '137 hours', CASE WHEN n % 5 < 2 THEN n % 50 * interval '17 minutes' END
FROM generate_series(1, 120) AS n
ORDER BY n;

INSERT INTO audit_trail (log_id, table_name, row_key, change, "timestamp")
SELECT 900000000000 + n * 3, (ARRAY['products', 'orders', 'CustomerProfiles'])[1 + n % 3], CASE WHEN n % 10 > 0 THEN n::text END,
       jsonb_build_object('field', (ARRAY['price', 'status', 'email'])[1 + n % 3], 'old', NULL, 'new', n),
       timestamp '2021-09-01 00:00' + n * interval '11 hours'
FROM generate_series(1, 100) AS n;

INSERT INTO page_views (viewed_on, product_id, user_id, visitor, seconds)
SELECT date '2021-10-01' + n % 1000, 1 + (n * 11) % 200, CASE WHEN n % 3 = 0 THEN 1 + n % 140 END, inet '203.0.113.0' + n % 250, (n % 90) / 2.0
FROM generate_series(1, 2000) AS n
ORDER BY n;

REFRESH MATERIALIZED VIEW product_stats;
