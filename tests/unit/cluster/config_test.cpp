// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "shardwise/base/error.hpp"
#include "shardwise/cluster/options.hpp"

namespace shardwise {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

cluster_config read(const std::string& text) {
    return cluster_config::from_text(text, "/etc/app/cluster.toml");
}

const std::string one_shard = "[[shard]]\nname = \"s1\"\nurl = \"sqlite:///a.db\"\n";

TEST(ClusterFile, ReadsEverySetting) {
    const cluster_config c = read(R"(
[cluster]
name = "shop"
schema = "model/shop.sql"
[[shard]]
name = "north"
url = "sqlite:///north.db"
[[shard]]
name = "south"
url = "postgresql://app@db:5432/shop"
[pool]
size = 3
wait_ms = 100
connect_timeout_ms = 200
[timeouts]
statement_ms = 300
lock_ms = 400
[fan_out]
scatters = "refuse"
few = 2
[limits]
rows = 5
bytes = 6000000000
scratch_bytes = 0
[tables.customers]
shard_key = "id"
strategy = "modulo"
modulus = 4
owners = ["north", "south", "north", "south"]
[tables.orders]
shard_key = ["customer_id", "region"]
colocated_with = "customers"
null_bucket = 0
stored_bucket = false
unique_per_shard = "number,year"
[tables.countries]
reference = true
[tables.days]
shard_key = "day"
strategy = "range"
bounds = [2024-01-01, 2025-01-01]
[tables.regions]
shard_key = "code"
strategy = "list"
lists = [["de", "at"], ["fr"]]
default_bucket = 1
)");
    EXPECT_EQ(c.options.name, "shop");
    EXPECT_EQ(c.schema_file, "/etc/app/model/shop.sql");
    ASSERT_EQ(c.shards.size(), 2U);
    EXPECT_EQ(c.shards[1].name, "south");
    EXPECT_EQ(c.shards[1].url, "postgresql://app@db:5432/shop");
    EXPECT_EQ(c.options.pool_size, 3U);
    EXPECT_EQ(c.options.pool_wait_ms, 100);
    EXPECT_EQ(c.options.connect_timeout_ms, 200);
    EXPECT_EQ(c.options.statement_timeout_ms, 300);
    EXPECT_EQ(c.options.lock_timeout_ms, 400);
    EXPECT_EQ(c.options.fan_out.scatters, fan_out::policy::refuse);
    EXPECT_EQ(c.options.fan_out.few, 2U);
    EXPECT_EQ(c.options.limits.rows, 5);
    EXPECT_EQ(c.options.limits.bytes, 6'000'000'000);
    EXPECT_EQ(c.options.limits.scratch_bytes, 0);
    ASSERT_EQ(c.tables.size(), 5U);
    const auto table = [&](const std::string& name) {
        for (const auto& t : c.tables)
            if (t.table == name) return t;
        return cluster_config::table_distribution{};
    };
    EXPECT_EQ(table("customers").strategy, "modulo");
    EXPECT_THAT(table("customers").shard_key, ElementsAre("id"));
    EXPECT_THAT(table("orders").shard_key, ElementsAre("customer_id", "region"));
    EXPECT_EQ(table("orders").colocated_with, "customers");
    EXPECT_EQ(table("orders").null_bucket, 0U);
    EXPECT_FALSE(table("orders").stored_bucket);
    EXPECT_THAT(table("orders").unique_per_shard, ElementsAre("number,year"));
    EXPECT_TRUE(table("countries").reference);
    EXPECT_THAT(table("orders").place, HasSubstr("/etc/app/cluster.toml:"));
    ASSERT_EQ(c.options.placements.size(), 3U);
    for (const placement& p : c.options.placements) {
        if (p.table == "customers") {
            EXPECT_EQ(p.modulus, 4U);
            EXPECT_EQ(p.owners.size(), 4U);
        } else if (p.table == "days") {
            ASSERT_EQ(p.bounds.size(), 2U);
            EXPECT_EQ(p.bounds[0], value{arg{date::from_ymd(2024, 1, 1)}});
        } else {
            EXPECT_EQ(p.table, "regions");
            ASSERT_EQ(p.lists.size(), 2U);
            EXPECT_EQ(p.lists[0][1], value{arg{std::string_view("at")}});
            EXPECT_EQ(p.default_bucket, 1U);
        }
    }
}

TEST(ClusterFile, ReadsTimesWithTheirZone) {
    const cluster_config c = read("[cluster]\nschema = \"x.sql\"\n" + one_shard +
                                  "[tables.t]\nbounds = [2024-01-01T00:00:00+02:00, "
                                  "2024-01-01T00:00:00.000001]\n");
    const auto& bounds = c.options.placements.at(0).bounds;
    EXPECT_EQ(bounds.at(0), value{arg{timestamp::parse("2023-12-31 22:00:00")}});
    EXPECT_EQ(bounds.at(1), value{arg{timestamp::parse("2024-01-01 00:00:00.000001")}});
}

struct bad_file {
    std::string text;
    std::string place;
    std::string word;
};

TEST(ClusterFile, RefusesMistakesAtTheirPlace) {
    const std::string schema = "[cluster]\nschema = \"x.sql\"\n";
    for (const bad_file& bad : std::vector<bad_file>{
             {"[cluster]\nnmae = \"x\"\n" + one_shard, ":2:1", "did you mean 'name'"},
             {"[clutser]\nname = \"x\"\n" + one_shard, ":1:", "did you mean 'cluster'"},
             {one_shard + "[pool]\nsize = \"3\"\n", ":5:8", "a whole number"},
             {one_shard + "[pool]\nsize = 0\n", ":5:8", "1 to 10000"},
             {one_shard + "[timeouts]\nstatement_ms = -1\n", ":5:16", "0 to"},
             {one_shard + "[fan_out]\nscatters = \"maybe\"\n", ":5:12", "\"warn\""},
             {one_shard + "[fan_out]\nfew = 0\n", ":5:7", "1 to"},
             {one_shard + "[limits]\nmemory = 1\n", ":5:1", "no key 'memory'"},
             {one_shard + "[cluster]\nname = 3\n", ":5:8", "text in quotes"},
             {one_shard + "[cluster]\nname = \"\"\n", ":5:8", "empty"},
             {one_shard + one_shard, ":5:8", "two shards are named 's1'"},
             {"[[shard]]\nname = \"s1\"\n", ":1:", "needs a url"},
             {"[[shard]]\nurl = \"sqlite:///x\"\n", ":1:", "needs a name"},
             {"[[shard]]\nname = \"a\"\nurl = \"sqlite:///x\"\nuri = 1\n", ":4:1",
              "did you mean 'url'"},
             {"[[shard]]\nname = \"a\"\nurl = \"oracle://x\"\n", ":3:7", "oracle"},
             {"[cluster]\nname = \"x\"\n", "cluster.toml", "needs shards"},
             {"shard = 3\n", ":1:", "needs shards"},
             {one_shard + "[tables.t]\nreference = true\n", ":4:", "schema ="},
             {schema + one_shard + "[tables.t]\nreferense = true\n", ":7:1",
              "did you mean 'reference'"},
             {schema + one_shard + "[tables.t]\nreference = \"yes\"\n", ":7:13", "true or false"},
             {schema + one_shard + "[tables.t]\nshard_key = 3\n", ":7:13", "list of texts"},
             {schema + one_shard + "[tables.t]\nshard_key = [\"a\", 3]\n", ":7:19",
              "list of texts"},
             {schema + one_shard + "[tables.t]\nbounds = [1.5]\n", ":7:11", "decimals and UUIDs"},
             {schema + one_shard + "[tables.t]\nlists = [1]\n", ":7:10", "list of lists"},
             {schema + one_shard + "[tables]\nt = 3\n", ":7:5", "section"},
             {"[cluster\n", ":1:", ""},
             {one_shard + "[pool]\nsize = 1\nsize = 2\n", ":6:", ""},
         }) {
        try {
            read(bad.text);
            ADD_FAILURE() << "accepted:\n" << bad.text;
        } catch (const error& e) {
            EXPECT_TRUE(e.code() == error_code::bad_config || e.code() == error_code::bad_url)
                << e.what();
            EXPECT_THAT(e.info().place, HasSubstr("/etc/app/cluster.toml")) << bad.text;
            EXPECT_THAT(e.info().place + ":", HasSubstr(bad.place)) << e.what();
            EXPECT_THAT(e.message(), HasSubstr(bad.word)) << bad.text;
        }
    }
}

TEST(ClusterFile, TakesUrlsAndTheirPartsFromTheEnvironment) {
    setenv("SHARDWISE_TEST_URL", "sqlite:///from_env.db", 1);
    setenv("SHARDWISE_TEST_PART", "part", 1);
    EXPECT_EQ(read("[[shard]]\nname = \"a\"\nurl = \"${SHARDWISE_TEST_URL}\"\n").shards[0].url,
              "sqlite:///from_env.db");
    EXPECT_EQ(read("[[shard]]\nname = \"a\"\nurl = \"sqlite:///x${SHARDWISE_TEST_PART}y$1.db\"\n")
                  .shards[0]
                  .url,
              "sqlite:///xparty$1.db");
    for (const std::string url : {"sqlite:///${SHARDWISE_TEST_UNSET}", "sqlite:///${SHARDWISE"}) {
        try {
            read("[[shard]]\nname = \"a\"\nurl = \"" + url + "\"\n");
            ADD_FAILURE() << url;
        } catch (const error& e) {
            EXPECT_EQ(e.code(), error_code::bad_config);
            EXPECT_THAT(e.message(), HasSubstr("environment variable"));
        }
    }
}

TEST(ClusterFile, NeverShowsAPassword) {
    for (const std::string& text : {
             std::string("[[shard]]\nname = \"a\"\nurl = \"postgresql://u:s3cret@h:bad/db\"\n"),
             std::string("[[shard]]\nname = \"a\"\nurl = \"postgresql://u:s3cret@h/db?nope=1\"\n"),
             std::string("[[shard]]\nname = \"a\"\nurl = postgresql://u:s3cret@h/db\n"),
             std::string("[[shard]]\nname = \"a\"\nurl = \"postgresql://u:s3cret@h/db\n"),
             std::string("[[shard]]\nname = \"a\"\nurl = [\"postgresql://u:s3cret@h/db\"]\n"),
         }) {
        try {
            read(text);
            ADD_FAILURE() << text;
        } catch (const error& e) {
            EXPECT_THAT(e.what(), Not(HasSubstr("s3cret")));
            EXPECT_THAT(e.info().detail, Not(HasSubstr("s3cret")));
        }
    }
}

TEST(ClusterFile, SaysWhenTheFileCannotBeRead) {
    try {
        cluster_config::from_file("/nonexistent/cluster.toml");
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::bad_config);
        EXPECT_THAT(e.message(), HasSubstr("/nonexistent/cluster.toml"));
    }
}

}  // namespace
}  // namespace shardwise
