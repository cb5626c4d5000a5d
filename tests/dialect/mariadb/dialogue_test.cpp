// SPDX-License-Identifier: MIT
// The dialogue of a connection: batches, streaming, transactions, cancelling, recovery.
#include <gmock/gmock.h>

#include <thread>

#include "dialect/mariadb/support.hpp"

namespace shardwise::engine::mariadb_test {
namespace {

using enum column_type;

class MariadbDialogue : public MariadbTest {
protected:
    void SetUp() override {
        MariadbTest::SetUp();
        if (!c_) return;
        table("numbers", "id bigint PRIMARY KEY, name varchar(50) NOT NULL");
        run(*c_, "INSERT INTO numbers SELECT seq, concat('n', seq) FROM seq_1_to_1000");
    }
};

TEST_F(MariadbDialogue, StatementsSentTogetherAnswerInOrder) {
    const statement by_id = make("SELECT name FROM numbers WHERE id = ?", {text}, {int64});
    const statement update = make("UPDATE numbers SET name = ? WHERE id < ?", {}, {text, int64});
    c_->send(by_id, {{arg{std::int64_t{5}}}});
    c_->send(update, {{arg{std::string_view("new")}, arg{std::int64_t{4}}}});
    c_->send(by_id, {{arg{std::int64_t{3}}}});
    c_->send(by_id, {{arg{std::int64_t{-1}}}});
    EXPECT_EQ(c_->pending(), 4U);
    EXPECT_EQ(collect(*c_, 1)[0][0].view().text(), "n5");
    EXPECT_EQ(c_->pending(), 3U);
    EXPECT_TRUE(collect(*c_, 1).empty());
    EXPECT_EQ(c_->affected_rows(), 3);
    EXPECT_EQ(collect(*c_, 1)[0][0].view().text(), "new");
    EXPECT_TRUE(collect(*c_, 1).empty());
    EXPECT_EQ(c_->pending(), 0U);
}

TEST_F(MariadbDialogue, NextNeverBlocksWhileTheServerWorks) {
    const statement slow = make("SELECT SLEEP(0.2)", {int64});
    c_->send(slow, {});
    std::vector<arg> row(1);
    EXPECT_EQ(c_->next(row), fetch::wait);
    EXPECT_EQ(c_->next(row), fetch::wait);
    EXPECT_GE(c_->waits_on().fd, 0);
    EXPECT_EQ(c_->waits_on().events, POLLIN);
    EXPECT_EQ(next(*c_, row), fetch::row);
    EXPECT_EQ(next(*c_, row), fetch::end);
}

TEST_F(MariadbDialogue, AffectedRowsOfAnUpdateAreTheMatchingRows) {
    run(*c_, make("UPDATE numbers SET name = name WHERE id <= 7"));
    EXPECT_EQ(c_->affected_rows(), 7);
    run(*c_, make("DELETE FROM numbers WHERE id > 990"));
    EXPECT_EQ(c_->affected_rows(), 10);
    const rows back =
        run(*c_, make("INSERT INTO numbers VALUES (2001, 'a'), (2002, 'b') RETURNING id", {int64}));
    EXPECT_EQ(back.size(), 2U);
    EXPECT_EQ(c_->affected_rows(), 2);
}

TEST_F(MariadbDialogue, AfterAnErrorTheRestOfTheBatchIsNotRun) {
    const statement insert = make("INSERT INTO numbers VALUES (?, 'x')", {}, {int64});
    c_->send(insert, {{arg{std::int64_t{1}}}});
    c_->send(insert, {{arg{std::int64_t{5000}}}});
    EXPECT_EQ(error_of([&] { collect(*c_, 0); }).code, error_code::unique_violation);
    EXPECT_EQ(error_of([&] { collect(*c_, 0); }).code, error_code::bad_state);
    EXPECT_TRUE(c_->discard(soon()));
    EXPECT_EQ(c_->pending(), 0U);
    EXPECT_EQ(count("numbers WHERE id = 5000"), 0);
}

TEST_F(MariadbDialogue, StreamedRowsArriveCompletelyAlsoIfLong) {
    statement s = make("SELECT id, repeat(name, 300) FROM numbers ORDER BY id", {int64, text});
    s.streaming = true;
    std::vector<arg> row(2);
    for (int round = 0; round < 2; ++round) {
        std::int64_t seen = 0;
        c_->send(s, {});
        while (next(*c_, row) == fetch::row) {
            ++seen;
            ASSERT_EQ(row[0].integer(), seen);
            ASSERT_EQ(row[1].text().substr(0, 2 + (seen > 9)),
                      "n" + std::to_string(seen).substr(0, 1 + (seen > 9)));
        }
        EXPECT_EQ(seen, 1000);
    }
}

TEST_F(MariadbDialogue, AHalfReadStreamIsDiscarded) {
    statement s = make("SELECT a.id, b.name FROM numbers a, numbers b", {int64, text});
    s.streaming = true;
    std::vector<arg> row(2);
    c_->send(s, {});
    ASSERT_EQ(next(*c_, row), fetch::row);
    EXPECT_TRUE(c_->discard(soon()));
    EXPECT_EQ(run(*c_, s).size(), 1'000'000U);  // the same statement, from its beginning
    EXPECT_EQ(count("numbers"), 1000);
}

TEST_F(MariadbDialogue, ARunningStatementIsDiscardedQuickly) {
    statement s = make("SELECT SLEEP(30)", {int64});
    s.prepare = false;
    c_->send(s, {});
    std::vector<arg> row(1);
    EXPECT_EQ(c_->next(row), fetch::wait);
    EXPECT_TRUE(c_->discard(deadline::after(std::chrono::seconds(5))));
    EXPECT_EQ(count("numbers"), 1000);  // not killed by the late request
    EXPECT_TRUE(c_->usable());
}

TEST_F(MariadbDialogue, DiscardGivesUpWhenTimeIsUp) {
    statement s = make("SELECT SLEEP(30)", {int64});
    s.prepare = false;
    c_->send(s, {});
    EXPECT_FALSE(c_->discard(deadline::after(std::chrono::milliseconds(1))));
    EXPECT_FALSE(c_->usable());
    EXPECT_EQ(error_of([&] { c_->send(make("SELECT 1", {int64}), {}); }).code,
              error_code::connection_lost);
}

TEST_F(MariadbDialogue, AConnectionCanBeDestroyedWithWorkUnderWay) {
    for (const char* sql : {"SELECT SLEEP(30)", "SELECT a.id FROM numbers a, numbers b"}) {
        auto other = connect();
        statement s = make(sql, {int64});
        s.streaming = true;
        other->send(s, {});
        std::vector<arg> row(1);
        other->next(row);
    }
}

TEST_F(MariadbDialogue, CancelStopsTheStatementFromAnotherThread) {
    c_->send(make("SELECT SLEEP(30) FROM numbers", {int64}), {});
    std::thread other([&] { c_->cancel(); });
    const error_info e = error_of([&] { collect(*c_, 1); });
    other.join();
    EXPECT_EQ(e.code, error_code::cancelled);
    EXPECT_EQ(e.sqlstate, "70100");
    EXPECT_TRUE(c_->discard(soon()));
    EXPECT_TRUE(c_->usable());
    EXPECT_EQ(count("numbers"), 1000);
}

/// KILL QUERY finds nothing to stop then, and what is executed afterwards would run to its end.
TEST_F(MariadbDialogue, CancelBetweenPreparingAndExecutingKeepsTheStatementFromRunning) {
    c_->send(make("SELECT SLEEP(30) FROM numbers", {int64}), {});
    c_->cancel();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));  // the server has long prepared it
    const error_info e = error_of([&] { collect(*c_, 1); });
    EXPECT_EQ(e.code, error_code::cancelled);
    EXPECT_THAT(e.message, testing::HasSubstr("before it began"));
    EXPECT_TRUE(c_->discard(soon()));
    EXPECT_TRUE(c_->usable());
    EXPECT_EQ(count("numbers"), 1000);
}

TEST_F(MariadbDialogue, ACancelThatComesTooLateMakesTheConnectionUnusableUntilDiscarded) {
    c_->cancel();
    EXPECT_FALSE(c_->usable());
    EXPECT_TRUE(c_->discard(soon()));
    EXPECT_TRUE(c_->usable());
    EXPECT_EQ(count("numbers"), 1000);
}

TEST_F(MariadbDialogue, KnowsItsTransaction) {
    EXPECT_FALSE(c_->in_transaction());
    run(*c_, "BEGIN");
    EXPECT_TRUE(c_->in_transaction());
    error_of([&] { run(*c_, make("INSERT INTO numbers VALUES (1, 'x')")); });
    EXPECT_TRUE(c_->in_transaction());
    run(*c_, "ROLLBACK");
    EXPECT_FALSE(c_->in_transaction());
    run(*c_, "START TRANSACTION WITH CONSISTENT SNAPSHOT");
    EXPECT_TRUE(c_->in_transaction());
    run(*c_, "COMMIT");
    EXPECT_FALSE(c_->in_transaction());
}

TEST_F(MariadbDialogue, AnXaBranchIsATransaction) {
    run(*c_, "XA START 'sw_test'");
    run(*c_, make("INSERT INTO numbers VALUES (7001, 'x')"));
    EXPECT_TRUE(c_->in_transaction());
    run(*c_, "XA END 'sw_test'");
    EXPECT_TRUE(c_->in_transaction());
    run(*c_, "XA PREPARE 'sw_test'");
    run(*c_, "XA COMMIT 'sw_test'");
    EXPECT_FALSE(c_->in_transaction());
    EXPECT_EQ(count("numbers WHERE id = 7001"), 1);
}

TEST_F(MariadbDialogue, ADeadlockedTransactionRefusesAllButRollback) {
    const statement lock = make("UPDATE numbers SET name = 'l' WHERE id = ?", {}, {int64});
    auto other = connect();
    run(*other, "BEGIN");
    run(*other, make("UPDATE numbers SET name = 'heavy' WHERE id > 500"));  // not the victim
    run(*other, lock, {arg{std::int64_t{2}}});
    run(*c_, "BEGIN");
    run(*c_, lock, {arg{std::int64_t{1}}});
    other->send(lock, {{arg{std::int64_t{1}}}});
    const error_info e = error_of([&] { run(*c_, lock, {arg{std::int64_t{2}}}); });
    EXPECT_EQ(e.code, error_code::deadlock);
    collect(*other, 0);
    run(*other, "ROLLBACK");

    EXPECT_TRUE(c_->in_transaction());
    EXPECT_EQ(error_of([&] { run(*c_, make("INSERT INTO numbers VALUES (8000, 'x')")); }).code,
              error_code::deadlock);
    EXPECT_TRUE(c_->discard(soon()));
    EXPECT_EQ(error_of([&] { run(*c_, "COMMIT"); }).code, error_code::deadlock);
    EXPECT_TRUE(c_->discard(soon()));
    run(*c_, "ROLLBACK");
    EXPECT_FALSE(c_->in_transaction());
    EXPECT_EQ(count("numbers WHERE id = 8000"), 0);
}

TEST_F(MariadbDialogue, TheStatementCacheIsBounded) {
    auto small = connect({.statement_cache = 4});
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 10; ++i) {
            const statement s = make("SELECT " + std::to_string(i) + " + ?", {int64}, {int64});
            EXPECT_EQ(run(*small, s, {arg{std::int64_t{1}}})[0][0].view().integer(), i + 1);
        }
    }
    const rows prepared =
        run(*small, "SHOW SESSION STATUS LIKE 'Prepared_stmt_count'", {text, text});
    (void)prepared;
    const rows closed = run(*small, "SHOW SESSION STATUS LIKE 'Com_stmt_close'", {text, text});
    EXPECT_EQ(closed[0][1].view().text(), "16");
}

TEST_F(MariadbDialogue, ATableThatChangesBetweenExecutionsIsReadAsItIsNow) {
    const statement s = make("SELECT name FROM numbers WHERE id = 1", {text});
    run(*c_, s);
    run(*c_, "ALTER TABLE numbers ADD extra int, MODIFY name longtext NOT NULL");
    EXPECT_EQ(run(*c_, s)[0][0].view().text(), "n1");
}

TEST_F(MariadbDialogue, DeclarationsThatDoNotFitTheStatementAreErrors) {
    EXPECT_EQ(error_of([&] { run(*c_, make("SELECT 1, 2", {int64})); }).code,
              error_code::bad_query);
    EXPECT_TRUE(c_->discard(soon()));
    EXPECT_EQ(error_of([&] { run(*c_, "SELECT 1, 2", {int64}); }).code, error_code::bad_query);
    EXPECT_EQ(error_of([&] { run(*c_, make("SELECT ?", {int64})); }).code, error_code::bad_query);
    EXPECT_EQ(error_of([&] { run(*c_, make("DO 1", {int64})); }).code, error_code::bad_query);
    statement streaming = make("SELECT id, id FROM numbers", {int64});
    streaming.streaming = true;
    EXPECT_EQ(error_of([&] { run(*c_, streaming); }).code, error_code::bad_query);
    EXPECT_TRUE(c_->discard(soon()));
    EXPECT_EQ(count("numbers"), 1000);
}

TEST_F(MariadbDialogue, AServerThatClosesTheConnectionIsNoticedWithoutARoundTrip) {
    const auto id = run(*c_, "SELECT CONNECTION_ID()", {int64})[0][0].view().integer();
    auto other = connect();
    run(*other, "KILL " + std::to_string(id));
    pollfd watched{-1, 0, 0};
    for (int i = 0; i < 200 && c_->usable(); ++i) ::poll(&watched, 0, 10);
    EXPECT_FALSE(c_->usable());
    const error_info e = error_of([&] { run(*c_, make("SELECT 1", {int64})); });
    EXPECT_EQ(e.code, error_code::connection_lost);
}

}  // namespace
}  // namespace shardwise::engine::mariadb_test
