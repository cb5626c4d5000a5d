// Written by 'shardwise generate' from the tables of a SQLite database.
// The tables are used as they are: cluster.adopt<...>() once, then verify_schema.
// How rows are distributed is said in the table options; change it before adopting.
// Not in this model: view or foreign table a_view
// clang-format off
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <shardwise/shardwise.hpp>

namespace zoo_sqlite {

// Table Odd "Table"*/ // \: sharded by class; its primary key.
struct Odd_Table {
    std::int64_t class_{};
    std::optional<std::string> x2nd_col;
    std::optional<std::string> a_b;
    std::optional<std::int64_t> id;
    std::optional<std::int64_t> x_y;
    std::optional<std::string> table_name;
    std::optional<std::string> length;
    std::optional<std::int64_t> column;
    std::optional<std::int64_t> std_;
    std::optional<std::string> null;
    std::optional<std::string> na_ve;
    std::optional<std::int64_t> entity;
    std::optional<std::int64_t> odd_table;
    std::optional<std::int64_t> a_b_2;
};

// Table all_types: sharded by id; its primary key.
// Note: unique (big) is checked by each shard for its own rows only.
// Note: unique (short, big) is checked by each shard for its own rows only.
// Not in this model: index on an expression all_types_lower_idx: CREATE INDEX all_types_lower_idx ON all_types (lower(words))
// Not in this model: partial index all_types_partial_idx: CREATE INDEX all_types_partial_idx ON all_types (big) WHERE big > 0
// Not in this model: column twice, which the database computes
// Not in this model: column exact is numeric(12,2), which no column type keeps unchanged; make it INTEGER, REAL, TEXT or BLOB (docs/types.md says how numbers with digits, days and instants are kept)
// Not in this model: column instant is datetime, which no column type keeps unchanged; make it INTEGER, REAL, TEXT or BLOB (docs/types.md says how numbers with digits, days and instants are kept)
// Not in this model: default of column odd_default: 1 + 1
// Not in this model: check length(words) > 0
struct all_type {
    std::int64_t id{};
    std::int64_t small{};
    std::optional<std::int64_t> big;
    std::optional<double> approximate;
    std::string words;
    std::optional<std::string> short_;
    std::optional<shardwise::bytes> raw;
    std::optional<shardwise::bytes> anything;
    std::optional<shardwise::json> doc;
    std::int64_t odd_default{};
};

// Table circle_a: reference table; it is part of a circle.
struct circle_a {
    std::int64_t id{};
    std::optional<std::int64_t> b_id;
};

// Table circle_b: reference table; it is part of a circle.
// Not in this model: foreign key to circle_a, which closes a circle of tables: no order of inserts fulfils it
struct circle_b {
    std::int64_t id{};
    std::optional<std::int64_t> a_id;
};

// Table no_key: sharded by code; its primary key.
// Note: has no primary key in the database: the unique columns (code) take its place.
struct no_key {
    std::string code;
    std::optional<std::string> note;
};

// Table people: reference table; its rows refer to each other.
// Not in this model: trigger t*/ #include <evil> : CREATE TRIGGER "t*/ #include <evil> " AFTER INSERT ON people BEGIN SELECT 1; END
struct people {
    std::int64_t id{};
    std::string name;
    std::optional<std::int64_t> boss_id;
};

// Table person_friends: sharded by person_id, friend_id; its primary key.
struct person_friend {
    std::int64_t person_id{};
    std::int64_t friend_id{};
};

// Table tenant_items: sharded by tenant, code; with the row of tenants that it refers to.
// Not in this model: rule of the foreign key to TENANTS that a model does not have: ON UPDATE CASCADE ON DELETE CASCADE
struct tenant_item {
    std::int64_t item{};
    std::int64_t tenant{};
    std::string code;
    std::optional<std::int64_t> boss_item;
    std::optional<std::int64_t> boss_tenant;
};

// Table tenants: sharded by tenant, code; its primary key.
struct tenant {
    std::int64_t tenant_{};
    std::string code;
    std::string name;
};

}  // namespace zoo_sqlite

template <>
struct shardwise::mapping<::zoo_sqlite::Odd_Table>
    : table<::zoo_sqlite::Odd_Table, "Odd \"Table\"*/ // \\",
            by_hash,
            bucket_by_expression> {
    column<&::zoo_sqlite::Odd_Table::class_, primary_key, generated, shard_key> class_{"class"};
    column<&::zoo_sqlite::Odd_Table::x2nd_col> x2nd_col{"2nd col"};
    column<&::zoo_sqlite::Odd_Table::a_b> a_b{"a\?b"};
    column<&::zoo_sqlite::Odd_Table::id> id{"ID"};
    column<&::zoo_sqlite::Odd_Table::x_y> x_y{"_x__y"};
    column<&::zoo_sqlite::Odd_Table::table_name> table_name_;
    column<&::zoo_sqlite::Odd_Table::length, length<7>> length_;
    column<&::zoo_sqlite::Odd_Table::column> column_;
    column<&::zoo_sqlite::Odd_Table::std_> std_{"std"};
    column<&::zoo_sqlite::Odd_Table::null> null{"NULL"};
    column<&::zoo_sqlite::Odd_Table::na_ve> na_ve{"naïve 😀"};
    column<&::zoo_sqlite::Odd_Table::entity> entity_;
    column<&::zoo_sqlite::Odd_Table::odd_table> odd_table;
    column<&::zoo_sqlite::Odd_Table::a_b_2> a_b_2{"a!b"};
};

template <>
struct shardwise::mapping<::zoo_sqlite::all_type>
    : table<::zoo_sqlite::all_type, "all_types",
            by_hash,
            bucket_by_expression,
            unique_together_per_shard<&::zoo_sqlite::all_type::short_, &::zoo_sqlite::all_type::big>,
            index_on<&::zoo_sqlite::all_type::big, &::zoo_sqlite::all_type::small>,
            check<"all_types_small_check", "((small >= -1) AND (small < 100))">,
            check<"all_types_check", "(short IN ('new', 'old'))">> {
    column<&::zoo_sqlite::all_type::id, primary_key, generated, shard_key> id;
    column<&::zoo_sqlite::all_type::small, defaults_to<"-1">> small;
    column<&::zoo_sqlite::all_type::big, unique_per_shard> big;
    column<&::zoo_sqlite::all_type::approximate> approximate;
    column<&::zoo_sqlite::all_type::words, defaults_to<"'it''s'">> words;
    column<&::zoo_sqlite::all_type::short_, length<20>, defaults_to<"'new'">> short_{"short"};
    column<&::zoo_sqlite::all_type::raw> raw;
    column<&::zoo_sqlite::all_type::anything> anything;
    column<&::zoo_sqlite::all_type::doc> doc;
    column<&::zoo_sqlite::all_type::odd_default> odd_default;
};

template <>
struct shardwise::mapping<::zoo_sqlite::circle_a>
    : table<::zoo_sqlite::circle_a, "circle_a",
            reference_table> {
    column<&::zoo_sqlite::circle_a::id, primary_key, generated> id;
    column<&::zoo_sqlite::circle_a::b_id, references<&::zoo_sqlite::circle_b::id>> b_id;
    belongs_to<&::zoo_sqlite::circle_a::b_id> b;
};

template <>
struct shardwise::mapping<::zoo_sqlite::circle_b>
    : table<::zoo_sqlite::circle_b, "circle_b",
            reference_table> {
    column<&::zoo_sqlite::circle_b::id, primary_key, generated> id;
    column<&::zoo_sqlite::circle_b::a_id> a_id;
    has_many<&::zoo_sqlite::circle_a::b_id> circle_as;
};

template <>
struct shardwise::mapping<::zoo_sqlite::no_key>
    : table<::zoo_sqlite::no_key, "no_key",
            by_hash,
            bucket_by_expression> {
    column<&::zoo_sqlite::no_key::code, primary_key, shard_key, length<5>> code;
    column<&::zoo_sqlite::no_key::note> note;
};

template <>
struct shardwise::mapping<::zoo_sqlite::people>
    : table<::zoo_sqlite::people, "people",
            reference_table> {
    column<&::zoo_sqlite::people::id, primary_key, generated> id;
    column<&::zoo_sqlite::people::name> name;
    column<&::zoo_sqlite::people::boss_id, references<&::zoo_sqlite::people::id, on_delete::set_null>> boss_id;
    belongs_to<&::zoo_sqlite::people::boss_id> boss;
    has_many<&::zoo_sqlite::people::boss_id> peoples_by_boss_id;
    has_many<&::zoo_sqlite::person_friend::person_id> person_friends_by_person_id;
    has_many<&::zoo_sqlite::person_friend::friend_id> person_friends_by_friend_id;
    many_to_many<&::zoo_sqlite::person_friend::person_id, &::zoo_sqlite::person_friend::friend_id> peoples_by_friend_id;
    many_to_many<&::zoo_sqlite::person_friend::friend_id, &::zoo_sqlite::person_friend::person_id> peoples_by_person_id;
};

template <>
struct shardwise::mapping<::zoo_sqlite::person_friend>
    : table<::zoo_sqlite::person_friend, "person_friends",
            by_hash,
            bucket_by_expression> {
    column<&::zoo_sqlite::person_friend::person_id, primary_key, shard_key, references<&::zoo_sqlite::people::id>> person_id;
    column<&::zoo_sqlite::person_friend::friend_id, primary_key, shard_key, references<&::zoo_sqlite::people::id>> friend_id;
    belongs_to<&::zoo_sqlite::person_friend::person_id> person;
    belongs_to<&::zoo_sqlite::person_friend::friend_id> friend_;
};

template <>
struct shardwise::mapping<::zoo_sqlite::tenant_item>
    : table<::zoo_sqlite::tenant_item, "tenant_items",
            colocated_with<::zoo_sqlite::tenant>,
            bucket_by_expression,
            foreign_key<columns<&::zoo_sqlite::tenant_item::tenant, &::zoo_sqlite::tenant_item::code>, columns<&::zoo_sqlite::tenant::tenant_, &::zoo_sqlite::tenant::code>, on_delete::cascade>> {
    column<&::zoo_sqlite::tenant_item::tenant, primary_key, shard_key> tenant;
    column<&::zoo_sqlite::tenant_item::item, primary_key> item;
    column<&::zoo_sqlite::tenant_item::code, shard_key, length<10>> code;
    column<&::zoo_sqlite::tenant_item::boss_item> boss_item;
    column<&::zoo_sqlite::tenant_item::boss_tenant> boss_tenant;
    belongs_to<columns<&::zoo_sqlite::tenant_item::tenant, &::zoo_sqlite::tenant_item::code>{}> tenant_;
};

template <>
struct shardwise::mapping<::zoo_sqlite::tenant>
    : table<::zoo_sqlite::tenant, "tenants",
            by_hash,
            bucket_by_expression> {
    column<&::zoo_sqlite::tenant::tenant_, primary_key, shard_key> tenant_{"tenant"};
    column<&::zoo_sqlite::tenant::code, primary_key, shard_key, length<10>> code;
    column<&::zoo_sqlite::tenant::name> name;
    has_many<columns<&::zoo_sqlite::tenant_item::tenant, &::zoo_sqlite::tenant_item::code>{}> tenant_items;
};

namespace zoo_sqlite {

inline constexpr shardwise::mapping<Odd_Table> Odd_Tables;
inline constexpr shardwise::mapping<all_type> all_types;
inline constexpr shardwise::mapping<circle_a> circle_as;
inline constexpr shardwise::mapping<circle_b> circle_bs;
inline constexpr shardwise::mapping<no_key> no_keys;
inline constexpr shardwise::mapping<people> peoples;
inline constexpr shardwise::mapping<person_friend> person_friends;
inline constexpr shardwise::mapping<tenant_item> tenant_items;
inline constexpr shardwise::mapping<tenant> tenants;

}  // namespace zoo_sqlite
