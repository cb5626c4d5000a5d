-- What a checker would ask: medians, ranks, pivots, subqueries on either side, NULLs, ends of
-- ranges. Each ORDER BY outside is total.

-- name: c_median_total
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM invoice;

-- name: c_median_per_country
SELECT billing_country, percentile_cont(0.5) WITHIN GROUP (ORDER BY total) AS median, count(*) FROM invoice GROUP BY
billing_country ORDER BY 1;

-- name: c_quartiles_length
SELECT genre_id, percentile_cont(0.25) WITHIN GROUP (ORDER BY milliseconds), percentile_cont(0.75) WITHIN GROUP (ORDER
BY milliseconds) FROM track GROUP BY genre_id ORDER BY genre_id;

-- name: c_median_disc_price
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY unit_price) FROM track;

-- name: c_mode_of_country
SELECT mode() WITHIN GROUP (ORDER BY country) FROM customer;

-- name: c_mode_genre_per_media
SELECT media_type_id, mode() WITHIN GROUP (ORDER BY genre_id) FROM track GROUP BY media_type_id ORDER BY 1;

-- name: c_percentile_filter
SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY total) FILTER (WHERE billing_country = 'USA') FROM invoice;

-- name: c_above_median
SELECT count(*) FROM invoice WHERE total > (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM invoice);

-- name: c_median_of_customer_sums
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY s) FROM (SELECT sum(total) AS s FROM invoice GROUP BY customer_id)
q;

-- name: c_age_of_employees
SELECT employee_id, extract(year FROM age(timestamp '2024-01-01', birth_date)) AS age FROM employee ORDER BY
employee_id;

-- name: c_age_months
SELECT employee_id, extract(month FROM age(hire_date, birth_date)) FROM employee ORDER BY 1;

-- name: c_greatest_least
SELECT invoice_id, greatest(total, 5), least(total, 2.5) FROM invoice WHERE invoice_id < 20 ORDER BY 1;

-- name: c_greatest_nulls
SELECT customer_id, greatest(company, state, country), least(state, NULL) FROM customer ORDER BY 1;

-- name: c_ilike_names
SELECT name FROM artist WHERE name ILIKE '%black%' ORDER BY name;

-- name: c_not_ilike
SELECT count(*) FROM track WHERE name NOT ILIKE '%the%';

-- name: c_like_escape
SELECT count(*) FROM track WHERE name LIKE '%!%%' ESCAPE '!';

-- name: c_like_underscore
SELECT name FROM genre WHERE name LIKE 'R__k' ORDER BY name;

-- name: c_cast_small
SELECT track_id, cast(milliseconds / 1000 AS smallint) FROM track WHERE track_id <= 20 ORDER BY 1;

-- name: c_any_subquery
SELECT name FROM track WHERE milliseconds > ALL (SELECT milliseconds FROM track WHERE genre_id = 19) ORDER BY name;

-- name: c_any_values
SELECT count(*) FROM customer WHERE country = ANY (ARRAY['USA', 'Canada']);

-- name: c_some_array
SELECT count(*) FROM track WHERE genre_id <> ALL (ARRAY[1, 2, 3]);

-- name: c_row_in
SELECT count(*) FROM customer WHERE (country, state) IN (SELECT billing_country, billing_state FROM invoice WHERE
total > 10);

-- name: c_row_compare
SELECT album_id, title FROM album WHERE (artist_id, album_id) > (270, 340) ORDER BY artist_id, album_id;

-- name: c_distinct_on
SELECT DISTINCT ON (customer_id) customer_id, invoice_id, total FROM invoice ORDER BY customer_id, total DESC,
invoice_id;

-- name: c_distinct_on_limit
SELECT DISTINCT ON (country) country, customer_id FROM customer ORDER BY country, customer_id LIMIT 5;

-- name: c_top3_per_genre
SELECT genre_id, track_id, rn FROM (SELECT genre_id, track_id, row_number() OVER (PARTITION BY genre_id ORDER BY
milliseconds DESC, track_id) AS rn FROM track) q WHERE rn <= 3 ORDER BY genre_id, rn;

-- name: c_rank_ties
SELECT unit_price, rank() OVER (ORDER BY unit_price), dense_rank() OVER (ORDER BY unit_price) FROM track WHERE
track_id IN (1, 2, 2819, 2820) ORDER BY track_id;

-- name: c_running_share
SELECT invoice_id, round(100.0 * total / sum(total) OVER (), 3) FROM invoice ORDER BY invoice_id LIMIT 10;

-- name: c_moving_avg
SELECT invoice_id, round(avg(total) OVER (ORDER BY invoice_id ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING), 3) FROM
invoice ORDER BY invoice_id LIMIT 20;

-- name: c_lag_diff
SELECT invoice_id, total - lag(total) OVER (PARTITION BY customer_id ORDER BY invoice_date, invoice_id) AS d FROM
invoice ORDER BY 1 LIMIT 30;

-- name: c_lead_default
SELECT invoice_id, lead(total, 1, 0) OVER (PARTITION BY customer_id ORDER BY invoice_id) FROM invoice ORDER BY 1 LIMIT
30;

-- name: c_first_last
SELECT DISTINCT customer_id, first_value(total) OVER w, last_value(total) OVER w FROM invoice WINDOW w AS (PARTITION
BY customer_id ORDER BY invoice_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) ORDER BY 1;

-- name: c_ntile_customers
SELECT customer_id, ntile(4) OVER (ORDER BY sum(total) DESC, customer_id) FROM invoice GROUP BY customer_id ORDER BY
customer_id;

-- name: c_nth_value
SELECT invoice_id, nth_value(total, 2) OVER (PARTITION BY customer_id ORDER BY invoice_id) FROM invoice ORDER BY 1
LIMIT 20;

-- name: c_cume_dist
SELECT customer_id, cume_dist() OVER (ORDER BY country) FROM customer ORDER BY customer_id;

-- name: c_percent_rank
SELECT country, percent_rank() OVER (ORDER BY count(*)) FROM customer GROUP BY country ORDER BY country;

-- name: c_range_frame
SELECT invoice_id, count(*) OVER (ORDER BY total RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM invoice WHERE
invoice_id <= 40 ORDER BY 1;

-- name: c_groups_frame
SELECT invoice_id, sum(total) OVER (ORDER BY customer_id GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM invoice
WHERE customer_id <= 6 ORDER BY 1;

-- name: c_range_days
SELECT invoice_id, count(*) OVER (ORDER BY invoice_date RANGE BETWEEN interval '30 days' PRECEDING AND CURRENT ROW)
FROM invoice ORDER BY 1 LIMIT 40;

-- name: c_window_of_sum
SELECT billing_country, sum(total), sum(sum(total)) OVER (ORDER BY billing_country) FROM invoice GROUP BY
billing_country ORDER BY 1;

-- name: c_gaps_in_ids
SELECT invoice_id + 1 AS start FROM (SELECT invoice_id, lead(invoice_id) OVER (ORDER BY invoice_id) AS n FROM invoice
WHERE total > 1) q WHERE n > invoice_id + 1 ORDER BY 1;

-- name: c_islands
SELECT min(invoice_id), max(invoice_id), count(*) FROM (SELECT invoice_id, invoice_id - row_number() OVER (ORDER BY
invoice_id) AS g FROM invoice WHERE total > 2) q GROUP BY g ORDER BY 1;

-- name: c_recursive_numbers
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12) SELECT i, count(invoice_id) FROM n LEFT
JOIN invoice ON extract(month FROM invoice_date) = i GROUP BY i ORDER BY i;

-- name: c_recursive_boss
WITH RECURSIVE b (employee_id, level) AS (SELECT employee_id, 0 FROM employee WHERE reports_to IS NULL UNION ALL
SELECT e.employee_id, b.level + 1 FROM employee e JOIN b ON e.reports_to = b.employee_id) SELECT level, count(*) FROM
b GROUP BY level ORDER BY level;

-- name: c_cte_twice
WITH s AS (SELECT customer_id, sum(total) AS t FROM invoice GROUP BY customer_id) SELECT a.customer_id, a.t FROM s a
WHERE a.t > (SELECT avg(t) FROM s) ORDER BY a.t DESC, a.customer_id LIMIT 10;

-- name: c_cte_chain
WITH a AS (SELECT * FROM invoice WHERE total > 5), b AS (SELECT customer_id, count(*) AS n FROM a GROUP BY
customer_id) SELECT n, count(*) FROM b GROUP BY n ORDER BY n;

-- name: c_cte_shadow
WITH customer AS (SELECT 1 AS customer_id) SELECT count(*) FROM customer;

-- name: c_derived_join
SELECT c.country, q.n FROM customer c JOIN (SELECT customer_id, count(*) AS n FROM invoice GROUP BY customer_id) q
USING (customer_id) WHERE c.customer_id < 10 ORDER BY c.customer_id;

-- name: c_derived_limit
SELECT sum(total) FROM (SELECT total FROM invoice ORDER BY total DESC, invoice_id LIMIT 10) q;

-- name: c_limit_zero
SELECT * FROM invoice LIMIT 0;

-- name: c_limit_over
SELECT invoice_id FROM invoice ORDER BY invoice_id DESC LIMIT 3 OFFSET 410;

-- name: c_offset_beyond
SELECT invoice_id FROM invoice ORDER BY 1 OFFSET 1000;

-- name: c_fetch_ties
SELECT total FROM invoice ORDER BY total DESC FETCH FIRST 4 ROWS WITH TIES;

-- name: c_order_expr
SELECT name FROM genre ORDER BY length(name) DESC, name LIMIT 5;

-- name: c_order_case
SELECT country, count(*) FROM customer GROUP BY country ORDER BY CASE WHEN country = 'Brazil' THEN 0 ELSE 1 END,
count(*) DESC, country LIMIT 6;

-- name: c_order_not_selected
SELECT first_name FROM customer ORDER BY last_name, customer_id LIMIT 7;

-- name: c_order_nulls_first
SELECT customer_id, company FROM customer ORDER BY company NULLS FIRST, customer_id LIMIT 55;

-- name: c_order_nulls_last_desc
SELECT customer_id, state FROM customer ORDER BY state DESC NULLS LAST, customer_id LIMIT 40;

-- name: c_order_position_desc
SELECT billing_country, sum(total) FROM invoice GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5;

-- name: c_group_by_expr
SELECT extract(year FROM invoice_date) AS y, extract(quarter FROM invoice_date) AS q, sum(total) FROM invoice GROUP BY
y, q ORDER BY y, q;

-- name: c_group_having_not_selected
SELECT billing_country FROM invoice GROUP BY billing_country HAVING avg(total) > 6 ORDER BY 1;

-- name: c_having_only
SELECT count(*) FROM invoice HAVING count(*) > 1000;

-- name: c_having_no_rows_sum
SELECT sum(total), count(total), max(total) FROM invoice WHERE customer_id = -1;

-- name: c_group_none
SELECT customer_id, sum(total) FROM invoice WHERE customer_id = -1 GROUP BY customer_id;

-- name: c_rollup
SELECT billing_country, extract(year FROM invoice_date) AS y, sum(total) FROM invoice WHERE billing_country LIKE 'U%'
GROUP BY ROLLUP (billing_country, y) ORDER BY 1 NULLS LAST, 2 NULLS LAST;

-- name: c_cube
SELECT media_type_id, genre_id, count(*) FROM track WHERE genre_id IN (1, 2) GROUP BY CUBE (media_type_id, genre_id)
ORDER BY 1, 2;

-- name: c_grouping_sets
SELECT grouping(country), grouping(city), country, city, count(*) FROM customer WHERE country IN ('USA', 'Brazil')
GROUP BY GROUPING SETS ((country), (city), ()) ORDER BY 1, 2, 3, 4;

-- name: c_count_distinct_two
SELECT count(DISTINCT (billing_country, billing_city)) FROM invoice;

-- name: c_count_distinct_group
SELECT extract(year FROM invoice_date) AS y, count(DISTINCT customer_id), count(DISTINCT billing_country) FROM invoice
GROUP BY y ORDER BY y;

-- name: c_sum_distinct
SELECT sum(DISTINCT total), avg(DISTINCT total) FROM invoice;

-- name: c_avg_integers
SELECT avg(milliseconds), avg(bytes), round(avg(milliseconds), 2) FROM track;

-- name: c_integer_division
SELECT count(*) / 7, sum(quantity) / count(*), 7 / 2, -7 / 2, -7 % 3 FROM invoice_line;

-- name: c_decimal_division
SELECT round(sum(total) / count(*), 4), round(sum(total) / 7, 3) FROM invoice;

-- name: c_variance
SELECT round(variance(total), 6), round(stddev_pop(total), 6) FROM invoice;

-- name: c_bool_aggs
SELECT billing_country, bool_and(total > 1), bool_or(total > 15), every(total > 0) FROM invoice GROUP BY
billing_country ORDER BY 1;

-- name: c_filter_aggs
SELECT count(*) FILTER (WHERE total > 5), sum(total) FILTER (WHERE billing_state IS NULL), avg(total) FILTER (WHERE
total > 1000) FROM invoice;

-- name: c_string_agg_order
SELECT country, string_agg(last_name, ', ' ORDER BY last_name DESC) FROM customer GROUP BY country ORDER BY country;

-- name: c_string_agg_distinct
SELECT string_agg(DISTINCT country, '|' ORDER BY country) FROM customer;

-- name: c_string_agg_filter
SELECT string_agg(name, ',' ORDER BY genre_id) FILTER (WHERE genre_id < 5) FROM genre;

-- name: c_min_max_text
SELECT min(name), max(name), min(composer), max(composer) FROM track;

-- name: c_min_max_date
SELECT min(invoice_date), max(invoice_date) FROM invoice;

-- name: c_left_join_null
SELECT a.artist_id FROM artist a LEFT JOIN album b ON b.artist_id = a.artist_id WHERE b.album_id IS NULL ORDER BY 1
LIMIT 10;

-- name: c_left_join_on_filter
SELECT c.customer_id, count(i.invoice_id) FROM customer c LEFT JOIN invoice i ON i.customer_id = c.customer_id AND
i.total > 10 GROUP BY c.customer_id ORDER BY 1;

-- name: c_right_join
SELECT e.employee_id, count(c.customer_id) FROM customer c RIGHT JOIN employee e ON e.employee_id = c.support_rep_id
GROUP BY e.employee_id ORDER BY 1;

-- name: c_full_join
SELECT c.city, e.city FROM customer c FULL JOIN employee e ON e.city = c.city WHERE c.city IS NULL OR e.city IS NOT
NULL ORDER BY 1, 2;

-- name: c_full_join_countries
SELECT coalesce(a.country, b.billing_country) AS country, a.n, b.s FROM (SELECT country, count(*) AS n FROM customer
GROUP BY country) a FULL JOIN (SELECT billing_country, sum(total) AS s FROM invoice GROUP BY billing_country) b ON
a.country = b.billing_country ORDER BY 1;

-- name: c_cross_join
SELECT count(*) FROM genre CROSS JOIN media_type;

-- name: c_self_join
SELECT a.employee_id, b.employee_id FROM employee a JOIN employee b ON a.reports_to = b.reports_to AND a.employee_id <
b.employee_id ORDER BY 1, 2;

-- name: c_natural_join
SELECT count(*) FROM album NATURAL JOIN artist;

-- name: c_using_three
SELECT count(*), sum(quantity) FROM invoice JOIN invoice_line USING (invoice_id) JOIN track USING (track_id) WHERE
genre_id = 1;

-- name: c_five_tables
SELECT g.name, ar.name, sum(l.quantity) AS n FROM invoice_line l JOIN track t ON t.track_id = l.track_id JOIN genre g
ON g.genre_id = t.genre_id JOIN album al ON al.album_id = t.album_id JOIN artist ar ON ar.artist_id = al.artist_id
GROUP BY g.name, ar.name HAVING sum(l.quantity) > 20 ORDER BY n DESC, 1, 2;

-- name: c_non_equi_join
SELECT count(*) FROM invoice a JOIN invoice b ON a.customer_id = b.customer_id AND a.invoice_date < b.invoice_date AND
b.total > a.total;

-- name: c_inequality_across
SELECT count(*) FROM genre g JOIN media_type m ON m.media_type_id > g.genre_id;

-- name: c_or_join
SELECT count(*) FROM customer c JOIN employee e ON e.city = c.city OR e.employee_id = c.support_rep_id;

-- name: c_exists_corr
SELECT count(*) FROM customer c WHERE EXISTS (SELECT 1 FROM invoice i WHERE i.customer_id = c.customer_id AND i.total
> 15);

-- name: c_not_exists_corr
SELECT customer_id FROM customer c WHERE NOT EXISTS (SELECT 1 FROM invoice i WHERE i.customer_id = c.customer_id AND
i.billing_country <> 'USA') ORDER BY 1;

-- name: c_in_subquery
SELECT count(*) FROM track WHERE track_id IN (SELECT track_id FROM invoice_line WHERE quantity > 0);

-- name: c_not_in_nulls
SELECT count(*) FROM employee WHERE employee_id NOT IN (SELECT reports_to FROM employee);

-- name: c_not_in_clean
SELECT employee_id FROM employee WHERE employee_id NOT IN (SELECT reports_to FROM employee WHERE reports_to IS NOT
NULL) ORDER BY 1;

-- name: c_scalar_in_select
SELECT c.customer_id, (SELECT max(total) FROM invoice i WHERE i.customer_id = c.customer_id) FROM customer c ORDER BY
1 LIMIT 10;

-- name: c_scalar_across
SELECT g.name, (SELECT count(*) FROM track t WHERE t.genre_id = g.genre_id) AS n FROM genre g ORDER BY n DESC, 1 LIMIT
5;

-- name: c_scalar_none
SELECT (SELECT total FROM invoice WHERE invoice_id = -1) IS NULL;

-- name: c_nested_subqueries
SELECT count(*) FROM customer WHERE customer_id IN (SELECT customer_id FROM invoice WHERE invoice_id IN (SELECT
invoice_id FROM invoice_line WHERE track_id IN (SELECT track_id FROM track WHERE genre_id = 2)));

-- name: c_above_own_average
SELECT count(*) FROM invoice i WHERE total > (SELECT avg(total) FROM invoice j WHERE j.customer_id = i.customer_id);

-- name: c_above_country_average
SELECT i.invoice_id FROM invoice i WHERE total > 2 * (SELECT avg(j.total) FROM invoice j WHERE j.billing_country =
i.billing_country) ORDER BY 1 LIMIT 12;

-- name: c_union
SELECT city FROM customer UNION SELECT city FROM employee ORDER BY 1 LIMIT 10;

-- name: c_union_all_count
SELECT count(*) FROM (SELECT city FROM customer UNION ALL SELECT city FROM employee) q;

-- name: c_intersect
SELECT city FROM customer INTERSECT SELECT city FROM employee;

-- name: c_except
SELECT country FROM customer EXCEPT SELECT country FROM employee ORDER BY 1;

-- name: c_except_all
SELECT count(*) FROM (SELECT country FROM customer EXCEPT ALL SELECT DISTINCT country FROM customer) q;

-- name: c_intersect_all
SELECT country, count(*) FROM (SELECT country FROM customer INTERSECT ALL SELECT billing_country FROM invoice) q GROUP
BY country ORDER BY country;

-- name: c_union_types
SELECT 1 AS a UNION SELECT 2.5 ORDER BY a;

-- name: c_set_precedence
SELECT 1 UNION SELECT 2 INTERSECT SELECT 2 ORDER BY 1;

-- name: c_values_join
SELECT v.n, count(c.customer_id) FROM (VALUES ('USA'), ('France'), ('Nowhere')) AS v (n) LEFT JOIN customer c ON
c.country = v.n GROUP BY v.n ORDER BY v.n;

-- name: c_series_join
SELECT s, count(invoice_id) FROM generate_series(2021, 2026) AS s LEFT JOIN invoice ON extract(year FROM invoice_date)
= s GROUP BY s ORDER BY s;

-- name: c_case_pivot
SELECT billing_country, sum(CASE WHEN extract(year FROM invoice_date) = 2021 THEN total ELSE 0 END) AS y1, sum(CASE
WHEN extract(year FROM invoice_date) = 2022 THEN total END) AS y2 FROM invoice GROUP BY billing_country ORDER BY 1;

-- name: c_case_simple_null
SELECT customer_id, CASE company WHEN NULL THEN 'never' WHEN 'Google Inc.' THEN 'g' END FROM customer ORDER BY 1 LIMIT
20;

-- name: c_coalesce_chain
SELECT customer_id, coalesce(company, state, country) FROM customer ORDER BY 1 LIMIT 20;

-- name: c_nullif_distinct
SELECT DISTINCT billing_country, nullif(billing_state, 'CA') FROM invoice WHERE billing_country = 'USA' ORDER BY 1, 2;

-- name: c_distinct_quotient
SELECT DISTINCT genre_id, milliseconds / (unit_price * 100) FROM track WHERE album_id < 4 ORDER BY 1, 2;

-- name: c_is_distinct
SELECT count(*) FROM customer WHERE state IS DISTINCT FROM 'CA';

-- name: c_is_not_true
SELECT count(*) FROM customer WHERE (state = 'CA') IS NOT TRUE;

-- name: c_three_valued
SELECT count(*) FROM customer WHERE NOT (state = 'CA');

-- name: c_null_equals
SELECT count(*) FROM customer WHERE company = NULL;

-- name: c_between_symmetric
SELECT count(*) FROM invoice WHERE total BETWEEN SYMMETRIC 10 AND 5;

-- name: c_text_compare
SELECT count(*) FROM artist WHERE name < 'B' AND name >= 'A';

-- name: c_text_functions
SELECT customer_id, upper(last_name), substr(email, 1, position('@' in email) - 1), length(address) FROM customer
ORDER BY 1 LIMIT 5;

-- name: c_split_part
SELECT split_part(email, '@', 2) AS d, count(*) FROM customer GROUP BY d ORDER BY 2 DESC, 1 LIMIT 5;

-- name: c_initials
SELECT left(first_name, 1) || '.' || left(last_name, 1) || '.' FROM customer ORDER BY customer_id LIMIT 5;

-- name: c_concat_null
SELECT customer_id, concat(first_name, ' ', company), first_name || ' ' || company FROM customer ORDER BY 1 LIMIT 5;

-- name: c_lpad_replace
SELECT lpad(cast(invoice_id AS text), 6, '0'), replace(billing_city, 'o', '0'), reverse(billing_city) FROM invoice
ORDER BY invoice_id LIMIT 5;

-- name: c_trim_variants
SELECT trim(both 'x' from 'xxaxx'), ltrim('  a '), rtrim(' a  ') || '|', btrim('--a-', '-');

-- name: c_to_char_dates
SELECT to_char(invoice_date, 'YYYY-MM') AS m, sum(total) FROM invoice GROUP BY m ORDER BY m LIMIT 6;

-- name: c_date_trunc_month
SELECT date_trunc('month', invoice_date) AS m, count(*) FROM invoice GROUP BY m ORDER BY m LIMIT 6;

-- name: c_date_arith
SELECT invoice_id FROM invoice WHERE invoice_date >= date '2021-01-01' AND invoice_date < date '2021-01-01' + interval
'1 month' ORDER BY 1;

-- name: c_date_diff
SELECT invoice_id, cast(invoice_date AS date) - date '2021-01-01' FROM invoice ORDER BY 1 LIMIT 5;

-- name: c_interval_where
SELECT count(*) FROM invoice WHERE timestamp '2025-12-31' - invoice_date < interval '400 days';

-- name: c_weekday
SELECT extract(isodow FROM invoice_date) AS d, count(*) FROM invoice GROUP BY d ORDER BY d;

-- name: c_round_negative
SELECT round(sum(total), -1), round(2.5), round(-2.5), round(0.125, 2), trunc(-1.999, 1) FROM invoice;

-- name: c_abs_mod_power
SELECT abs(-5), mod(17, 5), power(2, 10), sqrt(16), ceil(1.2), floor(-1.2), sign(-3);

-- name: c_math_on_columns
SELECT track_id, round(cast(milliseconds AS numeric) / 60000, 2) FROM track ORDER BY milliseconds DESC, track_id LIMIT
5;

-- name: c_huge_in
SELECT count(*) FROM track WHERE track_id IN (1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 34, 37, 40, 43, 46, 49, 52, 55,
58, 61, 64, 67, 70, 73, 76, 79, 82, 85, 88, 91, 94, 97, 100, 103, 106, 109, 112, 115, 118, 121, 124, 127, 130, 133,
136, 139, 142, 145, 148, 151, 154, 157, 160, 163, 166, 169, 172, 175, 178, 181, 184, 187, 190, 193, 196, 199, 202,
205, 208, 211, 214, 217, 220, 223, 226, 229, 232, 235, 238, 241, 244, 247, 250, 253, 256, 259, 262, 265, 268, 271,
274, 277, 280, 283, 286, 289, 292, 295, 298, 301, 304, 307, 310, 313, 316, 319, 322, 325, 328, 331, 334, 337, 340,
343, 346, 349, 352, 355, 358, 361, 364, 367, 370, 373, 376, 379, 382, 385, 388, 391, 394, 397, 400, 403, 406, 409,
412, 415, 418, 421, 424, 427, 430, 433, 436, 439, 442, 445, 448, 451, 454, 457, 460, 463, 466, 469, 472, 475, 478,
481, 484, 487, 490, 493, 496, 499, 502, 505, 508, 511, 514, 517, 520, 523, 526, 529, 532, 535, 538, 541, 544, 547,
550, 553, 556, 559, 562, 565, 568, 571, 574, 577, 580, 583, 586, 589, 592, 595, 598, 601, 604, 607, 610, 613, 616,
619, 622, 625, 628, 631, 634, 637, 640, 643, 646, 649, 652, 655, 658, 661, 664, 667, 670, 673, 676, 679, 682, 685,
688, 691, 694, 697, 700, 703, 706, 709, 712, 715, 718, 721, 724, 727, 730, 733, 736, 739, 742, 745, 748, 751, 754,
757, 760, 763, 766, 769, 772, 775, 778, 781, 784, 787, 790, 793, 796, 799, 802, 805, 808, 811, 814, 817, 820, 823,
826, 829, 832, 835, 838, 841, 844, 847, 850, 853, 856, 859, 862, 865, 868, 871, 874, 877, 880, 883, 886, 889, 892,
895, 898, 901, 904, 907, 910, 913, 916, 919, 922, 925, 928, 931, 934, 937, 940, 943, 946, 949, 952, 955, 958, 961,
964, 967, 970, 973, 976, 979, 982, 985, 988, 991, 994, 997, 1000, 1003, 1006, 1009, 1012, 1015, 1018, 1021, 1024,
1027, 1030, 1033, 1036, 1039, 1042, 1045, 1048, 1051, 1054, 1057, 1060, 1063, 1066, 1069, 1072, 1075, 1078, 1081,
1084, 1087, 1090, 1093, 1096, 1099, 1102, 1105, 1108, 1111, 1114, 1117, 1120, 1123, 1126, 1129, 1132, 1135, 1138,
1141, 1144, 1147, 1150, 1153, 1156, 1159, 1162, 1165, 1168, 1171, 1174, 1177, 1180, 1183, 1186, 1189, 1192, 1195,
1198, 1201, 1204, 1207, 1210, 1213, 1216, 1219, 1222, 1225, 1228, 1231, 1234, 1237, 1240, 1243, 1246, 1249, 1252,
1255, 1258, 1261, 1264, 1267, 1270, 1273, 1276, 1279, 1282, 1285, 1288, 1291, 1294, 1297, 1300, 1303, 1306, 1309,
1312, 1315, 1318, 1321, 1324, 1327, 1330, 1333, 1336, 1339, 1342, 1345, 1348, 1351, 1354, 1357, 1360, 1363, 1366,
1369, 1372, 1375, 1378, 1381, 1384, 1387, 1390, 1393, 1396, 1399, 1402, 1405, 1408, 1411, 1414, 1417, 1420, 1423,
1426, 1429, 1432, 1435, 1438, 1441, 1444, 1447, 1450, 1453, 1456, 1459, 1462, 1465, 1468, 1471, 1474, 1477, 1480,
1483, 1486, 1489, 1492, 1495, 1498, 1501, 1504, 1507, 1510, 1513, 1516, 1519, 1522, 1525, 1528, 1531, 1534, 1537,
1540, 1543, 1546, 1549, 1552, 1555, 1558, 1561, 1564, 1567, 1570, 1573, 1576, 1579, 1582, 1585, 1588, 1591, 1594,
1597, 1600, 1603, 1606, 1609, 1612, 1615, 1618, 1621, 1624, 1627, 1630, 1633, 1636, 1639, 1642, 1645, 1648, 1651,
1654, 1657, 1660, 1663, 1666, 1669, 1672, 1675, 1678, 1681, 1684, 1687, 1690, 1693, 1696, 1699, 1702, 1705, 1708,
1711, 1714, 1717, 1720, 1723, 1726, 1729, 1732, 1735, 1738, 1741, 1744, 1747, 1750, 1753, 1756, 1759, 1762, 1765,
1768, 1771, 1774, 1777, 1780, 1783, 1786, 1789, 1792, 1795, 1798, 1801, 1804, 1807, 1810, 1813, 1816, 1819, 1822,
1825, 1828, 1831, 1834, 1837, 1840, 1843, 1846, 1849, 1852, 1855, 1858, 1861, 1864, 1867, 1870, 1873, 1876, 1879,
1882, 1885, 1888, 1891, 1894, 1897, 1900, 1903, 1906, 1909, 1912, 1915, 1918, 1921, 1924, 1927, 1930, 1933, 1936,
1939, 1942, 1945, 1948, 1951, 1954, 1957, 1960, 1963, 1966, 1969, 1972, 1975, 1978, 1981, 1984, 1987, 1990, 1993,
1996, 1999, 2002, 2005, 2008, 2011, 2014, 2017, 2020, 2023, 2026, 2029, 2032, 2035, 2038, 2041, 2044, 2047, 2050,
2053, 2056, 2059, 2062, 2065, 2068, 2071, 2074, 2077, 2080, 2083, 2086, 2089, 2092, 2095, 2098, 2101, 2104, 2107,
2110, 2113, 2116, 2119, 2122, 2125, 2128, 2131, 2134, 2137, 2140, 2143, 2146, 2149, 2152, 2155, 2158, 2161, 2164,
2167, 2170, 2173, 2176, 2179, 2182, 2185, 2188, 2191, 2194, 2197, 2200, 2203, 2206, 2209, 2212, 2215, 2218, 2221,
2224, 2227, 2230, 2233, 2236, 2239, 2242, 2245, 2248, 2251, 2254, 2257, 2260, 2263, 2266, 2269, 2272, 2275, 2278,
2281, 2284, 2287, 2290, 2293, 2296, 2299, 2302, 2305, 2308, 2311, 2314, 2317, 2320, 2323, 2326, 2329, 2332, 2335,
2338, 2341, 2344, 2347, 2350, 2353, 2356, 2359, 2362, 2365, 2368, 2371, 2374, 2377, 2380, 2383, 2386, 2389, 2392,
2395, 2398, 2401, 2404, 2407, 2410, 2413, 2416, 2419, 2422, 2425, 2428, 2431, 2434, 2437, 2440, 2443, 2446, 2449,
2452, 2455, 2458, 2461, 2464, 2467, 2470, 2473, 2476, 2479, 2482, 2485, 2488, 2491, 2494, 2497, 2500, 2503, 2506,
2509, 2512, 2515, 2518, 2521, 2524, 2527, 2530, 2533, 2536, 2539, 2542, 2545, 2548, 2551, 2554, 2557, 2560, 2563,
2566, 2569, 2572, 2575, 2578, 2581, 2584, 2587, 2590, 2593, 2596, 2599, 2602, 2605, 2608, 2611, 2614, 2617, 2620,
2623, 2626, 2629, 2632, 2635, 2638, 2641, 2644, 2647, 2650, 2653, 2656, 2659, 2662, 2665, 2668, 2671, 2674, 2677,
2680, 2683, 2686, 2689, 2692, 2695, 2698, 2701, 2704, 2707, 2710, 2713, 2716, 2719, 2722, 2725, 2728, 2731, 2734,
2737, 2740, 2743, 2746, 2749, 2752, 2755, 2758, 2761, 2764, 2767, 2770, 2773, 2776, 2779, 2782, 2785, 2788, 2791,
2794, 2797, 2800, 2803, 2806, 2809, 2812, 2815, 2818, 2821, 2824, 2827, 2830, 2833, 2836, 2839, 2842, 2845, 2848,
2851, 2854, 2857, 2860, 2863, 2866, 2869, 2872, 2875, 2878, 2881, 2884, 2887, 2890, 2893, 2896, 2899, 2902, 2905,
2908, 2911, 2914, 2917, 2920, 2923, 2926, 2929, 2932, 2935, 2938, 2941, 2944, 2947, 2950, 2953, 2956, 2959, 2962,
2965, 2968, 2971, 2974, 2977, 2980, 2983, 2986, 2989, 2992, 2995, 2998);

-- name: c_in_mixed_null
SELECT count(*) FROM customer WHERE state IN ('CA', NULL) OR state NOT IN ('CA', NULL);

-- name: c_boolean_column_expr
SELECT total > 5 AS big, count(*) FROM invoice GROUP BY total > 5 ORDER BY 1;

-- name: c_select_star_join
SELECT g.*, m.media_type_id FROM genre g JOIN media_type m ON m.media_type_id = g.genre_id ORDER BY 1;

-- name: c_count_star_empty
SELECT count(*), count(1), count(NULL) FROM customer WHERE 1 = 0;

-- name: c_no_from
SELECT 1 + 1 AS two, 'a' || 'b' AS ab, NULL AS n, TRUE AND NULL AS u;

-- name: c_one_customer
SELECT * FROM customer WHERE customer_id = 17;

-- name: c_two_keys
SELECT customer_id, count(*) FROM invoice WHERE customer_id IN (3, 44) GROUP BY customer_id ORDER BY 1;

-- name: c_key_range
SELECT count(*), sum(total) FROM invoice WHERE customer_id BETWEEN 10 AND 20;

-- name: c_duplicate_names
SELECT name, count(*) FROM track GROUP BY name HAVING count(*) > 3 ORDER BY 2 DESC, 1;

-- name: c_second_highest
SELECT max(total) FROM invoice WHERE total < (SELECT max(total) FROM invoice);

-- name: c_top_per_country_ties
SELECT country, customer_id, t FROM (SELECT c.country, c.customer_id, sum(i.total) AS t, rank() OVER (PARTITION BY
c.country ORDER BY sum(i.total) DESC) AS r FROM customer c JOIN invoice i ON i.customer_id = c.customer_id GROUP BY
c.country, c.customer_id) q WHERE r = 1 ORDER BY country, customer_id;

-- name: c_relational_division
SELECT playlist_id FROM playlist p WHERE NOT EXISTS (SELECT 1 FROM track t WHERE t.album_id = 1 AND NOT EXISTS (SELECT
1 FROM playlist_track x WHERE x.playlist_id = p.playlist_id AND x.track_id = t.track_id)) ORDER BY 1;

-- name: c_pairs_of_customers
SELECT a.customer_id, b.customer_id FROM customer a JOIN customer b ON a.country = b.country AND a.city = b.city AND
a.customer_id < b.customer_id ORDER BY 1, 2;

-- name: c_cumulative_customers
SELECT y, sum(n) OVER (ORDER BY y) FROM (SELECT extract(year FROM first) AS y, count(*) AS n FROM (SELECT customer_id,
min(invoice_date) AS first FROM invoice GROUP BY customer_id) f GROUP BY 1) q ORDER BY y;

-- name: c_share_of_genre
SELECT g.name, round(100.0 * count(*) / (SELECT count(*) FROM track), 2) AS pct FROM track t JOIN genre g ON
g.genre_id = t.genre_id GROUP BY g.name ORDER BY pct DESC, g.name LIMIT 8;

-- name: c_max_of_counts
SELECT max(n), min(n), round(avg(n), 3) FROM (SELECT count(*) AS n FROM invoice_line GROUP BY invoice_id) q;

-- name: c_exists_in_select
SELECT customer_id, EXISTS (SELECT 1 FROM invoice i WHERE i.customer_id = c.customer_id AND total > 20) AS big FROM
customer c ORDER BY 1 LIMIT 12;

-- name: c_order_by_subquery
SELECT genre_id FROM genre g ORDER BY (SELECT count(*) FROM track t WHERE t.genre_id = g.genre_id) DESC, genre_id
LIMIT 5;

-- name: c_group_by_case
SELECT CASE WHEN total < 2 THEN 'small' WHEN total < 10 THEN 'medium' ELSE 'large' END AS class, count(*), sum(total)
FROM invoice GROUP BY class ORDER BY class;

-- name: c_having_subquery
SELECT customer_id, sum(total) FROM invoice GROUP BY customer_id HAVING sum(total) > (SELECT 1.1 * avg(s) FROM (SELECT
sum(total) AS s FROM invoice GROUP BY customer_id) q) ORDER BY 1;

-- name: c_inner_then_right_const
SELECT count(*), count(a.genre_id) FROM genre a JOIN media_type b ON 1 = 0 RIGHT JOIN playlist p ON TRUE;

-- name: c_quoted_names
SELECT "name" AS "The Name", "genre_id" FROM "genre" WHERE "name" = 'Rock';

-- name: c_unicode
SELECT name FROM artist WHERE name LIKE '%é%' OR name LIKE '%ã%' ORDER BY name;

-- name: c_upper_unicode
SELECT lower('ÄÖÜ'), upper('é'), length('Ärger'), substr('Ärger', 1, 1);

-- name: c_double_math
SELECT round(cast(0.1 AS double precision) + cast(0.2 AS double precision)) , cast(1 AS double precision) / 3 * 3 = 1;

-- name: c_max_in_group_join
SELECT i.customer_id, i.invoice_id, i.total FROM invoice i JOIN (SELECT customer_id, max(total) AS m FROM invoice
GROUP BY customer_id) q ON q.customer_id = i.customer_id AND q.m = i.total ORDER BY 1, 2 LIMIT 15;

-- name: c_lateral_like
SELECT c.customer_id, (SELECT invoice_id FROM invoice i WHERE i.customer_id = c.customer_id ORDER BY invoice_date
DESC, invoice_id LIMIT 1) FROM customer c ORDER BY 1 LIMIT 10;

-- name: c_date_in_group_max
SELECT count(*) FROM invoice WHERE cast(invoice_date AS date) IN (SELECT max(cast(invoice_date AS date)) FROM invoice
GROUP BY customer_id);

-- name: c_count_distinct_constant
SELECT count(DISTINCT 1), count(DISTINCT country) FROM customer;
