-- name: pages_with_total
SELECT emp_id, COUNT(*) OVER () AS total FROM employees WHERE salary > 60000 ORDER BY emp_id LIMIT 5 OFFSET 10;
-- name: alias_hides_column_in_order
SELECT emp_id, -salary AS salary FROM employees ORDER BY salary, emp_id LIMIT 8;
-- name: expression_of_column_in_order
SELECT emp_id, 1 AS salary FROM employees ORDER BY salary, -emp_id LIMIT 5;
-- name: group_by_prefers_column
SELECT UPPER(region) AS region, COUNT(*) FROM sales GROUP BY region ORDER BY 1;
-- name: group_by_ordinal_expression
SELECT CASE WHEN quantity > 10 THEN 'many' ELSE 'few' END, COUNT(*) FROM sales GROUP BY 1 ORDER BY 1;
-- name: headings_of_expressions
SELECT COUNT(*), SUM(quantity), MAX(price), COALESCE(MIN(region), '?'), COUNT(*) + 1, CASE WHEN COUNT(*) > 1 THEN 1 END, 'x', CAST(COUNT(*) AS text) FROM sales;
-- name: same_heading_twice
SELECT e.emp_id, s.emp_id FROM employees e JOIN salaries s ON s.emp_id = e.emp_id WHERE e.emp_id = 4 ORDER BY s.from_date;
-- name: star_and_column
SELECT d.*, e.emp_id FROM departments d JOIN employees e ON e.dept_id = d.dept_id WHERE e.emp_id < 12 ORDER BY e.emp_id;
-- name: star_of_using_join
SELECT * FROM assignments JOIN salaries USING (emp_id) WHERE emp_id < 6 ORDER BY emp_id, project_id, from_date;
-- name: count_of_row
SELECT COUNT(a.emp_id) AS matched, COUNT(*) AS lines FROM employees e LEFT JOIN assignments a ON a.emp_id = e.emp_id AND a.hours > 200;
-- name: limit_in_in_subquery
SELECT emp_id, salary FROM employees WHERE emp_id IN (SELECT emp_id FROM sales WHERE emp_id IS NOT NULL GROUP BY emp_id ORDER BY SUM(quantity) DESC, emp_id LIMIT 3) ORDER BY emp_id;
-- name: limit_in_derived_then_aggregate
SELECT SUM(salary), COUNT(*) FROM (SELECT salary FROM employees ORDER BY salary DESC, emp_id LIMIT 10) t;
-- name: offset_in_derived
SELECT MIN(salary) FROM (SELECT salary FROM employees ORDER BY salary DESC OFFSET 5) t;
-- name: latest_by_scalar_subquery
SELECT e.emp_id, (SELECT s.amount FROM salaries s WHERE s.emp_id = e.emp_id ORDER BY s.from_date DESC LIMIT 1) AS latest FROM employees e ORDER BY e.emp_id LIMIT 20;
-- name: scalar_subquery_empty
SELECT emp_id, (SELECT name FROM projects WHERE project_id = e.emp_id) AS p FROM employees e WHERE emp_id < 4 ORDER BY 1;
-- name: subquery_in_order_by
SELECT d.dept_id FROM departments d ORDER BY (SELECT COUNT(*) FROM employees e WHERE e.dept_id = d.dept_id) DESC, d.dept_id;
-- name: subquery_in_case
SELECT emp_id, CASE WHEN EXISTS (SELECT 1 FROM assignments a WHERE a.emp_id = e.emp_id) THEN 'busy' ELSE 'free' END AS s FROM employees e WHERE emp_id < 15 ORDER BY 1;
-- name: subquery_in_having
SELECT dept_id, AVG(salary) AS a FROM employees GROUP BY dept_id HAVING AVG(salary) > (SELECT AVG(salary) FROM employees) ORDER BY dept_id;
-- name: correlated_subquery_in_having
SELECT e.dept_id, MAX(e.salary) FROM employees e GROUP BY e.dept_id HAVING COUNT(*) > (SELECT COUNT(*) FROM projects p WHERE p.dept_id = e.dept_id) ORDER BY 1;
-- name: subquery_in_join_condition
SELECT e.emp_id, a.project_id FROM employees e JOIN assignments a ON a.emp_id = e.emp_id AND a.project_id = (SELECT MAX(project_id) FROM assignments x WHERE x.emp_id = e.emp_id) WHERE e.emp_id < 30 ORDER BY 1;
-- name: two_level_correlation
SELECT e.emp_id FROM employees e WHERE e.salary > (SELECT AVG(m.salary) FROM employees m WHERE m.dept_id = e.dept_id AND m.hired_on < (SELECT MAX(hired_on) FROM employees x WHERE x.dept_id = e.dept_id)) AND e.dept_id IN (10, 11) ORDER BY 1;
-- name: not_in_empty_subquery
SELECT COUNT(*) FROM employees WHERE dept_id NOT IN (SELECT dept_id FROM departments WHERE name = 'Nowhere');
-- name: not_in_list_with_null
SELECT COUNT(*) FROM employees WHERE dept_id NOT IN (10, NULL);
-- name: in_list_with_null
SELECT COUNT(*) FROM employees WHERE dept_id IN (10, NULL);
-- name: not_of_null_comparisons
SELECT COUNT(*) FROM employees WHERE NOT (commission_pct > 0.1);
-- name: is_not_true_of_comparison
SELECT COUNT(*) FROM employees WHERE (commission_pct > 0.1) IS NOT TRUE;
-- name: boolean_equals_comparison
SELECT COUNT(*) FROM employees WHERE is_active = (rating > 3);
-- name: boolean_order_desc
SELECT emp_id, is_active FROM employees WHERE emp_id < 15 ORDER BY is_active DESC, emp_id;
-- name: count_of_condition_or_null
SELECT COUNT(is_active OR NULL) AS active, COUNT(NOT is_active OR NULL) AS not_active FROM employees;
-- name: sum_of_boolean_cast
SELECT SUM(ok::int) AS good, AVG(ok::int) AS rate FROM logins;
-- name: where_false
SELECT emp_id FROM employees WHERE FALSE;
-- name: where_one_equals_one
SELECT COUNT(*) FROM employees WHERE 1 = 1 AND dept_id = 10;
-- name: where_null
SELECT COUNT(*) FROM employees WHERE NULL;
-- name: limit_null
SELECT emp_id FROM employees WHERE emp_id < 4 ORDER BY 1 LIMIT NULL;
-- name: contacts_exact_text
SELECT email, COUNT(*) FROM contacts GROUP BY email ORDER BY email;
-- name: contacts_distinct
SELECT DISTINCT email FROM contacts ORDER BY email NULLS FIRST;
-- name: contacts_self_join_text
SELECT a.id, b.id AS other FROM contacts a JOIN contacts b ON a.email = b.email AND a.id < b.id ORDER BY 1, 2;
-- name: contacts_case_join
SELECT a.id, b.id AS other FROM contacts a JOIN contacts b ON LOWER(a.email) = LOWER(b.email) AND a.id < b.id ORDER BY 1, 2;
-- name: null_safe_join
SELECT COUNT(*) FROM contacts a JOIN contacts b ON a.email IS NOT DISTINCT FROM b.email;
-- name: join_on_or
SELECT DISTINCT a.id FROM contacts a JOIN contacts b ON (a.email = b.email OR a.name = b.name) AND a.id <> b.id ORDER BY 1;
-- name: in_text_trailing_blank
SELECT id FROM contacts WHERE email IN ('b@x.org ', 'A@x.org') ORDER BY id;
-- name: empty_text_compare
SELECT id, email = '' AS e, LENGTH(email) AS n FROM contacts ORDER BY id;
-- name: product_case_groups
SELECT product, COUNT(*) FROM sales GROUP BY product ORDER BY product;
-- name: product_case_distinct_lower
SELECT COUNT(DISTINCT product) AS a, COUNT(DISTINCT LOWER(product)) AS b FROM sales;
-- name: min_max_text_case
SELECT MIN(product), MAX(product) FROM sales WHERE product LIKE '_esk';
-- name: decimal_compared_long
SELECT COUNT(*) FROM sales WHERE price >= 305.1000 AND price < 778.4100001;
-- name: decimal_in_list
SELECT sale_id FROM sales WHERE price IN (158.37, 305.10, 1) ORDER BY 1;
-- name: double_equals_literal
SELECT discount, COUNT(*) FROM sales WHERE discount = 0.1 OR discount = 0.125 GROUP BY discount ORDER BY 1;
-- name: double_grouped
SELECT discount, SUM(quantity) FROM sales GROUP BY discount ORDER BY discount NULLS FIRST;
-- name: decimal_times_decimal_times
SELECT SUM(budget * budget) FROM departments WHERE budget < 1000000;
-- name: sum_of_products_joined
SELECT p.name, SUM(a.hours * 12.5) AS cost FROM projects p JOIN assignments a ON a.project_id = p.project_id GROUP BY p.project_id, p.name ORDER BY cost DESC NULLS LAST, p.name LIMIT 8;
-- name: big_integers_summed
SELECT SUM(project_id), AVG(project_id), MAX(project_id) % 1000 FROM assignments;
-- name: average_of_average
SELECT AVG(a) FROM (SELECT AVG(salary) AS a FROM employees GROUP BY job_id) t;
-- name: ratio_of_integers_cast
SELECT dept_id, SUM(is_active::int)::numeric / COUNT(*) AS share FROM employees GROUP BY dept_id ORDER BY dept_id;
-- name: ratio_times_100_float
SELECT device, 100.0 * SUM(CASE WHEN ok THEN 1 ELSE 0 END) / COUNT(*) AS pct FROM logins GROUP BY device ORDER BY device;
-- name: divide_by_count_nullif
SELECT region, SUM(quantity) / NULLIF(COUNT(discount), 0) AS x FROM sales GROUP BY region ORDER BY region;
-- name: cast_decimal_digits
SELECT emp_id, CAST(rating AS decimal(6,2)) AS r, CAST(salary / 7 AS decimal(12,4)) AS s FROM employees WHERE rating IS NOT NULL ORDER BY emp_id LIMIT 10;
-- name: round_half
SELECT id, ROUND(score / 2, 1) AS a, ROUND(-score / 8, 2) AS b FROM scores ORDER BY id;
-- name: date_compared_with_instant
SELECT COUNT(*) FROM logins WHERE at > DATE '2024-01-20';
-- name: instant_as_date_equals
SELECT COUNT(*) FROM logins WHERE at::date = '2024-01-05';
-- name: instant_between_dates
SELECT COUNT(*) FROM logins WHERE at BETWEEN '2024-01-03' AND '2024-01-04';
-- name: to_char_time
SELECT login_id, TO_CHAR(at, 'YYYY-MM-DD HH24:MI:SS') AS t FROM logins WHERE login_id < 6 ORDER BY 1;
-- name: quarter_report
SELECT DATE_TRUNC('quarter', sold_on)::date AS q, SUM(quantity * price) AS revenue FROM sales GROUP BY 1 ORDER BY 1;
-- name: year_month_number
SELECT EXTRACT(YEAR FROM sold_on) * 100 + EXTRACT(MONTH FROM sold_on) AS ym, COUNT(*) FROM sales GROUP BY 1 ORDER BY 1 LIMIT 14;
-- name: add_days_column
SELECT emp_id, hired_on + 90 AS probation FROM employees WHERE emp_id < 6 ORDER BY 1;
-- name: add_months_interval
SELECT emp_id, (hired_on + INTERVAL '6 months')::date AS later FROM employees WHERE emp_id < 9 ORDER BY 1;
-- name: last_day_of_month
SELECT DISTINCT (DATE_TRUNC('month', sold_on) + INTERVAL '1 month' - INTERVAL '1 day')::date AS last_day FROM sales WHERE sold_on < '2022-07-01' ORDER BY 1;
-- name: tenure_days_bucket
SELECT (DATE '2024-01-01' - hired_on) / 365 AS years, COUNT(*) FROM employees GROUP BY 1 ORDER BY 1;
-- name: to_date_parsed
SELECT COUNT(*) FROM employees WHERE hired_on > TO_DATE('2015-06-30', 'YYYY-MM-DD');
-- name: make_date_compared
SELECT COUNT(*) FROM employees WHERE hired_on >= MAKE_DATE(2018, 1, 1);
-- name: at_time_zone
SELECT login_id, at AT TIME ZONE 'UTC' AS t FROM logins WHERE login_id < 4 ORDER BY 1;
-- name: interval_between_logins_sum
SELECT emp_id, MAX(at) - MIN(at) AS span FROM logins WHERE emp_id < 4 GROUP BY emp_id ORDER BY 1;
-- name: set_operator_precedence
SELECT dept_id FROM departments WHERE dept_id < 12 UNION SELECT dept_id FROM employees INTERSECT SELECT dept_id FROM projects ORDER BY 1;
-- name: set_operators_in_parentheses
(SELECT dept_id FROM departments UNION ALL SELECT dept_id FROM projects) EXCEPT ALL SELECT dept_id FROM departments ORDER BY 1;
-- name: union_of_types
SELECT emp_id AS x FROM employees WHERE emp_id < 3 UNION ALL SELECT salary FROM employees WHERE emp_id < 3 UNION ALL SELECT NULL ORDER BY x NULLS FIRST;
-- name: union_null_text
SELECT dept_id, location FROM departments WHERE dept_id < 12 UNION ALL SELECT dept_id, NULL FROM departments WHERE dept_id < 12 ORDER BY 1, 2;
-- name: union_inside_in
SELECT COUNT(*) FROM employees WHERE emp_id IN (SELECT emp_id FROM sales UNION SELECT emp_id FROM assignments);
-- name: union_counted
SELECT COUNT(*) FROM (SELECT last_name FROM employees UNION SELECT name FROM projects) u;
-- name: window_over_union
SELECT k, n, RANK() OVER (ORDER BY n DESC) AS r FROM (SELECT 'sales' AS k, COUNT(*) AS n FROM sales UNION ALL SELECT 'logins', COUNT(*) FROM logins UNION ALL SELECT 'staff', COUNT(*) FROM employees) t ORDER BY r;
-- name: distinct_and_window
SELECT DISTINCT job_id, COUNT(*) OVER (PARTITION BY job_id) AS n FROM employees ORDER BY 1;
-- name: rank_with_nulls
SELECT emp_id, rating, RANK() OVER (ORDER BY rating DESC) AS r, DENSE_RANK() OVER (ORDER BY rating NULLS FIRST) AS d FROM employees WHERE emp_id <= 25 ORDER BY emp_id;
-- name: last_value_default_frame
SELECT emp_id, from_date, LAST_VALUE(amount) OVER (PARTITION BY emp_id ORDER BY from_date) AS l FROM salaries WHERE emp_id < 5 ORDER BY 1, 2;
-- name: rows_between_following
SELECT id, SUM(num) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS s FROM logs ORDER BY id LIMIT 12;
-- name: groups_frame
SELECT id, COUNT(*) OVER (ORDER BY num GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM logs ORDER BY id LIMIT 12;
-- name: exclude_current_row
SELECT id, SUM(num) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING EXCLUDE CURRENT ROW) AS s FROM logs ORDER BY id LIMIT 12;
-- name: range_numeric_frame
SELECT emp_id, COUNT(*) OVER (ORDER BY salary RANGE BETWEEN 5000 PRECEDING AND 5000 FOLLOWING) AS peers FROM employees ORDER BY emp_id LIMIT 20;
-- name: window_in_order_by
SELECT emp_id, salary FROM employees ORDER BY RANK() OVER (PARTITION BY dept_id ORDER BY salary DESC), emp_id LIMIT 15;
-- name: window_of_case
SELECT id, SUM(CASE WHEN num = 1 THEN 1 ELSE 0 END) OVER (ORDER BY id) AS ones FROM logs ORDER BY id DESC LIMIT 6;
-- name: lag_ignores_partition_of_key
SELECT emp_id, day, LAG(status) OVER (ORDER BY day, emp_id) AS before FROM attendance WHERE day < '2024-01-04' ORDER BY day, emp_id;
-- name: max_streak
WITH x AS (SELECT emp_id, day, status, ROW_NUMBER() OVER (PARTITION BY emp_id ORDER BY day) - ROW_NUMBER() OVER (PARTITION BY emp_id, status ORDER BY day) AS g FROM attendance), s AS (SELECT emp_id, status, COUNT(*) AS n FROM x GROUP BY emp_id, status, g)
SELECT emp_id, MAX(n) AS best FROM s WHERE status = 'office' GROUP BY emp_id ORDER BY emp_id;
-- name: ref_left_join_sharded_filter
SELECT d.name, COUNT(e.emp_id) FILTER (WHERE e.is_active) AS n FROM departments d LEFT JOIN employees e ON e.dept_id = d.dept_id AND e.salary > 100000 GROUP BY d.name ORDER BY d.name;
-- name: ref_anti_join_sharded
SELECT job_id FROM jobs j WHERE NOT EXISTS (SELECT 1 FROM employees e WHERE e.job_id = j.job_id) ORDER BY 1;
-- name: ref_full_join_sharded
SELECT j.job_id, COUNT(e.emp_id) AS n FROM jobs j FULL JOIN employees e ON e.job_id = j.job_id AND e.salary < j.min_salary GROUP BY j.job_id ORDER BY 1;
-- name: sharded_right_join_ref_right
SELECT j.title, COUNT(DISTINCT e.dept_id) AS n FROM employees e RIGHT JOIN jobs j ON j.job_id = e.job_id GROUP BY j.title ORDER BY j.title;
-- name: six_tables
SELECT d.name, j.title, COUNT(DISTINCT e.emp_id) AS people, SUM(a.hours) AS hours FROM departments d JOIN employees e ON e.dept_id = d.dept_id JOIN jobs j ON j.job_id = e.job_id JOIN assignments a ON a.emp_id = e.emp_id JOIN projects p ON p.project_id = a.project_id JOIN salaries s ON s.emp_id = e.emp_id AND s.to_date IS NULL GROUP BY d.name, j.title ORDER BY 1, 2;
-- name: join_fanout_distinct_sum
SELECT e.dept_id, COUNT(DISTINCT e.emp_id) AS people, COUNT(*) AS lines FROM employees e JOIN sales s ON s.emp_id = e.emp_id GROUP BY e.dept_id ORDER BY e.dept_id;
-- name: left_join_is_null_or_value
SELECT COUNT(*) FROM employees e LEFT JOIN sales s ON s.emp_id = e.emp_id WHERE s.sale_id IS NULL OR s.quantity < 0;
-- name: left_then_inner
SELECT COUNT(*) FROM employees e LEFT JOIN departments d ON d.dept_id = e.dept_id JOIN jobs j ON j.job_id = e.job_id AND d.location = 'Paris';
-- name: cross_join_aggregate
SELECT e.emp_id, e.salary - a.mean AS diff FROM employees e CROSS JOIN (SELECT AVG(salary) AS mean FROM employees) a WHERE e.emp_id < 6 ORDER BY 1;
-- name: self_join_groups
SELECT a.dept_id, COUNT(*) AS pairs FROM employees a JOIN employees b ON a.dept_id = b.dept_id AND a.emp_id < b.emp_id GROUP BY a.dept_id ORDER BY 1;
-- name: hundred_key_values
SELECT COUNT(*) FROM logins WHERE emp_id IN (1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60) AND device IS NOT NULL;
-- name: comments_and_strings
SELECT /* a ; comment */ 'it''s; -- no comment' AS s, COUNT(*) -- the rest
FROM employees WHERE last_name <> $$x;y$$;
-- name: escape_string
SELECT E'a\tb' AS tab, COUNT(*) FROM jobs;
-- name: unicode_alias
SELECT COUNT(*) AS "Größe ""x""" FROM employees;
-- name: keyword_alias
SELECT emp_id AS "order", salary AS "select" FROM employees AS "table" WHERE "table".emp_id = 3;
-- name: alias_without_as
SELECT e.emp_id id, e.last_name surname FROM employees e WHERE e.emp_id IN (1, 2) ORDER BY id;
-- name: select_all_keyword
SELECT ALL job_id FROM jobs ORDER BY job_id;
-- name: table_command
TABLE jobs ORDER BY job_id;
-- name: values_statement
VALUES (1, 'one'), (2, 'two') ORDER BY 1;
-- name: group_by_nothing
SELECT COUNT(*) FROM employees GROUP BY ();
-- name: group_by_constant_text
SELECT 'all' AS scope, COUNT(*) FROM employees GROUP BY 1;
-- name: like_column_pattern
SELECT COUNT(*) FROM employees e JOIN jobs j ON e.job_id LIKE j.job_id || '%';
-- name: like_escaped_underscore
SELECT name FROM projects WHERE tags LIKE '%\_%' ORDER BY name;
-- name: not_between_not_like
SELECT COUNT(*) FROM employees WHERE salary NOT BETWEEN 50000 AND 100000 AND last_name NOT LIKE '%e%';
-- name: position_accents
SELECT DISTINCT first_name, POSITION('é' IN first_name) AS p, LENGTH(first_name) AS n FROM employees WHERE first_name LIKE '%é%' OR first_name LIKE 'É%' ORDER BY 1;
-- name: substring_forms
SELECT job_id, SUBSTRING(title FROM 3) AS a, SUBSTRING(title FOR 2) AS b, SUBSTR(title, 2, 2) AS c FROM jobs ORDER BY 1;
-- name: md5_and_hex
SELECT job_id, MD5(title) AS h FROM jobs ORDER BY 1;
-- name: regexp_replace_digits
SELECT job_id, REGEXP_REPLACE(title, '[aeiou]', '*', 'g') AS t FROM jobs ORDER BY 1;
-- name: format_function
SELECT FORMAT('%s (%s)', title, job_id) AS f FROM jobs ORDER BY 1;
-- name: quantified_all_array
SELECT COUNT(*) FROM employees WHERE dept_id <> ALL (ARRAY[10, 20]);
-- name: greater_than_any
SELECT COUNT(*) FROM employees WHERE salary > ANY (SELECT salary FROM employees WHERE dept_id = 40);
-- name: less_than_all_null
SELECT COUNT(*) FROM employees WHERE rating <= ALL (SELECT rating FROM employees);
-- name: row_in_subquery
SELECT emp_id, from_date FROM salaries WHERE (emp_id, amount) IN (SELECT emp_id, MAX(amount) FROM salaries GROUP BY emp_id) AND emp_id < 10 ORDER BY 1, 2;
-- name: row_not_in_subquery
SELECT COUNT(*) FROM salaries WHERE (emp_id, from_date) NOT IN (SELECT emp_id, MAX(from_date) FROM salaries GROUP BY emp_id);
-- name: exists_with_group
SELECT COUNT(*) FROM employees e WHERE EXISTS (SELECT emp_id FROM sales s WHERE s.emp_id = e.emp_id GROUP BY emp_id HAVING COUNT(*) > 8);
-- name: percentile_groups
SELECT PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY amount) AS p90 FROM salaries;
-- name: count_distinct_filter
SELECT COUNT(DISTINCT emp_id) FILTER (WHERE ok) AS a, COUNT(DISTINCT emp_id) AS b FROM logins WHERE device = 'phone';
-- name: count_distinct_case
SELECT COUNT(DISTINCT CASE WHEN quantity > 15 THEN emp_id END) AS n FROM sales;
-- name: sum_filter_ratio
SELECT product, SUM(quantity) FILTER (WHERE region = 'north') * 100 / NULLIF(SUM(quantity), 0) AS pct FROM sales GROUP BY product ORDER BY 1;
-- name: order_by_aggregate_not_selected
SELECT dept_id FROM employees GROUP BY dept_id ORDER BY MAX(salary) DESC, dept_id LIMIT 4;
-- name: order_by_sum_of_case
SELECT region FROM sales GROUP BY region ORDER BY SUM(CASE WHEN product = 'lamp' THEN quantity ELSE 0 END) DESC;
-- name: having_on_unselected
SELECT emp_id FROM attendance GROUP BY emp_id HAVING COUNT(*) FILTER (WHERE status = 'sick') * 4 > COUNT(*) ORDER BY emp_id;
-- name: nested_aggregates_by_derived
SELECT region, MAX(n) FROM (SELECT region, product, COUNT(*) AS n FROM sales GROUP BY region, product) t GROUP BY region ORDER BY region;
-- name: recursive_numbers
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12) SELECT n.i, COUNT(s.sale_id) AS sales FROM n LEFT JOIN sales s ON EXTRACT(MONTH FROM s.sold_on) = n.i AND EXTRACT(YEAR FROM s.sold_on) = 2023 GROUP BY n.i ORDER BY n.i;
-- name: calendar_left_join
SELECT d::date AS day, COUNT(l.login_id) AS n FROM generate_series('2024-01-01'::date, '2024-01-10'::date, INTERVAL '1 day') AS d LEFT JOIN logins l ON l.at::date = d::date GROUP BY d ORDER BY d;
-- name: series_of_integers
SELECT g, g * g AS sq FROM generate_series(1, 5) AS g ORDER BY g;
-- name: all_subordinates_count
WITH RECURSIVE s AS (SELECT manager_id AS boss, emp_id FROM employees WHERE manager_id IS NOT NULL UNION SELECT s.boss, e.emp_id FROM s JOIN employees e ON e.manager_id = s.emp_id) SELECT boss, COUNT(*) AS n FROM s GROUP BY boss ORDER BY n DESC, boss LIMIT 8;
-- name: subquery_alias_missing_column_list
SELECT x.dept_id, x.max FROM (SELECT dept_id, MAX(salary) FROM employees GROUP BY dept_id) x ORDER BY 1;
-- name: cte_shadowing_table
WITH employees AS (SELECT emp_id, 1 AS one FROM sales WHERE emp_id < 4) SELECT COUNT(*), SUM(one) FROM employees;
-- name: cte_unused
WITH a AS (SELECT emp_id FROM employees), b AS (SELECT dept_id FROM departments) SELECT COUNT(*) FROM b;
-- name: cte_in_subquery
SELECT COUNT(*) FROM (WITH t AS (SELECT emp_id FROM sales) SELECT DISTINCT emp_id FROM t) x;
-- name: for_update
SELECT emp_id, salary FROM employees WHERE emp_id = 5 FOR UPDATE;
-- name: is_json_free_null_ordering
SELECT a.role, a.hours FROM assignments a WHERE a.emp_id < 25 ORDER BY a.hours DESC NULLS LAST, a.emp_id, a.project_id LIMIT 12;
-- name: null_keys_do_not_join
SELECT COUNT(*) FROM sales a JOIN sales b ON a.emp_id = b.emp_id AND a.sale_id < b.sale_id AND a.region = b.region;
-- name: employees_paid_in_band_of_other_job
SELECT e.emp_id, STRING_AGG(DISTINCT j.job_id, ',' ORDER BY j.job_id) AS fits FROM employees e JOIN jobs j ON e.salary >= j.min_salary AND e.salary <= j.max_salary AND j.job_id <> e.job_id GROUP BY e.emp_id ORDER BY e.emp_id LIMIT 15;
