// SPDX-License-Identifier: MIT
// Batches, transactions, prepared statements and errors on a real server.
#include <gmock/gmock.h>

#include <thread>

#include "dialect/postgres/server.hpp"

namespace shardwise::engine::test {
namespace {

using ct = column_type;
using ::testing::HasSubstr;
using ::testing::Not;

arg integer(std::int64_t v) { return arg{v}; }

TEST_F(PostgresDriver, ReturnsEveryTypeAsItWentIn) {
    exec(
        {"CREATE TABLE t (b boolean, i2 smallint, i4 int, i8 bigint, f float8, x text, y bytea, "
         "u uuid, d date, ts timestamptz, n numeric(38,10), j json)"});
    uuid u;
    u.octets.fill(0xAB);
    const std::string bytes{"\0\xff", 2};
    const decimal number = decimal::parse("-1234567890123456789012345678.0123456789");
    const std::vector<arg> args{arg{true},
                                integer(-32768),
                                integer(2147483647),
                                integer(std::numeric_limits<std::int64_t>::min()),
                                arg{-0.0},
                                arg{std::string_view{"grin \xF0\x9F\x98\x80 '\"\\"}},
                                arg::of_bytes(bytes.data(), bytes.size()),
                                arg{u},
                                arg{date{-719162}},
                                arg{timestamp{253402300799999999}},
                                arg{number},
                                arg::of_json("{\"a\": [1, null]}")};
    const std::vector<column_type> types{ct::boolean, ct::int16,     ct::int32,   ct::int64,
                                         ct::float64, ct::text,      ct::blob,    ct::uuid,
                                         ct::date,    ct::timestamp, ct::decimal, ct::json};
    run(*c_, sql("INSERT INTO t VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)", types, {}, 1),
        args, soon());
    const std::vector<arg> nulls(args.size());
    run(*c_, sql("INSERT INTO t VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)", types, {}, 1),
        nulls, soon());
    const auto rows = rows_of(*c_, sql("SELECT * FROM t ORDER BY i8", {}, types, 2));
    ASSERT_EQ(rows.size(), 2U);
    for (std::size_t i = 0; i < args.size(); ++i) {
        EXPECT_TRUE(same(rows[0][i].view(), args[i])) << "column " << i + 1;
        EXPECT_TRUE(rows[1][i].is_null()) << "column " << i + 1;
    }
}

TEST_F(PostgresDriver, ReadsServerTypesOfAdoptedTables) {
    exec({"CREATE TYPE mood AS ENUM ('sad', 'happy')",
          "CREATE DOMAIN small AS int CHECK (VALUE < 100)"});
    const auto rows =
        rows_of(*c_, sql("SELECT 'a'::varchar, 'b '::char(3), 'c'::name, '{\"k\": 1}'::jsonb, "
                         "'happy'::mood, 7::small, 1.5::float4, '2001-02-03 04:05:06'::timestamp, "
                         "sum(x)::numeric, 12::int8 FROM generate_series(1, 4) x",
                         {},
                         {ct::text, ct::text, ct::text, ct::json, ct::text, ct::int64, ct::float64,
                          ct::timestamp, ct::int64, ct::decimal}));
    ASSERT_EQ(rows.size(), 1U);
    const std::vector<std::string> expected{"'a'", "'b  '", "'c'", "", "'happy'", "7"};
    for (const std::size_t i : {0U, 1U, 2U, 4U, 5U})
        EXPECT_EQ(to_display(rows[0][i].view()), expected[i]);
    EXPECT_EQ(rows[0][3].view().text(), "{\"k\": 1}");
    EXPECT_EQ(rows[0][6].view().real(), 1.5);
    EXPECT_EQ(rows[0][7].view().to_timestamp().to_string(), "2001-02-03 04:05:06+00");
    EXPECT_EQ(rows[0][8].view().to_integer(), 10);
    EXPECT_EQ(rows[0][9].view().to_decimal(), decimal{12});
}

TEST_F(PostgresDriver, NamesTheColumnThatCannotBeRead) {
    for (const char* select : {"SELECT 'infinity'::date AS odd", "SELECT 'NaN'::numeric AS odd",
                               "SELECT point(1,2) AS odd"}) {
        const column_type type = std::string_view{select}.find("date") != std::string_view::npos
                                     ? ct::date
                                     : ct::decimal;
        const auto info = failure_of([&] { rows_of(*c_, sql(select, {}, {type})); });
        EXPECT_EQ(info.code, error_code::bad_value) << select;
        EXPECT_THAT(info.message, HasSubstr("'odd'"));
        EXPECT_EQ(number(*c_, "SELECT 5::int8"), 5);
    }
    const auto info = failure_of([&] { rows_of(*c_, sql("SELECT 1, 2", {}, {ct::int32})); });
    EXPECT_EQ(info.code, error_code::bad_query);
}

TEST_F(PostgresDriver, RefusesArgumentsBeforeAnythingIsSent) {
    const statement s = sql("SELECT $1", {ct::int16}, {ct::int16}, 1);
    for (const arg bad : {integer(40000), arg{std::string_view{"x"}}})
        EXPECT_EQ(failure_of([&] { c_->send(s, std::vector<arg>{bad}); }).code,
                  error_code::bad_value);
    EXPECT_EQ(failure_of([&] { c_->send(s, {}); }).code, error_code::internal);
    EXPECT_EQ(c_->pending(), 0U);
    EXPECT_TRUE(c_->usable());
}

TEST_F(PostgresDriver, RunsABatchInOrderAndTellsEachEnd) {
    exec({"CREATE TABLE t (id bigint)"});
    const statement insert = sql("INSERT INTO t VALUES ($1)", {ct::int64}, {}, 1);
    const statement select = sql("SELECT id FROM t ORDER BY id", {}, {ct::int64}, 2);
    const statement update = sql("UPDATE t SET id = id + 10", {}, {}, 3);
    for (int round = 0; round < 3; ++round) {
        c_->send(insert, std::vector<arg>{integer(1)});
        c_->send(insert, std::vector<arg>{integer(2)});
        c_->send(select, {});
        c_->send(update, {});
        EXPECT_EQ(c_->pending(), 4U);
        finish_one(*c_);
        EXPECT_EQ(c_->affected_rows(), 1);
        EXPECT_EQ(c_->pending(), 3U);
        finish_one(*c_);
        EXPECT_EQ(finish_one(*c_, 1), 2U);
        EXPECT_EQ(c_->affected_rows(), 0) << "a SELECT changes nothing";
        finish_one(*c_);
        EXPECT_EQ(c_->affected_rows(), 2);
        EXPECT_EQ(c_->pending(), 0U);
        EXPECT_FALSE(c_->in_transaction());
        EXPECT_TRUE(c_->usable());
        exec({"DELETE FROM t"});
    }
}

TEST_F(PostgresDriver, NeverWaitsInsideNext) {
    c_->send(sql("SELECT pg_sleep(0.2), 7::int8", {}, {}), {});
    EXPECT_EQ(c_->next({}), fetch::wait);
    EXPECT_EQ(c_->next({}), fetch::wait);
    EXPECT_GE(c_->waits_on().fd, 0);
    EXPECT_EQ(finish_one(*c_), 0U);
}

TEST_F(PostgresDriver, MakesABatchWithoutBeginAllOrNothing) {
    exec({"CREATE TABLE t (id bigint PRIMARY KEY)"});
    const statement insert = sql("INSERT INTO t VALUES ($1)", {ct::int64}, {}, 1);
    for (int round = 0; round < 2; ++round) {
        for (const std::int64_t id : {1, 1, 2}) c_->send(insert, std::vector<arg>{integer(id)});
        finish_one(*c_);
        const auto info = failure_of([&] { finish_one(*c_); });
        EXPECT_EQ(info.code, error_code::unique_violation);
        EXPECT_EQ(info.constraint, "t_pkey");
        EXPECT_EQ(info.table, "t");
        EXPECT_EQ(info.statement, insert.text);
        EXPECT_EQ(c_->pending(), 1U);
        EXPECT_EQ(failure_of([&] { c_->send(insert, std::vector<arg>{integer(3)}); }).code,
                  error_code::bad_state);
        EXPECT_EQ(failure_of([&] { finish_one(*c_); }).code, error_code::bad_state);
        EXPECT_TRUE(c_->discard(soon()));
        EXPECT_EQ(c_->pending(), 0U);
        EXPECT_TRUE(c_->usable());
        EXPECT_EQ(number(*c_, "SELECT count(*) FROM t"), 0);
    }
}

TEST_F(PostgresDriver, TellsOfACommitThatFailsAtTheEndOfABatch) {
    exec({"CREATE TABLE p (id bigint PRIMARY KEY)",
          "CREATE TABLE k (id bigint, p bigint REFERENCES p DEFERRABLE INITIALLY DEFERRED)"});
    const statement insert = sql("INSERT INTO k VALUES ($1, $1)", {ct::int64}, {}, 1);
    for (const int statements : {1, 1, 2}) {  // prepares, one known statement, a pipeline
        for (int i = 0; i < statements; ++i) c_->send(insert, std::vector<arg>{integer(i)});
        for (int i = 1; i < statements; ++i) finish_one(*c_);
        EXPECT_EQ(failure_of([&] { finish_one(*c_); }).code, error_code::foreign_key_violation);
        EXPECT_EQ(c_->pending(), 0U);
        EXPECT_FALSE(c_->in_transaction());
        EXPECT_EQ(number(*c_, "SELECT count(*) FROM k"), 0);
    }
}

TEST_F(PostgresDriver, TakesBeginAndCommitWithinABatch) {
    exec({"CREATE TABLE t (id bigint)"});
    const statement insert = sql("INSERT INTO t VALUES ($1)", {ct::int64}, {}, 1);
    const statement begin = sql("BEGIN ISOLATION LEVEL REPEATABLE READ");
    const statement commit = sql("COMMIT");
    for (int round = 0; round < 2; ++round) {
        c_->send(begin, {});
        c_->send(insert, std::vector<arg>{integer(1)});
        finish_one(*c_);
        finish_one(*c_);
        EXPECT_TRUE(c_->in_transaction());
        c_->send(insert, std::vector<arg>{integer(2)});
        c_->send(commit, {});
        finish_one(*c_);
        finish_one(*c_);
        EXPECT_FALSE(c_->in_transaction());
    }
    EXPECT_EQ(number(*c_, "SELECT count(*) FROM t"), 4);
}

TEST_F(PostgresDriver, StaysInAFailedTransactionUntilItIsRolledBack) {
    exec({"BEGIN"});
    EXPECT_EQ(failure_of([&] { exec({"SELECT 1/0"}); }).code, error_code::statement_failed);
    EXPECT_TRUE(c_->in_transaction());
    EXPECT_EQ(failure_of([&] { exec({"SELECT 1"}); }).sqlstate, "25P02");
    exec({"ROLLBACK"});
    EXPECT_FALSE(c_->in_transaction());
}

TEST_F(PostgresDriver, StreamsAnswersLargerThanItsMemory) {
    statement s = sql("SELECT i, repeat('x', 100) FROM generate_series(1::int8, $1) i", {ct::int64},
                      {ct::int64, ct::text}, 1);
    s.streaming = true;
    for (const std::int64_t count : {0, 1, 30000}) {
        std::int64_t last = 0;
        run(*c_, s, std::vector<arg>{integer(count)}, soon(), [&](std::span<const arg> row) {
            EXPECT_EQ(row[0].to_integer(), ++last);
            EXPECT_EQ(row[1].text().size(), 100U);
        });
        EXPECT_EQ(last, count);
    }
    c_->send(s, std::vector<arg>{integer(10)});  // two streams in one batch
    c_->send(s, std::vector<arg>{integer(20)});
    EXPECT_EQ(finish_one(*c_, 2), 10U);
    EXPECT_EQ(finish_one(*c_, 2), 20U);
}

TEST_F(PostgresDriver, GivesUpAStreamInTheMiddle) {
    statement s = sql("SELECT generate_series(1::int8, 100000000)", {}, {ct::int64}, 1);
    s.streaming = true;
    for (int round = 0; round < 3; ++round) {
        c_->send(s, {});
        std::vector<arg> row(1);
        for (int rows = 0; rows < 10;)
            if (c_->next(row) == fetch::row)
                ++rows;
            else
                wait(*c_, soon());
        ASSERT_TRUE(c_->discard(soon()));
        EXPECT_EQ(c_->pending(), 0U);
        EXPECT_EQ(number(*c_, "SELECT 5::int8"), 5) << "the late cancel must not hit this one";
    }
}

TEST_F(PostgresDriver, DiscardsWhatHasNotBeenSent) {
    c_->send(sql("SELECT broken syntax"), {});
    EXPECT_TRUE(c_->discard(soon()));
    EXPECT_TRUE(c_->usable());
}

TEST_F(PostgresDriver, KeepsNoMoreStatementsOnTheServerThanItMay) {
    c_ = connect({.statement_cache = 3});
    for (std::uint64_t round = 0; round < 2; ++round)
        for (std::uint64_t id = 1; id <= 10; ++id)
            rows_of(*c_, sql("SELECT " + std::to_string(id) + "::int8", {}, {ct::int64}, id));
    EXPECT_LE(number(*c_, "SELECT count(*) FROM pg_prepared_statements"), 4);
    // Inside a transaction nothing is deallocated; a failed one can be rolled back nevertheless.
    exec({"BEGIN ISOLATION LEVEL REPEATABLE READ"});
    for (std::uint64_t id = 1; id <= 10; ++id)
        rows_of(*c_, sql("SELECT " + std::to_string(id) + "::int8", {}, {ct::int64}, id));
    failure_of([&] { exec({"SELECT 1/0"}); });
    exec({"ROLLBACK", "BEGIN ISOLATION LEVEL REPEATABLE READ", "COMMIT"});
    EXPECT_LE(number(*c_, "SELECT count(*) FROM pg_prepared_statements"), 4);
}

TEST_F(PostgresDriver, PreparesAStatementOnlyOnce) {
    const statement s = sql("SELECT $1", {ct::int64}, {ct::int64}, 1);
    for (std::int64_t i = 0; i < 5; ++i)
        EXPECT_EQ(rows_of(*c_, s, {integer(i)})[0][0].view().to_integer(), i);
    EXPECT_EQ(number(*c_, "SELECT count(*) FROM pg_prepared_statements"), 1);
    EXPECT_EQ(number(*c_, "SELECT sum(generic_plans + custom_plans) FROM pg_prepared_statements"),
              5);
}

TEST_F(PostgresDriver, RunsAgainUnseenWhenATableChangedUnderAStatement) {
    exec({"CREATE TABLE t (id bigint)", "INSERT INTO t VALUES (7)"});
    statement one = sql("SELECT * FROM t", {}, {ct::int64}, 1);
    EXPECT_EQ(rows_of(*c_, one).size(), 1U);
    exec({"ALTER TABLE t ALTER id TYPE int"});
    EXPECT_EQ(rows_of(*c_, one).at(0).at(0).view().to_integer(), 7);
    EXPECT_EQ(rows_of(*c_, one).at(0).at(0).view().to_integer(), 7);
    exec({"ALTER TABLE t ALTER id TYPE bigint"});
    c_->send(one, {});
    c_->send(one, {});
    EXPECT_EQ(finish_one(*c_, 1), 1U);
    EXPECT_EQ(finish_one(*c_, 1), 1U);
    EXPECT_FALSE(c_->in_transaction());
}

TEST_F(PostgresDriver, AsksForARetryWhenATableChangedInsideATransaction) {
    exec({"CREATE TABLE t (id bigint)", "INSERT INTO t VALUES (7)"});
    const statement one = sql("SELECT * FROM t", {}, {ct::int64}, 1);
    rows_of(*c_, one);
    exec({"BEGIN", "ALTER TABLE t ALTER id TYPE int"});
    const auto info = failure_of([&] { rows_of(*c_, one); });
    EXPECT_EQ(info.code, error_code::serialization_failure);
    EXPECT_EQ(info.sqlstate, "0A000");
    EXPECT_TRUE(retryable(info.code));
    exec({"ROLLBACK", "BEGIN", "ALTER TABLE t ALTER id TYPE int"});
    EXPECT_EQ(rows_of(*c_, one).size(), 1U);
    exec({"COMMIT"});
}

TEST_F(PostgresDriver, PreparesAgainWhatTheServerForgot) {
    const statement one = sql("SELECT 1::int8", {}, {ct::int64}, 1);
    const statement two = sql("SELECT 2::int8", {}, {ct::int64}, 2);
    rows_of(*c_, one);
    rows_of(*c_, two);
    exec({"DEALLOCATE ALL"});
    for (const statement* s : {&one, &two, &one, &two}) EXPECT_EQ(rows_of(*c_, *s).size(), 1U);
    EXPECT_EQ(number(*c_, "SELECT count(*) FROM pg_prepared_statements"), 2);
}

TEST_F(PostgresDriver, KeepsRowValuesOutOfMessages) {
    exec({"CREATE TABLE t (e text UNIQUE)", "INSERT INTO t VALUES ('private@example.org')"});
    const statement insert = sql("INSERT INTO t VALUES ($1)", {ct::text}, {}, 1);
    const auto twice = failure_of([&] {
        run(*c_, insert, std::vector<arg>{arg{std::string_view{"private@example.org"}}}, soon());
    });
    EXPECT_EQ(twice.code, error_code::unique_violation);
    EXPECT_THAT(twice.message, Not(HasSubstr("private")));
    EXPECT_THAT(twice.detail, HasSubstr("private"));
    const auto cast = failure_of([&] {
        run(*c_, sql("SELECT $1::text::int", {ct::text}),
            std::vector<arg>{arg{std::string_view{"secret value"}}}, soon());
    });
    EXPECT_EQ(cast.sqlstate, "22P02");
    EXPECT_THAT(cast.message, Not(HasSubstr("secret")));
}

TEST_F(PostgresDriver, TellsTimeOutsFromCancels) {
    auto limited = connect({.statement_timeout = 50ms, .lock_timeout = 0ms});
    EXPECT_EQ(failure_of([&] { run(*limited, "SELECT pg_sleep(5)", soon()); }).code,
              error_code::timeout);
    auto watcher = connect();
    const std::string asleep =
        "SELECT count(*)::int8 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid = " +
        std::to_string(number(*c_, "SELECT pg_backend_pid()::int8"));
    std::thread canceller;
    const auto info = failure_of([&] {
        c_->send(sql("SELECT pg_sleep(60)"), {});
        c_->next({});
        // A server forgets a request that comes before the statement.
        for (const deadline end = soon(); number(*watcher, asleep) == 0;)
            ASSERT_FALSE(end.passed()) << "the statement does not begin";
        canceller = std::thread([this] { c_->cancel(); });
        finish_one(*c_);
    });
    if (canceller.joinable()) canceller.join();
    EXPECT_EQ(info.code, error_code::cancelled);
    EXPECT_EQ(info.sqlstate, "57014");
    EXPECT_TRUE(c_->discard(soon())) << "also waits for the request";
    EXPECT_EQ(number(*c_, "SELECT 1::int8"), 1);
}

TEST_F(PostgresDriver, MapsLockTimeoutsDeadlocksAndConstraints) {
    exec({"CREATE TABLE t (id bigint PRIMARY KEY, n bigint NOT NULL CHECK (n > 0))",
          "INSERT INTO t VALUES (1, 1), (2, 2)"});
    auto impatient = connect({.statement_timeout = 0ms, .lock_timeout = 50ms});
    exec({"BEGIN", "UPDATE t SET n = 5 WHERE id = 1"});
    EXPECT_EQ(failure_of([&] { run(*impatient, "DELETE FROM t WHERE id = 1", soon()); }).code,
              error_code::lock_timeout);
    exec({"ROLLBACK"});
    EXPECT_EQ(failure_of([&] { exec({"UPDATE t SET n = NULL"}); }).code,
              error_code::not_null_violation);
    const auto check = failure_of([&] { exec({"UPDATE t SET n = -1"}); });
    EXPECT_EQ(check.code, error_code::check_violation);
    EXPECT_EQ(check.constraint, "t_n_check");
}

TEST_F(PostgresDriver, SeesThatTheServerHasClosedTheConnection) {
    const auto pid = std::to_string(number(*c_, "SELECT pg_backend_pid()::int8"));
    auto other = connect();
    run(*other, "SELECT pg_terminate_backend(" + pid + ", 5000)", soon());
    EXPECT_FALSE(c_->usable());
    const auto info = failure_of([&] { run(*c_, "SELECT 1", soon()); });
    EXPECT_EQ(info.code, error_code::connection_lost);
    EXPECT_FALSE(c_->discard(soon()));

    c_ = connect();
    const auto second = std::to_string(number(*c_, "SELECT pg_backend_pid()::int8"));
    c_->send(sql("SELECT pg_sleep(10)"), {});
    c_->send(sql("SELECT 1"), {});
    c_->next({});
    run(*other, "SELECT pg_terminate_backend(" + second + ", 5000)", soon());
    EXPECT_EQ(failure_of([&] { finish_one(*c_); }).code, error_code::connection_lost);
}

TEST_F(PostgresDriver, SurvivesNoticesAndNotifications) {
    exec({"LISTEN here", "DO $$ BEGIN RAISE WARNING 'dropped'; END $$"});
    auto other = connect();
    run(*other, "NOTIFY here", soon());
    EXPECT_TRUE(c_->usable());
    EXPECT_TRUE(c_->usable());
}

TEST_F(PostgresDriver, RefusesCopyAsAStatement) {
    exec({"CREATE TABLE t (id bigint)"});
    EXPECT_EQ(failure_of([&] { exec({"COPY t FROM STDIN"}); }).code, error_code::not_supported);
    auto other = connect();
    EXPECT_EQ(failure_of([&] { run(*other, "COPY t TO STDOUT", soon()); }).code,
              error_code::not_supported);
    EXPECT_FALSE(other->usable());
}

TEST_F(PostgresDriver, CarriesMegabytesInBothDirections) {
    const std::string large(5'000'000, 'z');
    const auto rows = rows_of(*c_, sql("SELECT $1, $1", {ct::text}, {ct::text, ct::text}, 1),
                              {arg{std::string_view{large}}});
    EXPECT_EQ(rows[0][0].view().text(), large);
    EXPECT_EQ(rows[0][1].view().text(), large);
}

}  // namespace
}  // namespace shardwise::engine::test
