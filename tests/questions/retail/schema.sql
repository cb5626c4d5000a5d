-- SPDX-License-Identifier: MIT
-- The online retail data (examples/data/online_retail) in ordinary SQL: PostgreSQL's CREATE TABLE.
-- How each table is distributed stands in cluster.toml. The same model in C++:
-- examples/quickstart/shop.hpp.

CREATE TABLE countries (
    country_id  integer PRIMARY KEY,
    name        text NOT NULL UNIQUE
);

CREATE TABLE products (
    stock_code  varchar(20) PRIMARY KEY,
    description text
);

CREATE TABLE customers (
    customer_id      bigint PRIMARY KEY,
    country_id       integer NOT NULL REFERENCES countries,
    first_ordered_at timestamptz NOT NULL
);

-- One order in seven has no customer.
CREATE TABLE orders (
    order_no    varchar(20) PRIMARY KEY,
    customer_id bigint REFERENCES customers,
    country_id  integer NOT NULL REFERENCES countries,
    ordered_at  timestamptz NOT NULL,
    kind        varchar(20) NOT NULL
);
CREATE INDEX orders_customer_id_idx ON orders (customer_id);

-- customer_id is copied from the order: a line lives with its order.
CREATE TABLE order_lines (
    line_id     bigint PRIMARY KEY,
    order_no    varchar(20) NOT NULL REFERENCES orders,
    line_no     integer NOT NULL,
    customer_id bigint REFERENCES customers,
    stock_code  varchar(20) NOT NULL REFERENCES products,
    quantity    integer NOT NULL,
    unit_price  numeric(12,3) NOT NULL,
    UNIQUE (order_no, line_no)
);
CREATE INDEX order_lines_customer_id_idx ON order_lines (customer_id);
