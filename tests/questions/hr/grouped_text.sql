-- name: function_of_a_grouped_text
SELECT LOWER(location) AS l, location, COUNT(*) AS n FROM departments GROUP BY location HAVING LENGTH(location) > 1 OR location IS NULL ORDER BY UPPER(location);
-- name: conditions_on_a_grouped_text
SELECT CASE WHEN location > 'B' THEN 1 ELSE 2 END AS c, location = 'Paris' AS p, location || 'x' AS x, location LIKE 'P%' AS k, TRIM(location) AS t FROM departments GROUP BY location ORDER BY location;
-- name: window_over_a_grouped_text
SELECT location, MAX(location) OVER (ORDER BY location) AS m FROM departments GROUP BY location ORDER BY location;
-- name: order_by_condition_on_a_grouped_text
SELECT location FROM departments GROUP BY location ORDER BY location = 'Paris', location;
-- name: function_of_a_grouped_expression
SELECT COALESCE(location, '?') || '!' AS l, COUNT(*) AS n FROM departments GROUP BY COALESCE(location, '?') ORDER BY LENGTH(COALESCE(location, '?')), 1;
-- name: case_grouped_and_concatenated
SELECT CASE WHEN budget > 600000 THEN name ELSE location END || '.' AS x, COUNT(*) AS n FROM departments GROUP BY CASE WHEN budget > 600000 THEN name ELSE location END ORDER BY 1;
-- name: grouped_text_on_one_shard
SELECT UPPER(role) AS r, COUNT(*) AS n FROM assignments WHERE emp_id = 8 GROUP BY role ORDER BY 1;
-- name: grouped_text_in_complete_groups
SELECT emp_id, INITCAP_FREE, n FROM (SELECT emp_id, UPPER(status) AS initcap_free, COUNT(*) AS n FROM attendance GROUP BY emp_id, status) t WHERE emp_id < 4 ORDER BY 1, 2;
