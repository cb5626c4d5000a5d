// SPDX-License-Identifier: MIT
// create_all, drop_all, adopt, verify_schema and described models on real databases.
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "engine/url.hpp"
#include "model.hpp"

namespace shardwise::test {
namespace {

using testing::HasSubstr;

class Schema : public ClusterTest {
protected:
    static std::vector<std::string> texts(const std::vector<schema_difference>& all) {
        std::vector<std::string> result;
        for (const auto& d : all) result.push_back(d.shard + "/" + d.table + ": " + d.what);
        return result;
    }
    static bool is_sqlite(const shard_url& s) { return s.url.starts_with("sqlite"); }
    static bool is_mariadb(const shard_url& s) { return s.url.starts_with("mariadb"); }
};
INSTANTIATE_TEST_SUITE_P(Clusters, Schema, testing::ValuesIn(cluster_kinds()), label_of);

TEST_P(Schema, CreatesVerifiesAndDropsTables) {
    const test_shards shards(GetParam(), 3);
    cluster c(shards.all());
    const auto report = c.create_all<purchase, customer, product>();
    ASSERT_TRUE(report.complete()) << report.to_string();
    EXPECT_GE(report.shards[0].statements.size(), 3U);
    EXPECT_EQ(texts(c.verify_schema<customer, product, purchase>()), std::vector<std::string>{});
    EXPECT_EQ(c.table_names().size(), 3U);
    const auto again = c.create_all<customer, product, purchase>();
    EXPECT_TRUE(again.complete());
    for (const auto& s : again.shards) EXPECT_TRUE(s.statements.empty()) << again.to_string();
    for (std::size_t i = 0; i < 3; ++i) {
        shards.execute(i, "INSERT INTO products VALUES ('p')");
        EXPECT_EQ(shards.ask(i, "SELECT COUNT(*) FROM products").at(0), 1);
    }
    const auto dropped = c.drop_all<customer, product, purchase>();
    EXPECT_TRUE(dropped.complete()) << dropped.to_string();
    const auto twice = c.drop_all<customer, product, purchase>();
    EXPECT_TRUE(twice.complete()) << twice.to_string();
    EXPECT_TRUE(c.table_names().empty());
    EXPECT_EQ(refusal_of([&] { c.core().require(entity_of<customer>()); }).code,
              error_code::unknown_table);
    const auto once_more = c.create_all<customer, product, purchase>();
    EXPECT_TRUE(once_more.complete()) << once_more.to_string();
}

TEST_P(Schema, IsKnownToProcessesThatOpenLaterOrWereOpenBefore) {
    const test_shards shards(GetParam(), 2);
    cluster before(shards.all());
    cluster c(shards.all());
    ASSERT_TRUE(c.create_all<customer>().complete());
    EXPECT_NO_THROW(before.core().require(entity_of<customer>()));
    cluster after(shards.all());
    EXPECT_NO_THROW(after.core().require(entity_of<customer>()));
    EXPECT_EQ(after.core().view()->maps.at("customers")->bucket_count(), 1024U);
    EXPECT_EQ(after.core().view()->maps.at("customers")->owners(),
              c.core().view()->maps.at("customers")->owners());
    EXPECT_EQ(refusal_of([&] { after.core().require(entity_of<weird>()); }).code,
              error_code::unknown_table);
}

TEST_P(Schema, KeepsHostileNames) {
    const test_shards shards(GetParam(), 2);
    cluster c(shards.all());
    const auto report = c.create_all<weird>();
    ASSERT_TRUE(report.complete()) << report.to_string();
    EXPECT_EQ(texts(c.verify_schema<weird>()), std::vector<std::string>{});
    EXPECT_TRUE(c.create_all<weird>().complete());
    EXPECT_EQ(c.status(true).at(0).rows.at(0).rows, 0);
    EXPECT_TRUE(c.drop_all<weird>().complete());
}

TEST_P(Schema, ReportsTheShardThatIsDownAndCanBeRepeated) {
    const test_shards shards(GetParam(), 2);
    cluster(shards.all());
    {
        auto with_dead = shards.all();
        with_dead[1].url = dead_url();
        cluster c(with_dead);
        const auto report = c.create_all<customer>();
        EXPECT_FALSE(report.complete());
        EXPECT_TRUE(report.shards[0].done);
        EXPECT_FALSE(report.shards[1].done);
        EXPECT_THAT(report.shards[1].error, HasSubstr("s2"));
        EXPECT_NO_THROW(c.core().require(entity_of<customer>()));
        EXPECT_THAT(texts(c.verify_schema<customer>()),
                    testing::ElementsAre(HasSubstr("s2/: could not be compared")));
        EXPECT_FALSE(c.status(false).at(1).reachable);
    }
    cluster c(shards.all());
    EXPECT_THAT(texts(c.verify_schema<customer>()),
                testing::ElementsAre("s2/customers: the table is missing"));
    const auto repeated = c.create_all<customer>();
    EXPECT_TRUE(repeated.complete()) << repeated.to_string();
    EXPECT_TRUE(c.verify_schema<customer>().empty());
}

TEST_P(Schema, ADropDoesNotComeBackFromAShardThatWasDown) {
    const test_shards shards(GetParam(), 2);
    ASSERT_TRUE(cluster(shards.all()).create_all<customer>().complete());
    {
        auto with_dead = shards.all();
        with_dead[1].url = dead_url();
        cluster c(with_dead);
        EXPECT_FALSE(c.drop_all<customer>().complete());
    }
    cluster c(shards.all());
    EXPECT_TRUE(c.table_names().empty());
    EXPECT_TRUE(c.drop_all<customer>().complete());
    EXPECT_TRUE(c.create_all<customer>().complete());
}

TEST_P(Schema, FindsWhatAShardHasOtherwise) {
    const test_shards shards(GetParam(), 1);
    cluster c(shards.all());
    ASSERT_TRUE((c.create_all<customer, product, purchase>().complete()));
    shards.execute(0, "DROP TABLE purchases");
    EXPECT_EQ(texts(c.verify_schema<purchase>()),
              std::vector<std::string>{"s1/purchases: the table is missing"});
    shards.execute(0, "ALTER TABLE customers ADD COLUMN extra int");
    EXPECT_THAT(texts(c.verify_schema<customer>()),
                testing::ElementsAre(HasSubstr("column extra")));
    const auto report = c.create_all<customer>();
    EXPECT_FALSE(report.complete()) << "never altered silently";
    EXPECT_THAT(report.shards[0].error, HasSubstr("column extra"));
    shards.execute(0, "DROP TABLE customers");
    shards.execute(0, "CREATE TABLE customers (id int, name varchar(40))");
    const auto all = texts(c.verify_schema<customer>());
    const auto has = [&](const std::string& word) {
        EXPECT_THAT(all, testing::Contains(HasSubstr(word)));
    };
    has("column email is missing");
    has("column sw_bucket is missing");
    has("no primary key");
    has("column name can be NULL");
    has("unique (email) is missing");
    has("index (name) is missing");
    if (!is_sqlite(shards[0])) has("column id is int");
    EXPECT_EQ(c.verify_schema<weird>().at(0).shard, "");
}

TEST_P(Schema, FindsMissingKeysAndHealsMissingIndexes) {
    const test_shards shards(GetParam(), 1);
    cluster c(shards.all());
    ASSERT_TRUE((c.create_all<customer, product, purchase>().complete()));
    const char* drop = is_mariadb(shards[0]) ? "ALTER TABLE customers DROP INDEX customers_name_idx"
                                             : "DROP INDEX customers_name_idx";
    shards.execute(0, drop);
    EXPECT_EQ(texts(c.verify_schema<customer>()),
              std::vector<std::string>{"s1/customers: index (name) is missing"});
    // MariaDB's indexes are part of CREATE TABLE.
    EXPECT_EQ(c.create_all<customer>().complete(), !is_mariadb(shards[0]));
    if (is_sqlite(shards[0])) return;
    shards.execute(0, is_mariadb(shards[0])
                          ? "ALTER TABLE purchases DROP FOREIGN KEY purchases_customer_id_fkey"
                          : "ALTER TABLE purchases DROP CONSTRAINT purchases_customer_id_fkey");
    EXPECT_EQ(texts(c.verify_schema<purchase>()),
              std::vector<std::string>{
                  "s1/purchases: foreign key (customer_id) to customers is missing"});
}

TEST_P(Schema, IsCreatedOnceWhenManyCreateItAtOnce) {
    const test_shards shards(GetParam(), 2);
    cluster(shards.all());
    std::vector<std::string> reports(4);
    {
        std::vector<std::jthread> threads;
        for (std::string& r : reports)
            threads.emplace_back([&] {
                try {
                    cluster c(shards.all());
                    const auto report = c.create_all<customer, product, purchase>();
                    if (!report.complete()) r = report.to_string();
                } catch (const error& e) {
                    r = e.what();
                }
            });
    }
    for (const std::string& r : reports) EXPECT_EQ(r, "");
    cluster c(shards.all());
    EXPECT_EQ(texts(c.verify_schema<customer, product, purchase>()), std::vector<std::string>{});
}

TEST_P(Schema, RefusesAnotherPlacementThanTheStoredOne) {
    const test_shards shards(GetParam(), 2);
    cluster_options four;
    four.placements = {{.table = "Robert\"); DROP TABLE users;--", .modulus = 4}};
    ASSERT_TRUE(cluster(shards.all(), four).create_all<weird>().complete());
    EXPECT_NO_THROW(cluster(shards.all()));
    EXPECT_NO_THROW(cluster(shards.all(), four));
    four.placements[0].modulus = 2;
    expect_error(refusal_of([&] { cluster c(shards.all(), four); }), error_code::bad_config,
                 "modulus 2");
}

/// MariaDB's tables have to say that text is compared by its bytes.
std::string by_bytes(const std::string& url) {
    return url.rfind("mariadb", 0) == 0 ? " COLLATE utf8mb4_nopad_bin" : "";
}

/// A column in which 'Bob' = 'bob', or 'Bob' = 'Bob '.
std::string not_by_bytes(const test_shards& shards, std::size_t i, bool blanks) {
    if (shards[i].url.rfind("mariadb", 0) == 0)
        return blanks ? "code varchar(20) COLLATE utf8mb4_bin"
                      : "code varchar(20) COLLATE utf8mb4_general_ci";
    if (shards[i].url.rfind("sqlite", 0) == 0)
        return blanks ? "code varchar(20) COLLATE RTRIM" : "code varchar(20) COLLATE NOCASE";
    shards.execute(i,
                   "CREATE COLLATION ignoring_case (provider = icu, locale = 'und-u-ks-level2', "
                   "deterministic = false)");
    return "code varchar(20) COLLATE ignoring_case";
}

/// With them 'Bob' would be found as 'bob' by a server and nowhere by the hash of a shard key.
TEST_P(Schema, RefusesToAdoptTextThatIsNotComparedByItsBytes) {
    for (const bool blanks : {false, true}) {
        const test_shards shards(GetParam(), 3);
        for (std::size_t i = 0; i < 3; ++i)
            shards.execute(i, "CREATE TABLE products (" + not_by_bytes(shards, i, blanks) +
                                  " NOT NULL PRIMARY KEY, note varchar(10))" +
                                  by_bytes(shards[i].url));
        cluster c(shards.all());
        const error_info e = refusal_of([&] { c.adopt<product>(); });
        expect_error(e, error_code::schema_mismatch, "column code compares text by the collation");
        EXPECT_THAT(texts(c.verify_schema<product>()),
                    testing::Contains(testing::HasSubstr("compares text")).Times(3));
    }
}

TEST_P(Schema, AdoptsTablesAsTheyAre) {
    const test_shards shards(GetParam(), 2);
    for (std::size_t i = 0; i < 2; ++i)
        shards.execute(i,
                       "CREATE TABLE products (code varchar(20) NOT NULL PRIMARY KEY, "
                       "note varchar(10))" +
                           by_bytes(shards[i].url));
    cluster c(shards.all());
    EXPECT_FALSE(c.create_all<product>().complete()) << "it differs from what create_all makes";
    EXPECT_NO_THROW(c.adopt<product>());
    EXPECT_NO_THROW(c.adopt<product>());
    EXPECT_EQ(texts(c.verify_schema<product>()), std::vector<std::string>{});
    cluster later(shards.all());
    EXPECT_NO_THROW(later.core().require(entity_of<product>()));
}

TEST_P(Schema, RefusesToAdoptWhatDoesNotFit) {
    const test_shards shards(GetParam(), 2);
    shards.execute(0, "CREATE TABLE products (code varchar(20) NOT NULL PRIMARY KEY)" +
                          by_bytes(shards[0].url));
    shards.execute(1,
                   "CREATE TABLE products (code varchar(20) NOT NULL PRIMARY KEY, "
                   "must int NOT NULL)" +
                       by_bytes(shards[1].url));
    cluster c(shards.all());
    const error_info e = refusal_of([&] { c.adopt<product>(); });
    expect_error(e, error_code::schema_mismatch, "column must");
    EXPECT_EQ(e.shard, "s2");
    EXPECT_TRUE(c.table_names().empty());
    expect_error(refusal_of([&] { c.adopt<customer>(); }), error_code::schema_mismatch,
                 "the table is missing");
}

TEST_P(Schema, AdoptsAHashTableOnlyWithABucket) {
    const test_shards shards(GetParam(), 1);
    shards.execute(0,
                   "CREATE TABLE customers (id bigint NOT NULL PRIMARY KEY, "
                   "name varchar(40) NOT NULL, email varchar(40))");
    cluster c(shards.all());
    expect_error(refusal_of([&] { c.adopt<customer>(); }), error_code::schema_mismatch,
                 "bucket_by_expression");
}

TEST_P(Schema, CreatesADescribedModel) {
    const test_shards shards(GetParam(), 2);
    const temp_folder folder;
    std::ofstream(folder.file("shop.sql"))
        << "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);"
           "CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES "
           "users(id) ON DELETE CASCADE, score integer);"
           "CREATE TABLE kinds (code varchar(5) PRIMARY KEY);";
    std::string toml = "[cluster]\nname = \"shop\"\nschema = \"shop.sql\"\n";
    for (const shard_url& s : shards.all())
        toml += "[[shard]]\nname = \"" + s.name + "\"\nurl = \"" + s.url + "\"\n";
    const std::string tables =
        "[tables.users]\nshard_key = \"id\"\nstrategy = \"modulo\"\n"
        "[tables.posts]\ncolocated_with = \"users\"\n"
        "[tables.kinds]\nreference = true\n";
    const auto config = cluster_config::from_text(toml + tables, folder.file("cluster.toml"));
    cluster c(config);
    EXPECT_EQ(c.table_names().size(), 3U);
    EXPECT_EQ(c.verify_described().size(), 9U) << "three tables, unknown and missing twice";
    const auto report = c.create_described();
    ASSERT_TRUE(report.complete()) << report.to_string();
    EXPECT_EQ(texts(c.verify_described()), std::vector<std::string>{});
    EXPECT_EQ(c.core().table("posts").placed.root_table, "users");
    cluster again(config);
    EXPECT_EQ(texts(again.verify_described()), std::vector<std::string>{});
    const std::string other =
        "[tables.users]\nshard_key = \"id\"\n"
        "[tables.posts]\ncolocated_with = \"users\"\n"
        "[tables.kinds]\nreference = true\n";
    expect_error(
        refusal_of([&] {
            cluster wrong(cluster_config::from_text(toml + other, folder.file("cluster.toml")));
        }),
        error_code::schema_mismatch, "users");
}

TEST_P(Schema, AnswersDirectoryKeysWrittenOnce) {
    const test_shards shards(GetParam(), 2);
    cluster_options options;
    options.placements = {{.table = "located", .modulus = 4}};
    cluster c(shards.all(), options);
    ASSERT_TRUE(c.create_all<located>().complete());
    const auto key = [](const char* text) {
        return std::vector<value>{value{arg{std::string_view(text)}}};
    };
    c.assign("located", key("north"), 3);
    c.assign("located", key("north"), 3);
    c.assign("located", key("O'Neill \xF0\x9F\x98\x80"), 1);
    expect_error(refusal_of([&] { c.assign("located", key("north"), 2); }), error_code::bad_state,
                 "bucket 3");
    EXPECT_EQ(refusal_of([&] { c.assign("located", key("x"), 4); }).code,
              error_code::unroutable_key);
    EXPECT_EQ(refusal_of([&] { c.assign("located", {value{arg{std::int64_t{1}}}}, 1); }).code,
              error_code::bad_value);
    std::vector<plan::pending_key> wanted;
    for (int i = 0; i < 450; ++i) wanted.push_back({"located", key(std::to_string(i).c_str())});
    wanted.push_back({"located", key("north")});
    wanted.push_back({"located", key("O'Neill \xF0\x9F\x98\x80")});
    const auto found = c.core().look_up(wanted, c.core().default_deadline());
    const auto bucket = [&](const char* text) {
        const auto k = key(text);
        const arg a = k[0].view();
        const auto* entry = found.find("located", plan::encode_key(&a, 1));
        EXPECT_NE(entry, nullptr);
        return entry == nullptr ? std::nullopt : *entry;
    };
    EXPECT_EQ(bucket("north"), 3U);
    EXPECT_EQ(bucket("O'Neill \xF0\x9F\x98\x80"), 1U);
    EXPECT_EQ(bucket("17"), std::nullopt);

    auto first_down = shards.all();
    first_down[0].url = dead_url();
    cluster half(first_down);
    EXPECT_NO_THROW(half.core().look_up({wanted.back()}, half.core().default_deadline()));
    EXPECT_EQ(refusal_of([&] {
                  half.core().look_up({wanted.front()}, half.core().default_deadline());
              }).code,
              error_code::shard_unavailable)
        << "the second shard may have missed the entry";
}

TEST_P(Schema, TellsItsState) {
    const test_shards shards(GetParam(), 2);
    cluster c(shards.all());
    ASSERT_TRUE((c.create_all<customer, product>().complete()));
    shards.execute(1, "INSERT INTO products VALUES ('a')");
    const auto all = c.status(true);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].buckets + all[1].buckets, 1024U);
    for (const shard_status& s : all) {
        EXPECT_TRUE(s.reachable);
        EXPECT_FALSE(s.version.empty());
        EXPECT_EQ(s.rows.size(), 2U);
    }
    for (const auto& r : all[1].rows) EXPECT_EQ(r.rows, r.table == "products" ? 1 : 0);
    EXPECT_TRUE(c.status(false).at(0).rows.empty());
}

TEST_P(Schema, RefusesToDropWhatOthersReferTo) {
    const test_shards shards(GetParam(), 1);
    cluster c(shards.all());
    ASSERT_TRUE((c.create_all<customer, product, purchase>().complete()));
    expect_error(refusal_of([&] { c.drop_all<product>(); }), error_code::bad_model, "purchases");
}

}  // namespace
}  // namespace shardwise::test
