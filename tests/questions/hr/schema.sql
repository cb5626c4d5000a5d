-- A company: departments in a tree, employees with managers, their pay over time, projects.
CREATE TABLE departments (
    dept_id integer PRIMARY KEY, name varchar(40) NOT NULL, parent_id integer,
    location varchar(40), budget numeric(14,2)
);
CREATE TABLE jobs (
    job_id varchar(10) PRIMARY KEY, title varchar(40) NOT NULL,
    min_salary numeric(10,2), max_salary numeric(10,2)
);
CREATE TABLE employees (
    emp_id integer PRIMARY KEY, first_name varchar(30) NOT NULL, last_name varchar(30) NOT NULL,
    email varchar(60), manager_id integer, dept_id integer, job_id varchar(10) NOT NULL,
    hired_on date NOT NULL, birth_date date, salary numeric(10,2) NOT NULL,
    commission_pct numeric(4,2), is_active boolean, rating double precision
);
CREATE TABLE salaries (
    emp_id integer NOT NULL, from_date date NOT NULL, to_date date, amount numeric(10,2) NOT NULL,
    PRIMARY KEY (emp_id, from_date)
);
CREATE TABLE projects (
    project_id bigint PRIMARY KEY, name text NOT NULL, dept_id integer, starts date NOT NULL,
    ends date, budget numeric(12,2), tags text
);
CREATE TABLE assignments (
    emp_id integer NOT NULL, project_id bigint NOT NULL, role varchar(20) NOT NULL, hours integer,
    PRIMARY KEY (emp_id, project_id)
);
CREATE TABLE logins (
    login_id bigint PRIMARY KEY, emp_id integer NOT NULL, at timestamptz NOT NULL,
    ok boolean NOT NULL, device varchar(10)
);
CREATE TABLE attendance (
    emp_id integer NOT NULL, day date NOT NULL, status varchar(10) NOT NULL,
    PRIMARY KEY (emp_id, day)
);
CREATE TABLE weather (
    id integer PRIMARY KEY, record_date date NOT NULL, temperature integer
);
CREATE TABLE logs (id integer PRIMARY KEY, num integer NOT NULL);
CREATE TABLE contacts (id integer PRIMARY KEY, email text, name text);
CREATE TABLE scores (id integer PRIMARY KEY, score numeric(5,2) NOT NULL);
CREATE TABLE tree (id integer PRIMARY KEY, p_id integer);
CREATE TABLE sales (
    sale_id bigint PRIMARY KEY, emp_id integer, region varchar(10), product varchar(20) NOT NULL,
    sold_on date NOT NULL, quantity smallint NOT NULL, price numeric(8,2) NOT NULL,
    discount double precision
);
