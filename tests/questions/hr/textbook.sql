-- name: all_employees
SELECT * FROM employees WHERE emp_id < 20 ORDER BY emp_id;
-- name: null_comparison
SELECT COUNT(*) FROM employees WHERE manager_id = NULL;
-- name: three_valued_logic
SELECT COUNT(*) FROM employees WHERE NOT (is_active) OR is_active IS NULL;
-- name: boolean_column
SELECT is_active, COUNT(*) FROM employees GROUP BY is_active ORDER BY is_active;
-- name: is_true_tests
SELECT emp_id, is_active IS TRUE AS t, is_active IS NOT FALSE AS nf FROM employees WHERE emp_id < 15 ORDER BY emp_id;
-- name: is_distinct_from
SELECT COUNT(*) FROM employees WHERE dept_id IS DISTINCT FROM 10;
-- name: coalesce_chain
SELECT emp_id, COALESCE(email, last_name || '@unknown', 'none') AS mail FROM employees ORDER BY emp_id LIMIT 20;
-- name: order_nulls_default_desc
SELECT emp_id, commission_pct FROM employees ORDER BY commission_pct DESC, emp_id LIMIT 130;
-- name: order_nulls_last
SELECT emp_id, rating FROM employees ORDER BY rating DESC NULLS LAST, emp_id LIMIT 12;
-- name: order_by_expression
SELECT emp_id, salary FROM employees ORDER BY salary * COALESCE(commission_pct, 0) DESC, emp_id LIMIT 10;
-- name: order_by_alias_and_position
SELECT last_name AS n, emp_id FROM employees ORDER BY n, 2 LIMIT 25;
-- name: order_by_not_selected
SELECT first_name FROM employees ORDER BY hired_on, emp_id LIMIT 10;
-- name: order_by_case
SELECT emp_id, job_id FROM employees ORDER BY CASE job_id WHEN 'CEO' THEN 0 WHEN 'PM' THEN 1 ELSE 2 END, job_id, emp_id LIMIT 30;
-- name: limit_zero
SELECT emp_id FROM employees LIMIT 0;
-- name: offset_beyond
SELECT emp_id FROM employees ORDER BY emp_id OFFSET 1000;
-- name: fetch_first
SELECT emp_id FROM employees ORDER BY salary DESC, emp_id FETCH FIRST 5 ROWS ONLY;
-- name: fetch_with_ties
SELECT rating FROM employees WHERE rating IS NOT NULL ORDER BY rating DESC FETCH FIRST 3 ROWS WITH TIES
-- name: limit_all
SELECT emp_id FROM employees WHERE emp_id < 5 ORDER BY 1 LIMIT ALL OFFSET 1;
-- name: like_prefix
SELECT emp_id, last_name FROM employees WHERE last_name LIKE 'S%' ORDER BY 1;
-- name: ilike_contains
SELECT emp_id, last_name FROM employees WHERE last_name ILIKE '%E%' ORDER BY emp_id;
-- name: like_escape
SELECT name FROM projects WHERE tags LIKE '100!%%' ESCAPE '!' ORDER BY name;
-- name: like_underscore
SELECT emp_id FROM employees WHERE first_name LIKE '_o_' ORDER BY emp_id;
-- name: regex_match
SELECT emp_id, last_name FROM employees WHERE last_name ~ '^[A-D]' ORDER BY emp_id;
-- name: similar_to
SELECT DISTINCT last_name FROM employees WHERE last_name SIMILAR TO '(B|C)%' ORDER BY 1;
-- name: starts_with
SELECT COUNT(*) FROM employees WHERE starts_with(last_name, 'M');
-- name: unicode_upper_lower
SELECT DISTINCT UPPER(first_name) AS u, LOWER(last_name) AS l FROM employees WHERE emp_id < 30 ORDER BY 1, 2;
-- name: initcap
SELECT DISTINCT INITCAP(product) FROM sales ORDER BY 1;
-- name: text_functions
SELECT emp_id, LENGTH(last_name) AS n, SUBSTRING(last_name FROM 2 FOR 3) AS mid, POSITION('a' IN last_name) AS p, REPLACE(last_name, 'a', 'A') AS r, LEFT(last_name, 2) AS l, RIGHT(last_name, 2) AS rr FROM employees WHERE emp_id <= 12 ORDER BY emp_id;
-- name: concat_functions
SELECT CONCAT(first_name, ' ', last_name) AS full_name, CONCAT_WS('/', email, job_id) AS ws FROM employees WHERE emp_id <= 12 ORDER BY emp_id;
-- name: pad_repeat_reverse
SELECT LPAD(CAST(emp_id AS varchar), 5, '0') AS code, RPAD(job_id, 5, '.') AS j, REPEAT('*', 3) AS s, REVERSE(last_name) AS r FROM employees WHERE emp_id < 6 ORDER BY emp_id;
-- name: split_part
SELECT emp_id, SPLIT_PART(email, '@', 1) AS who FROM employees WHERE email IS NOT NULL ORDER BY emp_id LIMIT 8;
-- name: overlay_translate
SELECT TRANSLATE(job_id, 'EO', '30') AS t, CHR(65) AS a, ASCII(job_id) AS code FROM jobs ORDER BY job_id;
-- name: trim_forms
SELECT id, TRIM(BOTH 'b' FROM email) AS t, LTRIM(email, 'ab') AS l, TRIM(TRAILING FROM email) AS tr FROM contacts ORDER BY id;
-- name: char_length
SELECT CHAR_LENGTH(first_name) AS n, COUNT(*) FROM employees GROUP BY CHAR_LENGTH(first_name) ORDER BY n;
-- name: empty_text_is_not_null
SELECT COUNT(*) FILTER (WHERE tags = '') AS empty, COUNT(*) FILTER (WHERE tags IS NULL) AS nulls FROM projects;
-- name: nullif_division
SELECT sale_id, price / NULLIF(quantity, 0) AS unit FROM sales WHERE sale_id <= 15 ORDER BY sale_id;
-- name: integer_division
SELECT sale_id, quantity / 3 AS q, quantity % 3 AS r, -7 / 2 AS neg FROM sales WHERE sale_id <= 15 ORDER BY sale_id;
-- name: decimal_division_rounded
SELECT emp_id, ROUND(salary / 12, 2) AS monthly FROM employees WHERE emp_id < 15 ORDER BY emp_id;
-- name: decimal_multiplication
SELECT SUM(quantity * price) AS revenue, SUM(quantity * price * 1.19) AS gross FROM sales;
-- name: double_arithmetic
SELECT sale_id, price * (1 - discount) AS net FROM sales WHERE discount IS NOT NULL ORDER BY sale_id LIMIT 20;
-- name: round_double
SELECT sale_id, ROUND((price * (1 - COALESCE(discount, 0)))::numeric, 2) AS net FROM sales ORDER BY sale_id LIMIT 20;
-- name: rounding_functions
SELECT sale_id, ROUND(price) AS r, CEIL(price) AS c, FLOOR(price) AS f, TRUNC(price, 1) AS t, ABS(quantity) AS a, SIGN(quantity) AS s FROM sales WHERE sale_id <= 20 ORDER BY sale_id;
-- name: power_sqrt_mod
SELECT emp_id, POWER(emp_id, 2) AS sq, SQRT(emp_id) AS root, MOD(emp_id, 7) AS m, EXP(0) AS e FROM employees WHERE emp_id < 10 ORDER BY emp_id;
-- name: greatest_least
SELECT emp_id, GREATEST(rating, 3) AS g, LEAST(dept_id, 15, NULL) AS l FROM employees WHERE emp_id < 20 ORDER BY emp_id;
-- name: casts
SELECT emp_id, CAST(salary AS integer) AS i, salary::text AS t, emp_id::numeric(6,1) AS d, hired_on::text AS h, '42'::int AS n FROM employees WHERE emp_id < 10 ORDER BY emp_id;
-- name: cast_boolean
SELECT emp_id, is_active::int AS i, is_active::text AS t FROM employees WHERE emp_id < 10 ORDER BY emp_id;
-- name: between_dates
SELECT COUNT(*) FROM sales WHERE sold_on BETWEEN '2022-03-01' AND '2022-05-31';
-- name: between_symmetric
SELECT COUNT(*) FROM sales WHERE quantity BETWEEN SYMMETRIC 10 AND 3;
-- name: date_parts
SELECT emp_id, EXTRACT(DOW FROM hired_on) AS dow, EXTRACT(QUARTER FROM hired_on) AS q, EXTRACT(DOY FROM hired_on) AS doy, DATE_PART('month', hired_on) AS m, EXTRACT(WEEK FROM hired_on) AS w, EXTRACT(ISODOW FROM hired_on) AS iso FROM employees WHERE emp_id < 15 ORDER BY emp_id;
-- name: timestamps_shown
SELECT login_id, at, DATE_TRUNC('hour', at) AS h, at::date AS d FROM logins WHERE login_id <= 12 ORDER BY login_id;
-- name: timestamp_range
SELECT COUNT(*) FROM logins WHERE at >= TIMESTAMP '2024-01-10' AND at < '2024-01-12 12:00';
-- name: epoch
SELECT login_id, EXTRACT(EPOCH FROM at) AS e FROM logins WHERE login_id <= 6 ORDER BY login_id;
-- name: extract_seconds
SELECT login_id, EXTRACT(SECOND FROM at) AS s, EXTRACT(HOUR FROM at) AS h FROM logins WHERE login_id <= 6 ORDER BY login_id;
-- name: logins_per_weekday
SELECT EXTRACT(DOW FROM at) AS d, COUNT(*) AS n, COUNT(DISTINCT emp_id) AS who FROM logins GROUP BY 1 ORDER BY 1;
-- name: week_trunc
SELECT DATE_TRUNC('week', at) AS w, COUNT(*) FROM logins GROUP BY w ORDER BY w;
-- name: aggregates_all
SELECT COUNT(*), COUNT(rating), COUNT(DISTINCT rating), SUM(rating), AVG(rating), MIN(rating), MAX(rating) FROM employees;
-- name: aggregates_of_nothing
SELECT COUNT(*), SUM(salary), AVG(salary), MIN(hired_on), MAX(last_name), BOOL_OR(is_active), VARIANCE(salary) FROM employees WHERE emp_id < 0;
-- name: avg_decimal
SELECT dept_id, AVG(salary) AS a FROM employees GROUP BY dept_id ORDER BY a DESC, dept_id;
-- name: avg_integer_rounded
SELECT dept_id, ROUND(AVG(emp_id), 2) AS a, TRUNC(AVG(salary)) AS t FROM employees GROUP BY dept_id ORDER BY dept_id;
-- name: sum_distinct
SELECT SUM(DISTINCT quantity), AVG(DISTINCT quantity), COUNT(DISTINCT quantity) FROM sales;
-- name: stddev_variance
SELECT STDDEV(salary), VAR_POP(salary), STDDEV_POP(rating), VARIANCE(rating) FROM employees;
-- name: corr_covar
SELECT ROUND(CORR(quantity, price)::numeric, 6) AS c, ROUND(REGR_SLOPE(price, quantity)::numeric, 6) AS s FROM sales;
-- name: min_max_text_date
SELECT MIN(last_name), MAX(last_name), MIN(hired_on), MAX(birth_date), MIN(at_) FROM employees, (SELECT MIN(at) AS at_ FROM logins) l;
-- name: max_boolean_every
SELECT dept_id, EVERY(is_active) AS e, BOOL_OR(is_active) AS o FROM employees GROUP BY dept_id ORDER BY dept_id;
-- name: group_by_expression
SELECT salary > 80000 AS well_paid, COUNT(*) FROM employees GROUP BY salary > 80000 ORDER BY 1;
-- name: group_by_two
SELECT dept_id, job_id, COUNT(*) FROM employees GROUP BY dept_id, job_id HAVING COUNT(*) > 2 ORDER BY dept_id, job_id;
-- name: having_without_group
SELECT COUNT(*) FROM employees HAVING COUNT(*) > 10;
-- name: having_avg
SELECT job_id FROM employees GROUP BY job_id HAVING AVG(salary) > 80000 AND MIN(salary) > 30000 ORDER BY 1;
-- name: group_with_nulls
SELECT region, SUM(quantity), COUNT(emp_id) FROM sales GROUP BY region ORDER BY region;
-- name: distinct_pairs
SELECT DISTINCT dept_id, job_id FROM employees ORDER BY dept_id, job_id;
-- name: distinct_count_two_columns
SELECT COUNT(DISTINCT (dept_id, job_id)) FROM employees;
-- name: two_count_distincts
SELECT COUNT(DISTINCT region) AS r, COUNT(DISTINCT product) AS p, COUNT(DISTINCT emp_id) AS e FROM sales;
-- name: inner_join_three
SELECT e.last_name, p.name, a.hours FROM employees e JOIN assignments a ON a.emp_id = e.emp_id JOIN projects p ON p.project_id = a.project_id WHERE a.role = 'lead' ORDER BY e.emp_id, p.name;
-- name: join_using
SELECT emp_id, last_name, project_id, role FROM employees JOIN assignments USING (emp_id) WHERE hours > 350 ORDER BY emp_id, project_id;
-- name: natural_join
SELECT emp_id, role FROM employees NATURAL JOIN assignments WHERE emp_id < 12 ORDER BY emp_id, project_id;
-- name: right_join
SELECT d.name, e.emp_id FROM employees e RIGHT JOIN departments d ON d.dept_id = e.dept_id WHERE d.dept_id >= 30 ORDER BY d.name, e.emp_id;
-- name: full_join
SELECT e.emp_id, p.name FROM employees e FULL JOIN projects p ON p.dept_id = e.dept_id WHERE e.emp_id IS NULL OR p.name IS NULL ORDER BY e.emp_id, p.name;
-- name: full_join_on_true_groups
SELECT COALESCE(a.dept_id, b.dept_id) AS dept, a.n AS staff, b.n AS projects FROM (SELECT dept_id, COUNT(*) AS n FROM employees GROUP BY dept_id) a FULL OUTER JOIN (SELECT dept_id, COUNT(*) AS n FROM projects GROUP BY dept_id) b ON a.dept_id = b.dept_id ORDER BY 1, 2;
-- name: cross_join
SELECT d.name, j.title FROM departments d CROSS JOIN jobs j ORDER BY 1, 2 LIMIT 12;
-- name: comma_join
SELECT e.emp_id, d.name FROM employees e, departments d WHERE e.dept_id = d.dept_id AND d.location = 'Paris' ORDER BY 1;
-- name: non_equi_join
SELECT e.emp_id, j.job_id FROM employees e JOIN jobs j ON e.salary BETWEEN j.min_salary AND j.max_salary WHERE e.emp_id < 10 ORDER BY 1, 2;
-- name: left_join_condition_in_on
SELECT e.emp_id, a.role FROM employees e LEFT JOIN assignments a ON a.emp_id = e.emp_id AND a.role = 'lead' WHERE e.emp_id < 25 ORDER BY 1, 2;
-- name: left_join_chain
SELECT e.emp_id, m.last_name AS manager, mm.last_name AS grand FROM employees e LEFT JOIN employees m ON m.emp_id = e.manager_id LEFT JOIN employees mm ON mm.emp_id = m.manager_id ORDER BY e.emp_id LIMIT 40;
-- name: nested_join_parentheses
SELECT d.name, e.emp_id, a.role FROM departments d LEFT JOIN (employees e JOIN assignments a ON a.emp_id = e.emp_id) ON e.dept_id = d.dept_id ORDER BY 1, 2, a.project_id;
-- name: in_subquery_nested
SELECT name FROM projects WHERE project_id IN (SELECT project_id FROM assignments WHERE emp_id IN (SELECT emp_id FROM employees WHERE job_id = 'PM')) ORDER BY name;
-- name: scalar_subquery_arithmetic
SELECT emp_id, salary - (SELECT MIN(salary) FROM employees) AS above FROM employees ORDER BY above DESC, emp_id LIMIT 5;
-- name: correlated_exists_two_levels
SELECT d.name FROM departments d WHERE EXISTS (SELECT 1 FROM employees e WHERE e.dept_id = d.dept_id AND EXISTS (SELECT 1 FROM sales s WHERE s.emp_id = e.emp_id AND s.quantity > 18)) ORDER BY 1;
-- name: cte_twice
WITH c AS (SELECT dept_id, COUNT(*) AS n FROM employees GROUP BY dept_id) SELECT a.dept_id, a.n FROM c a WHERE a.n > (SELECT AVG(n) FROM c) ORDER BY a.dept_id;
-- name: cte_chain
WITH a AS (SELECT emp_id, SUM(hours) AS h FROM assignments GROUP BY emp_id), b AS (SELECT MAX(h) AS m FROM a) SELECT a.emp_id, a.h FROM a, b WHERE a.h = b.m ORDER BY 1;
-- name: cte_materialized
WITH c AS MATERIALIZED (SELECT emp_id FROM employees WHERE dept_id = 10) SELECT COUNT(*) FROM c;
-- name: derived_column_names
SELECT t.x, t.y FROM (SELECT emp_id, last_name FROM employees) AS t (x, y) WHERE t.x < 4 ORDER BY t.x;
-- name: row_comparison
SELECT emp_id, from_date FROM salaries WHERE (emp_id, from_date) > (100, DATE '2018-01-01') ORDER BY emp_id, from_date LIMIT 10;
-- name: row_in_list
SELECT emp_id, role FROM assignments WHERE (emp_id, role) IN ((5, 'lead'), (8, 'dev'), (9, 'test')) ORDER BY 1, 2;
-- name: in_list_mixed
SELECT emp_id FROM employees WHERE emp_id IN (1, 2, 3.0, 4.5, 500) ORDER BY 1;
-- name: case_simple_null
SELECT emp_id, CASE region WHEN 'north' THEN 'N' WHEN NULL THEN '?' ELSE 'other' END AS r FROM sales WHERE sale_id <= 10 ORDER BY sale_id;
-- name: case_in_aggregate_of_join
SELECT d.name, SUM(CASE WHEN e.is_active THEN e.salary ELSE 0 END) AS active_pay FROM employees e JOIN departments d ON d.dept_id = e.dept_id GROUP BY d.name ORDER BY d.name;
-- name: quoted_identifiers
SELECT "emp_id" AS "Employee Id", "last_name" AS "Name" FROM "employees" WHERE "emp_id" = 5;
-- name: table_qualified
SELECT employees.emp_id, employees.last_name FROM employees WHERE employees.emp_id = 7;
-- name: schema_qualified
SELECT e.emp_id FROM public.employees e WHERE e.emp_id = 7;
-- name: orm_aliases
SELECT e0_.emp_id AS emp_id_0, e0_.last_name AS last_name_1, d1_.name AS name_2 FROM employees e0_ LEFT JOIN departments d1_ ON e0_.dept_id = d1_.dept_id WHERE (e0_.salary >= 100000 AND (e0_.is_active = true)) ORDER BY e0_.emp_id ASC LIMIT 10 OFFSET 0;
-- name: orm_count_subquery
SELECT COUNT(*) FROM (SELECT DISTINCT e.emp_id FROM employees e INNER JOIN sales s ON s.emp_id = e.emp_id) AS "subquery";
-- name: orm_exists_limit
SELECT 1 AS one FROM employees WHERE email = 'nobody@example.com' LIMIT 1;
-- name: orm_django_where_in
SELECT "employees"."emp_id", "employees"."email" FROM "employees" WHERE ("employees"."emp_id" IN (3, 4) OR "employees"."email" IS NULL) ORDER BY "employees"."emp_id" ASC;
-- name: count_star_shard_key
SELECT COUNT(*) FROM logins WHERE emp_id = 17;
-- name: between_on_key
SELECT COUNT(*), SUM(amount) FROM salaries WHERE emp_id BETWEEN 10 AND 12;
-- name: count_by_colocated_join
SELECT e.emp_id, COUNT(*) AS n FROM employees e JOIN logins l ON l.emp_id = e.emp_id GROUP BY e.emp_id ORDER BY n DESC, e.emp_id LIMIT 5;
-- name: bigint_keys
SELECT project_id, name FROM projects WHERE project_id > 20000000000 ORDER BY project_id;
-- name: scientific_and_decimal_literals
SELECT COUNT(*) FROM sales WHERE price > 1.5e2 AND price < 300.255;
-- name: window_over_group
SELECT dept_id, COUNT(*) AS n, RANK() OVER (ORDER BY COUNT(*) DESC) AS r FROM employees GROUP BY dept_id ORDER BY r, dept_id;
-- name: window_named_two
SELECT emp_id, SUM(hours) OVER w AS s, COUNT(*) OVER w AS c FROM assignments WINDOW w AS (PARTITION BY role) ORDER BY emp_id, project_id LIMIT 30;
-- name: window_range_peers
SELECT emp_id, salary, SUM(salary) OVER (ORDER BY salary) AS s FROM employees ORDER BY salary, emp_id LIMIT 40;
-- name: lead_default
SELECT id, LEAD(num, 1, -1) OVER (ORDER BY id) AS next FROM logs ORDER BY id DESC LIMIT 5;
-- name: aggregate_filter_window
SELECT emp_id, COUNT(*) FILTER (WHERE ok) OVER (PARTITION BY emp_id ORDER BY at) AS good FROM logins WHERE emp_id = 3 ORDER BY at;
-- name: json_build
SELECT emp_id, JSON_BUILD_OBJECT('id', emp_id) AS j FROM employees WHERE emp_id < 3 ORDER BY emp_id;
-- name: current_date_sane
SELECT COUNT(*) FROM employees WHERE hired_on < CURRENT_DATE AND birth_date < NOW();
-- name: mathematical_precedence
SELECT 2 + 3 * 4 - emp_id % 5 AS x, -emp_id AS neg, NOT is_active AS inactive FROM employees WHERE emp_id < 8 ORDER BY emp_id;
-- name: string_comparison
SELECT COUNT(*) FROM employees WHERE last_name > 'Müller';
-- name: text_order_unicode
SELECT DISTINCT first_name FROM employees ORDER BY first_name;
-- name: concat_number
SELECT emp_id || '-' || last_name AS code FROM employees WHERE emp_id < 5 ORDER BY emp_id;
-- name: concat_null
SELECT id, email || name AS x FROM contacts ORDER BY id;
-- name: bit_operators
SELECT emp_id, emp_id & 3 AS a, emp_id | 8 AS o, emp_id << 1 AS s FROM employees WHERE emp_id < 6 ORDER BY emp_id;
-- name: random_tablesample_free
SELECT COUNT(*) = 120 AS complete FROM employees;
