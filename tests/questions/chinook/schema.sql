-- The Chinook music shop. Customers, their invoices and lines live together; customer_id is not in
-- invoice_line, as in the original: lines are sharded by their invoice.
CREATE TABLE artist (artist_id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE album (album_id integer PRIMARY KEY, title text NOT NULL, artist_id integer NOT NULL);
CREATE TABLE genre (genre_id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE media_type (media_type_id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE track (
    track_id integer PRIMARY KEY,
    name text NOT NULL,
    album_id integer,
    media_type_id integer NOT NULL,
    genre_id integer,
    composer text,
    milliseconds integer NOT NULL,
    bytes integer,
    unit_price numeric(10,2) NOT NULL
);
CREATE TABLE playlist (playlist_id integer PRIMARY KEY, name text);
CREATE TABLE playlist_track (
    playlist_id integer, track_id integer, PRIMARY KEY (playlist_id, track_id)
);
CREATE TABLE employee (
    employee_id integer PRIMARY KEY,
    last_name varchar(20) NOT NULL,
    first_name varchar(20) NOT NULL,
    title varchar(30),
    reports_to integer,
    birth_date timestamp,
    hire_date timestamp,
    address varchar(70),
    city varchar(40),
    state varchar(40),
    country varchar(40),
    postal_code varchar(10),
    phone varchar(24),
    fax varchar(24),
    email varchar(60)
);
CREATE TABLE customer (
    customer_id integer PRIMARY KEY,
    first_name varchar(40) NOT NULL,
    last_name varchar(20) NOT NULL,
    company varchar(80),
    address varchar(70),
    city varchar(40),
    state varchar(40),
    country varchar(40),
    postal_code varchar(10),
    phone varchar(24),
    fax varchar(24),
    email varchar(60) NOT NULL,
    support_rep_id integer
);
CREATE TABLE invoice (
    invoice_id integer PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customer,
    invoice_date timestamp NOT NULL,
    billing_address varchar(70),
    billing_city varchar(40),
    billing_state varchar(40),
    billing_country varchar(40),
    billing_postal_code varchar(10),
    total numeric(10,2) NOT NULL
);
CREATE TABLE invoice_line (
    invoice_line_id integer PRIMARY KEY,
    invoice_id integer NOT NULL,
    track_id integer NOT NULL,
    unit_price numeric(10,2) NOT NULL,
    quantity integer NOT NULL
);
