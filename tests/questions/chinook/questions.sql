-- name: non_usa_customers
SELECT customer_id, first_name || ' ' || last_name AS full_name, country FROM customer WHERE country <> 'USA' ORDER BY customer_id;
-- name: brazil_invoices
SELECT c.first_name, c.last_name, i.invoice_id, i.invoice_date, i.billing_country FROM customer c JOIN invoice i ON i.customer_id = c.customer_id WHERE c.country = 'Brazil' ORDER BY i.invoice_id;
-- name: sales_agents
SELECT * FROM employee WHERE title = 'Sales Support Agent' ORDER BY employee_id;
-- name: unique_billing_countries
SELECT DISTINCT billing_country FROM invoice ORDER BY billing_country;
-- name: invoices_per_agent
SELECT e.first_name, e.last_name, i.invoice_id FROM employee e JOIN customer c ON c.support_rep_id = e.employee_id JOIN invoice i ON i.customer_id = c.customer_id ORDER BY i.invoice_id LIMIT 20;
-- name: invoice_totals_with_agent
SELECT i.total, c.first_name, c.country, e.last_name AS agent FROM invoice i, customer c, employee e WHERE i.customer_id = c.customer_id AND c.support_rep_id = e.employee_id ORDER BY i.total DESC, i.invoice_id LIMIT 12;
-- name: invoices_by_year
SELECT EXTRACT(YEAR FROM invoice_date) AS y, COUNT(*) AS n, SUM(total) AS sales FROM invoice GROUP BY 1 ORDER BY 1;
-- name: lines_of_37
SELECT COUNT(invoice_line_id) AS count FROM invoice_line WHERE invoice_id = 37;
-- name: lines_per_invoice
SELECT invoice_id, COUNT(*) AS n FROM invoice_line GROUP BY invoice_id HAVING COUNT(*) >= 14 ORDER BY n DESC, invoice_id LIMIT 10;
-- name: line_track_names
SELECT l.invoice_line_id, t.name FROM invoice_line l INNER JOIN track t ON l.track_id = t.track_id ORDER BY l.invoice_line_id LIMIT 15;
-- name: line_track_artist
SELECT l.invoice_line_id, t.name AS track, ar.name AS artist FROM invoice_line l JOIN track t ON l.track_id = t.track_id JOIN album al ON al.album_id = t.album_id JOIN artist ar ON ar.artist_id = al.artist_id ORDER BY 1 LIMIT 15;
-- name: invoices_per_country
SELECT billing_country, COUNT(*) AS n FROM invoice GROUP BY billing_country ORDER BY n DESC, billing_country;
-- name: tracks_per_playlist
SELECT p.playlist_id, p.name, COUNT(pt.track_id) AS tracks FROM playlist p LEFT JOIN playlist_track pt ON pt.playlist_id = p.playlist_id GROUP BY p.playlist_id, p.name ORDER BY p.playlist_id;
-- name: track_details
SELECT t.name AS track, al.title AS album, m.name AS media, g.name AS genre FROM track t JOIN album al ON al.album_id = t.album_id JOIN media_type m ON m.media_type_id = t.media_type_id JOIN genre g ON g.genre_id = t.genre_id WHERE t.track_id % 100 = 0 ORDER BY t.track_id;
-- name: sales_per_agent
SELECT e.employee_id, e.first_name || ' ' || e.last_name AS agent, SUM(i.total) AS sales FROM employee e JOIN customer c ON c.support_rep_id = e.employee_id JOIN invoice i USING (customer_id) GROUP BY e.employee_id, e.first_name, e.last_name ORDER BY sales DESC;
-- name: top_agent_of_2022
SELECT agent, sales FROM (SELECT e.last_name AS agent, SUM(i.total) AS sales FROM employee e JOIN customer c ON c.support_rep_id = e.employee_id JOIN invoice i ON i.customer_id = c.customer_id WHERE i.invoice_date >= '2022-01-01' AND i.invoice_date < '2023-01-01' GROUP BY e.last_name) s ORDER BY sales DESC LIMIT 1;
-- name: customers_per_agent
SELECT e.employee_id, e.last_name, COUNT(c.customer_id) AS customers FROM employee e LEFT JOIN customer c ON e.employee_id = c.support_rep_id GROUP BY e.employee_id, e.last_name ORDER BY e.employee_id;
-- name: sales_per_country
SELECT billing_country, SUM(total) AS sales, AVG(total) AS average, MAX(total) AS most FROM invoice GROUP BY billing_country ORDER BY sales DESC, billing_country;
-- name: best_selling_tracks
SELECT t.track_id, t.name, SUM(l.quantity) AS sold FROM track t JOIN invoice_line l ON l.track_id = t.track_id GROUP BY t.track_id, t.name ORDER BY sold DESC, t.track_id LIMIT 10;
-- name: top_artists_by_sales
SELECT ar.name, SUM(l.unit_price * l.quantity) AS earned FROM invoice_line l JOIN track t ON t.track_id = l.track_id JOIN album al ON al.album_id = t.album_id JOIN artist ar ON ar.artist_id = al.artist_id GROUP BY ar.artist_id, ar.name ORDER BY earned DESC, ar.name LIMIT 10;
-- name: media_type_purchases
SELECT m.name, COUNT(l.invoice_line_id) AS n FROM media_type m LEFT JOIN track t ON t.media_type_id = m.media_type_id LEFT JOIN invoice_line l ON l.track_id = t.track_id GROUP BY m.name ORDER BY n DESC, m.name;
-- name: rock_listeners
SELECT DISTINCT c.email, c.first_name, c.last_name FROM customer c JOIN invoice i ON c.customer_id = i.customer_id JOIN invoice_line l ON i.invoice_id = l.invoice_id JOIN track t ON l.track_id = t.track_id JOIN genre g ON t.genre_id = g.genre_id WHERE g.name = 'Rock' ORDER BY c.email LIMIT 20;
-- name: best_customer_per_country
WITH spent AS (SELECT c.customer_id, c.first_name, c.country, SUM(i.total) AS total FROM customer c JOIN invoice i ON i.customer_id = c.customer_id GROUP BY c.customer_id, c.first_name, c.country),
     best AS (SELECT country, MAX(total) AS top FROM spent GROUP BY country)
SELECT s.country, s.first_name, s.total FROM spent s JOIN best b ON b.country = s.country AND b.top = s.total ORDER BY s.country, s.customer_id;
-- name: most_popular_genre_per_country
WITH g AS (SELECT c.country, g.name, COUNT(*) AS n, RANK() OVER (PARTITION BY c.country ORDER BY COUNT(*) DESC) AS r FROM invoice_line l JOIN invoice i ON i.invoice_id = l.invoice_id JOIN customer c ON c.customer_id = i.customer_id JOIN track t ON t.track_id = l.track_id JOIN genre g ON g.genre_id = t.genre_id GROUP BY c.country, g.name)
SELECT country, name, n FROM g WHERE r = 1 ORDER BY country, name;
-- name: longer_than_average
SELECT COUNT(*) FROM track WHERE milliseconds > (SELECT AVG(milliseconds) FROM track);
-- name: longest_per_genre
SELECT g.name, t.name AS track, t.milliseconds FROM genre g JOIN track t ON t.genre_id = g.genre_id WHERE t.milliseconds = (SELECT MAX(x.milliseconds) FROM track x WHERE x.genre_id = g.genre_id) ORDER BY g.name, t.track_id;
-- name: artists_without_albums
SELECT COUNT(*) FROM artist a LEFT JOIN album b ON b.artist_id = a.artist_id WHERE b.album_id IS NULL;
-- name: artists_without_albums_not_in
SELECT name FROM artist WHERE artist_id NOT IN (SELECT artist_id FROM album) ORDER BY name LIMIT 10;
-- name: artists_with_most_albums
SELECT ar.name, COUNT(*) AS albums FROM artist ar JOIN album al ON al.artist_id = ar.artist_id GROUP BY ar.name ORDER BY albums DESC, ar.name LIMIT 8;
-- name: albums_play_time
SELECT al.title, SUM(t.milliseconds) / 60000 AS minutes FROM album al JOIN track t ON t.album_id = al.album_id GROUP BY al.album_id, al.title ORDER BY SUM(t.milliseconds) DESC LIMIT 10;
-- name: tracks_without_composer
SELECT g.name, COUNT(*) - COUNT(composer) AS missing FROM track t JOIN genre g ON g.genre_id = t.genre_id GROUP BY g.name ORDER BY missing DESC, g.name;
-- name: tracks_never_sold
SELECT COUNT(*) FROM track t WHERE NOT EXISTS (SELECT 1 FROM invoice_line l WHERE l.track_id = t.track_id);
-- name: playlists_with_rock_only
SELECT p.playlist_id FROM playlist p WHERE NOT EXISTS (SELECT 1 FROM playlist_track pt JOIN track t ON t.track_id = pt.track_id WHERE pt.playlist_id = p.playlist_id AND t.genre_id <> 1) ORDER BY 1;
-- name: tracks_on_many_playlists
SELECT track_id, COUNT(*) AS n FROM playlist_track GROUP BY track_id HAVING COUNT(*) = 5 ORDER BY track_id LIMIT 10;
-- name: employee_managers
SELECT e.last_name, m.last_name AS boss FROM employee e LEFT JOIN employee m ON e.reports_to = m.employee_id ORDER BY e.employee_id;
-- name: employee_hierarchy
WITH RECURSIVE h AS (SELECT employee_id, last_name, 0 AS depth FROM employee WHERE reports_to IS NULL UNION ALL SELECT e.employee_id, e.last_name, h.depth + 1 FROM employee e JOIN h ON e.reports_to = h.employee_id) SELECT * FROM h ORDER BY depth, employee_id;
-- name: employee_age_at_hire
SELECT last_name, EXTRACT(YEAR FROM hire_date) - EXTRACT(YEAR FROM birth_date) AS age FROM employee ORDER BY employee_id;
-- name: customers_by_domain
SELECT SUBSTRING(email FROM POSITION('@' IN email) + 1) AS domain, COUNT(*) AS n FROM customer GROUP BY 1 ORDER BY n DESC, domain;
-- name: city_trailing_blank
SELECT customer_id, city, LENGTH(city) AS n FROM customer WHERE city LIKE '% ' ORDER BY 1;
-- name: city_equality_exact
SELECT COUNT(*) FROM customer WHERE city = 'Edinburgh';
-- name: accents_order
SELECT last_name FROM customer ORDER BY last_name, customer_id;
-- name: accents_like
SELECT customer_id, first_name FROM customer WHERE first_name LIKE '%í%' OR last_name LIKE '%ö%' ORDER BY 1;
-- name: company_nulls
SELECT company IS NULL AS private, COUNT(*) AS n FROM customer GROUP BY company IS NULL ORDER BY 1;
-- name: state_or_country
SELECT COALESCE(state, country) AS place, COUNT(*) AS n FROM customer GROUP BY COALESCE(state, country) ORDER BY n DESC, place LIMIT 10;
-- name: monthly_revenue_2023
SELECT EXTRACT(MONTH FROM invoice_date) AS m, SUM(total) AS s FROM invoice WHERE EXTRACT(YEAR FROM invoice_date) = 2023 GROUP BY EXTRACT(MONTH FROM invoice_date) ORDER BY m;
-- name: running_invoice_total
SELECT customer_id, invoice_id, SUM(total) OVER (PARTITION BY customer_id ORDER BY invoice_date, invoice_id) AS running FROM invoice WHERE customer_id IN (1, 5, 58) ORDER BY 1, 2;
-- name: running_revenue_by_month
SELECT m, SUM(s) OVER (ORDER BY m) AS cumulative FROM (SELECT DATE_TRUNC('month', invoice_date) AS m, SUM(total) AS s FROM invoice GROUP BY 1) x ORDER BY m;
-- name: yoy_growth
WITH y AS (SELECT DATE_PART('year', invoice_date) AS yr, SUM(total) AS s FROM invoice GROUP BY 1) SELECT a.yr, a.s, b.s AS before, a.s - b.s AS diff FROM y a LEFT JOIN y b ON b.yr = a.yr - 1 ORDER BY a.yr;
-- name: rank_customers
SELECT customer_id, SUM(total) AS s, RANK() OVER (ORDER BY SUM(total) DESC) AS r FROM invoice GROUP BY customer_id ORDER BY r, customer_id LIMIT 15;
-- name: days_between_invoices
SELECT customer_id, invoice_id, invoice_date - LAG(invoice_date) OVER (PARTITION BY customer_id ORDER BY invoice_date) AS gap FROM invoice WHERE customer_id < 3 ORDER BY 1, 2;
-- name: first_purchase
SELECT customer_id, MIN(invoice_date) AS first_at, MAX(invoice_date) AS last_at FROM invoice GROUP BY customer_id ORDER BY customer_id LIMIT 10;
-- name: first_line_of_invoice
SELECT invoice_id, track_id FROM (SELECT invoice_id, track_id, ROW_NUMBER() OVER (PARTITION BY invoice_id ORDER BY invoice_line_id) AS rn FROM invoice_line) x WHERE rn = 1 AND invoice_id < 15 ORDER BY 1;
-- name: invoice_total_check
SELECT i.invoice_id FROM invoice i JOIN (SELECT invoice_id, SUM(unit_price * quantity) AS s FROM invoice_line GROUP BY invoice_id) l ON l.invoice_id = i.invoice_id WHERE l.s <> i.total ORDER BY 1;
-- name: invoice_total_subquery
SELECT invoice_id, total, (SELECT SUM(unit_price * quantity) FROM invoice_line l WHERE l.invoice_id = i.invoice_id) AS lines FROM invoice i WHERE total > 15 ORDER BY invoice_id;
-- name: two_customers_same_city
SELECT a.customer_id, b.customer_id AS other, a.city FROM customer a JOIN customer b ON a.city = b.city AND a.customer_id < b.customer_id ORDER BY 1, 2;
-- name: bought_together
SELECT a.track_id, b.track_id AS other, COUNT(*) AS n FROM invoice_line a JOIN invoice_line b ON a.invoice_id = b.invoice_id AND a.track_id < b.track_id GROUP BY a.track_id, b.track_id HAVING COUNT(*) > 1 ORDER BY n DESC, 1, 2 LIMIT 5;
-- name: customers_who_bought_all_media
SELECT c.customer_id FROM customer c JOIN invoice i ON i.customer_id = c.customer_id JOIN invoice_line l ON l.invoice_id = i.invoice_id JOIN track t ON t.track_id = l.track_id GROUP BY c.customer_id HAVING COUNT(DISTINCT t.media_type_id) >= 4 ORDER BY 1;
-- name: price_classes
SELECT CASE WHEN total < 2 THEN 'small' WHEN total BETWEEN 2 AND 6.99 THEN 'medium' ELSE 'large' END AS size, COUNT(*) AS n, AVG(total) AS a FROM invoice GROUP BY 1 ORDER BY n DESC;
-- name: genre_share
SELECT g.name, COUNT(*) AS n, ROUND(COUNT(*) * 100.0 / (SELECT COUNT(*) FROM invoice_line), 2) AS pct FROM invoice_line l JOIN track t ON t.track_id = l.track_id JOIN genre g ON g.genre_id = t.genre_id GROUP BY g.name ORDER BY n DESC, g.name;
-- name: median_invoice
SELECT AVG(total) FROM (SELECT total, ROW_NUMBER() OVER (ORDER BY total, invoice_id) AS r, COUNT(*) OVER () AS n FROM invoice) x WHERE r BETWEEN n / 2.0 AND n / 2.0 + 1;
-- name: biggest_files
SELECT name, bytes, bytes / 1048576 AS mb FROM track ORDER BY bytes DESC NULLS LAST, track_id LIMIT 5;
-- name: length_format
SELECT name, milliseconds / 60000 AS m, milliseconds / 1000 % 60 AS s FROM track WHERE album_id = 1 ORDER BY track_id;
-- name: albums_titles_quotes
SELECT title FROM album WHERE title LIKE '%''%' OR title LIKE '%[%' ORDER BY title LIMIT 12;
-- name: count_everything
SELECT (SELECT COUNT(*) FROM artist) AS artists, (SELECT COUNT(*) FROM track) AS tracks, (SELECT SUM(total) FROM invoice) AS revenue FROM genre WHERE genre_id = 1;
-- name: count_everything_no_from
SELECT (SELECT COUNT(*) FROM artist) AS artists, (SELECT SUM(total) FROM invoice) AS revenue;
-- name: union_people
SELECT first_name, last_name, 'employee' AS kind FROM employee UNION SELECT first_name, last_name, 'customer' FROM customer ORDER BY last_name, first_name LIMIT 20;
-- name: cities_of_both
SELECT city FROM customer INTERSECT SELECT city FROM employee ORDER BY city;
-- name: countries_without_employees
SELECT country FROM customer EXCEPT SELECT country FROM employee ORDER BY country;
-- name: invoices_of_one_customer
SELECT * FROM invoice WHERE customer_id = 17 ORDER BY invoice_id;
-- name: customer_with_lines
SELECT c.customer_id, i.invoice_id, l.invoice_line_id FROM customer c LEFT JOIN invoice i ON i.customer_id = c.customer_id LEFT JOIN invoice_line l ON l.invoice_id = i.invoice_id WHERE c.customer_id = 3 ORDER BY 1, 2, 3;
-- name: spend_filter_having
SELECT c.customer_id, c.last_name, SUM(i.total) AS s FROM customer c JOIN invoice i ON i.customer_id = c.customer_id GROUP BY c.customer_id, c.last_name HAVING SUM(i.total) > 45 ORDER BY s DESC, c.customer_id;
-- name: support_load
SELECT support_rep_id, COUNT(*) FILTER (WHERE country = 'USA') AS us, COUNT(*) AS n FROM customer GROUP BY support_rep_id ORDER BY 1;
-- name: string_agg_genres
SELECT string_agg(name, '|' ORDER BY name) AS genres FROM genre;
-- name: string_agg_by_customer
SELECT c.country, STRING_AGG(c.last_name, ', ' ORDER BY c.last_name) AS people FROM customer c GROUP BY c.country HAVING COUNT(*) > 2 ORDER BY 1;
-- name: weekday_sales
SELECT EXTRACT(DOW FROM invoice_date) AS d, SUM(total) AS s FROM invoice GROUP BY EXTRACT(DOW FROM invoice_date) ORDER BY d;
-- name: date_equality
SELECT COUNT(*) FROM invoice WHERE invoice_date = '2021-01-01';
-- name: date_cast
SELECT invoice_date::date AS d, COUNT(*) AS n FROM invoice GROUP BY invoice_date::date HAVING COUNT(*) > 1 ORDER BY d LIMIT 10;
-- name: lag_per_country
SELECT billing_country, invoice_id, total, total - LAG(total) OVER (PARTITION BY billing_country ORDER BY invoice_id) AS d FROM invoice WHERE billing_country IN ('Canada', 'France') ORDER BY 1, 2 LIMIT 25;
-- name: rollup_years
SELECT EXTRACT(YEAR FROM invoice_date) AS y, billing_country, SUM(total) AS s FROM invoice WHERE billing_country IN ('USA', 'Canada') GROUP BY ROLLUP (EXTRACT(YEAR FROM invoice_date), billing_country) ORDER BY 1, 2;
