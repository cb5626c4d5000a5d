// SPDX-License-Identifier: MIT
#include "schema/table.hpp"

#include <gtest/gtest.h>

#include "unit/schema/refusal.hpp"
#include "unit/schema/sample_tables.hpp"

namespace shardwise::schema {
namespace {

TEST(Table, FindsItsColumns) {
    const table t = customers();
    EXPECT_EQ(t.find_column("country"), column_index{2});
    EXPECT_EQ(t.find_column("Country"), std::nullopt);
    EXPECT_EQ(t.column_at("id"), 0);
    EXPECT_EQ(t.bucket_column(), column_index{4});
    EXPECT_EQ(orders().bucket_column(), std::nullopt);
    EXPECT_EQ(table{}.bucket_column(), std::nullopt);
}

TEST(Table, SuggestsTheColumnThatWasMeant) {
    EXPECT_TRUE(refuses([] { customers().column_at("emial"); }, error_code::unknown_column,
                        "table 'customers' has no column 'emial'; did you mean 'email'?"));
    // The library's own column is not for users.
    const refusal r = refusal_of([] { customers().column_at("sw_buckt"); });
    EXPECT_EQ(r.message, "table 'customers' has no column 'sw_buckt'");
}

TEST(Table, KnowsWhetherItsPrimaryKeyPinsTheShard) {
    EXPECT_TRUE(customers().primary_key_pins_shard());
    EXPECT_FALSE(orders().primary_key_pins_shard());
    table t = orders();
    t.primary_key = {1, 0};
    EXPECT_TRUE(t.primary_key_pins_shard());
    t.placed.shard_key = {1, 2};
    EXPECT_FALSE(t.primary_key_pins_shard());
    EXPECT_TRUE(countries().primary_key_pins_shard());
}

TEST(Table, NamesItsKinds) {
    EXPECT_EQ(name_of(strategy_kind::hash), "hash");
    EXPECT_EQ(name_of(strategy_kind::modulo), "modulo");
    EXPECT_EQ(name_of(strategy_kind::range), "range");
    EXPECT_EQ(name_of(strategy_kind::list), "list");
    EXPECT_EQ(name_of(strategy_kind::directory), "directory");
    EXPECT_EQ(name_of(strategy_kind::custom), "custom");
    EXPECT_EQ(name_of(distribution_kind::sharded), "sharded");
    EXPECT_EQ(name_of(distribution_kind::colocated), "colocated");
    EXPECT_EQ(name_of(distribution_kind::reference), "reference");
}

TEST(Validate, AcceptsGoodTables) {
    for (const table& t : {countries(), customers(), orders(), order_lines()})
        EXPECT_NO_THROW(validate(t)) << t.name;
}

TEST(Validate, AcceptsHostileButLegalNames) {
    table t = customers();
    t.name = "Robert\"); DROP TABLE users;--";
    t.columns[0].name = "order";
    t.columns[1].name = "we\"ird `' \\ %s";
    t.columns[2].name = "\u00e9\U0001F600";
    t.columns[3].name = std::string(63, 'x');
    EXPECT_NO_THROW(validate(t));
}

struct broken {
    const char* what;
    void (*breaks)(table&);
    error_code code;
    const char* says;
};

void expect_refused(const std::vector<broken>& cases, table (*good)()) {
    for (const broken& b : cases) {
        table t = good();
        b.breaks(t);
        EXPECT_TRUE(refuses([&] { validate(t); }, b.code, b.says)) << b.what;
    }
}

TEST(Validate, RefusesNamesThatSomeEngineCannotHave) {
    constexpr auto bad = error_code::bad_identifier;
    constexpr auto model = error_code::bad_model;
    expect_refused(
        {
            {"empty table", [](table& t) { t.name = ""; }, bad, "is empty"},
            {"NUL in table", [](table& t) { t.name = std::string("a\0b", 3); }, bad, "zero byte"},
            {"not UTF-8", [](table& t) { t.name = "\xff"; }, bad, "UTF-8"},
            {"64 bytes", [](table& t) { t.name = std::string(64, 'a'); }, bad, "63 bytes"},
            {"64 bytes of é", [](table& t) { t.name = std::string(62, 'a') + "\u00e9"; }, bad,
             "63 bytes"},
            {"blank at the end", [](table& t) { t.name = "users "; }, bad, "blank"},
            {"reserved table", [](table& t) { t.name = "SW_catalog"; }, model, "reserved"},
            {"sqlite table", [](table& t) { t.name = "sqlite_x"; }, model, "reserved"},
            {"empty column", [](table& t) { t.columns[1].name = ""; }, bad, "is empty"},
            {"NUL in column", [](table& t) { t.columns[1].name = std::string(1, '\0'); }, bad,
             "zero byte"},
            {"long column", [](table& t) { t.columns[1].name = std::string(64, 'a'); }, bad,
             "63 bytes"},
            {"doubled column", [](table& t) { t.columns[1].name = "ID"; }, model, "'ID'"},
            {"sw_bucket", [](table& t) { t.columns[1].name = "SW_Bucket"; }, model, "SW_Bucket"},
            {"xmin", [](table& t) { t.columns[1].name = "xmin"; }, model, "reserved"},
            {"empty index",
             [](table& t) {
                 t.indexes = {{"", {1}}};
             },
             bad, "is empty"},
            {"reserved index",
             [](table& t) {
                 t.indexes = {{"sw_i", {1}}};
             },
             model, "reserved"},
            {"doubled index",
             [](table& t) {
                 t.indexes = {{"i", {1}}, {"I", {2}}};
             },
             model, "'I'"},
            {"index like check",
             [](table& t) {
                 t.indexes = {{"i", {1}}};
                 t.checks = {{"i", "1 = 1"}};
             },
             model, "'i'"},
            {"empty check name",
             [](table& t) {
                 t.checks = {{"", "1 = 1"}};
             },
             bad, "is empty"},
            {"long unique",
             [](table& t) {
                 t.uniques = {{std::string(64, 'u'), {0}, unique_scope::implied}};
             },
             bad, "63 bytes"},
        },
        customers);
}

TEST(Validate, RefusesColumnsThatContradictThemselves) {
    constexpr auto model = error_code::bad_model;
    expect_refused(
        {
            {"none", [](table& t) { t.columns.clear(); }, model, "no columns"},
            {"too many",
             [](table& t) {
                 for (int i = 0; i < 1000; ++i)
                     t.columns.push_back(column_of("c" + std::to_string(i), column_type::int64));
             },
             model, "1000"},
            {"length of an integer", [](table& t) { t.columns[0].length = 5; }, model, "'id'"},
            {"length of a decimal", [](table& t) { t.columns[3].length = 5; }, model, "length"},
            {"long text", [](table& t) { t.columns[1].length = 10'485'761; }, model, "10485760"},
            {"precision 0", [](table& t) { t.columns[3].precision = 0; }, model, "1 to 38"},
            {"precision 39", [](table& t) { t.columns[3].precision = 39; }, model, "1 to 38"},
            {"scale above precision", [](table& t) { t.columns[3].scale = 13; }, model, "scale"},
            {"precision of text", [](table& t) { t.columns[1].precision = 3; }, model, "decimals"},
            {"scale of text", [](table& t) { t.columns[1].scale = 3; }, model, "decimals"},
            {"generated text", [](table& t) { t.columns[1].generated = generation::cluster_id; },
             model, "64-bit"},
            {"generated nullable",
             [](table& t) {
                 t.columns[0].generated = generation::cluster_id;
                 t.columns[0].nullable = true;
             },
             model, "nullable"},
            {"generated with default",
             [](table& t) {
                 t.columns[0].generated = generation::cluster_id;
                 t.columns[0].default_sql = "1";
             },
             model, "default"},
            {"two generated",
             [](table& t) {
                 t.columns[0].generated = generation::cluster_id;
                 t.columns[1] = t.columns[0];
                 t.columns[1].name = "other";
             },
             model, "more than one generated"},
            {"bucket of int32", [](table& t) { t.columns[4].type = column_type::int32; }, model,
             "int16"},
            {"bucket of another name", [](table& t) { t.columns[4].name = "b"; }, model, "'b'"},
            {"bucket not last",
             [](table& t) { t.columns.push_back(column_of("z", column_type::text)); }, model,
             "last"},
            {"plain sw_bucket", [](table& t) { t.columns[4].generated = generation::none; }, model,
             "reserved"},
            {"bucket column not declared", [](table& t) { t.placed.stored_bucket = false; }, model,
             "does not store"},
            {"bucket column missing", [](table& t) { t.columns.pop_back(); }, model,
             "needs sw_bucket"},
            {"bucket without hash", [](table& t) { t.placed.strategy = strategy_kind::modulo; },
             model, "hash"},
        },
        customers);
}

TEST(Validate, AcceptsTheLimitsThemselves) {
    table t = customers();
    t.columns[1].length = 10'485'760;
    t.columns[3].precision = 38;
    t.columns[3].scale = 38;
    t.columns[0].generated = generation::cluster_id;
    EXPECT_NO_THROW(validate(t));
    t.columns[0].type = column_type::uuid;
    EXPECT_NO_THROW(validate(t));
}

TEST(Validate, RefusesKeysAndConstraintsThatCannotBe) {
    constexpr auto model = error_code::bad_model;
    expect_refused(
        {
            {"no primary key", [](table& t) { t.primary_key.clear(); }, model, "primary key"},
            {"nullable primary key",
             [](table& t) {
                 t.primary_key = {0, 2};
             },
             model, "'note'"},
            {"column out of range", [](table& t) { t.primary_key = {9}; }, model, "not have"},
            {"column twice",
             [](table& t) {
                 t.primary_key = {0, 0};
             },
             model, "twice"},
            {"JSON key", [](table& t) { t.columns[0].type = column_type::json; }, model, "JSON"},
            {"empty index",
             [](table& t) {
                 t.indexes = {{"i", {}}};
             },
             model, "no columns"},
            {"index out of range",
             [](table& t) {
                 t.indexes = {{"i", {3}}};
             },
             model, "'i'"},
            {"JSON index",
             [](table& t) {
                 t.columns[2].type = column_type::json;
                 t.indexes = {{"i", {2}}};
             },
             model, "JSON"},
            {"empty check",
             [](table& t) {
                 t.checks = {{"c", ""}};
             },
             model, "'c' is empty"},
            {"empty unique",
             [](table& t) {
                 t.uniques = {{"u", {}, unique_scope::per_shard}};
             },
             model, "no columns"},
            {"foreign key without columns", [](table& t) { t.foreign_keys[0].columns.clear(); },
             model, "no columns"},
            {"foreign key without a parent", [](table& t) { t.foreign_keys[0].parent_table = ""; },
             model, "parent"},
            {"foreign key of other width",
             [](table& t) {
                 t.foreign_keys[0].parent_columns = {"a", "b"};
             },
             model, "number"},
            {"set null on a column that is not nullable",
             [](table& t) {
                 t.foreign_keys[0].columns = {0};
                 t.foreign_keys[0].on_delete = delete_rule::set_null;
             },
             model, "not nullable"},
            {"set null on the shard key",
             [](table& t) {
                 t.columns[1].nullable = true;
                 t.foreign_keys[0].on_delete = delete_rule::set_null;
             },
             model, "wrong shard"},
        },
        orders);
    for (void (*use_bucket)(table&) :
         {+[](table& t) {
              t.primary_key = {0, 4};
          },
          +[](table& t) { t.placed.shard_key = {4}; },
          +[](table& t) {
              t.uniques = {{"u", {0, 4}, unique_scope::implied}};
          },
          +[](table& t) {
              t.foreign_keys = {{"f", {4}, "customers", {"id"}, delete_rule::restrict}};
          }}) {
        table t = customers();
        use_bucket(t);
        EXPECT_TRUE(refuses([&] { validate(t); }, model, "belongs to shardwise"));
    }
}

TEST(Validate, WantsAShardKeyExactlyWhereRowsAreDistributed) {
    constexpr auto model = error_code::bad_model;
    expect_refused(
        {
            {"none", [](table& t) { t.placed.shard_key.clear(); }, model, "shard key"},
            {"out of range", [](table& t) { t.placed.shard_key = {7}; }, model, "shard key"},
            {"double",
             [](table& t) {
                 t.columns[1].type = column_type::float64;
                 t.placed.shard_key = {1};
             },
             model, "double"},
            {"JSON",
             [](table& t) {
                 t.columns[1].type = column_type::json;
                 t.placed.shard_key = {1};
             },
             model, "JSON"},
            {"null bucket without a nullable key", [](table& t) { t.placed.null_bucket = 0; },
             model, "nullable"},
            {"sharded with a parent", [](table& t) { t.placed.parent_table = "orders"; }, model,
             "orders"},
        },
        customers);
    expect_refused(
        {
            {"none", [](table& t) { t.placed.shard_key.clear(); }, model, "shard key"},
            {"no parent", [](table& t) { t.placed.parent_table = ""; }, model, "other table"},
            {"itself", [](table& t) { t.placed.parent_table = "orders"; }, model, "other table"},
        },
        orders);
    expect_refused(
        {
            {"reference with shard key", [](table& t) { t.placed.shard_key = {0}; }, model,
             "reference"},
            {"reference with parent", [](table& t) { t.placed.parent_table = "customers"; }, model,
             "reference"},
            {"reference with null bucket", [](table& t) { t.placed.null_bucket = 0; }, model,
             "reference"},
            {"reference with bucket",
             [](table& t) {
                 t.columns.push_back(stored_bucket_column());
                 t.placed.stored_bucket = true;
             },
             model, "hash"},
        },
        countries);
    table t = customers();
    t.placed.shard_key = {2};
    EXPECT_NO_THROW(validate(t)) << "a nullable shard key alone";
    t.placed.null_bucket = 5;
    EXPECT_NO_THROW(validate(t)) << "and with a bucket for NULL";
}

TEST(Validate, HasNoSilentUniquenessPerShard) {
    table t = customers();
    t.uniques = {{"u", {1}, unique_scope::implied}};
    EXPECT_TRUE(refuses([&] { validate(t); }, error_code::bad_model,
                        "say cluster_unique or unique_per_shard"));
    t.uniques[0].scope = unique_scope::cluster;
    EXPECT_NO_THROW(validate(t)) << "by a lookup table";
    t.uniques[0].scope = unique_scope::per_shard;
    EXPECT_NO_THROW(validate(t));
    t.uniques = {{"u", {1, 0}, unique_scope::implied}};
    EXPECT_NO_THROW(validate(t));
    t.placed.shard_key = {0, 2};
    EXPECT_THROW(validate(t), error) << "only a part of the shard key";

    table reference = countries();
    reference.uniques = {{"u", {1}, unique_scope::implied}};
    EXPECT_NO_THROW(validate(reference));
}

}  // namespace
}  // namespace shardwise::schema
