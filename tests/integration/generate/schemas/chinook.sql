-- The Chinook music shop with the foreign keys of the original. @time and @money are replaced by
-- what each engine keeps instants and two digits in.
CREATE TABLE artist (artist_id integer NOT NULL PRIMARY KEY, name varchar(120));
CREATE TABLE album (
    album_id integer NOT NULL PRIMARY KEY,
    title varchar(160) NOT NULL,
    artist_id integer NOT NULL,
    FOREIGN KEY (artist_id) REFERENCES artist (artist_id)
);
CREATE TABLE genre (genre_id integer NOT NULL PRIMARY KEY, name varchar(120));
CREATE TABLE media_type (media_type_id integer NOT NULL PRIMARY KEY, name varchar(120));
CREATE TABLE track (
    track_id integer NOT NULL PRIMARY KEY,
    name varchar(200) NOT NULL,
    album_id integer,
    media_type_id integer NOT NULL,
    genre_id integer,
    composer varchar(220),
    milliseconds integer NOT NULL,
    bytes integer,
    unit_price @money NOT NULL,
    FOREIGN KEY (album_id) REFERENCES album (album_id),
    FOREIGN KEY (media_type_id) REFERENCES media_type (media_type_id),
    FOREIGN KEY (genre_id) REFERENCES genre (genre_id)
);
CREATE TABLE playlist (playlist_id integer NOT NULL PRIMARY KEY, name varchar(120));
CREATE TABLE playlist_track (
    playlist_id integer NOT NULL,
    track_id integer NOT NULL,
    PRIMARY KEY (playlist_id, track_id),
    FOREIGN KEY (playlist_id) REFERENCES playlist (playlist_id),
    FOREIGN KEY (track_id) REFERENCES track (track_id)
);
CREATE TABLE employee (
    employee_id integer NOT NULL PRIMARY KEY,
    last_name varchar(20) NOT NULL,
    first_name varchar(20) NOT NULL,
    title varchar(30),
    reports_to integer,
    birth_date @time,
    hire_date @time,
    email varchar(60),
    FOREIGN KEY (reports_to) REFERENCES employee (employee_id)
);
CREATE TABLE customer (
    customer_id integer NOT NULL PRIMARY KEY,
    first_name varchar(40) NOT NULL,
    last_name varchar(20) NOT NULL,
    company varchar(80),
    country varchar(40),
    email varchar(60) NOT NULL,
    support_rep_id integer,
    FOREIGN KEY (support_rep_id) REFERENCES employee (employee_id)
);
CREATE TABLE invoice (
    invoice_id integer NOT NULL PRIMARY KEY,
    customer_id integer NOT NULL,
    invoice_date @time NOT NULL,
    billing_country varchar(40),
    total @money NOT NULL,
    FOREIGN KEY (customer_id) REFERENCES customer (customer_id)
);
CREATE TABLE invoice_line (
    invoice_line_id integer NOT NULL PRIMARY KEY,
    invoice_id integer NOT NULL,
    track_id integer NOT NULL,
    unit_price @money NOT NULL,
    quantity integer NOT NULL,
    FOREIGN KEY (invoice_id) REFERENCES invoice (invoice_id),
    FOREIGN KEY (track_id) REFERENCES track (track_id)
);
