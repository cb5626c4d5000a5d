// SPDX-License-Identifier: MIT
#include "catalog/contents.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/own_tables.hpp"
#include "catalog/table_json.hpp"
#include "schema/names.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::catalog {
namespace {

using testing::HasSubstr;

TEST(Contents, HighestVersionOfEachKeyWins) {
    const contents merged = merge({{"s1", {{"table/a", {1, "old"}}, {"table/b", {5, "b"}}}},
                                   {"s2", {{"table/a", {2, "new"}}}},
                                   {"s3", {}}});
    EXPECT_EQ(merged, (contents{{"table/a", {2, "new"}}, {"table/b", {5, "b"}}}));
}

TEST(Contents, ADroppedEntryDoesNotComeBackFromAnOldCopy) {
    const contents merged =
        merge({{"s1", {{"table/a", {1, "model"}}}}, {"s2", {{"table/a", {2, ""}}}}});
    EXPECT_EQ(merged.at("table/a"), (entry{2, ""}));
}

TEST(Contents, RefusesTwoBodiesOfOneVersionNamingBothShards) {
    try {
        merge({{"s1", {{"table/a", {1, "x"}}}}, {"s2", {{"table/a", {1, "y"}}}}});
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::schema_mismatch);
        EXPECT_THAT(e.message(), HasSubstr("s1 and s2"));
        EXPECT_THAT(e.message(), HasSubstr("table/a"));
    }
}

TEST(Contents, KeepsAGroupInRunsOfOwners) {
    group_body g;
    g.spec.kind = schema::strategy_kind::hash;
    g.owners.assign(512, "s1");
    g.owners.resize(1024, "we\"ird");
    g.epoch = 7;
    EXPECT_EQ(
        group_to_json(g),
        R"({"placement":{"strategy":"hash"},"owners":[["s1",512],["we\"ird",512]],"epoch":7})");
    EXPECT_EQ(group_from_json(group_to_json(g)), g);
}

TEST(Contents, RefusesADamagedGroup) {
    for (const char* text :
         {"", "[]", "{}", R"({"placement":{"strategy":"hash"},"owners":[],"epoch":-1})",
          R"({"placement":{"strategy":"hash"},"owners":[["s1"]],"epoch":1})",
          R"({"placement":{"strategy":"hash"},"owners":[["s1",99999999]],"epoch":1})",
          R"({"placement":{"strategy":"hash"},"owners":[],"epoch":1,"more":1})"}) {
        EXPECT_THROW(group_from_json(text), error) << text;
    }
}

schema::table full_table() {
    schema::table t;
    t.name = "we\"ird";
    const auto add = [&](const char* name, column_type type, bool nullable = false) {
        schema::column c;
        c.name = name;
        c.type = type;
        c.nullable = nullable;
        t.columns.push_back(c);
    };
    add("id", column_type::int64);
    add("customer", column_type::int64, true);
    add("order", column_type::text);
    add("amount", column_type::decimal);
    add("sw_bucket", column_type::int16);
    t.columns[0].generated = schema::generation::cluster_id;
    t.columns[2].length = 20;
    t.columns[2].default_sql = "'n''ew'";
    t.columns[3].precision = 12;
    t.columns[3].scale = 2;
    t.columns[4].generated = schema::generation::bucket;
    t.primary_key = {0, 1};
    t.uniques = {{"u", {1, 2}, schema::unique_scope::implied},
                 {"", {2}, schema::unique_scope::per_shard}};
    t.indexes = {{"", {3, 0}}};
    t.checks = {{"positive", "amount > 0"}};
    t.foreign_keys = {{"f", {1}, "customers", {"id"}, schema::delete_rule::cascade}};
    t.placed.kind = schema::distribution_kind::colocated;
    t.placed.shard_key = {1};
    t.placed.parent_table = "customers";
    t.placed.root_table = "customers";
    t.placed.stored_bucket = true;
    t.placed.null_bucket = 7;
    return t;
}

TEST(TableJson, GivesBackWhatItWasMadeFrom) {
    const schema::table t = full_table();
    EXPECT_EQ(table_from_json(table_to_json(t)), t);
    schema::table reference;
    reference.name = "countries";
    reference.columns.resize(1);
    reference.columns[0].name = "code";
    reference.primary_key = {0};
    reference.placed.kind = schema::distribution_kind::reference;
    EXPECT_EQ(table_from_json(table_to_json(reference)), reference);
}

TEST(TableJson, KeepsEveryColumnTypeAndStrategy) {
    schema::table t = full_table();
    for (int type = 0; type <= static_cast<int>(column_type::json); ++type) {
        t.columns[2].type = static_cast<column_type>(type);
        EXPECT_EQ(table_from_json(table_to_json(t)), t);
    }
    for (int kind = 0; kind <= static_cast<int>(schema::strategy_kind::custom); ++kind) {
        t.placed.strategy = static_cast<schema::strategy_kind>(kind);
        EXPECT_EQ(table_from_json(table_to_json(t)), t);
    }
}

TEST(TableJson, IsWrittenInTheFormOfTheFirstVersion) {
    schema::table t;
    t.name = "users";
    t.columns.resize(1);
    t.columns[0].name = "id";
    t.primary_key = {0};
    t.placed.shard_key = {0};
    t.placed.root_table = "users";
    t.placed.strategy = schema::strategy_kind::modulo;
    EXPECT_EQ(table_to_json(t),
              R"({"name":"users","columns":[{"name":"id","type":"int64"}],"primary_key":["id"],)"
              R"("uniques":[],"indexes":[],"checks":[],"foreign_keys":[],"placed":{"kind":)"
              R"("sharded","strategy":"modulo","shard_key":["id"],"root":"users",)"
              R"("stored_bucket":false}})");
}

TEST(TableJson, RefusesWhatItDoesNotUnderstand) {
    const std::string good = table_to_json(full_table());
    EXPECT_THROW(table_from_json(""), error);
    EXPECT_THROW(table_from_json("[1]"), error);
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string text = good;
        const std::size_t at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return text.replace(at, from.size(), to);
    };
    for (const std::string& bad :
         {with(R"("type":"int64")", R"("type":"int65")"), with(R"("name":"id")", R"("nome":"id")"),
          with(R"("primary_key":["id")", R"("primary_key":["ID")"),
          with(R"("length":20)", R"("length":"20")"),
          with(R"("kind":"colocated")", R"("kind":"somewhere")")}) {
        try {
            table_from_json(bad);
            ADD_FAILURE() << bad;
        } catch (const error& e) {
            EXPECT_EQ(e.code(), error_code::bad_model);
        }
    }
}

TEST(DirectoryTable, HasAShortUniqueName) {
    EXPECT_EQ(directory_table_name("users"), "shardwise_directory_users");
    const std::string a = directory_table_name(std::string(60, 'x') + "a");
    const std::string b = directory_table_name(std::string(60, 'x') + "b");
    EXPECT_NE(a, b);
    EXPECT_LE(a.size(), schema::longest_name);
    std::string umlauts;
    for (int i = 0; i < 31; ++i) umlauts += "ä";
    EXPECT_LE(directory_table_name(umlauts).size(), schema::longest_name);
    EXPECT_TRUE(schema::fault_of_name(directory_table_name(umlauts)).empty());
}

}  // namespace
}  // namespace shardwise::catalog
