// SPDX-License-Identifier: MIT
// Opening clusters on real databases: who is stamped, who is refused, and what is left behind.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "model.hpp"

namespace shardwise::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Opening : public ClusterTest {};
INSTANTIATE_TEST_SUITE_P(Clusters, Opening, testing::ValuesIn(cluster_kinds()), label_of);

TEST_P(Opening, KeepsTheIdentityOfAFreshCluster) {
    const test_shards shards(GetParam(), 3);
    std::string id;
    {
        cluster c(shards.all());
        id = c.id();
        EXPECT_EQ(id.size(), 36U);
        EXPECT_EQ(c.shard_count(), 3U);
        EXPECT_EQ(c.shard_name(2), "s3");
        EXPECT_EQ(c.name(), "main");
    }
    EXPECT_EQ(cluster(shards.all()).id(), id);
    auto other_order = shards.all();
    std::swap(other_order[0], other_order[2]);
    EXPECT_EQ(cluster(other_order).id(), id);
}

TEST_P(Opening, RefusesSwappedShards) {
    const test_shards shards(GetParam(), 3);
    cluster(shards.all());
    auto swapped = shards.all();
    std::swap(swapped[0].url, swapped[1].url);
    expect_error(refusal_of([&] { cluster c(swapped); }), error_code::wrong_shard,
                 "s1 and s2 are swapped");
}

TEST_P(Opening, RefusesTheSameUrlTwiceBeforeAnythingIsWritten) {
    const test_shards shards(GetParam(), 2);
    auto twice = shards.all();
    twice[1].url = twice[0].url;
    expect_error(refusal_of([&] { cluster c(twice); }), error_code::wrong_shard, "same database");
    EXPECT_NO_THROW(cluster(shards.all()));
}

TEST_P(Opening, RefusesForeignAndMissingAndUnknownShards) {
    const test_shards ours(GetParam(), 3);
    const test_shards theirs(GetParam(), 3);
    cluster(ours.all());
    cluster(theirs.all());
    auto mixed = ours.all();
    mixed[1] = theirs[1];
    expect_error(refusal_of([&] { cluster c(mixed); }), error_code::wrong_shard, "another cluster");
    expect_error(refusal_of([&] {
                     cluster c({ours[0], ours[1]});
                 }),
                 error_code::missing_shard, "no shard s3");
    expect_error(refusal_of([&] {
                     cluster_options named;
                     named.name = "billing";
                     cluster c(ours.all(), named);
                 }),
                 error_code::wrong_shard, "'billing'");
    const test_shards extra(GetParam(), 4);
    auto four = ours.all();
    four.push_back(extra[3]);
    expect_error(refusal_of([&] { cluster c(four); }), error_code::wrong_shard, "resharding");
}

TEST_P(Opening, NeverStampsAnEmptyDatabaseOfACompleteCluster) {
    const test_shards ours(GetParam(), 3);
    const test_shards empty(GetParam(), 3);
    cluster(ours.all());
    auto wrong = ours.all();
    wrong[2].url = empty[2].url;
    expect_error(refusal_of([&] { cluster c(wrong); }), error_code::wrong_shard,
                 "empty or wrong database");
    EXPECT_NO_THROW(cluster(empty.all())) << "nothing was written to the empty database";
}

TEST_P(Opening, TakesDatabasesThatHaveTablesAlready) {
    const test_shards shards(GetParam(), 2);
    shards.execute(0, "CREATE TABLE old_table (a bigint)");
    EXPECT_NO_THROW(cluster(shards.all()));
}

TEST_P(Opening, NeedsAllShardsOnTheFirstUse) {
    const test_shards shards(GetParam(), 2);
    auto with_dead = shards.all();
    with_dead[1].url = dead_url();
    const error_info e = refusal_of([&] { cluster c(with_dead); });
    expect_error(e, error_code::shard_unavailable, "first use");
    EXPECT_EQ(e.shard, "s2");
    EXPECT_THAT(e.message, Not(HasSubstr("s3cret")));
    EXPECT_NO_THROW(cluster(shards.all()));
}

TEST_P(Opening, OpensWithAShardThatIsDownAndNamesItWhenItIsNeeded) {
    const test_shards shards(GetParam(), 2);
    cluster(shards.all());
    auto with_dead = shards.all();
    with_dead[1].url = dead_url();
    cluster c(with_dead);
    EXPECT_NO_THROW(c.core().connect(0, c.core().default_deadline()));
    const error_info e = refusal_of([&] { c.core().connect(1, c.core().default_deadline()); });
    expect_error(e, error_code::shard_unavailable, "s2");
    EXPECT_EQ(e.shard, "s2");
}

TEST_P(Opening, EndsWithOneIdentityWhenManyOpenAtOnce) {
    const test_shards shards(GetParam(), 3);
    std::vector<std::string> ids(6);
    {
        std::vector<std::jthread> threads;
        for (std::string& id : ids) threads.emplace_back([&] { id = cluster(shards.all()).id(); });
    }
    for (const std::string& id : ids) EXPECT_EQ(id, ids.front());
    EXPECT_EQ(cluster(shards.all()).id(), ids.front());
}

TEST_P(Opening, GoesOnAfterACrashBetweenStamps) {
    const test_shards shards(GetParam(), 3);
    const std::string id = cluster(shards.all()).id();
    // As after a crash: one stamp, still initializing.
    for (std::size_t i = 0; i < 3; ++i)
        shards.execute(i, "UPDATE shardwise_identity SET state = 'initializing'");
    shards.execute(1, "DELETE FROM shardwise_identity");
    shards.execute(2, "DROP TABLE shardwise_identity");
    EXPECT_EQ(cluster(shards.all()).id(), id);
    EXPECT_EQ(cluster(shards.all()).id(), id);
}

TEST_P(Opening, ChecksConnectionsThatAreMadeLater) {
    const test_shards shards(GetParam(), 2);
    cluster c(shards.all());
    c.core().endpoint(1).close_idle();
    shards.execute(1, "UPDATE shardwise_identity SET shard_name = 's9'");
    expect_error(refusal_of([&] { c.core().connect(1, c.core().default_deadline()); }),
                 error_code::wrong_shard, "s9");
    shards.execute(1, "DROP TABLE shardwise_identity");
    expect_error(refusal_of([&] { c.core().connect(1, c.core().default_deadline()); }),
                 error_code::wrong_shard, "without the cluster's stamp");
}

// ---------------------------------------------------------------- servers: one database, two names

class Aliases : public ClusterTest {};
INSTANTIATE_TEST_SUITE_P(Clusters, Aliases, testing::Values("postgres", "mariadb"), label_of);

TEST_P(Aliases, AreFoundAndTheDatabaseIsLeftAsItWas) {
    const test_shards shards(GetParam(), 2);
    auto alias = shards.all();
    alias[1].url = alias[0].url;
    const std::size_t host = alias[1].url.find("127.0.0.1");
    ASSERT_NE(host, std::string::npos);
    alias[1].url.replace(host, 9, "localhost");
    const error_info e = refusal_of([&] { cluster c(alias); });
    expect_error(e, error_code::wrong_shard, "s1 and s2 reach the same database");
    // The stamp was taken back: another configuration may use the database under another name.
    EXPECT_NO_THROW(cluster({{"x", shards[0].url}, {"y", shards[1].url}}));
}

// ---------------------------------------------------------------- SQLite files

TEST(SqliteFiles, AreNotCreatedByARefusal) {
    const temp_folder folder;
    const std::vector<shard_url> shards{{"s1", folder.sqlite_url("a.db")},
                                        {"s2", folder.sqlite_url("b.db")}};
    cluster c(shards);
    expect_error(refusal_of([&] {
                     cluster wrong({shards[0], {"s2", folder.sqlite_url("c.db")}});
                 }),
                 error_code::wrong_shard, "empty or wrong database");
    EXPECT_FALSE(std::filesystem::exists(folder.file("c.db")));
    expect_error(refusal_of([&] {
                     cluster fresh({{"s1", folder.sqlite_url("d.db")}, {"s2", dead_url()}});
                 }),
                 error_code::shard_unavailable, "first use");
    EXPECT_FALSE(std::filesystem::exists(folder.file("d.db")));
}

TEST(SqliteFiles, AreRecognisedUnderEveryPath) {
    const temp_folder folder;
    std::filesystem::create_directory(folder.file("sub"));
    std::filesystem::create_symlink(folder.file("sub"), folder.file("link"));
    for (const bool exists : {false, true}) {
        if (exists) std::ofstream(folder.file("sub/a.db")).flush();
        for (const char* alias : {"sub/../sub/a.db", "link/a.db", "./sub//a.db"})
            expect_error(refusal_of([&] {
                             cluster c({{"s1", folder.sqlite_url("sub/a.db")},
                                        {"s2", folder.sqlite_url(alias)}});
                         }),
                         error_code::wrong_shard, "same database");
    }
    std::filesystem::create_hard_link(folder.file("sub/a.db"), folder.file("hard.db"));
    expect_error(refusal_of([&] {
                     cluster c({{"s1", folder.sqlite_url("sub/a.db")},
                                {"s2", folder.sqlite_url("hard.db")}});
                 }),
                 error_code::wrong_shard, "same database");
}

TEST(SqliteFiles, KeepTheIdentityWhenManyProcessesOpenAtOnce) {
    const temp_folder folder;
    const std::vector<shard_url> shards{{"s1", folder.sqlite_url("a.db")},
                                        {"s2", folder.sqlite_url("b.db")}};
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            try {
                std::ofstream(folder.file("id" + std::to_string(i))) << cluster(shards).id();
                _exit(0);
            } catch (...) {
                _exit(1);
            }
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    const std::string id = cluster(shards).id();
    for (int i = 0; i < 4; ++i) {
        std::string theirs;
        std::ifstream(folder.file("id" + std::to_string(i))) >> theirs;
        EXPECT_EQ(theirs, id);
    }
}

TEST(MemoryShards, MakeAClusterOfTheirOwnEachTime) {
    cluster a({{"s1", "sqlite://:memory:"}, {"s2", "sqlite://:memory:"}});
    cluster b({{"s1", "sqlite://:memory:"}, {"s2", "sqlite://:memory:"}});
    EXPECT_NE(a.id(), b.id());
    const std::int64_t first = a.next_id();
    EXPECT_LT(first, a.next_id());
}

TEST(OpeningOptions, ZeroMeansNoLimit) {
    cluster_options options;
    options.pool_wait_ms = 0;
    options.connect_timeout_ms = 0;
    options.statement_timeout_ms = 0;
    cluster c({{"s1", "sqlite://:memory:"}}, options);
    EXPECT_TRUE(c.status(true).at(0).reachable);
    options.pool_wait_ms = -1;
    expect_error(refusal_of([&] {
                     cluster d({{"s1", "sqlite://:memory:"}}, options);
                 }),
                 error_code::bad_config, "pool_wait_ms");
}

TEST(OpeningErrors, NameTheShardAndHideThePassword) {
    const error_info e = refusal_of([] {
        cluster c({{"s1", "postgresql://u:s3cret@h/db?bad_option=1"}});
    });
    EXPECT_EQ(e.code, error_code::bad_url);
    EXPECT_EQ(e.shard, "s1");
    EXPECT_THAT(e.message, Not(HasSubstr("s3cret")));
    EXPECT_EQ(refusal_of([] { cluster c(std::vector<shard_url>{}); }).code, error_code::bad_config);
    EXPECT_EQ(refusal_of([] {
                  cluster c({{"s", "sqlite://:memory:"}, {"s", "sqlite://:memory:"}});
              }).code,
              error_code::bad_config);
}

}  // namespace
}  // namespace shardwise::test
