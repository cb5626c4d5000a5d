// SPDX-License-Identifier: MIT
// What is particular to the SQLite driver; everything else is in tests/dialect/engine.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "engine/driver/sqlite/connection.hpp"
#include "engine/driver/sqlite/errors.hpp"
#include "engine/driver/sqlite/index_use.hpp"
#include "engine/driver/sqlite/statement_cache.hpp"
#include "support/engine_test.hpp"

namespace shardwise::engine {
namespace {

using test::code_of;
using test::error_of;
using test::soon;

class Sqlite : public testing::Test {
protected:
    std::unique_ptr<connection> open(const std::string& text) {
        const url where = parse_url(text);
        return driver_for(where.kind).connect(where, {}, soon());
    }
    std::unique_ptr<connection> open_file(const std::string& name = "a.db",
                                          const std::string& options = {}) {
        return open(folder_.sqlite_url(name) + options);
    }
    static void execute(connection& c, const std::string& text) { run(c, text, soon()); }
    static std::vector<value> column(connection& c, const std::string& text, column_type type,
                                     std::uint8_t scale = 0) {
        statement s;
        s.text = text;
        s.columns = {{type, scale}};
        std::vector<value> all;
        run(c, s, {}, soon(), [&](std::span<const arg> row) { all.emplace_back(row[0]); });
        return all;
    }
    static std::int64_t integer(connection& c, const std::string& text) {
        return column(c, text, column_type::int64).at(0).view().integer();
    }
    static std::string text(connection& c, const std::string& sql) {
        return std::string(column(c, sql, column_type::text).at(0).view().text());
    }
    test::temp_folder folder_;
};

TEST(SqliteIndexUse, IsOnlyForWholeTablesInGroups) {
    const auto changed = [](const char* text, column_type result = column_type::int64) {
        statement s;
        s.text = text;
        s.columns = {{result, 0}};
        return sqlite::without_index(s);
    };
    EXPECT_EQ(changed("SELECT \"a\", COUNT(*) FROM \"t\" GROUP BY \"t\".\"a\" COLLATE BINARY"),
              "SELECT \"a\", COUNT(*) FROM \"t\" NOT INDEXED GROUP BY \"t\".\"a\" COLLATE BINARY");
    EXPECT_EQ(
        changed("SELECT (SELECT 1 FROM \"x\" GROUP BY 1), ' FROM \"' FROM \"a\"\"b\" GROUP BY 1"),
        "SELECT (SELECT 1 FROM \"x\" GROUP BY 1), ' FROM \"' FROM \"a\"\"b\" NOT INDEXED GROUP "
        "BY 1");
    for (const char* text :
         {"SELECT a FROM \"t\"", "SELECT a FROM \"t\" WHERE b = ? GROUP BY a",
          "SELECT a FROM \"t\" JOIN \"u\" ON 1 GROUP BY a", "SELECT a FROM \"t\", \"u\" GROUP BY a",
          "SELECT a FROM \"t\" GROUP BY a LIMIT ?", "SELECT a FROM t GROUP BY a",
          "SELECT a FROM (SELECT a FROM \"t\" GROUP BY a)", "SELECT ' FROM \"t\" GROUP BY a",
          "DELETE FROM \"t\" GROUP BY a"})
        EXPECT_EQ(changed(text), std::nullopt) << text;
    EXPECT_EQ(changed("SELECT SUM(x) FROM \"t\" GROUP BY \"a\"", column_type::float64),
              std::nullopt)
        << "doubles would be added in another order";
}

TEST_F(Sqlite, GroupsAreTheSameWithAndWithoutTheIndex) {
    const auto c = open_file();
    execute(*c, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, n INTEGER)");
    execute(
        *c,
        "WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < 5000) "
        "INSERT INTO t SELECT i, CASE WHEN i % 7 = 0 THEN NULL ELSE char(97 + i * 31 % 23) END, "
        "CASE WHEN i % 11 = 0 THEN NULL ELSE i * 37 % 1000 - 500 END FROM g");
    execute(*c, "CREATE VIEW v AS SELECT a, n FROM t");
    statement s;
    s.columns = {{column_type::text, 0}, {column_type::int64, 0}, {column_type::int64, 0}};
    s.prepare = true;
    for (const char* table : {"t", "v"}) {
        s.text = std::string("SELECT a, COUNT(*), SUM(n) FROM \"") + table + "\" GROUP BY a";
        std::vector<std::string> before;
        for (const char* index :
             {"", "CREATE INDEX by_a ON t (a)", "CREATE INDEX by_a_n ON t (a, n)"}) {
            if (*index != '\0') execute(*c, index);
            std::vector<std::string> found;
            run(*c, s, {}, soon(), [&](std::span<const arg> row) {
                found.push_back(to_display(row[0]) + " " + to_display(row[1]) + " " +
                                to_display(row[2]));
            });
            EXPECT_EQ(found.size(), 24U);
            if (before.empty()) before = found;
            EXPECT_EQ(found, before) << table << " " << index;
        }
        execute(*c, "DROP INDEX by_a");
        execute(*c, "DROP INDEX by_a_n");
    }
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open((folder_.path() / "a.db").c_str(), &db), SQLITE_OK);
    const std::string sums = "SELECT a, SUM(n) FROM \"t\" GROUP BY a";
    EXPECT_FALSE(sqlite::looks_rows_up(db, sums)) << "no index";
    sqlite3_exec(db, "CREATE INDEX by_a ON t (a)", nullptr, nullptr, nullptr);
    EXPECT_TRUE(sqlite::looks_rows_up(db, sums));
    EXPECT_FALSE(sqlite::looks_rows_up(db, "SELECT a, COUNT(*) FROM \"t\" GROUP BY a"))
        << "the index has all columns";
    EXPECT_FALSE(sqlite::looks_rows_up(db, "SELECT broken"));
    sqlite3_close(db);
}

TEST_F(Sqlite, SessionsAreSetUpForSafety) {
    const auto c = open_file();
    EXPECT_EQ(text(*c, "PRAGMA journal_mode"), "wal");
    EXPECT_EQ(integer(*c, "PRAGMA synchronous"), 2);
    EXPECT_EQ(integer(*c, "PRAGMA foreign_keys"), 1);
    EXPECT_EQ(integer(*c, "PRAGMA mmap_size"), 268435456);
    EXPECT_EQ(integer(*c, "SELECT 'a' LIKE 'A'"), 0);
    EXPECT_EQ(integer(*open_file("a.db", "?synchronous=normal"), "PRAGMA synchronous"), 1);
}

TEST_F(Sqlite, AMisspeltColumnInDoubleQuotesIsNotAText) {
    const auto c = open("sqlite://:memory:");
    EXPECT_EQ(code_of([&] { execute(*c, "SELECT \"no_such_column\""); }),
              error_code::statement_failed);
    EXPECT_EQ(code_of([&] { execute(*c, "CREATE TABLE t (a CHECK (a <> \"x\"))"); }),
              error_code::statement_failed);
}

TEST_F(Sqlite, AMissingFolderIsNamed) {
    const auto e = error_of([&] { open_file("no/such/folder/a.db"); });
    EXPECT_EQ(e.code, error_code::connect_failed);
    EXPECT_NE(e.message.find("no/such/folder'"), std::string::npos) << e.message;
    EXPECT_EQ(error_of([&] { open("sqlite:///" + folder_.path().string()); }).code,
              error_code::connect_failed);
}

TEST_F(Sqlite, AFileThatIsNoDatabaseIsRefusedAndLeftAlone) {
    const std::string content(4096, 'x');
    std::ofstream(folder_.file("letter.txt")) << content;
    const auto e = error_of([&] { open_file("letter.txt"); });
    EXPECT_EQ(e.code, error_code::connect_failed);
    EXPECT_NE(e.message.find("not a SQLite database"), std::string::npos) << e.message;
    std::ifstream file(folder_.file("letter.txt"));
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), content);
}

TEST_F(Sqlite, NamesThatLookLikeUrisAreFiles) {
    const std::string old = std::filesystem::current_path();
    std::filesystem::current_path(folder_.path());
    { open("sqlite:///file:x.db%3Fmode=memory"); }
    EXPECT_TRUE(std::filesystem::exists(folder_.path() / "file:x.db?mode=memory"));
    std::filesystem::current_path(old);
}

TEST_F(Sqlite, ValuesOfAnotherClassAreRefusedNotConverted) {
    const auto c = open("sqlite://:memory:");
    const std::tuple<const char*, column_type> table[] = {
        {"SELECT 'abc'", column_type::int64},
        {"SELECT '12'", column_type::int64},
        {"SELECT 1.5", column_type::int64},
        {"SELECT x'00'", column_type::int64},
        {"SELECT 2", column_type::boolean},
        {"SELECT 40000", column_type::int16},
        {"SELECT 3000000000", column_type::int32},
        {"SELECT 'x'", column_type::float64},
        {"SELECT 9007199254740993", column_type::float64},
        {"SELECT 1", column_type::text},
        {"SELECT x'61'", column_type::text},
        {"SELECT 'a'", column_type::blob},
        {"SELECT x'0011'", column_type::uuid},
        {"SELECT 'x'", column_type::uuid},
        {"SELECT '2024-01-01'", column_type::date},
        {"SELECT 2932897", column_type::date},
        {"SELECT '2024-01-01'", column_type::timestamp},
        {"SELECT 9000000000000000000", column_type::timestamp},
        {"SELECT 1.5", column_type::decimal},
        {"SELECT 1", column_type::json},
    };
    for (const auto& [sql, type] : table) {
        const auto e = error_of([&, t = type, q = sql] { column(*c, q, t); });
        EXPECT_EQ(e.code, error_code::bad_value) << sql;
        EXPECT_NE(e.message.find("column 1"), std::string::npos) << e.message;
        EXPECT_EQ(c->pending(), 0U);
    }
    EXPECT_EQ(column(*c, "SELECT 7", column_type::float64).at(0), value{arg{7.0}});
    EXPECT_TRUE(same(column(*c, "SELECT 15", column_type::decimal, 1).at(0).view(),
                     arg{decimal::parse("1.5")}));
}

TEST_F(Sqlite, DecimalsThatDoNotFitAreRefused) {
    const auto c = open("sqlite://:memory:");
    statement s;
    s.text = "SELECT ?";
    s.parameters = {{column_type::decimal, 4}};
    s.columns = {{column_type::decimal, 4}};
    for (const char* bad : {"1.23456", "999999999999999999", "99999999999999999999"})
        EXPECT_EQ(code_of([&] { c->send(s, std::vector<arg>{arg{decimal::parse(bad)}}); }),
                  error_code::value_not_storable)
            << bad;
    EXPECT_EQ(c->pending(), 0U);
}

TEST_F(Sqlite, MoreThanOneStatementInATextIsRefused) {
    const auto c = open("sqlite://:memory:");
    EXPECT_EQ(code_of([&] { execute(*c, "SELECT 1; SELECT 2"); }), error_code::bad_query);
    EXPECT_EQ(code_of([&] { execute(*c, "SELECT 1; nonsense"); }), error_code::bad_query);
    EXPECT_EQ(code_of([&] { execute(*c, " -- nothing"); }), error_code::bad_query);
    EXPECT_NO_THROW(execute(*c, "SELECT 1; -- the end"));
}

TEST_F(Sqlite, ATransactionLostToAnErrorStaysFailedUntilRollback) {
    const auto c = open_file();
    execute(*c, "CREATE TABLE t (id INTEGER PRIMARY KEY)");
    execute(*c, "BEGIN IMMEDIATE");
    execute(*c, "INSERT INTO t VALUES (1)");
    // This conflict clause makes SQLite end the transaction by itself.
    EXPECT_EQ(code_of([&] { execute(*c, "INSERT OR ROLLBACK INTO t VALUES (1)"); }),
              error_code::unique_violation);
    EXPECT_TRUE(c->in_transaction());
    const auto e = error_of([&] { execute(*c, "INSERT INTO t VALUES (2)"); });
    EXPECT_EQ(e.sqlstate, "25P02");
    EXPECT_EQ(code_of([&] { execute(*c, "COMMIT"); }), error_code::statement_failed);
    execute(*c, "ROLLBACK");
    EXPECT_FALSE(c->in_transaction());
    EXPECT_EQ(integer(*c, "SELECT COUNT(*) FROM t"), 0);
}

TEST_F(Sqlite, AWriterThatWaitsForALockRespectsItsDeadline) {
    const auto holder = open_file();
    const auto other = open_file("a.db", "?busy_timeout_ms=86400000");
    execute(*holder, "BEGIN IMMEDIATE");
    EXPECT_EQ(code_of([&] {
                  run(*other, "BEGIN IMMEDIATE", deadline::after(std::chrono::milliseconds(50)));
              }),
              error_code::timeout);
    const auto hasty = open_file("a.db", "?busy_timeout_ms=20");
    EXPECT_EQ(code_of([&] { execute(*hasty, "BEGIN IMMEDIATE"); }), error_code::lock_timeout);
}

TEST_F(Sqlite, AWaitForALockCanBeCancelled) {
    const auto holder = open_file();
    const auto other = open_file("a.db", "?busy_timeout_ms=86400000");
    execute(*holder, "BEGIN IMMEDIATE");
    std::atomic<bool> done{false};
    std::thread canceller([&] {
        while (!done) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            other->cancel();
        }
    });
    EXPECT_EQ(code_of([&] { execute(*other, "BEGIN IMMEDIATE"); }), error_code::cancelled);
    done = true;
    canceller.join();
}

TEST_F(Sqlite, AWriteBehindAnOldSnapshotIsASerializationFailure) {
    const auto one = open_file();
    const auto other = open_file();
    execute(*one, "CREATE TABLE t (id INTEGER PRIMARY KEY)");
    execute(*one, "BEGIN");
    EXPECT_EQ(integer(*one, "SELECT COUNT(*) FROM t"), 0);
    execute(*other, "INSERT INTO t VALUES (1)");
    EXPECT_EQ(code_of([&] { execute(*one, "INSERT INTO t VALUES (2)"); }),
              error_code::serialization_failure);
    execute(*one, "ROLLBACK");
}

TEST_F(Sqlite, ACommitAfterAHalfReadQuerySurvivesAndCheckpoints) {
    const auto writer = open_file();
    execute(*writer, "CREATE TABLE t (id INTEGER PRIMARY KEY)");
    execute(*writer, "BEGIN IMMEDIATE");
    execute(*writer, "INSERT INTO t VALUES (1), (2), (3)");
    statement read;
    read.text = "SELECT id FROM t";
    read.columns = {{column_type::int64, 0}};
    writer->send(read, {});
    std::vector<arg> one(1);
    EXPECT_EQ(writer->next(one), fetch::row);
    EXPECT_TRUE(writer->discard(soon()));
    execute(*writer, "COMMIT");
    statement checkpoint;
    checkpoint.text = "PRAGMA wal_checkpoint(TRUNCATE)";
    checkpoint.columns = {
        {column_type::int64, 0}, {column_type::int64, 0}, {column_type::int64, 0}};
    run(*writer, checkpoint, {}, soon(), [](std::span<const arg> row) {
        EXPECT_EQ(row[0].integer(), 0) << "a reader is still open";
    });
    EXPECT_EQ(integer(*open_file(), "SELECT COUNT(*) FROM t"), 3);
}

TEST_F(Sqlite, ReadOnlyFilesArePermissionDenied) {
    if (geteuid() == 0) {  // root may write everything: let SQLite say it is read-only
        EXPECT_EQ(sqlite::describe_error(SQLITE_READONLY, "readonly", "f").code,
                  error_code::permission_denied);
        return;
    }
    { execute(*open_file(), "CREATE TABLE t (id INTEGER)"); }
    chmod(folder_.file("a.db").c_str(), 0400);
    EXPECT_EQ(code_of([&] { execute(*open_file(), "INSERT INTO t VALUES (1)"); }),
              error_code::permission_denied);
}

TEST_F(Sqlite, ResultCodesBecomeTypedErrors) {
    const std::tuple<int, error_code> table[] = {
        {SQLITE_CONSTRAINT_PRIMARYKEY, error_code::unique_violation},
        {SQLITE_CONSTRAINT_FOREIGNKEY, error_code::foreign_key_violation},
        {SQLITE_CONSTRAINT_NOTNULL, error_code::not_null_violation},
        {SQLITE_CONSTRAINT_CHECK, error_code::check_violation},
        {SQLITE_BUSY, error_code::lock_timeout},
        {SQLITE_LOCKED_SHAREDCACHE, error_code::lock_timeout},
        {SQLITE_BUSY_SNAPSHOT, error_code::serialization_failure},
        {SQLITE_FULL, error_code::disk_full},
        {SQLITE_READONLY_DIRECTORY, error_code::permission_denied},
        {SQLITE_CORRUPT_INDEX, error_code::connect_failed},
        {SQLITE_NOTADB, error_code::connect_failed},
        {SQLITE_ERROR, error_code::statement_failed},
        {SQLITE_IOERR_FSYNC, error_code::statement_failed},
    };
    for (const auto& [rc, code] : table)
        EXPECT_EQ(sqlite::describe_error(rc, "x", "f").code, code) << rc;
    // The children of a deleted parent are found by a trigger of SQLite's own.
    EXPECT_EQ(
        sqlite::describe_error(SQLITE_CONSTRAINT_TRIGGER, "FOREIGN KEY constraint failed", "f")
            .code,
        error_code::foreign_key_violation);
    const error_info info = sqlite::describe_error(
        SQLITE_CONSTRAINT_UNIQUE, "UNIQUE constraint failed: users.email, users.name", "f");
    EXPECT_EQ(info.table, "users");
    EXPECT_EQ(info.constraint, "users.email, users.name");
    EXPECT_EQ(sqlite::describe_error(SQLITE_CONSTRAINT_UNIQUE,
                                     "UNIQUE constraint failed: index 'by_name'", "f")
                  .constraint,
              "by_name");
}

TEST_F(Sqlite, AFullDiskIsSaidAndNothingIsHalfStored) {
    const auto c = open_file();
    execute(*c, "CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)");
    const std::int64_t pages = integer(*c, "PRAGMA page_count");
    integer(*c, "PRAGMA max_page_count = " + std::to_string(pages + 2));
    execute(*c, "BEGIN IMMEDIATE");
    execute(*c, "INSERT INTO t VALUES (1, zeroblob(10))");
    EXPECT_EQ(code_of([&] { execute(*c, "INSERT INTO t VALUES (2, zeroblob(1000000))"); }),
              error_code::disk_full);
    EXPECT_TRUE(c->in_transaction());
    execute(*c, "ROLLBACK");
    EXPECT_EQ(integer(*c, "SELECT COUNT(*) FROM t"), 0);
}

TEST_F(Sqlite, TheStatementCacheIsBoundedAndForgetsTheOldest) {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(":memory:", &raw), SQLITE_OK);
    const sqlite::database db(raw);
    sqlite::statement_cache cache(3);
    statement s;
    for (std::uint64_t id = 1; id <= 3; ++id) {
        s.text = "SELECT " + std::to_string(id);
        s.id = id;
        cache.release(cache.add(db.get(), s, "f"));
    }
    EXPECT_NE(cache.find(1), nullptr);  // now 2 is the oldest
    s.id = 4;
    cache.add(db.get(), s, "f");
    EXPECT_EQ(cache.size(), 3U);
    EXPECT_EQ(cache.find(2), nullptr);
    EXPECT_NE(cache.find(1), nullptr);
    s.id = 5;
    s.prepare = false;
    cache.release(cache.add(db.get(), s, "f"));
    EXPECT_EQ(cache.size(), 3U);
    EXPECT_EQ(cache.find(5), nullptr);
}

TEST_F(Sqlite, SendAfterAFailedBatchNeedsDiscard) {
    const auto c = open("sqlite://:memory:");
    statement bad;
    bad.text = "SELECT no_such_column";
    statement good;
    good.text = "SELECT 1";
    c->send(bad, {});
    c->send(good, {});
    EXPECT_EQ(code_of([&] { c->next({}); }), error_code::statement_failed);
    EXPECT_EQ(c->pending(), 1U);
    EXPECT_EQ(code_of([&] { c->send(good, {}); }), error_code::bad_state);
    EXPECT_EQ(code_of([&] { c->next({}); }), error_code::bad_state);
    EXPECT_TRUE(c->discard(soon()));
    EXPECT_NO_THROW(execute(*c, "SELECT 1"));
    EXPECT_EQ(code_of([&] { c->next({}); }), error_code::bad_state);
}

TEST_F(Sqlite, MemoryDatabasesHaveOneConnectionAndKeepTheirRows) {
    engine db(parse_url("sqlite://:memory:?pool_size=5"), {});
    EXPECT_EQ(db.options().size, 1U);
    { execute(*db.acquire(soon()), "CREATE TABLE t (id INTEGER)"); }
    db.close_idle();
    EXPECT_EQ(integer(*db.acquire(soon()), "SELECT COUNT(*) FROM t"), 0);
}

TEST_F(Sqlite, UrlOptionsWinOverPoolOptions) {
    pool_options given;
    given.size = 2;
    engine db(parse_url(folder_.sqlite_url("a.db") +
                        "?pool_size=7&pool_wait_ms=1&connect_timeout_ms=2&statement_timeout_ms=3"),
              given);
    EXPECT_EQ(db.options().size, 7U);
    EXPECT_EQ(db.options().wait_timeout.count(), 1);
    EXPECT_EQ(db.options().connect_timeout.count(), 2);
    EXPECT_EQ(db.options().statement_timeout.count(), 3);
}

TEST_F(Sqlite, WhatOnConnectThrowsReachesTheCaller) {
    int calls = 0;
    engine db(parse_url(folder_.sqlite_url("a.db")), {}, [&calls](connection& c, deadline limit) {
        run(c, "SELECT 1", limit);
        if (++calls == 1) raise(error_code::wrong_shard, "not this one");
    });
    EXPECT_EQ(code_of([&] { db.acquire(soon()); }), error_code::wrong_shard);
    EXPECT_EQ(db.stats().open, 0U);
    EXPECT_NO_THROW(db.acquire(soon()));
    EXPECT_NO_THROW(db.acquire(soon()));
    EXPECT_EQ(calls, 2);
}

TEST_F(Sqlite, ManyProcessesMayOpenANewFileAtTheSameTime) {
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            try {
                const auto c = open_file("new.db");
                execute(*c, "CREATE TABLE IF NOT EXISTS t (id INTEGER)");
                ++good;
            } catch (const error& e) {
                ADD_FAILURE() << e.what();
            }
        });
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(good, 8);
}

}  // namespace
}  // namespace shardwise::engine
