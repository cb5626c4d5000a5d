// Written by 'shardwise generate' from the tables of a MariaDB database.
// The tables are used as they are: cluster.adopt<...>() once, then verify_schema.
// How rows are distributed is said in the table options; change it before adopting.
// Not in this model: view or foreign table a_view
// clang-format off
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <shardwise/shardwise.hpp>

namespace zoo_mariadb {

// Table Odd "Table"*/ // \: sharded by class; its primary key.
struct Odd_Table {
    std::int32_t class_{};
    std::optional<std::string> x2nd_col;
    std::optional<std::string> a_b;
    std::optional<std::int32_t> id;
    std::optional<std::int32_t> x_y;
    std::optional<std::string> table_name;
    std::optional<std::string> length;
    std::optional<std::int32_t> column;
    std::optional<std::int32_t> std_;
    std::optional<std::string> null;
    std::optional<std::string> na_ve;
    std::optional<std::int32_t> entity;
    std::optional<std::int32_t> odd_table;
    std::optional<std::int32_t> a_b_2;
};

// Table all_types: sharded by id; its primary key.
// Note: token is binary(16), which is taken as a UUID.
// Note: unique (day, short) is checked by each shard for its own rows only.
// Note: unique (token) is checked by each shard for its own rows only.
// Not in this model: ON UPDATE of column changed: shardwise writes it only when the program changes it: ON UPDATE current_timestamp
// Not in this model: FULLTEXT index all_types_full_idx: words
// Not in this model: index of a part of a column all_types_part_idx: words
// Not in this model: column price_of_two, which the database computes
// Not in this model: column seconds is datetime, which no column type keeps unchanged; make it datetime(6): fewer digits would be cut off silently
// Not in this model: column kind is enum('a','b'), which no column type keeps unchanged; make it varchar
// Not in this model: column unsigned_big is bigint(20) unsigned, which no column type keeps unchanged; make it a signed type that is wide enough
// Not in this model: default of column odd_default: (1 + 1)
// Not in this model: check all_types_words_check: char_length(`words`) > 0
struct all_type {
    std::int64_t id{};
    bool flag{};
    std::int16_t tiny{};
    std::int16_t small{};
    std::optional<std::int32_t> middle;
    std::int32_t normal{};
    std::optional<std::int64_t> big;
    shardwise::decimal exact;
    std::optional<double> approximate;
    std::string words;
    std::optional<std::string> short_;
    std::optional<shardwise::bytes> raw;
    std::optional<shardwise::bytes> few;
    shardwise::uuid token;
    std::optional<shardwise::date> day;
    shardwise::timestamp instant;
    shardwise::timestamp changed;
    std::optional<shardwise::json> doc;
    std::int32_t odd_default{};
};

// Table circle_a: reference table; it is part of a circle.
struct circle_a {
    std::int32_t id{};
    std::optional<std::int32_t> b_id;
};

// Table circle_b: reference table; it is part of a circle.
// Not in this model: foreign key to circle_a, which closes a circle of tables: no order of inserts fulfils it
struct circle_b {
    std::int32_t id{};
    std::optional<std::int32_t> a_id;
};

// Table no_key: sharded by code; its primary key.
// Note: has no primary key in the database: the unique columns (code) take its place.
struct no_key {
    std::string code;
    std::optional<std::string> note;
};

// Table people: reference table; its rows refer to each other.
// Not in this model: trigger t*/ #include <evil> : BEFORE INSERT
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
// Not in this model: rule of foreign key tenant_items_ibfk_1 that a model does not have: ON UPDATE CASCADE ON DELETE CASCADE
struct tenant_item {
    std::int32_t item{};
    std::int32_t tenant{};
    std::string code;
    std::optional<std::int32_t> boss_item;
    std::optional<std::int32_t> boss_tenant;
};

// Table tenants: sharded by tenant, code; its primary key.
struct tenant {
    std::int32_t tenant_{};
    std::string code;
    std::string name;
};

}  // namespace zoo_mariadb

template <>
struct shardwise::mapping<::zoo_mariadb::Odd_Table>
    : table<::zoo_mariadb::Odd_Table, "Odd \"Table\"*/ // \\",
            by_hash,
            bucket_by_expression> {
    column<&::zoo_mariadb::Odd_Table::class_, primary_key, shard_key> class_{"class"};
    column<&::zoo_mariadb::Odd_Table::x2nd_col> x2nd_col{"2nd col"};
    column<&::zoo_mariadb::Odd_Table::a_b> a_b{"a\?b"};
    column<&::zoo_mariadb::Odd_Table::id> id{"ID"};
    column<&::zoo_mariadb::Odd_Table::x_y> x_y{"_x__y"};
    column<&::zoo_mariadb::Odd_Table::table_name> table_name_;
    column<&::zoo_mariadb::Odd_Table::length, length<7>> length_;
    column<&::zoo_mariadb::Odd_Table::column> column_;
    column<&::zoo_mariadb::Odd_Table::std_> std_{"std"};
    column<&::zoo_mariadb::Odd_Table::null> null{"NULL"};
    column<&::zoo_mariadb::Odd_Table::na_ve> na_ve{"naïve"};
    column<&::zoo_mariadb::Odd_Table::entity> entity_;
    column<&::zoo_mariadb::Odd_Table::odd_table> odd_table;
    column<&::zoo_mariadb::Odd_Table::a_b_2> a_b_2{"a!b"};
};

template <>
struct shardwise::mapping<::zoo_mariadb::all_type>
    : table<::zoo_mariadb::all_type, "all_types",
            by_hash,
            bucket_by_expression,
            unique_together_per_shard<&::zoo_mariadb::all_type::day, &::zoo_mariadb::all_type::short_>,
            index_on<&::zoo_mariadb::all_type::big, &::zoo_mariadb::all_type::normal>,
            check<"all_types_normal_check", "((normal >= 0) AND (small < 100))">,
            check<"all_types_short_check", "(short IN ('new', 'old'))">> {
    column<&::zoo_mariadb::all_type::id, primary_key, generated, shard_key> id;
    column<&::zoo_mariadb::all_type::flag, defaults_to<"true">> flag;
    column<&::zoo_mariadb::all_type::tiny, defaults_to<"-1">> tiny;
    column<&::zoo_mariadb::all_type::small, defaults_to<"-1">> small;
    column<&::zoo_mariadb::all_type::middle> middle;
    column<&::zoo_mariadb::all_type::normal, defaults_to<"0">> normal;
    column<&::zoo_mariadb::all_type::big> big;
    column<&::zoo_mariadb::all_type::exact, digits<12, 2>, defaults_to<"1.50">> exact;
    column<&::zoo_mariadb::all_type::approximate> approximate;
    column<&::zoo_mariadb::all_type::words, defaults_to<"'it''s'">> words;
    column<&::zoo_mariadb::all_type::short_, length<20>, defaults_to<"'new'">> short_{"short"};
    column<&::zoo_mariadb::all_type::raw> raw;
    column<&::zoo_mariadb::all_type::few, length<9>> few;
    column<&::zoo_mariadb::all_type::token, unique_per_shard> token;
    column<&::zoo_mariadb::all_type::day> day;
    column<&::zoo_mariadb::all_type::instant, defaults_to<"current_timestamp">> instant;
    column<&::zoo_mariadb::all_type::changed, defaults_to<"current_timestamp">> changed;
    column<&::zoo_mariadb::all_type::doc> doc;
    column<&::zoo_mariadb::all_type::odd_default> odd_default;
};

template <>
struct shardwise::mapping<::zoo_mariadb::circle_a>
    : table<::zoo_mariadb::circle_a, "circle_a",
            reference_table> {
    column<&::zoo_mariadb::circle_a::id, primary_key> id;
    column<&::zoo_mariadb::circle_a::b_id, references<&::zoo_mariadb::circle_b::id>> b_id;
    belongs_to<&::zoo_mariadb::circle_a::b_id> b;
};

template <>
struct shardwise::mapping<::zoo_mariadb::circle_b>
    : table<::zoo_mariadb::circle_b, "circle_b",
            reference_table> {
    column<&::zoo_mariadb::circle_b::id, primary_key> id;
    column<&::zoo_mariadb::circle_b::a_id> a_id;
    has_many<&::zoo_mariadb::circle_a::b_id> circle_as;
};

template <>
struct shardwise::mapping<::zoo_mariadb::no_key>
    : table<::zoo_mariadb::no_key, "no_key",
            by_hash,
            bucket_by_expression> {
    column<&::zoo_mariadb::no_key::code, primary_key, shard_key, length<5>> code;
    column<&::zoo_mariadb::no_key::note> note;
};

template <>
struct shardwise::mapping<::zoo_mariadb::people>
    : table<::zoo_mariadb::people, "people",
            reference_table> {
    column<&::zoo_mariadb::people::id, primary_key> id;
    column<&::zoo_mariadb::people::name> name;
    column<&::zoo_mariadb::people::boss_id, references<&::zoo_mariadb::people::id, on_delete::set_null>> boss_id;
    belongs_to<&::zoo_mariadb::people::boss_id> boss;
    has_many<&::zoo_mariadb::people::boss_id> peoples_by_boss_id;
    has_many<&::zoo_mariadb::person_friend::person_id> person_friends_by_person_id;
    has_many<&::zoo_mariadb::person_friend::friend_id> person_friends_by_friend_id;
    many_to_many<&::zoo_mariadb::person_friend::person_id, &::zoo_mariadb::person_friend::friend_id> peoples_by_friend_id;
    many_to_many<&::zoo_mariadb::person_friend::friend_id, &::zoo_mariadb::person_friend::person_id> peoples_by_person_id;
};

template <>
struct shardwise::mapping<::zoo_mariadb::person_friend>
    : table<::zoo_mariadb::person_friend, "person_friends",
            by_hash,
            bucket_by_expression> {
    column<&::zoo_mariadb::person_friend::person_id, primary_key, shard_key, references<&::zoo_mariadb::people::id>> person_id;
    column<&::zoo_mariadb::person_friend::friend_id, primary_key, shard_key, references<&::zoo_mariadb::people::id>> friend_id;
    belongs_to<&::zoo_mariadb::person_friend::person_id> person;
    belongs_to<&::zoo_mariadb::person_friend::friend_id> friend_;
};

template <>
struct shardwise::mapping<::zoo_mariadb::tenant_item>
    : table<::zoo_mariadb::tenant_item, "tenant_items",
            colocated_with<::zoo_mariadb::tenant>,
            bucket_by_expression,
            foreign_key<columns<&::zoo_mariadb::tenant_item::tenant, &::zoo_mariadb::tenant_item::code>, columns<&::zoo_mariadb::tenant::tenant_, &::zoo_mariadb::tenant::code>, on_delete::cascade>> {
    column<&::zoo_mariadb::tenant_item::tenant, primary_key, shard_key> tenant;
    column<&::zoo_mariadb::tenant_item::item, primary_key> item;
    column<&::zoo_mariadb::tenant_item::code, shard_key, length<10>> code;
    column<&::zoo_mariadb::tenant_item::boss_item> boss_item;
    column<&::zoo_mariadb::tenant_item::boss_tenant> boss_tenant;
    belongs_to<columns<&::zoo_mariadb::tenant_item::tenant, &::zoo_mariadb::tenant_item::code>{}> tenant_;
};

template <>
struct shardwise::mapping<::zoo_mariadb::tenant>
    : table<::zoo_mariadb::tenant, "tenants",
            by_hash,
            bucket_by_expression> {
    column<&::zoo_mariadb::tenant::tenant_, primary_key, shard_key> tenant_{"tenant"};
    column<&::zoo_mariadb::tenant::code, primary_key, shard_key, length<10>> code;
    column<&::zoo_mariadb::tenant::name> name;
    has_many<columns<&::zoo_mariadb::tenant_item::tenant, &::zoo_mariadb::tenant_item::code>{}> tenant_items;
};

namespace zoo_mariadb {

inline constexpr shardwise::mapping<Odd_Table> Odd_Tables;
inline constexpr shardwise::mapping<all_type> all_types;
inline constexpr shardwise::mapping<circle_a> circle_as;
inline constexpr shardwise::mapping<circle_b> circle_bs;
inline constexpr shardwise::mapping<no_key> no_keys;
inline constexpr shardwise::mapping<people> peoples;
inline constexpr shardwise::mapping<person_friend> person_friends;
inline constexpr shardwise::mapping<tenant_item> tenant_items;
inline constexpr shardwise::mapping<tenant> tenants;

}  // namespace zoo_mariadb
