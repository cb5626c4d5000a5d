// SPDX-License-Identifier: MIT
// What is next for a shard, from every state that a crash can leave.
#include "ops/migration.hpp"

#include <gtest/gtest.h>

#include "shardwise/base/error.hpp"

namespace shardwise::ops {
namespace {

using enum sql::dialect_kind;

migration made(std::int64_t version, const std::string& up, const std::string& down = {},
               sql::dialect_kind engine = mariadb) {
    migration m{version, "m", parse_migration(up, "f", engine), {}};
    if (!down.empty()) m.down = parse_migration(down, "f", engine);
    return m;
}

history_row applied(const migration& m) {
    history_row r;
    r.version = m.version;
    r.name = m.name;
    r.checksum = m.up.checksum();
    r.steps = static_cast<std::int64_t>(m.up.statements.size());
    r.done_checksum = r.checksum;
    r.started_ms = 1;
    r.ended_ms = 2;
    return r;
}

history_row after_steps(const migration& m, std::size_t steps, bool running, bool undoing = false) {
    history_row r = applied(m);
    r.undoing = undoing;
    r.steps = static_cast<std::int64_t>(steps);
    r.done_checksum = (undoing ? *m.down : m.up).checksum(steps);
    r.running = running;
    r.ended_ms = 0;
    return r;
}

template <class F>
error_code code_of(const F& work) {
    try {
        work();
    } catch (const error& e) {
        return e.code();
    }
    return error_code::internal;
}

const std::vector<migration>& two() {
    static const std::vector<migration> files{made(1, "a; b; c", "x; y"), made(2, "d", "z")};
    return files;
}

TEST(MigrationProtocol, UpGoesThroughAllVersionsInTheirOrder) {
    auto step = next_up(two(), {});
    ASSERT_TRUE(step);
    EXPECT_EQ(step->what->version, 1);
    EXPECT_EQ(step->first, 0U);
    step = next_up(two(), {applied(two()[0])});
    ASSERT_TRUE(step);
    EXPECT_EQ(step->what->version, 2);
    EXPECT_FALSE(next_up(two(), {applied(two()[0]), applied(two()[1])}));
}

TEST(MigrationProtocol, EveryCrashPointGoesOnWhereItStopped) {
    for (std::size_t steps = 0; steps <= 3; ++steps)
        for (const bool running : {false, true}) {
            const auto step = next_up(two(), {after_steps(two()[0], steps, running)});
            ASSERT_TRUE(step);
            EXPECT_EQ(step->what->version, 1);
            EXPECT_EQ(step->first, steps);
            EXPECT_EQ(step->unknown, running && steps < 3);
        }
    for (std::size_t steps = 0; steps <= 2; ++steps) {
        const auto step = next_down(two(), {after_steps(two()[0], steps, false, true)}, 1);
        ASSERT_TRUE(step);
        EXPECT_TRUE(step->undo);
        EXPECT_EQ(step->first, steps);
    }
}

TEST(MigrationProtocol, DownUndoesOnlyTheVersionWhereItIs) {
    const std::vector<history_row> both{applied(two()[0]), applied(two()[1])};
    EXPECT_TRUE(next_down(two(), both, 2));
    EXPECT_FALSE(next_down(two(), {applied(two()[0])}, 2));  // this shard has undone it
    EXPECT_FALSE(next_down(two(), {}, 0));
    EXPECT_EQ(code_of([&] { next_down(two(), both, 1); }), error_code::bad_state);
    EXPECT_EQ(code_of([&] { next_down(two(), {after_steps(two()[0], 1, false)}, 1); }),
              error_code::bad_state);
    const std::vector<migration> no_down{made(1, "a")};
    EXPECT_EQ(code_of([&] { next_down(no_down, {applied(no_down[0])}, 1); }),
              error_code::bad_state);
}

TEST(MigrationProtocol, HistoriesThatContradictTheFilesAreRefused) {
    const auto refused = [](const std::vector<migration>& files,
                            const std::vector<history_row>& history) {
        return code_of([&] { next_up(files, history); }) == error_code::bad_state;
    };
    EXPECT_TRUE(refused({made(1, "a; b; other"), two()[1]}, {applied(two()[0])}));
    EXPECT_TRUE(refused({two()[1]}, {applied(two()[0])}));  // its file is missing
    EXPECT_TRUE(refused(two(), {applied(two()[1])}));       // an older one was never applied
    EXPECT_TRUE(refused(two(), {after_steps(two()[0], 1, false, true)}));
}

TEST(MigrationProtocol, OnlyWhatHasNotRunMayBeMended) {
    const history_row row = after_steps(two()[0], 1, false);
    EXPECT_TRUE(next_up({made(1, "a; mended; c")}, {row}));
    EXPECT_EQ(code_of([&] { next_up({made(1, "other; b; c")}, {row}); }), error_code::bad_state);
}

TEST(MigrationProtocol, WhatWasBegunByStepsDoesNotBecomeATransaction) {
    const std::string steps = "-- shardwise: no transaction\n";
    const migration begun = made(1, steps + "a; b", steps + "x; y", postgres);
    const std::vector<migration> changed{made(1, "a; b", "x; y", postgres)};
    EXPECT_TRUE(next_up({begun}, {after_steps(begun, 1, false)}));
    EXPECT_EQ(code_of([&] { next_up(changed, {after_steps(begun, 1, false)}); }),
              error_code::bad_state);
    EXPECT_EQ(code_of([&] { next_down(changed, {after_steps(begun, 1, false, true)}, 1); }),
              error_code::bad_state);
}

TEST(MigrationScript, IsCutAndRefusesTransactions) {
    EXPECT_EQ(parse_migration("-- words\n a ; ; b", "f", postgres).statements.size(), 2U);
    EXPECT_TRUE(parse_migration("a", "f", postgres).transactional);
    EXPECT_FALSE(parse_migration("a", "f", mariadb).transactional);
    EXPECT_FALSE(parse_migration("-- shardwise: no transaction\na", "f", postgres).transactional);
    EXPECT_EQ(code_of([] { parse_migration("-- shardwise: no transaction\na", "f", sqlite); }),
              error_code::bad_input);
    for (const char* const text : {"a; begin", "/* x */ COMMIT", "start transaction", "end"})
        EXPECT_EQ(code_of([&] { parse_migration(text, "f", postgres); }), error_code::bad_input);
}

TEST(MigrationStatement, IsKnownByItsWords) {
    using enum statement_kind;
    const auto is = [](sql::dialect_kind engine, const char* text, statement_kind kind,
                       const std::string& name) {
        const statement_shape s = shape_of(text, engine);
        EXPECT_EQ(s.kind, kind) << text;
        EXPECT_EQ(s.name, name) << text;
    };
    is(mariadb, "alter table `a b` add x int", table, "a b");
    is(mariadb, "CREATE TABLE IF NOT EXISTS t (a int)", table, "t");
    is(mariadb, "create unique index i on t (a)", table, "t");
    is(mariadb, "drop index i on t", table, "t");
    is(mariadb, "DROP TABLE a, b", other, "");
    is(mariadb, "ALTER TABLE d.t ADD x int", other, "");
    is(mariadb, "TRUNCATE t", other, "");
    for (const char* const moving :
         {"ALTER TABLE t TRUNCATE PARTITION p", "alter table `t` exchange partition p with table u",
          "ALTER TABLE t CONVERT PARTITION p TO TABLE u", "ALTER TABLE t DISCARD TABLESPACE",
          "ALTER TABLE t ADD x int, import tablespace"})
        is(mariadb, moving, other, "");
    is(mariadb, "ALTER TABLE t ADD x varchar(9) DEFAULT 'a' COMMENT 'no', ADD `y z` int", table,
       "t");
    is(mariadb, "update t set a = 1", rows, "");
    is(postgres, "CREATE INDEX CONCURRENTLY Ix ON t (a)", concurrent_index, "ix");
    is(postgres, "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"Ix\" ON t (a)", concurrent_index,
       "Ix");
    is(postgres, "CREATE INDEX CONCURRENTLY ON t (a)", other, "");
    is(postgres, "DROP INDEX CONCURRENTLY IF EXISTS ix", drop_index_concurrently, "ix");
    is(postgres, "ALTER TABLE t ADD x int", other, "");
}

}  // namespace
}  // namespace shardwise::ops
