-- name: one_key 1
SELECT * FROM employees WHERE emp_id = 7;
-- name: one_key_joined 1
SELECT e.last_name, s.amount, d.name FROM employees e JOIN salaries s ON s.emp_id = e.emp_id LEFT JOIN departments d ON d.dept_id = e.dept_id WHERE e.emp_id = 7;
-- name: key_on_the_other_side 1
SELECT e.last_name FROM employees e JOIN salaries s ON s.emp_id = e.emp_id WHERE s.emp_id = 7;
-- name: key_in_derived_table 1
SELECT COUNT(*) FROM (SELECT * FROM logins WHERE emp_id = 7) t;
-- name: key_grouped_sorted 1
SELECT device, COUNT(*) FROM logins WHERE emp_id = 7 GROUP BY device ORDER BY 2 DESC LIMIT 1;
-- name: key_window 1
SELECT from_date, RANK() OVER (ORDER BY amount DESC) FROM salaries WHERE emp_id = 7;
-- name: key_exists 1
SELECT last_name FROM employees e WHERE e.emp_id = 7 AND EXISTS (SELECT 1 FROM logins l WHERE l.emp_id = e.emp_id);
-- name: key_set_operation 1
SELECT emp_id FROM logins WHERE emp_id = 7 UNION SELECT emp_id FROM assignments WHERE emp_id = 7;
-- name: contradiction 0
SELECT * FROM employees WHERE emp_id = 7 AND emp_id = 8;
-- name: null_key 0
SELECT * FROM employees WHERE emp_id = NULL;
-- name: modulo_in_two 2
SELECT * FROM weather WHERE id IN (1, 2);
-- name: modulo_arithmetic 1
SELECT COUNT(*) FROM weather WHERE id % 5 = 3;
-- name: short_interval 2
SELECT * FROM logs WHERE id BETWEEN 11 AND 12;
-- name: range_of_one_bucket 1
SELECT * FROM contacts WHERE id < 3;
-- name: no_key 5
SELECT COUNT(*) FROM employees;
-- name: no_key_top 5
SELECT emp_id, salary FROM employees ORDER BY salary DESC LIMIT 3;
-- name: parameterless_or 2
SELECT * FROM weather WHERE id = 1 OR id = 3;
-- name: reference 1
SELECT * FROM departments WHERE location = 'Paris';
