// SPDX-License-Identifier: MIT
// Migrations on real shards, by processes that die at every step, and against others.
#include <gmock/gmock.h>

#include <fstream>
#include <thread>

#include "base/failpoint.hpp"
#include "shardwise/ops/migrate.hpp"
#include "support/child_process.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::ops_test {

struct thing {
    std::int64_t id{};
    std::string name;
};
struct thing_with_score {
    std::int64_t id{};
    std::string name;
    std::optional<std::int32_t> score;
    std::string word;
};
struct thing_elsewhere {
    std::int64_t id{};
    std::string name;
};

}  // namespace shardwise::ops_test

template <>
struct shardwise::mapping<shardwise::ops_test::thing>
    : table<ops_test::thing, "things", by_modulo> {
    column<&ops_test::thing::id, primary_key, shard_key> id;
    column<&ops_test::thing::name> name;
};
template <>
struct shardwise::mapping<shardwise::ops_test::thing_with_score>
    : table<ops_test::thing_with_score, "things", by_modulo> {
    using row = ops_test::thing_with_score;
    column<&row::id, primary_key, shard_key> id;
    column<&row::name> name;
    column<&row::score, indexed> score;
    column<&row::word, defaults_to<"'w'">> word;
};
template <>
struct shardwise::mapping<shardwise::ops_test::thing_elsewhere>
    : table<ops_test::thing_elsewhere, "things", by_hash> {
    column<&ops_test::thing_elsewhere::id, primary_key, shard_key> id;
    column<&ops_test::thing_elsewhere::name> name;
};

namespace shardwise::ops_test {
namespace {

using test::environment;
using testing::ElementsAre;
using testing::HasSubstr;
using kind = migration_state::kind;

class Migrate : public test::ClusterTest {
protected:
    void SetUp() override {
        ClusterTest::SetUp();
        if (HasFatalFailure() || IsSkipped()) return;
        shards = std::make_unique<test::test_shards>(GetParam(), 3);
        db = std::make_unique<cluster>(shards->all());
        options.directory = (folder.path() / "migrations").string();
        std::filesystem::create_directory(options.directory);
        write("0001_create.up.sql",
              "CREATE TABLE m (id integer PRIMARY KEY, n integer);\n"
              "INSERT INTO m (id, n) VALUES (1, 0);");
        write("0001_create.down.sql", "DROP TABLE m;");
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(std::filesystem::path(options.directory) / name) << text;
    }
    /// Each statement run twice would be seen: by an error, or by n.
    void write_second() const {
        write("0002_score.up.sql",
              "ALTER TABLE m ADD COLUMN score integer;\n"
              "UPDATE m SET n = n + 1;\nALTER TABLE m ADD COLUMN word varchar(10);\n"
              "UPDATE m SET n = n + 10;");
        write("0002_score.down.sql",
              "ALTER TABLE m DROP COLUMN word;\nUPDATE m SET n = n - 10;\n"
              "ALTER TABLE m DROP COLUMN score;\nUPDATE m SET n = n - 1;");
    }
    std::vector<std::int64_t> everywhere(const std::string& sql) const {
        std::vector<std::int64_t> all;
        for (std::size_t i = 0; i < 3; ++i)
            for (const std::int64_t v : shards->ask(i, sql)) all.push_back(v);
        return all;
    }
    template <class F>
    static error_info failure_of(const F& work) {
        try {
            work();
        } catch (const error& e) {
            return e.info();
        }
        return {};
    }
    bool killed_at(const std::string& point, const std::string& way) const {
        std::ofstream urls(folder.file("urls"));
        for (const shard_url& s : shards->all()) urls << s.url << "\n";
        urls.close();
        return test::was_killed(test::start_self(
            "MigrateProcess.Run",
            {"SHARDWISE_FAILPOINT=" + point + ":kill", "MIGRATE_URLS=" + folder.file("urls"),
             "MIGRATE_DIRECTORY=" + options.directory, "MIGRATE_WAY=" + way},
            folder.file("log")));
    }

    test::temp_folder folder;
    std::unique_ptr<test::test_shards> shards;
    std::unique_ptr<cluster> db;
    migrate_options options;
};

/// What the children run; alone it has nothing to do.
TEST(MigrateProcess, Run) {
    const std::string file = environment("MIGRATE_URLS");
    if (file.empty()) return;
    std::ifstream in(file);
    std::vector<shard_url> urls;
    for (std::string line; std::getline(in, line);)
        urls.push_back({"s" + std::to_string(urls.size() + 1), line});
    cluster db(urls);
    migrate_options options;
    options.directory = environment("MIGRATE_DIRECTORY");
    const migrate_report r =
        environment("MIGRATE_WAY") == "up" ? migrate_up(db, options) : migrate_down(db, options);
    EXPECT_TRUE(r.complete());
}

TEST_P(Migrate, AStructOfTheChangedTableIsTakenIntoTheCatalog) {
    ASSERT_TRUE(db->create_all<thing>().complete());
    {
        session s{*db};
        for (int i = 0; i < 6; ++i) s.add(thing{.id = i, .name = "n"});
        s.commit();
    }
    const std::pair<const char*, const char*> texts[] = {
        {"sqlite", "TEXT"},
        {"postgres", "text COLLATE \"C\""},
        {"mariadb", "longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"}};
    for (const auto& [engine, type] : texts)
        write(std::string("0002_things.up.") + engine + ".sql",
              std::string("ALTER TABLE things ADD COLUMN score INTEGER;\n"
                          "ALTER TABLE things ADD COLUMN word ") +
                  type +
                  " NOT NULL DEFAULT 'w';\n"
                  "CREATE INDEX things_score_idx ON things (score);");
    const auto refused = [&] { return failure_of([&] { db->update_model<thing_with_score>(); }); };
    EXPECT_EQ(refused().code, error_code::schema_mismatch) << "the tables are the old ones";
    EXPECT_THAT(refused().message, HasSubstr("score"));
    for (const auto& shard : migrate_up(*db, options).shards) ASSERT_EQ(shard.error, "");
    EXPECT_EQ(failure_of([&] { session{*db}.get<thing_with_score>(1); }).code,
              error_code::schema_mismatch)
        << "not told yet";
    cluster other(shards->all());  // a program with the old struct
    session old{other};
    old.get<thing>(1);
    for (int again = 0; again < 2; ++again) db->update_model<thing_with_score>();
    EXPECT_TRUE(db->verify_schema<thing_with_score>().empty());
    session s{*db};
    s.get<thing_with_score>(1).edit().score = 7;
    s.add(thing_with_score{.id = 10, .name = "new", .score = 8, .word = "x"});
    s.commit();
    old.add(thing{.id = 11, .name = "old"});
    old.get<thing>(2).edit().name = "renamed";
    old.commit();
    cluster fresh(shards->all());
    session now{fresh};
    EXPECT_EQ(now.get<thing_with_score>(1)->score, 7);
    EXPECT_EQ(now.get<thing_with_score>(11)->word, "w");
    EXPECT_EQ(now.get<thing>(10)->name, "new") << "fewer columns are fine";
    EXPECT_EQ(now.sql("SELECT id FROM things WHERE score > 6").rows.size(), 2u);
    EXPECT_EQ(failure_of([&] { db->update_model<thing_elsewhere>(); }).code,
              error_code::schema_mismatch)
        << "rows would be placed elsewhere";
}

TEST_P(Migrate, UpStatusDown) {
    write_second();
    EXPECT_FALSE(migrations(*db, options).complete());
    const migrate_report up = migrate_up(*db, options);
    for (const auto& s : up.shards) {
        EXPECT_EQ(s.error, "");
        EXPECT_THAT(s.versions, ElementsAre(1, 2));
    }
    EXPECT_TRUE(migrations(*db, options).complete());
    EXPECT_THAT(everywhere("SELECT n FROM m WHERE score IS NULL"), ElementsAre(11, 11, 11));
    for (const auto& s : migrate_up(*db, options).shards) EXPECT_TRUE(s.versions.empty());
    EXPECT_TRUE(migrate_down(*db, options).complete());
    EXPECT_THAT(everywhere("SELECT n FROM m"), ElementsAre(0, 0, 0));
    EXPECT_EQ(migrations(*db, options).shards[0].migrations[1].state, kind::pending);
    EXPECT_TRUE(migrate_down(*db, options).complete());
    EXPECT_TRUE(migrate_up(*db, options).complete());
    EXPECT_THAT(everywhere("SELECT n FROM m"), ElementsAre(11, 11, 11));
}

TEST_P(Migrate, AKillAtAnyStepLeavesEachStatementToRunOnce) {
    ASSERT_TRUE(migrate_up(*db, options).complete());
    write_second();
    int killed = 0;
    for (const std::string point :
         {"migrate.before", "migrate.begun", "migrate.announced", "migrate.rows_ran", "migrate.ran",
          "migrate.step_done", "migrate.before_commit", "migrate.after"}) {
        for (const std::string way : {"up", "down"}) {
            SCOPED_TRACE(point + " " + way);
            if (killed_at(point, way)) ++killed;
            // The servers notice the death of the client, which gives its lock back.
            options.lock_timeout_ms = 20'000;
            const bool unfinished =
                way == "up" || everywhere(
                                   "SELECT COUNT(*) FROM shardwise_migrations "
                                   "WHERE version = 2") != std::vector<std::int64_t>(3, 0);
            const migrate_report r = !unfinished   ? migrate_report{}
                                     : way == "up" ? migrate_up(*db, options)
                                                   : migrate_down(*db, options);
            for (const auto& s : r.shards) EXPECT_EQ(s.error, "");
            const std::int64_t n = way == "up" ? 11 : 0;
            EXPECT_THAT(everywhere("SELECT n FROM m"), ElementsAre(n, n, n));
        }
        if (HasFailure()) return;
    }
    EXPECT_GE(killed, 10);
}

TEST_P(Migrate, AnErrorInTheMiddleIsMendedAndGoneOnFrom) {
    ASSERT_TRUE(migrate_up(*db, options).complete());
    write("0002_wrong.up.sql", "UPDATE m SET n = n + 1;\nALTER TABEL m ADD COLUMN x integer;");
    const migrate_report r = migrate_up(*db, options);
    for (const auto& s : r.shards) EXPECT_NE(s.error, "") << s.shard;
    for (std::size_t i = 0; i < 3; ++i) {
        const bool whole = !shards->all()[i].url.starts_with("mariadb");
        EXPECT_THAT(shards->ask(i, "SELECT n FROM m"), ElementsAre(whole ? 0 : 1));
    }
    EXPECT_FALSE(migrations(*db, options).complete());
    write("0002_wrong.up.sql", "UPDATE m SET n = n + 1;\nALTER TABLE m ADD COLUMN x integer;");
    EXPECT_TRUE(migrate_up(*db, options).complete());
    EXPECT_THAT(everywhere("SELECT n FROM m WHERE x IS NULL"), ElementsAre(1, 1, 1));
}

TEST_P(Migrate, AChangedFileIsRefused) {
    ASSERT_TRUE(migrate_up(*db, options).complete());
    write("0001_create.up.sql", "CREATE TABLE other (id integer PRIMARY KEY);");
    EXPECT_EQ(failure_of([&] { migrate_up(*db, options); }).code, error_code::bad_state);
    EXPECT_EQ(failure_of([&] { migrate_down(*db, options); }).code, error_code::bad_state);
    EXPECT_EQ(migrations(*db, options).shards[1].migrations[0].state, kind::changed);
}

TEST_P(Migrate, TwoRunnersAtOnceApplyOnce) {
    write_second();
    options.lock_timeout_ms = 20'000;
    std::vector<std::thread> both;
    for (int i = 0; i < 2; ++i)
        both.emplace_back([&] {
            cluster mine(shards->all());
            const migrate_report r = migrate_up(mine, options);
            for (const auto& s : r.shards) EXPECT_EQ(s.error, "");
        });
    for (std::thread& t : both) t.join();
    EXPECT_THAT(everywhere("SELECT n FROM m"), ElementsAre(11, 11, 11));
}

INSTANTIATE_TEST_SUITE_P(Clusters, Migrate, testing::ValuesIn(test::cluster_kinds()),
                         test::label_of);

class MigratePostgres : public Migrate {};

TEST_P(MigratePostgres, AnInvalidIndexIsMadeAgain) {
    ASSERT_TRUE(migrate_up(*db, options).complete());
    shards->execute(1, "INSERT INTO m (id, n) VALUES (2, 0)");
    write("0002_index.up.sql",
          "-- shardwise: no transaction\nCREATE UNIQUE INDEX CONCURRENTLY m_n ON m (n);");
    const std::string state =
        "SELECT CASE WHEN indisvalid THEN 1::bigint ELSE 0::bigint END FROM pg_index "
        "WHERE indexrelid = 'm_n'::regclass";
    EXPECT_NE(migrate_up(*db, options).shards[1].error, "");
    EXPECT_THAT(shards->ask(1, state), ElementsAre(0));
    shards->execute(1, "DELETE FROM m WHERE id = 2");
    EXPECT_TRUE(migrate_up(*db, options).complete());
    EXPECT_THAT(everywhere(state), ElementsAre(1, 1, 1));
}

TEST_P(MigratePostgres, ALockThatIsNotFreeIsGivenUpSoon) {
    ASSERT_TRUE(migrate_up(*db, options).complete());
    write_second();
    options.lock_timeout_ms = 100;
    options.lock_attempts = 2;
    engine::engine other(engine::parse_url(shards->all()[0].url), {});
    const auto limit = deadline::after(std::chrono::seconds(60));
    auto link = other.acquire(limit);
    engine::run(*link, "BEGIN", limit);
    engine::run(*link, "LOCK TABLE m IN ACCESS SHARE MODE", limit);
    const migrate_report r = migrate_up(*db, options);
    EXPECT_NE(r.shards[0].error, "");
    EXPECT_EQ(r.shards[1].error, "");
    engine::run(*link, "ROLLBACK", limit);
    EXPECT_TRUE(migrate_up(*db, options).complete());
    EXPECT_THAT(everywhere("SELECT n FROM m"), ElementsAre(11, 11, 11));
}

class MigrateMariadb : public Migrate {};

TEST_P(MigrateMariadb, WhatNobodyKnowsIsRefusedUntilSomebodyHasLooked) {
    ASSERT_TRUE(migrate_up(*db, options).complete());
    write("0002_empty.up.sql", "TRUNCATE m;");
    ASSERT_TRUE(killed_at("migrate.ran", "up"));
    options.lock_timeout_ms = 20'000;
    const migrate_report refused = migrate_up(*db, options);
    EXPECT_FALSE(refused.complete());
    std::string errors;
    for (const auto& s : refused.shards) errors += s.error;
    EXPECT_THAT(errors, HasSubstr("--assume-not-ran"));
    options.unknown = migrate_options::unknown_statement::has_not_run;
    EXPECT_TRUE(migrate_up(*db, options).complete());
    EXPECT_THAT(everywhere("SELECT COUNT(*) FROM m"), ElementsAre(0, 0, 0));
}

/// What is known about one statement says nothing about another.
TEST_P(MigrateMariadb, AStatementThatWasBegunMustNotBeMended) {
    write("0002_column.up.sql", "ALTER TABLE m ADD COLUMN x integer;");
    ASSERT_TRUE(migrate_up(*db, options).complete());
    for (std::size_t i = 0; i < 3; ++i)
        shards->execute(i,
                        "UPDATE shardwise_migrations SET ended_ms = 0, steps = 0, running = 1, "
                        "done_checksum = SHA2('', 256), `before` = 'of another:absent' "
                        "WHERE version = 2");
    for (const auto& s : migrate_up(*db, options).shards)
        EXPECT_THAT(s.error, HasSubstr("was begun"));
}

INSTANTIATE_TEST_SUITE_P(Clusters, MigrateMariadb, testing::Values("mariadb"), test::label_of);

class MigrateFiles : public Migrate {};

TEST_P(MigrateFiles, AShardThatIsDownStopsBeforeAnythingIsChanged) {
    db.reset();
    {
        cluster first(shards->all());  // stamps all
    }
    const std::string file = shards->all()[1].url.substr(std::string("sqlite:///").size());
    std::filesystem::rename(file, file + ".away");
    std::filesystem::create_directory(file);
    cluster half(shards->all());
    EXPECT_EQ(failure_of([&] { migrate_up(half, options); }).shard, "s2");
    EXPECT_NE(migrations(half, options).shards[1].error, "");
    EXPECT_THAT(shards->ask(0, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'm'"),
                ElementsAre(0));
    std::filesystem::remove(file);
    std::filesystem::rename(file + ".away", file);
    EXPECT_TRUE(migrate_up(half, options).complete());
}

INSTANTIATE_TEST_SUITE_P(Clusters, MigrateFiles, testing::Values("sqlite"), test::label_of);

INSTANTIATE_TEST_SUITE_P(Clusters, MigratePostgres, testing::Values("postgres"), test::label_of);

}  // namespace
}  // namespace shardwise::ops_test
