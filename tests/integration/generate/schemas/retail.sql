-- examples/online_retail/schema.sql, with the foreign keys written out as MariaDB needs them.
CREATE TABLE countries (country_id integer NOT NULL PRIMARY KEY, name varchar(100) NOT NULL UNIQUE);
CREATE TABLE products (stock_code varchar(20) NOT NULL PRIMARY KEY, description text);
CREATE TABLE customers (
    customer_id bigint NOT NULL PRIMARY KEY,
    country_id integer NOT NULL,
    first_ordered_at @time NOT NULL,
    FOREIGN KEY (country_id) REFERENCES countries (country_id)
);
CREATE TABLE orders (
    order_no varchar(20) NOT NULL PRIMARY KEY,
    customer_id bigint,
    country_id integer NOT NULL,
    ordered_at @time NOT NULL,
    kind varchar(20) NOT NULL,
    FOREIGN KEY (customer_id) REFERENCES customers (customer_id),
    FOREIGN KEY (country_id) REFERENCES countries (country_id)
);
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
CREATE TABLE order_lines (
    line_id bigint NOT NULL PRIMARY KEY,
    order_no varchar(20) NOT NULL,
    line_no integer NOT NULL,
    customer_id bigint,
    stock_code varchar(20) NOT NULL,
    quantity integer NOT NULL,
    unit_price @money NOT NULL,
    UNIQUE (order_no, line_no),
    FOREIGN KEY (order_no) REFERENCES orders (order_no),
    FOREIGN KEY (customer_id) REFERENCES customers (customer_id),
    FOREIGN KEY (stock_code) REFERENCES products (stock_code)
);
CREATE INDEX order_lines_customer_id_idx ON order_lines (customer_id);
