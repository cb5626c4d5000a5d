-- name: totals
SELECT COUNT(*) AS lines, SUM(quantity) AS q, SUM(quantity * unit_price) AS value FROM order_lines;
-- name: orders_by_kind
SELECT kind, COUNT(*) AS n, MIN(ordered_at) AS first_at, MAX(ordered_at) AS last_at FROM orders GROUP BY kind ORDER BY kind;
-- name: orders_without_customer
SELECT COUNT(*) FROM orders WHERE customer_id IS NULL;
-- name: null_key_lines
SELECT order_no, COUNT(*) AS n FROM order_lines WHERE customer_id IS NULL GROUP BY order_no ORDER BY n DESC, order_no LIMIT 5;
-- name: one_customer
SELECT order_no, ordered_at, kind FROM orders WHERE customer_id = 17850 ORDER BY ordered_at, order_no LIMIT 10;
-- name: one_customer_value
SELECT SUM(l.quantity * l.unit_price) AS v FROM orders o JOIN order_lines l ON l.order_no = o.order_no AND l.customer_id = o.customer_id WHERE o.customer_id = 17850;
-- name: top_products
SELECT p.stock_code, p.description, SUM(l.quantity) AS q FROM order_lines l JOIN products p ON p.stock_code = l.stock_code GROUP BY p.stock_code, p.description ORDER BY q DESC, p.stock_code LIMIT 10;
-- name: top_customers
SELECT c.customer_id, n.name, SUM(l.quantity * l.unit_price) AS spent FROM customers c JOIN order_lines l ON l.customer_id = c.customer_id JOIN countries n ON n.country_id = c.country_id GROUP BY c.customer_id, n.name ORDER BY spent DESC, c.customer_id LIMIT 10;
-- name: revenue_by_country
SELECT n.name, COUNT(DISTINCT o.order_no) AS orders, SUM(l.quantity * l.unit_price) AS revenue FROM countries n JOIN orders o ON o.country_id = n.country_id JOIN order_lines l ON l.order_no = o.order_no GROUP BY n.name ORDER BY revenue DESC, n.name;
-- name: countries_without_orders
SELECT n.name FROM countries n WHERE NOT EXISTS (SELECT 1 FROM order_lines l JOIN customers c ON c.customer_id = l.customer_id WHERE c.country_id = n.country_id) ORDER BY n.name;
-- name: countries_left_join_count
SELECT n.name, COUNT(c.customer_id) AS customers FROM countries n LEFT JOIN customers c ON c.country_id = n.country_id GROUP BY n.name ORDER BY customers, n.name LIMIT 12;
-- name: cancellations_share
SELECT DATE_TRUNC('month', ordered_at) AS m, COUNT(*) FILTER (WHERE kind = 'cancellation') * 100 / COUNT(*) AS pct FROM orders GROUP BY 1 ORDER BY 1;
-- name: sales_per_hour
SELECT EXTRACT(HOUR FROM ordered_at) AS h, COUNT(*) AS n FROM orders WHERE kind = 'sale' GROUP BY EXTRACT(HOUR FROM ordered_at) ORDER BY h;
-- name: case_sensitive_codes
SELECT LOWER(stock_code) AS code, COUNT(*) AS n FROM products GROUP BY LOWER(stock_code) HAVING COUNT(*) > 1 ORDER BY code LIMIT 12;
-- name: case_sensitive_lookup
SELECT stock_code, description FROM products WHERE stock_code IN ('85123A', '85123a') ORDER BY stock_code;
-- name: descriptions_trimmed
SELECT COUNT(*) FROM products WHERE description <> TRIM(description);
-- name: description_quotes
SELECT stock_code, description FROM products WHERE description LIKE '%"%' OR description LIKE '%£%' ORDER BY stock_code LIMIT 6;
-- name: products_never_sold
SELECT COUNT(*) FROM products p LEFT JOIN order_lines l ON l.stock_code = p.stock_code WHERE l.line_id IS NULL;
-- name: products_never_sold_not_in
SELECT COUNT(*) FROM products WHERE stock_code NOT IN (SELECT stock_code FROM order_lines);
-- name: customers_not_in_orders_with_null
SELECT COUNT(*) FROM customers WHERE customer_id NOT IN (SELECT customer_id FROM orders);
-- name: returning_customers
SELECT COUNT(*) FROM (SELECT customer_id FROM orders WHERE customer_id IS NOT NULL AND kind = 'sale' GROUP BY customer_id HAVING COUNT(*) > 1) x;
-- name: orders_distribution
SELECT n, COUNT(*) AS customers FROM (SELECT customer_id, COUNT(*) AS n FROM orders WHERE customer_id IS NOT NULL GROUP BY customer_id) x GROUP BY n ORDER BY n LIMIT 10;
-- name: first_order_cohort
SELECT DATE_TRUNC('month', first_ordered_at) AS cohort, COUNT(*) AS n FROM customers GROUP BY 1 ORDER BY 1;
-- name: retention_by_cohort
SELECT EXTRACT(MONTH FROM c.first_ordered_at) AS cohort, EXTRACT(MONTH FROM o.ordered_at) AS m, COUNT(DISTINCT c.customer_id) AS n FROM customers c JOIN orders o ON o.customer_id = c.customer_id WHERE c.first_ordered_at >= '2011-09-01' GROUP BY 1, 2 ORDER BY 1, 2;
-- name: second_order_gap
SELECT customer_id, order_no FROM (SELECT customer_id, order_no, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ordered_at, order_no) AS rn FROM orders WHERE customer_id IS NOT NULL) x WHERE rn = 2 ORDER BY customer_id LIMIT 10;
-- name: rfm
SELECT customer_id, MAX(ordered_at) AS recency, COUNT(*) AS frequency, NTILE(5) OVER (ORDER BY COUNT(*), customer_id) AS f FROM orders WHERE customer_id IS NOT NULL GROUP BY customer_id ORDER BY frequency DESC, customer_id LIMIT 10;
-- name: order_values
SELECT o.order_no, SUM(l.quantity * l.unit_price) AS v, COUNT(*) AS n FROM orders o JOIN order_lines l ON l.order_no = o.order_no GROUP BY o.order_no HAVING SUM(l.quantity * l.unit_price) > 3000 ORDER BY v DESC;
-- name: biggest_line_per_order
SELECT order_no, line_no, quantity FROM order_lines l WHERE quantity = (SELECT MAX(quantity) FROM order_lines x WHERE x.order_no = l.order_no) AND order_no < '536380' ORDER BY 1, 2;
-- name: duplicate_lines
SELECT order_no, stock_code, quantity, unit_price, COUNT(*) AS n FROM order_lines GROUP BY order_no, stock_code, quantity, unit_price HAVING COUNT(*) > 3 ORDER BY n DESC, 1, 2;
-- name: negative_prices
SELECT order_no, unit_price FROM order_lines WHERE unit_price < 0 OR unit_price > 500 ORDER BY unit_price DESC, line_id LIMIT 10;
-- name: zero_price_share
SELECT unit_price = 0 AS free, COUNT(*) AS n, AVG(quantity) AS q FROM order_lines GROUP BY unit_price = 0 ORDER BY 1;
-- name: price_range
SELECT stock_code, MIN(unit_price) AS lo, MAX(unit_price) AS hi, MAX(unit_price) - MIN(unit_price) AS spread FROM order_lines GROUP BY stock_code HAVING COUNT(DISTINCT unit_price) > 4 ORDER BY spread DESC, stock_code LIMIT 8;
-- name: order_prefix
SELECT SUBSTRING(order_no, 1, 1) AS c, COUNT(*) FROM orders GROUP BY SUBSTRING(order_no, 1, 1) ORDER BY 1;
-- name: other_country_than_home
SELECT COUNT(DISTINCT o.customer_id) FROM orders o JOIN customers c ON c.customer_id = o.customer_id WHERE o.country_id <> c.country_id;
-- name: daily_moving_sum
SELECT d, n, SUM(n) OVER (ORDER BY d ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS three FROM (SELECT CAST(ordered_at AS date) AS d, COUNT(*) AS n FROM orders GROUP BY CAST(ordered_at AS date)) x WHERE d < '2011-02-01' ORDER BY d;
-- name: busiest_minute
SELECT DATE_TRUNC('minute', ordered_at) AS m, COUNT(*) AS n FROM orders GROUP BY 1 ORDER BY n DESC, m LIMIT 5;
-- name: page_deep
SELECT line_id, order_no FROM order_lines ORDER BY order_no, line_no OFFSET 10000 LIMIT 5;
-- name: keyset
SELECT line_id FROM order_lines WHERE (order_no > '536500' OR (order_no = '536500' AND line_no > 3)) ORDER BY order_no, line_no LIMIT 5;
-- name: many_keys
SELECT customer_id, COUNT(*) AS n FROM orders WHERE customer_id IN (12346, 12347, 12348, 12349, 12350, 12352, 12353, 12354, 12355) GROUP BY customer_id ORDER BY customer_id;
-- name: basket_size
SELECT AVG(n) AS a, MAX(n) AS m, STDDEV(n) AS s FROM (SELECT COUNT(*) AS n FROM order_lines GROUP BY order_no) x;
-- name: distinct_buyers_per_product
SELECT stock_code, COUNT(DISTINCT customer_id) AS buyers FROM order_lines GROUP BY stock_code ORDER BY buyers DESC, stock_code LIMIT 10;
-- name: pareto
SELECT COUNT(*) FROM (SELECT customer_id, SUM(SUM(quantity * unit_price)) OVER (ORDER BY SUM(quantity * unit_price) DESC, customer_id) AS running, SUM(SUM(quantity * unit_price)) OVER () AS total FROM order_lines WHERE customer_id IS NOT NULL GROUP BY customer_id) x WHERE running <= total * 0.8;
