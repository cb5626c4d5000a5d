// SPDX-License-Identifier: MIT
#include "cluster/described.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "shardwise/base/error.hpp"
#include "support/engines.hpp"

namespace shardwise::cluster_layer {
namespace {

using schema::distribution_kind;
using testing::ElementsAre;
using testing::HasSubstr;

class Described : public testing::Test {
protected:
    described_model read(const std::string& sql, const std::string& tables) {
        std::ofstream(folder_.file("model.sql")) << sql;
        return described(cluster_config::from_text(
            "[cluster]\nschema = \"model.sql\"\n[[shard]]\nname = \"s1\"\n"
            "url = \"sqlite:///a.db\"\n" +
                tables,
            folder_.file("cluster.toml")));
    }
    error_info refused(const std::string& sql, const std::string& tables) {
        try {
            read(sql, tables);
        } catch (const error& e) {
            return e.info();
        }
        ADD_FAILURE() << "accepted: " << tables;
        return {};
    }

    test::temp_folder folder_;
    const std::string shop =
        "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers(id), "
        "country text NOT NULL REFERENCES countries(code));\n"
        "CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL UNIQUE);\n"
        "CREATE TABLE countries (code text PRIMARY KEY);\n"
        "CREATE TABLE lines (id bigint PRIMARY KEY, customer_id bigint);\n";
    const std::string shop_tables =
        "[tables.customers]\nshard_key = \"id\"\nunique_per_shard = [\"email\"]\n"
        "[tables.orders]\ncolocated_with = \"customers\"\nnull_bucket = 5\n"
        "[tables.lines]\ncolocated_with = \"orders\"\nshard_key = \"customer_id\"\n"
        "[tables.countries]\nreference = true\n";
};

TEST_F(Described, PutsTextAndDistributionTogether) {
    const described_model m = read(shop, shop_tables);
    ASSERT_EQ(m.tables.size(), 4U);
    EXPECT_EQ(m.tables[0].name, "countries");
    EXPECT_TRUE(m.tables[0].is_reference());
    const schema::table& customers = m.tables[1];
    EXPECT_EQ(customers.name, "customers");
    EXPECT_EQ(customers.uniques.at(0).scope, schema::unique_scope::per_shard);
    EXPECT_EQ(customers.columns.back().name, schema::bucket_column_name);
    const schema::table& orders = m.tables[2];
    EXPECT_EQ(orders.placed.kind, distribution_kind::colocated);
    EXPECT_EQ(orders.placed.root_table, "customers");
    EXPECT_THAT(orders.placed.shard_key, ElementsAre(1));
    EXPECT_EQ(orders.placed.null_bucket, 5U);
    EXPECT_TRUE(orders.bucket_column().has_value());
    EXPECT_EQ(m.tables[3].placed.root_table, "customers");
    EXPECT_EQ(m.tables[3].placed.null_bucket, 5U) << "as its parent";
}

TEST_F(Described, LeavesOutTheBucketWhereItIsNotStored) {
    const std::string sql = "CREATE TABLE t (id bigint PRIMARY KEY);";
    for (const char* tables : {"[tables.t]\nshard_key = \"id\"\nstored_bucket = false\n",
                               "[tables.t]\nshard_key = \"id\"\nstrategy = \"modulo\"\n"})
        EXPECT_EQ(read(sql, tables).tables.at(0).columns.size(), 1U) << tables;
}

TEST_F(Described, ReadsKeysInTheTypesOfTheirColumns) {
    const described_model m =
        read("CREATE TABLE t (k numeric(10,2) PRIMARY KEY); CREATE TABLE u (k uuid PRIMARY KEY);",
             "[tables.t]\nshard_key = \"k\"\nstrategy = \"range\"\nbounds = [\"1.5\", 7]\n"
             "[tables.u]\nshard_key = \"k\"\nstrategy = \"list\"\n"
             "lists = [[\"00000000-0000-0000-0000-000000000001\"]]\n");
    for (const placement& p : m.options.placements) {
        if (p.table == "t") {
            EXPECT_EQ(p.bounds.at(0).kind(), kind::decimal);
            EXPECT_EQ(p.bounds.at(1), value{arg{decimal{7}}});
        } else {
            EXPECT_EQ(p.lists.at(0).at(0).kind(), kind::uuid);
        }
    }
}

TEST_F(Described, RefusesATableWithoutDistribution) {
    const error_info info = refused(shop,
                                    "[tables.customers]\nshard_key = \"id\"\n"
                                    "[tables.orders]\ncolocated_with = \"customers\"\n"
                                    "[tables.lines]\nreference = true\n");
    EXPECT_EQ(info.code, error_code::bad_config);
    EXPECT_THAT(info.message, HasSubstr("countries"));
    EXPECT_THAT(info.message, HasSubstr("[tables.countries]"));
}

TEST_F(Described, RefusesContradictionsNamingTheirPlace) {
    const std::string sql =
        "CREATE TABLE t (id bigint PRIMARY KEY, n int UNIQUE);"
        "CREATE TABLE r (id bigint PRIMARY KEY);";
    const std::string r = "[tables.r]\nreference = true\n";
    for (const auto& [tables, word] : std::vector<std::pair<std::string, std::string>>{
             {"[tables.t]\n" + r, "say how"},
             {"[tables.t]\nshard_key = \"idd\"\n" + r, "did you mean 'id'"},
             {"[tables.t]\nshard_key = \"id\"\nstrategy = \"modula\"\n" + r,
              "did you mean 'modulo'"},
             {"[tables.t]\nshard_key = \"id\"\nstrategy = \"custom\"\n" + r, "C++ program"},
             {"[tables.t]\nshard_key = \"id\"\n" + r, "n"},  // the unique column has no scope
             {"[tables.t]\nshard_key = \"id\"\nunique_per_shard = \"m\"\n" + r, "'m'"},
             {"[tables.t]\nshard_key = \"id\"\ncluster_unique = \"m\"\n" + r, "cluster_unique"},
             {"[tables.t]\nshard_key = \"id\"\ncluster_unique = \"n\"\nunique_per_shard = "
              "\"n\"\n" +
                  r,
              "twice"},
             {"[tables.t]\nreference = true\nshard_key = \"id\"\n" + r, "excludes"},
             {"[tables.t]\ncolocated_with = \"r\"\n" + r, "reference table"},
             {"[tables.t]\ncolocated_with = \"x\"\n" + r, "no table"},
             {"[tables.t]\ncolocated_with = \"r\"\nstrategy = \"hash\"\n" + r, "excludes strategy"},
             {"[tables.tt]\nreference = true\n[tables.t]\nreference = true\n" + r,
              "did you mean 't'"},
             {"[tables.t]\nreference = true\nmodulus = 3\n" + r, "root tables"},
             {"[tables.t]\nshard_key = \"id\"\nunique_per_shard = \"n\"\nstrategy = \"range\"\n"
              "bounds = [\"x\"]\n" +
                  r,
              "key"},
         }) {
        const error_info info = refused(sql, tables);
        EXPECT_THAT(info.message, HasSubstr(word)) << tables;
        EXPECT_THAT(info.place, HasSubstr("cluster.toml:")) << info.message;
    }
}

TEST_F(Described, NamesTheSchemaFileThatIsMissing) {
    try {
        described(
            cluster_config::from_text("[cluster]\nschema = \"none.sql\"\n[[shard]]\n"
                                      "name = \"s\"\nurl = \"sqlite:///a.db\"\n",
                                      folder_.file("cluster.toml")));
        FAIL();
    } catch (const error& e) {
        EXPECT_THAT(e.message(), HasSubstr("none.sql"));
    }
}

}  // namespace
}  // namespace shardwise::cluster_layer
