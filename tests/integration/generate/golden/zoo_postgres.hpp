// Written by 'shardwise generate' from the tables of a PostgreSQL database.
// The tables are used as they are: cluster.adopt<...>() once, then verify_schema.
// How rows are distributed is said in the table options; change it before adopting.
// Not in this model: view or foreign table a_view
// clang-format off
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <shardwise/shardwise.hpp>

namespace zoo_postgres {

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
// Note: local_time has no time zone and is taken as UTC.
// Note: docb is jsonb: the server writes the text in its own way.
// Note: unique (day, short) is checked by each shard for its own rows only.
// Note: unique (token) is checked by each shard for its own rows only.
// Not in this model: index on an expression all_types_lower_idx: CREATE INDEX all_types_lower_idx ON all_types USING btree (lower(words))
// Not in this model: partial index all_types_partial_idx: CREATE INDEX all_types_partial_idx ON all_types USING btree (big) WHERE big > 0
// Not in this model: index of the kind gin all_types_docb_idx: CREATE INDEX all_types_docb_idx ON all_types USING gin (docb)
// Not in this model: column price_of_two, which the database computes: (exact * (2)::numeric)
// Not in this model: column ip is inet, which no column type keeps unchanged; make it text, or a type of docs/types.md
// Not in this model: column tags is text[], which no column type keeps unchanged; make it text, or a type of docs/types.md
// Not in this model: default of column odd_default: (1 + 1)
// Not in this model: check all_types_words_check: (length(words) > 0)
struct all_type {
    std::int64_t id{};
    bool flag{};
    std::int16_t small{};
    std::int32_t normal{};
    std::optional<std::int64_t> big;
    shardwise::decimal exact;
    std::optional<double> approximate;
    std::string words;
    std::optional<std::string> short_;
    std::optional<shardwise::bytes> raw;
    shardwise::uuid token;
    std::optional<shardwise::date> day;
    shardwise::timestamp instant;
    std::optional<shardwise::timestamp> local_time;
    std::optional<shardwise::json> doc;
    std::optional<shardwise::json> docb;
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
struct people {
    shardwise::uuid id;
    std::string name;
    std::optional<shardwise::uuid> boss_id;
};

// Table person_friends: sharded by person_id, friend_id; its primary key.
struct person_friend {
    shardwise::uuid person_id;
    shardwise::uuid friend_id;
};

// Table reservations: sharded by id; its primary key.
// Not in this model: EXCLUDE constraint reservations_during_excl: EXCLUDE USING gist (during WITH &&)
// Not in this model: trigger t*/ #include <evil> : CREATE TRIGGER "t*/ #include <evil> " BEFORE INSERT ON reservations FOR EACH ROW EXECUTE FUNCTION nothing()
// Not in this model: column during is tstzrange, which no column type keeps unchanged; make it text, or a type of docs/types.md
// Not in this model: index (during), of a column that is not a member
struct reservation {
    std::int64_t id{};
};

// Table small_parent: sharded by id; its primary key.
struct small_parent {
    std::int32_t id{};
};

// Table tenant_items: sharded by tenant, code; with the row of tenants that it refers to.
// Not in this model: rule of foreign key tenant_items_tenant_code_fkey that a model does not have: FOREIGN KEY (tenant, code) REFERENCES tenants(tenant, code) ON UPDATE CASCADE ON DELETE CASCADE
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

// Table wide_child: sharded by parent_id; with the row of small_parent that it refers to.
struct wide_child {
    std::int64_t id{};
    std::int32_t parent_id{};
};

}  // namespace zoo_postgres

template <>
struct shardwise::mapping<::zoo_postgres::Odd_Table>
    : table<::zoo_postgres::Odd_Table, "Odd \"Table\"*/ // \\",
            by_hash,
            bucket_by_expression> {
    column<&::zoo_postgres::Odd_Table::class_, primary_key, shard_key> class_{"class"};
    column<&::zoo_postgres::Odd_Table::x2nd_col> x2nd_col{"2nd col"};
    column<&::zoo_postgres::Odd_Table::a_b> a_b{"a\?b"};
    column<&::zoo_postgres::Odd_Table::id> id{"ID"};
    column<&::zoo_postgres::Odd_Table::x_y> x_y{"_x__y"};
    column<&::zoo_postgres::Odd_Table::table_name> table_name_;
    column<&::zoo_postgres::Odd_Table::length, length<7>> length_;
    column<&::zoo_postgres::Odd_Table::column> column_;
    column<&::zoo_postgres::Odd_Table::std_> std_{"std"};
    column<&::zoo_postgres::Odd_Table::null> null{"NULL"};
    column<&::zoo_postgres::Odd_Table::na_ve> na_ve{"naïve 😀"};
    column<&::zoo_postgres::Odd_Table::entity> entity_;
    column<&::zoo_postgres::Odd_Table::odd_table> odd_table;
    column<&::zoo_postgres::Odd_Table::a_b_2> a_b_2{"a!b"};
};

template <>
struct shardwise::mapping<::zoo_postgres::all_type>
    : table<::zoo_postgres::all_type, "all_types",
            by_hash,
            bucket_by_expression,
            unique_together_per_shard<&::zoo_postgres::all_type::day, &::zoo_postgres::all_type::short_>,
            index_on<&::zoo_postgres::all_type::big, &::zoo_postgres::all_type::normal>,
            check<"all_types_normal_check", "((normal >= 0) AND (small < 100))">,
            check<"all_types_short_check", "(short IN ('new', 'old'))">> {
    column<&::zoo_postgres::all_type::id, primary_key, generated, shard_key> id;
    column<&::zoo_postgres::all_type::flag, defaults_to<"true">> flag;
    column<&::zoo_postgres::all_type::small, defaults_to<"-1">> small;
    column<&::zoo_postgres::all_type::normal, defaults_to<"0">> normal;
    column<&::zoo_postgres::all_type::big> big;
    column<&::zoo_postgres::all_type::exact, digits<12, 2>, defaults_to<"1.50">> exact;
    column<&::zoo_postgres::all_type::approximate> approximate;
    column<&::zoo_postgres::all_type::words, defaults_to<"'it''s'">> words;
    column<&::zoo_postgres::all_type::short_, length<20>, defaults_to<"'new'">> short_{"short"};
    column<&::zoo_postgres::all_type::raw> raw;
    column<&::zoo_postgres::all_type::token, unique_per_shard> token;
    column<&::zoo_postgres::all_type::day> day;
    column<&::zoo_postgres::all_type::instant, defaults_to<"current_timestamp">> instant;
    column<&::zoo_postgres::all_type::local_time> local_time;
    column<&::zoo_postgres::all_type::doc> doc;
    column<&::zoo_postgres::all_type::docb> docb;
    column<&::zoo_postgres::all_type::odd_default> odd_default;
};

template <>
struct shardwise::mapping<::zoo_postgres::circle_a>
    : table<::zoo_postgres::circle_a, "circle_a",
            reference_table> {
    column<&::zoo_postgres::circle_a::id, primary_key> id;
    column<&::zoo_postgres::circle_a::b_id, references<&::zoo_postgres::circle_b::id>> b_id;
    belongs_to<&::zoo_postgres::circle_a::b_id> b;
};

template <>
struct shardwise::mapping<::zoo_postgres::circle_b>
    : table<::zoo_postgres::circle_b, "circle_b",
            reference_table> {
    column<&::zoo_postgres::circle_b::id, primary_key> id;
    column<&::zoo_postgres::circle_b::a_id> a_id;
    has_many<&::zoo_postgres::circle_a::b_id> circle_as;
};

template <>
struct shardwise::mapping<::zoo_postgres::no_key>
    : table<::zoo_postgres::no_key, "no_key",
            by_hash,
            bucket_by_expression> {
    column<&::zoo_postgres::no_key::code, primary_key, shard_key, length<5>> code;
    column<&::zoo_postgres::no_key::note> note;
};

template <>
struct shardwise::mapping<::zoo_postgres::people>
    : table<::zoo_postgres::people, "people",
            reference_table> {
    column<&::zoo_postgres::people::id, primary_key, generated> id;
    column<&::zoo_postgres::people::name> name;
    column<&::zoo_postgres::people::boss_id, references<&::zoo_postgres::people::id, on_delete::set_null>> boss_id;
    belongs_to<&::zoo_postgres::people::boss_id> boss;
    has_many<&::zoo_postgres::people::boss_id> peoples_by_boss_id;
    has_many<&::zoo_postgres::person_friend::person_id> person_friends_by_person_id;
    has_many<&::zoo_postgres::person_friend::friend_id> person_friends_by_friend_id;
    many_to_many<&::zoo_postgres::person_friend::person_id, &::zoo_postgres::person_friend::friend_id> peoples_by_friend_id;
    many_to_many<&::zoo_postgres::person_friend::friend_id, &::zoo_postgres::person_friend::person_id> peoples_by_person_id;
};

template <>
struct shardwise::mapping<::zoo_postgres::person_friend>
    : table<::zoo_postgres::person_friend, "person_friends",
            by_hash,
            bucket_by_expression> {
    column<&::zoo_postgres::person_friend::person_id, primary_key, shard_key, references<&::zoo_postgres::people::id>> person_id;
    column<&::zoo_postgres::person_friend::friend_id, primary_key, shard_key, references<&::zoo_postgres::people::id>> friend_id;
    belongs_to<&::zoo_postgres::person_friend::person_id> person;
    belongs_to<&::zoo_postgres::person_friend::friend_id> friend_;
};

template <>
struct shardwise::mapping<::zoo_postgres::reservation>
    : table<::zoo_postgres::reservation, "reservations",
            by_hash,
            bucket_by_expression> {
    column<&::zoo_postgres::reservation::id, primary_key, generated, shard_key> id;
};

template <>
struct shardwise::mapping<::zoo_postgres::small_parent>
    : table<::zoo_postgres::small_parent, "small_parent",
            by_hash,
            bucket_by_expression> {
    column<&::zoo_postgres::small_parent::id, primary_key, shard_key> id;
    has_many<&::zoo_postgres::wide_child::parent_id> wide_childs;
};

template <>
struct shardwise::mapping<::zoo_postgres::tenant_item>
    : table<::zoo_postgres::tenant_item, "tenant_items",
            colocated_with<::zoo_postgres::tenant>,
            bucket_by_expression,
            foreign_key<columns<&::zoo_postgres::tenant_item::tenant, &::zoo_postgres::tenant_item::code>, columns<&::zoo_postgres::tenant::tenant_, &::zoo_postgres::tenant::code>, on_delete::cascade>> {
    column<&::zoo_postgres::tenant_item::tenant, primary_key, shard_key> tenant;
    column<&::zoo_postgres::tenant_item::item, primary_key> item;
    column<&::zoo_postgres::tenant_item::code, shard_key, length<10>> code;
    column<&::zoo_postgres::tenant_item::boss_item> boss_item;
    column<&::zoo_postgres::tenant_item::boss_tenant> boss_tenant;
    belongs_to<columns<&::zoo_postgres::tenant_item::tenant, &::zoo_postgres::tenant_item::code>{}> tenant_;
};

template <>
struct shardwise::mapping<::zoo_postgres::tenant>
    : table<::zoo_postgres::tenant, "tenants",
            by_hash,
            bucket_by_expression> {
    column<&::zoo_postgres::tenant::tenant_, primary_key, shard_key> tenant_{"tenant"};
    column<&::zoo_postgres::tenant::code, primary_key, shard_key, length<10>> code;
    column<&::zoo_postgres::tenant::name> name;
    has_many<columns<&::zoo_postgres::tenant_item::tenant, &::zoo_postgres::tenant_item::code>{}> tenant_items;
};

template <>
struct shardwise::mapping<::zoo_postgres::wide_child>
    : table<::zoo_postgres::wide_child, "wide_child",
            colocated_with<::zoo_postgres::small_parent>,
            bucket_by_expression> {
    column<&::zoo_postgres::wide_child::id, primary_key> id;
    column<&::zoo_postgres::wide_child::parent_id, shard_key, references<&::zoo_postgres::small_parent::id>> parent_id;
    belongs_to<&::zoo_postgres::wide_child::parent_id> parent;
};

namespace zoo_postgres {

inline constexpr shardwise::mapping<Odd_Table> Odd_Tables;
inline constexpr shardwise::mapping<all_type> all_types;
inline constexpr shardwise::mapping<circle_a> circle_as;
inline constexpr shardwise::mapping<circle_b> circle_bs;
inline constexpr shardwise::mapping<no_key> no_keys;
inline constexpr shardwise::mapping<people> peoples;
inline constexpr shardwise::mapping<person_friend> person_friends;
inline constexpr shardwise::mapping<reservation> reservations;
inline constexpr shardwise::mapping<small_parent> small_parents;
inline constexpr shardwise::mapping<tenant_item> tenant_items;
inline constexpr shardwise::mapping<tenant> tenants;
inline constexpr shardwise::mapping<wide_child> wide_childs;

}  // namespace zoo_postgres
