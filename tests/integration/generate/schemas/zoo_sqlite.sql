-- All types, keys of all kinds, names that are no C++, and what no mapping can say.
CREATE TABLE all_types (
    id INTEGER PRIMARY KEY,
    small SMALLINT NOT NULL DEFAULT -1,
    big BIGINT,
    approximate DOUBLE,
    words TEXT NOT NULL DEFAULT 'it''s',
    short VARCHAR(20) DEFAULT 'new',
    raw BLOB,
    anything,
    doc TEXT CHECK (json_valid(doc)),
    twice INTEGER AS (small * 2) STORED,
    exact NUMERIC(12,2),
    instant DATETIME DEFAULT CURRENT_TIMESTAMP,
    odd_default INTEGER NOT NULL DEFAULT (1 + 1),
    CONSTRAINT all_types_small_check CHECK (small >= -1 AND [small] < 100),
    CHECK (short IN ('new', 'old')),
    CHECK (length(words) > 0), -- CHECK (not this one)
    UNIQUE (big),
    UNIQUE (short, big)
);
CREATE INDEX all_types_big_idx ON all_types (big, small);
CREATE INDEX all_types_lower_idx ON all_types (lower(words));
CREATE INDEX all_types_partial_idx ON all_types (big) WHERE big > 0;
CREATE TABLE tenants (tenant INTEGER, code VARCHAR(10), name TEXT NOT NULL, PRIMARY KEY (tenant, code));
CREATE TABLE tenant_items (
    item INTEGER, tenant INTEGER, code VARCHAR(10) NOT NULL, boss_item INTEGER, boss_tenant INTEGER,
    PRIMARY KEY (tenant, item),
    FOREIGN KEY (TENANT, code) REFERENCES TENANTS (tenant, code) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, boss_id INTEGER REFERENCES people ON DELETE SET NULL);
CREATE TABLE person_friends (person_id INTEGER REFERENCES people, friend_id INTEGER REFERENCES people, PRIMARY KEY (person_id, friend_id));
CREATE TABLE no_key (code VARCHAR(5) NOT NULL UNIQUE, note TEXT);
CREATE TABLE circle_a (id INTEGER PRIMARY KEY, b_id INTEGER REFERENCES circle_b);
CREATE TABLE circle_b (id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES circle_a);
CREATE TABLE "Odd ""Table""*/ // \" (
    "class" INTEGER PRIMARY KEY, "2nd col" TEXT, "a?b" TEXT, "ID" INTEGER, "_x__y" INTEGER,
    table_name TEXT, length VARCHAR(7), "column" INTEGER, "std" INTEGER, "NULL" TEXT, "naïve 😀" TEXT,
    entity INTEGER, "odd_table" INTEGER, "a!b" INTEGER
);
CREATE TRIGGER "t*/
#include <evil>
" AFTER INSERT ON people BEGIN SELECT 1; END;
CREATE VIEW a_view AS SELECT 1 AS one;
