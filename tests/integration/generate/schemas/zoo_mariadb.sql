-- All types, keys of all kinds, names that are no C++, and what no mapping can say.
CREATE TABLE all_types (
    id bigint AUTO_INCREMENT PRIMARY KEY,
    flag boolean NOT NULL DEFAULT true,
    tiny tinyint NOT NULL DEFAULT -1,
    small smallint NOT NULL DEFAULT -1,
    middle mediumint,
    normal int NOT NULL DEFAULT 0,
    big bigint,
    exact decimal(12,2) NOT NULL DEFAULT 1.50,
    approximate double,
    words text NOT NULL DEFAULT 'it''s',
    short varchar(20) DEFAULT 'new',
    raw longblob,
    few varbinary(9),
    token binary(16) NOT NULL,
    day date,
    instant datetime(6) NOT NULL DEFAULT current_timestamp(6),
    changed timestamp(6) NOT NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
    doc json,
    price_of_two decimal(12,2) AS (exact * 2) STORED,
    seconds datetime,
    kind enum('a', 'b'),
    unsigned_big bigint unsigned,
    odd_default int NOT NULL DEFAULT (1 + 1),
    CONSTRAINT all_types_normal_check CHECK (normal >= 0 AND small < 100),
    CONSTRAINT all_types_short_check CHECK (short IN ('new', 'old')),
    CONSTRAINT all_types_words_check CHECK (char_length(words) > 0),
    UNIQUE (token),
    UNIQUE (day, short)
);
CREATE INDEX all_types_big_idx ON all_types (big, normal);
CREATE INDEX all_types_part_idx ON all_types (words(10));
CREATE FULLTEXT INDEX all_types_full_idx ON all_types (words);
CREATE TABLE tenants (tenant int, code varchar(10), name text NOT NULL, PRIMARY KEY (tenant, code));
CREATE TABLE tenant_items (
    item int, tenant int, code varchar(10) NOT NULL, boss_item int, boss_tenant int,
    PRIMARY KEY (tenant, item),
    FOREIGN KEY (tenant, code) REFERENCES tenants (tenant, code) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL, boss_id bigint, FOREIGN KEY (boss_id) REFERENCES people (id) ON DELETE SET NULL);
CREATE TABLE person_friends (person_id bigint, friend_id bigint, PRIMARY KEY (person_id, friend_id), FOREIGN KEY (person_id) REFERENCES people (id), FOREIGN KEY (friend_id) REFERENCES people (id));
CREATE TABLE no_key (code varchar(5) NOT NULL UNIQUE, note text);
CREATE TABLE circle_a (id int PRIMARY KEY, b_id int);
CREATE TABLE circle_b (id int PRIMARY KEY, a_id int, FOREIGN KEY (a_id) REFERENCES circle_a (id));
ALTER TABLE circle_a ADD FOREIGN KEY (b_id) REFERENCES circle_b (id);
CREATE TABLE `Odd "Table"*/ // \` (
    `class` int PRIMARY KEY, `2nd col` text, `a?b` text, `ID` int, `_x__y` int,
    table_name text, length varchar(7), `column` int, `std` int, `NULL` text, `naïve` text,
    entity int, `odd_table` int, `a!b` int
);
CREATE TRIGGER `t*/
#include <evil>
` BEFORE INSERT ON people FOR EACH ROW SET NEW.name = NEW.name;
CREATE VIEW a_view AS SELECT 1 AS one;
