-- name: nth_highest_salary
SELECT DISTINCT salary FROM employees ORDER BY salary DESC LIMIT 1 OFFSET 1;
-- name: second_highest_by_subquery
SELECT MAX(salary) AS second_highest FROM employees WHERE salary < (SELECT MAX(salary) FROM employees);
-- name: third_highest_dense_rank
SELECT DISTINCT salary FROM (SELECT salary, DENSE_RANK() OVER (ORDER BY salary DESC) AS r FROM employees) t WHERE r = 3;
-- name: top3_per_department
SELECT d.name, e.last_name, e.emp_id, e.salary FROM (
  SELECT emp_id, last_name, dept_id, salary, DENSE_RANK() OVER (PARTITION BY dept_id ORDER BY salary DESC) AS rk FROM employees
) e JOIN departments d ON d.dept_id = e.dept_id WHERE rk <= 3 ORDER BY d.name, e.salary DESC, e.emp_id;
-- name: top1_row_number
WITH r AS (SELECT e.*, ROW_NUMBER() OVER (PARTITION BY job_id ORDER BY salary DESC, emp_id) AS rn FROM employees e)
SELECT job_id, emp_id, salary FROM r WHERE rn = 1 ORDER BY job_id;
-- name: earn_more_than_manager
SELECT e.emp_id, e.last_name AS employee FROM employees e JOIN employees m ON e.manager_id = m.emp_id WHERE e.salary > m.salary ORDER BY 1;
-- name: duplicate_emails
SELECT email FROM contacts GROUP BY email HAVING COUNT(email) > 1 ORDER BY email;
-- name: duplicate_emails_case_insensitive
SELECT LOWER(TRIM(email)) AS e, COUNT(*) FROM contacts WHERE email IS NOT NULL GROUP BY LOWER(TRIM(email)) HAVING COUNT(*) > 1 ORDER BY 2 DESC, 1;
-- name: duplicates_keep_first
SELECT id FROM contacts c WHERE EXISTS (SELECT 1 FROM contacts o WHERE o.email = c.email AND o.id < c.id) ORDER BY id;
-- name: never_assigned_not_in
SELECT emp_id FROM employees WHERE emp_id NOT IN (SELECT emp_id FROM assignments) ORDER BY emp_id;
-- name: never_assigned_left_join
SELECT e.emp_id, e.first_name FROM employees e LEFT JOIN assignments a ON a.emp_id = e.emp_id WHERE a.emp_id IS NULL ORDER BY e.emp_id;
-- name: never_assigned_not_exists
SELECT COUNT(*) FROM employees e WHERE NOT EXISTS (SELECT * FROM assignments a WHERE a.emp_id = e.emp_id);
-- name: not_in_with_null
SELECT emp_id FROM employees WHERE emp_id NOT IN (SELECT manager_id FROM employees);
-- name: not_in_without_null
SELECT COUNT(*) AS not_managers FROM employees WHERE emp_id NOT IN (SELECT manager_id FROM employees WHERE manager_id IS NOT NULL);
-- name: dept_max_salary
SELECT d.name AS department, e.first_name, e.salary FROM employees e JOIN departments d ON e.dept_id = d.dept_id
WHERE (e.dept_id, e.salary) IN (SELECT dept_id, MAX(salary) FROM employees GROUP BY dept_id) ORDER BY 1, 2;
-- name: rising_temperature
SELECT w1.id FROM weather w1 JOIN weather w2 ON w1.record_date = w2.record_date + 1 WHERE w1.temperature > w2.temperature ORDER BY w1.id;
-- name: rising_temperature_interval
SELECT w1.id FROM weather w1, weather w2 WHERE w1.record_date - INTERVAL '1 day' = w2.record_date AND w1.temperature > w2.temperature ORDER BY 1;
-- name: rising_temperature_lag
SELECT id FROM (SELECT id, temperature, record_date, LAG(temperature) OVER (ORDER BY record_date) AS p, LAG(record_date) OVER (ORDER BY record_date) AS pd FROM weather) x WHERE temperature > p AND record_date - pd = 1 ORDER BY id;
-- name: consecutive_numbers_join
SELECT DISTINCT l1.num AS ConsecutiveNums FROM logs l1, logs l2, logs l3 WHERE l1.id = l2.id - 1 AND l2.id = l3.id - 1 AND l1.num = l2.num AND l2.num = l3.num ORDER BY 1;
-- name: consecutive_numbers_window
SELECT DISTINCT num FROM (SELECT num, LEAD(num) OVER (ORDER BY id) AS n1, LEAD(num, 2) OVER (ORDER BY id) AS n2 FROM logs) t WHERE num = n1 AND num = n2 ORDER BY num;
-- name: gaps_and_islands
SELECT num, MIN(id) AS first_id, MAX(id) AS last_id, COUNT(*) AS n FROM (
  SELECT id, num, id - ROW_NUMBER() OVER (PARTITION BY num ORDER BY id) AS grp FROM logs) g
GROUP BY num, grp HAVING COUNT(*) >= 3 ORDER BY first_id;
-- name: consecutive_attendance_islands
WITH d AS (SELECT emp_id, day, day - CAST(ROW_NUMBER() OVER (PARTITION BY emp_id ORDER BY day) AS integer) AS grp FROM attendance)
SELECT emp_id, MIN(day) AS from_day, MAX(day) AS to_day, COUNT(*) AS days FROM d GROUP BY emp_id, grp HAVING COUNT(*) >= 7 ORDER BY days DESC, emp_id, from_day;
-- name: consecutive_login_days
WITH days AS (SELECT DISTINCT emp_id, CAST(at AS date) AS d FROM logins),
     g AS (SELECT emp_id, d, d - (ROW_NUMBER() OVER (PARTITION BY emp_id ORDER BY d))::int AS grp FROM days)
SELECT emp_id, COUNT(*) AS streak FROM g GROUP BY emp_id, grp HAVING COUNT(*) >= 3 ORDER BY streak DESC, emp_id;
-- name: missing_days
SELECT record_date + 1 AS gap_starts FROM weather w WHERE NOT EXISTS (SELECT 1 FROM weather x WHERE x.record_date = w.record_date + 1) ORDER BY 1;
-- name: missing_days_generate_series
SELECT d::date AS missing FROM generate_series('2023-12-02'::date, '2024-03-10'::date, '1 day') AS d WHERE d::date NOT IN (SELECT record_date FROM weather) ORDER BY 1;
-- name: rank_scores
SELECT score, DENSE_RANK() OVER (ORDER BY score DESC) AS "rank" FROM scores ORDER BY score DESC, id;
-- name: rank_scores_subquery
SELECT s.score, (SELECT COUNT(DISTINCT t.score) FROM scores t WHERE t.score >= s.score) AS rank FROM scores s ORDER BY s.score DESC, s.id;
-- name: exchange_seats
SELECT CASE WHEN id % 2 = 1 AND id = (SELECT MAX(id) FROM logs) THEN id WHEN id % 2 = 1 THEN id + 1 ELSE id - 1 END AS id, num FROM logs ORDER BY 1 LIMIT 20;
-- name: tree_node_types
SELECT id, CASE WHEN p_id IS NULL THEN 'Root' WHEN id IN (SELECT p_id FROM tree WHERE p_id IS NOT NULL) THEN 'Inner' ELSE 'Leaf' END AS type FROM tree ORDER BY id;
-- name: tree_recursive_depth
WITH RECURSIVE t AS (SELECT id, p_id, 1 AS depth FROM tree WHERE p_id IS NULL UNION ALL SELECT c.id, c.p_id, t.depth + 1 FROM tree c JOIN t ON c.p_id = t.id)
SELECT id, depth FROM t ORDER BY depth, id;
-- name: departments_recursive_path
WITH RECURSIVE d AS (SELECT dept_id, name, name::text AS path, 0 AS level FROM departments WHERE parent_id IS NULL
  UNION ALL SELECT c.dept_id, c.name, d.path || ' > ' || c.name, d.level + 1 FROM departments c JOIN d ON c.parent_id = d.dept_id)
SELECT dept_id, path, level FROM d ORDER BY path;
-- name: chain_of_command
WITH RECURSIVE chain AS (SELECT emp_id, manager_id, 0 AS hops FROM employees WHERE emp_id = 100
  UNION ALL SELECT m.emp_id, m.manager_id, c.hops + 1 FROM employees m JOIN chain c ON m.emp_id = c.manager_id)
SELECT * FROM chain ORDER BY hops;
-- name: median_row_number
SELECT AVG(salary) AS median FROM (SELECT salary, ROW_NUMBER() OVER (ORDER BY salary) AS rn, COUNT(*) OVER () AS n FROM employees) t WHERE rn IN ((n + 1) / 2, (n + 2) / 2);
-- name: median_percentile_cont
SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY salary) AS median FROM employees;
-- name: median_per_dept
SELECT dept_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY salary) AS m FROM employees GROUP BY dept_id ORDER BY dept_id;
-- name: mode_of_hours
SELECT mode() WITHIN GROUP (ORDER BY status) AS usual FROM attendance;
-- name: running_total
SELECT sale_id, quantity, SUM(quantity) OVER (ORDER BY sold_on, sale_id) AS running FROM sales WHERE sale_id <= 30 ORDER BY sold_on, sale_id;
-- name: running_total_per_emp
SELECT emp_id, from_date, amount, SUM(amount) OVER (PARTITION BY emp_id ORDER BY from_date) AS total FROM salaries WHERE emp_id < 8 ORDER BY emp_id, from_date;
-- name: moving_average
SELECT record_date, ROUND(AVG(temperature) OVER (ORDER BY record_date ROWS BETWEEN 6 PRECEDING AND CURRENT ROW), 2) AS avg7 FROM weather ORDER BY record_date LIMIT 40;
-- name: moving_average_range_interval
SELECT record_date, COUNT(*) OVER (ORDER BY record_date RANGE BETWEEN INTERVAL '7 days' PRECEDING AND CURRENT ROW) AS n FROM weather ORDER BY record_date LIMIT 40;
-- name: percent_of_total
SELECT product, SUM(quantity) AS q, ROUND(100.0 * SUM(quantity) / SUM(SUM(quantity)) OVER (), 2) AS pct FROM sales GROUP BY product ORDER BY product;
-- name: percent_of_total_subquery
SELECT region, COUNT(*) AS n, COUNT(*) * 100 / (SELECT COUNT(*) FROM sales) AS pct FROM sales GROUP BY region ORDER BY region NULLS FIRST;
-- name: pivot_case
SELECT product, SUM(CASE WHEN region = 'north' THEN quantity ELSE 0 END) AS north, SUM(CASE WHEN region = 'south' THEN quantity ELSE 0 END) AS south, COUNT(CASE WHEN region IS NULL THEN 1 END) AS nowhere FROM sales GROUP BY product ORDER BY product;
-- name: pivot_filter
SELECT emp_id, COUNT(*) FILTER (WHERE status = 'office') AS office, COUNT(*) FILTER (WHERE status = 'home') AS home, COUNT(*) FILTER (WHERE status = 'sick') AS sick FROM attendance GROUP BY emp_id ORDER BY emp_id;
-- name: year_over_year
WITH y AS (SELECT EXTRACT(YEAR FROM sold_on) AS yr, SUM(quantity * price) AS revenue FROM sales GROUP BY 1)
SELECT yr, revenue, LAG(revenue) OVER (ORDER BY yr) AS previous, ROUND((revenue - LAG(revenue) OVER (ORDER BY yr)) / LAG(revenue) OVER (ORDER BY yr) * 100, 2) AS growth FROM y ORDER BY yr;
-- name: month_over_month
SELECT m, total, total - LAG(total, 1, 0) OVER (ORDER BY m) AS diff FROM (SELECT DATE_TRUNC('month', sold_on) AS m, SUM(quantity) AS total FROM sales GROUP BY DATE_TRUNC('month', sold_on)) s ORDER BY m;
-- name: monthly_to_char
SELECT TO_CHAR(sold_on, 'YYYY-MM') AS month, COUNT(*) FROM sales GROUP BY TO_CHAR(sold_on, 'YYYY-MM') ORDER BY month;
-- name: hired_per_year
SELECT EXTRACT(YEAR FROM hired_on) AS y, COUNT(*) AS n FROM employees GROUP BY EXTRACT(YEAR FROM hired_on) ORDER BY y;
-- name: departments_more_than_10
SELECT d.name, COUNT(e.emp_id) AS n FROM departments d LEFT JOIN employees e USING (dept_id) GROUP BY d.dept_id, d.name HAVING COUNT(e.emp_id) > 10 ORDER BY n DESC, d.name;
-- name: departments_without_employees
SELECT d.name FROM departments d LEFT JOIN employees e ON e.dept_id = d.dept_id WHERE e.emp_id IS NULL ORDER BY d.name;
-- name: departments_with_zero_counts
SELECT d.dept_id, d.name, COUNT(e.emp_id) AS staff, COALESCE(SUM(e.salary), 0) AS payroll FROM departments d LEFT JOIN employees e ON e.dept_id = d.dept_id GROUP BY d.dept_id, d.name ORDER BY d.dept_id;
-- name: above_department_average
SELECT e.emp_id, e.salary FROM employees e WHERE e.salary > (SELECT AVG(x.salary) FROM employees x WHERE x.dept_id = e.dept_id) ORDER BY e.emp_id;
-- name: above_company_average
SELECT COUNT(*) FROM employees WHERE salary > (SELECT AVG(salary) FROM employees);
-- name: deviation_from_department_average
SELECT emp_id, salary - AVG(salary) OVER (PARTITION BY dept_id) AS diff FROM employees WHERE dept_id IS NOT NULL ORDER BY emp_id;
-- name: salary_history_latest
SELECT s.emp_id, s.amount FROM salaries s WHERE s.from_date = (SELECT MAX(from_date) FROM salaries x WHERE x.emp_id = s.emp_id) ORDER BY s.emp_id;
-- name: distinct_on_latest
SELECT DISTINCT ON (emp_id) emp_id, from_date, amount FROM salaries ORDER BY emp_id, from_date DESC;
-- name: salary_increase
SELECT emp_id, from_date, amount - LAG(amount) OVER (PARTITION BY emp_id ORDER BY from_date) AS raise FROM salaries ORDER BY emp_id, from_date;
-- name: biggest_raise
SELECT emp_id, MAX(amount) - MIN(amount) AS spread FROM salaries GROUP BY emp_id HAVING COUNT(*) > 1 ORDER BY spread DESC, emp_id LIMIT 10;
-- name: managers_with_at_least_five
SELECT m.first_name, m.emp_id FROM employees m JOIN employees e ON e.manager_id = m.emp_id GROUP BY m.emp_id, m.first_name HAVING COUNT(*) >= 5 ORDER BY m.emp_id;
-- name: managers_primary_key_functional_dependency
SELECT m.emp_id, m.first_name, m.last_name, COUNT(e.emp_id) AS reports FROM employees m LEFT JOIN employees e ON e.manager_id = m.emp_id GROUP BY m.emp_id ORDER BY reports DESC, m.emp_id LIMIT 10;
-- name: self_join_pairs
SELECT a.emp_id, b.emp_id AS other FROM employees a JOIN employees b ON a.last_name = b.last_name AND a.emp_id < b.emp_id WHERE a.dept_id = 10 ORDER BY 1, 2;
-- name: employees_same_salary
SELECT salary, COUNT(*) AS n, MIN(emp_id) AS one FROM employees GROUP BY salary HAVING COUNT(*) > 1 ORDER BY n DESC, salary LIMIT 10;
-- name: string_agg_names
SELECT dept_id, STRING_AGG(first_name, ', ' ORDER BY first_name, emp_id) AS names FROM employees GROUP BY dept_id ORDER BY dept_id;
-- name: array_agg_projects
SELECT emp_id, ARRAY_AGG(project_id ORDER BY project_id) AS p FROM assignments WHERE emp_id < 10 GROUP BY emp_id ORDER BY emp_id;
-- name: first_and_last_login
SELECT DISTINCT emp_id, FIRST_VALUE(at) OVER w AS first_at, LAST_VALUE(at) OVER w AS last_at FROM logins WINDOW w AS (PARTITION BY emp_id ORDER BY at ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) ORDER BY emp_id;
-- name: login_success_rate
SELECT emp_id, ROUND(AVG(CASE WHEN ok THEN 1.0 ELSE 0.0 END), 3) AS rate FROM logins GROUP BY emp_id ORDER BY rate DESC, emp_id LIMIT 10;
-- name: login_bool_and
SELECT emp_id FROM logins GROUP BY emp_id HAVING BOOL_AND(ok) ORDER BY emp_id;
-- name: sessions_30_minutes
WITH l AS (SELECT emp_id, at, CASE WHEN at - LAG(at) OVER (PARTITION BY emp_id ORDER BY at) > INTERVAL '1 day' THEN 1 ELSE 0 END AS is_new FROM logins)
SELECT emp_id, SUM(is_new) + 1 AS sessions FROM l GROUP BY emp_id ORDER BY sessions DESC, emp_id LIMIT 10;
-- name: minutes_between_logins
SELECT emp_id, login_id, ROUND(EXTRACT(EPOCH FROM at - LAG(at) OVER (PARTITION BY emp_id ORDER BY at)) / 60) AS minutes FROM logins WHERE emp_id IN (1, 2) ORDER BY login_id;
-- name: retention_next_day
SELECT ROUND(COUNT(DISTINCT b.emp_id)::numeric / COUNT(DISTINCT a.emp_id), 2) AS fraction FROM (SELECT emp_id, MIN(at::date) AS d FROM logins GROUP BY emp_id) a LEFT JOIN logins b ON b.emp_id = a.emp_id AND b.at::date = a.d + 1;
-- name: quartiles_ntile
SELECT q, COUNT(*) AS n, MIN(salary) AS lo, MAX(salary) AS hi FROM (SELECT salary, NTILE(4) OVER (ORDER BY salary, emp_id) AS q FROM employees) t GROUP BY q ORDER BY q;
-- name: percent_rank_cume_dist
SELECT emp_id, ROUND(PERCENT_RANK() OVER (ORDER BY salary)::numeric, 4) AS pr, ROUND(CUME_DIST() OVER (ORDER BY salary)::numeric, 4) AS cd FROM employees WHERE dept_id = 10 ORDER BY emp_id;
-- name: nth_value_second
SELECT DISTINCT dept_id, NTH_VALUE(salary, 2) OVER (PARTITION BY dept_id ORDER BY salary DESC ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS second FROM employees ORDER BY dept_id;
-- name: rollup_sales
SELECT region, product, SUM(quantity) AS q FROM sales GROUP BY ROLLUP (region, product) ORDER BY region, product, q;
-- name: grouping_sets_sales
SELECT region, product, SUM(quantity) AS q, GROUPING(region) AS gr FROM sales GROUP BY GROUPING SETS ((region), (product), ()) ORDER BY gr, region, product, q;
-- name: cube_sales
SELECT region, product, COUNT(*) AS n FROM sales GROUP BY CUBE (region, product) ORDER BY region, product, n;
-- name: lateral_top2
SELECT e.emp_id, s.from_date, s.amount FROM employees e CROSS JOIN LATERAL (SELECT from_date, amount FROM salaries x WHERE x.emp_id = e.emp_id ORDER BY from_date DESC LIMIT 2) s WHERE e.dept_id = 11 ORDER BY 1, 2;
-- name: correlated_count_in_select
SELECT d.name, (SELECT COUNT(*) FROM employees e WHERE e.dept_id = d.dept_id) AS n FROM departments d ORDER BY n DESC, d.name;
-- name: union_of_kinds
SELECT 'dept' AS kind, name FROM departments UNION ALL SELECT 'project', name FROM projects ORDER BY kind, name LIMIT 15;
-- name: union_distinct_dept_ids
SELECT dept_id FROM employees UNION SELECT dept_id FROM projects ORDER BY 1 NULLS FIRST;
-- name: intersect_emps
SELECT emp_id FROM assignments INTERSECT SELECT emp_id FROM logins ORDER BY emp_id;
-- name: except_emps
SELECT emp_id FROM employees EXCEPT SELECT emp_id FROM sales ORDER BY emp_id;
-- name: intersect_all_last_names
SELECT last_name FROM employees WHERE dept_id = 10 INTERSECT ALL SELECT last_name FROM employees WHERE dept_id = 20 ORDER BY 1;
-- name: values_list_join
SELECT v.label, COUNT(e.emp_id) AS n FROM (VALUES (0, 50000, 'low'), (50000, 90000, 'mid'), (90000, 10000000, 'high')) AS v (lo, hi, label) LEFT JOIN employees e ON e.salary >= v.lo AND e.salary < v.hi GROUP BY v.label ORDER BY v.label;
-- name: salary_bands_case
SELECT CASE WHEN salary < 50000 THEN 'low' WHEN salary < 90000 THEN 'mid' ELSE 'high' END AS band, COUNT(*) AS n, ROUND(AVG(salary), 2) AS avg FROM employees GROUP BY band ORDER BY n DESC, band;
-- name: all_projects_division
SELECT role FROM assignments GROUP BY role HAVING COUNT(DISTINCT project_id) = (SELECT COUNT(*) FROM (SELECT DISTINCT project_id FROM assignments) p) ORDER BY role;
-- name: relational_division_not_exists
SELECT e.emp_id FROM employees e WHERE NOT EXISTS (SELECT 1 FROM assignments a WHERE a.emp_id = 7 AND NOT EXISTS (SELECT 1 FROM assignments b WHERE b.emp_id = e.emp_id AND b.project_id = a.project_id)) AND e.emp_id < 60 ORDER BY 1;
-- name: greater_than_all
SELECT emp_id FROM employees WHERE salary >= ALL (SELECT salary FROM employees) ORDER BY 1;
-- name: equal_any
SELECT COUNT(*) FROM employees WHERE dept_id = ANY (SELECT dept_id FROM departments WHERE location = 'Paris');
-- name: any_array
SELECT emp_id FROM employees WHERE emp_id = ANY (ARRAY[3, 5, 8]) ORDER BY emp_id;
-- name: overlapping_projects
SELECT a.name, b.name AS other FROM projects a JOIN projects b ON a.project_id < b.project_id AND a.starts <= COALESCE(b.ends, DATE '9999-12-31') AND b.starts <= COALESCE(a.ends, DATE '9999-12-31') WHERE a.dept_id = b.dept_id ORDER BY 1, 2;
-- name: project_length_days
SELECT name, ends - starts AS days FROM projects WHERE ends IS NOT NULL ORDER BY days DESC, name LIMIT 10;
-- name: age_years
SELECT emp_id, EXTRACT(YEAR FROM AGE(DATE '2024-01-01', birth_date)) AS years FROM employees WHERE birth_date IS NOT NULL ORDER BY emp_id LIMIT 10;
-- name: hired_in_last_two_years
SELECT COUNT(*) FROM employees WHERE hired_on >= DATE '2021-10-01' - INTERVAL '2 years';
-- name: anniversary_interval
SELECT emp_id, hired_on + INTERVAL '10 years' AS ten FROM employees WHERE emp_id <= 5 ORDER BY emp_id;
-- name: birthday_month
SELECT TO_CHAR(birth_date, 'Mon') AS m, COUNT(*) AS n FROM employees WHERE birth_date IS NOT NULL GROUP BY 1 ORDER BY n DESC, m;
-- name: average_of_counts
SELECT AVG(n) AS average FROM (SELECT COUNT(*) AS n FROM assignments GROUP BY emp_id) c;
-- name: max_of_counts
SELECT MAX(n) FROM (SELECT emp_id, COUNT(*) AS n FROM logins GROUP BY emp_id) AS t;
-- name: employee_with_most_logins
SELECT emp_id, COUNT(*) AS n FROM logins GROUP BY emp_id HAVING COUNT(*) = (SELECT MAX(c) FROM (SELECT COUNT(*) AS c FROM logins GROUP BY emp_id) t) ORDER BY emp_id;
-- name: no_from
SELECT 1 + 1 AS two, 'x' || 'y' AS xy, NULL AS nothing;
-- name: exists_no_from
SELECT EXISTS (SELECT 1 FROM employees WHERE salary > 1000000) AS rich;
