// SPDX-License-Identifier: MIT
#include "cluster/schema_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shardwise::cluster_layer {
namespace {

using sql::dialect_kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

schema::column column(const char* name, column_type type, bool nullable = false) {
    schema::column c;
    c.name = name;
    c.type = type;
    c.nullable = nullable;
    return c;
}

schema::table declared() {
    schema::table t;
    t.name = "orders";
    t.columns = {column("id", column_type::int64), column("user", column_type::int64, true),
                 column("no", column_type::text)};
    t.primary_key = {0};
    t.uniques = {{"", {1, 2}, schema::unique_scope::implied}};
    t.indexes = {{"", {2}}};
    t.foreign_keys = {{"", {1}, "users", {"id"}, schema::delete_rule::cascade}};
    return t;
}

catalog::found_table found() {
    catalog::found_table f;
    f.columns = {{"id", "bigint", false, false},
                 {"user", "bigint", true, false},
                 {"no", "text", false, false}};
    f.primary_key = {"id"};
    f.uniques = {{"user", "no"}};
    f.indexes = {{"no"}};
    f.foreign_keys = {{{"user"}, "users", {"id"}, schema::delete_rule::cascade}};
    return f;
}

std::vector<std::string> texts(const catalog::found_table& f, strictness how = strictness::own) {
    std::vector<std::string> all;
    for (const difference& d : compare(declared(), f, dialect_kind::postgres, how))
        all.push_back(d.what);
    return all;
}

TEST(SchemaCheck, FindsNothingInAnEqualTable) { EXPECT_THAT(texts(found()), IsEmpty()); }

TEST(SchemaCheck, FindsEachKindOfDifference) {
    using change = std::function<void(catalog::found_table&)>;
    for (const auto& [edit, expected] : std::vector<std::pair<change, std::string>>{
             {[](auto& f) { f.columns.erase(f.columns.begin() + 2); }, "column no is missing"},
             {[](auto& f) {
                  f.columns.push_back({"more", "text", true, false});
              },
              "column more (text) is not declared"},
             {[](auto& f) { f.columns[0].type = "integer"; },
              "column id is integer, declared int64"},
             {[](auto& f) { f.columns[0].nullable = true; },
              "column id can be NULL, declared not null"},
             {[](auto& f) { f.columns[1].nullable = false; },
              "column user is not null, declared nullable"},
             {[](auto& f) { f.primary_key.clear(); }, "there is no primary key, declared (id)"},
             {[](auto& f) {
                  f.primary_key = {"no", "id"};
              },
              "the primary key is (no, id), declared (id)"},
             {[](auto& f) { f.uniques.clear(); }, "unique (user, no) is missing"},
             {[](auto& f) { f.uniques.push_back({"no"}); }, "unique (no) is not declared"},
             {[](auto& f) { f.indexes.clear(); }, "index (no) is missing"},
             {[](auto& f) { f.columns[2].collation = "ignoring_case"; },
              "column no compares text by the collation ignoring_case, shardwise by its bytes: "
              "give "
              "it a deterministic one, best \"C\""},
             {[](auto& f) { f.foreign_keys.clear(); }, "foreign key (user) to users is missing"},
             {[](auto& f) { f.foreign_keys[0].on_delete = schema::delete_rule::restrict; },
              "foreign key (user) to users has another ON DELETE rule"},
             {[](auto& f) {
                  f.foreign_keys.push_back({{"no"}, "t", {"n"}, {}});
              },
              "foreign key (no) to t is not declared"}}) {
        catalog::found_table f = found();
        edit(f);
        EXPECT_THAT(texts(f), ElementsAre(expected));
    }
}

TEST(SchemaCheck, OnlyWhatCreateAllAddsIsHealable) {
    const auto missing = compare(declared(), std::nullopt, dialect_kind::postgres, strictness::own);
    ASSERT_EQ(missing.size(), 1U);
    EXPECT_TRUE(missing[0].healable);
    catalog::found_table f = found();
    f.indexes.clear();
    EXPECT_TRUE(compare(declared(), f, dialect_kind::postgres, strictness::own)[0].healable);
    f = found();
    f.uniques.clear();
    EXPECT_FALSE(compare(declared(), f, dialect_kind::postgres, strictness::own)[0].healable);
}

TEST(SchemaCheck, TakesAdoptedTablesAsTheyAre) {
    catalog::found_table f = found();
    f.uniques.clear();
    f.indexes.clear();
    f.foreign_keys.clear();
    f.columns[2].type = "character varying(80)";
    f.columns.push_back({"note", "xml", true, false});
    f.columns.push_back({"made", "timestamp", false, true});
    EXPECT_THAT(texts(f, strictness::adopted), IsEmpty());
    f.columns.push_back({"must", "integer", false, false});
    EXPECT_THAT(texts(f, strictness::adopted), ElementsAre(HasSubstr("column must")));
}

TEST(SchemaCheck, ComparesNamesAsTheEngineDoes) {
    catalog::found_table f = found();
    f.columns[0].name = "ID";
    EXPECT_THAT(texts(f), Not(IsEmpty()));
    schema::table t = declared();
    t.uniques.clear();
    t.indexes.clear();
    t.foreign_keys.clear();
    catalog::found_table lite;
    lite.columns = {{"ID", "integer", false, false},
                    {"User", "integer", true, false},
                    {"no", "text", false, false}};
    lite.primary_key = {"ID"};
    EXPECT_THAT(compare(t, lite, dialect_kind::sqlite, strictness::own), IsEmpty());
}

struct type_case {
    column_type declared;
    dialect_kind engine;
    std::string found;
    bool own;
    bool adopted;
};

TEST(StoredTypes, KeepValuesOrAreRefused) {
    using t = column_type;
    constexpr auto pg = dialect_kind::postgres;
    constexpr auto maria = dialect_kind::mariadb;
    constexpr auto lite = dialect_kind::sqlite;
    for (const type_case& c :
         std::vector<type_case>{{t::int64, pg, "bigint", true, true},
                                {t::int64, pg, "integer", false, true},
                                {t::int32, pg, "bigint", false, false},
                                {t::int64, pg, "numeric(20,0)", false, false},
                                {t::text, pg, "text", true, true},
                                {t::text, pg, "character varying(9)", false, true},
                                {t::text, pg, "character(9)", false, false},
                                {t::timestamp, pg, "timestamp with time zone", true, true},
                                {t::timestamp, pg, "timestamp without time zone", false, true},
                                {t::json, pg, "jsonb", false, true},
                                {t::float64, pg, "real", false, false},
                                {t::int64, maria, "bigint(20)", true, true},
                                {t::int64, maria, "bigint(20) unsigned", false, false},
                                {t::int32, maria, "int(11)", true, true},
                                {t::int64, maria, "int(11)", false, true},
                                {t::text, maria, "longtext", true, true},
                                {t::text, maria, "varchar(40)", false, true},
                                {t::text, maria, "char(40)", false, false},
                                {t::timestamp, maria, "datetime(6)", true, true},
                                {t::timestamp, maria, "datetime", false, false},
                                {t::boolean, maria, "tinyint(1)", true, true},
                                {t::int16, maria, "tinyint(4)", false, true},
                                {t::int64, maria, "tinyint(4)", false, true},
                                {t::int16, maria, "tinyint(3) unsigned", false, false},
                                {t::int16, maria, "mediumint(9)", false, false},
                                {t::int32, maria, "mediumint(9)", false, true},
                                {t::int64, maria, "mediumint(8) unsigned", false, false},
                                {t::uuid, maria, "binary(16)", true, true},
                                {t::timestamp, lite, "integer", true, true},
                                {t::timestamp, lite, "bigint", false, true},
                                {t::timestamp, lite, "text", false, false},
                                {t::int64, lite, "numeric", false, false},
                                {t::text, lite, "varchar(20)", false, true},
                                {t::blob, lite, "", false, true},
                                {t::float64, lite, "double precision", false, true}}) {
        const schema::column declared = column("c", c.declared);
        EXPECT_EQ(keeps(declared, false, c.found, c.engine, strictness::own), c.own) << c.found;
        EXPECT_EQ(keeps(declared, false, c.found, c.engine, strictness::adopted), c.adopted)
            << c.found;
    }
}

TEST(StoredTypes, LooksAtLengthsAndDigits) {
    schema::column name = column("c", column_type::text);
    EXPECT_TRUE(keeps(name, true, "varchar(255)", dialect_kind::mariadb, strictness::own));
    name.length = 20;
    EXPECT_TRUE(
        keeps(name, false, "character varying(20)", dialect_kind::postgres, strictness::own));
    EXPECT_FALSE(
        keeps(name, false, "character varying(21)", dialect_kind::postgres, strictness::own));
    schema::column money = column("c", column_type::decimal);
    money.precision = 12;
    money.scale = 2;
    const auto pg = dialect_kind::postgres;
    EXPECT_TRUE(keeps(money, false, "numeric(12,2)", pg, strictness::own));
    EXPECT_FALSE(keeps(money, false, "numeric(14,3)", pg, strictness::own));
    EXPECT_TRUE(keeps(money, false, "numeric(14,3)", pg, strictness::adopted));
    EXPECT_FALSE(keeps(money, false, "numeric(12,3)", pg, strictness::adopted));
    EXPECT_TRUE(keeps(money, false, "numeric", pg, strictness::adopted));
}

}  // namespace
}  // namespace shardwise::cluster_layer
