// SPDX-License-Identifier: MIT
// The dialogue of a connection: queues, batches, streams, caches, counted rows and errors.
#include "support/engine_test.hpp"

namespace shardwise::test {
namespace {

class Statements : public engine_test {
protected:
    std::string insert_into(const std::string& table) const {
        return "INSERT INTO " + table + " (id, v) VALUES (?, ?)";
    }
    const types insert_types_{column_type::int64, column_type::int64};
    static std::vector<arg> pair(std::int64_t a, std::int64_t b) { return {arg{a}, arg{b}}; }
};

TEST_P(Statements, ResultsOfABatchComeInTheOrderOfSending) {
    auto c = connect();
    const auto s = make(mariadb()    ? "SELECT CAST(? AS SIGNED)"
                        : postgres() ? "SELECT ?::bigint"
                                     : "SELECT ?",
                        {column_type::int64}, {column_type::int64});
    constexpr std::size_t batch = 50;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(batch); ++i)
        c->send(*s, std::vector<arg>{arg{i}});
    EXPECT_EQ(c->pending(), batch);
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(batch); ++i) {
        const rows got = read_all(*c, 1);
        ASSERT_EQ(got.size(), 1U);
        EXPECT_EQ(got[0][0], value{arg{i}});
    }
    expect_usable(*c);
}

TEST_P(Statements, ABatchOfWritesRunsInOrder) {
    const std::string table = create_value_table(column_type::int64);
    auto c = connect();
    const auto insert = make(insert_into(table), insert_types_);
    const auto update =
        make("UPDATE " + table + " SET v = v + 1 WHERE id <= ?", {column_type::int64});
    for (std::int64_t i = 1; i <= 5; ++i) c->send(*insert, pair(i, 0));
    c->send(*update, std::vector<arg>{arg{std::int64_t{3}}});
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(read_all(*c, 0).empty());
        EXPECT_EQ(c->affected_rows(), 1);
    }
    EXPECT_TRUE(read_all(*c, 0).empty());
    EXPECT_EQ(c->affected_rows(), 3);
    EXPECT_EQ(c->pending(), 0U);
}

TEST_P(Statements, ArgumentsMayDieAfterSend) {
    auto c = connect();
    const auto s = make(mariadb()    ? "SELECT CAST(? AS CHAR)"
                        : postgres() ? "SELECT ?::text"
                                     : "SELECT ?",
                        {column_type::text}, {column_type::text});
    for (int round = 0; round < 2; ++round) {  // the second time it is prepared already
        for (char letter = 'a'; letter < 'd'; ++letter) {
            std::string text(100'000, letter);
            c->send(*s, std::vector<arg>{arg{std::string_view{text}}});
            text.assign(text.size(), '!');
        }
        for (char letter = 'a'; letter < 'd'; ++letter) {
            const rows got = read_all(*c, 1);
            ASSERT_EQ(got.size(), 1U);
            EXPECT_EQ(got[0][0].view().text(), std::string(100'000, letter));
        }
    }
}

TEST_P(Statements, AnErrorInABatchKeepsLaterStatementsFromRunning) {
    const std::string table = create_value_table(column_type::int64);
    auto c = connect();
    const auto insert = make(insert_into(table), insert_types_);
    engine::run(*c, begin(), soon());
    c->send(*insert, pair(1, 1));
    c->send(*insert, pair(1, 2));
    c->send(*insert, pair(3, 3));
    std::vector<arg> none;
    EXPECT_EQ(advance(*c, none), engine::fetch::end);
    EXPECT_EQ(code_of([&] { advance(*c, none); }), error_code::unique_violation);
    EXPECT_TRUE(c->discard(soon()));
    EXPECT_EQ(c->pending(), 0U);
    EXPECT_TRUE(c->in_transaction());
    engine::run(*c, "ROLLBACK", soon());
    expect_usable(*c);
    EXPECT_EQ(count(*c, table), 0);
}

TEST_P(Statements, AnErrorInABatchOutsideATransactionKeepsLaterStatementsFromRunning) {
    const std::string table = create_value_table(column_type::int64);
    auto c = connect();
    const auto insert = make(insert_into(table), insert_types_);
    execute(*c, insert_into(table), insert_types_, pair(1, 1));
    c->send(*insert, pair(1, 2));
    c->send(*insert, pair(3, 3));
    std::vector<arg> none;
    EXPECT_EQ(code_of([&] { advance(*c, none); }), error_code::unique_violation);
    EXPECT_TRUE(c->discard(soon()));
    expect_usable(*c);
    EXPECT_FALSE(c->in_transaction());
    EXPECT_EQ(count(*c, table), 1);
}

TEST_P(Statements, DiscardDropsWhatWasNotRead) {
    auto c = connect();
    const auto s = make(numbers("1000"), {}, {column_type::int64});
    c->send(*s, {});
    c->send(*s, {});
    std::vector<arg> one(1);
    EXPECT_EQ(advance(*c, one), engine::fetch::row);
    EXPECT_TRUE(c->discard(soon()));
    expect_usable(*c);
    EXPECT_EQ(query(*c, numbers("1000"), {column_type::int64}).size(), 1000U);
}

TEST_P(Statements, StreamsDeliverEveryRowInOrder) {
    auto c = connect();
    engine::statement s = *make(numbers("100000"), {}, {column_type::int64});
    s.streaming = true;
    const auto streaming = db().prepare(s);
    std::int64_t expected = 0;
    engine::run(*c, *streaming, {}, soon(),
                [&](std::span<const arg> views) { ASSERT_EQ(views[0].integer(), ++expected); });
    EXPECT_EQ(expected, 100'000);
    expect_usable(*c);
}

/// Drivers change the way of reading when they have seen that a statement returns many rows.
TEST_P(Statements, LargeResultsAreTheSameEveryTime) {
    auto c = connect();
    const auto large = make(numbers("4000"), {}, {column_type::int64});
    const auto expect_all = [&](std::int64_t from) {
        std::vector<arg> one(1);
        for (std::int64_t i = from; i <= 4000; ++i) {
            ASSERT_EQ(advance(*c, one), engine::fetch::row);
            ASSERT_EQ(one[0].integer(), i);
        }
        ASSERT_EQ(advance(*c, one), engine::fetch::end);
        EXPECT_EQ(c->affected_rows(), 0);
    };
    for (int round = 0; round < 4; ++round) {
        c->send(*large, {});
        expect_all(1);
        if (round % 2 == 0) continue;
        for (int twice = 0; twice < 2; ++twice) c->send(*large, {});
        expect_all(1);
        expect_all(1);
    }
    for (int round = 0; round < 3; ++round) {
        c->send(*large, {});
        std::vector<arg> one(1);
        ASSERT_EQ(advance(*c, one), engine::fetch::row);
        ASSERT_TRUE(c->discard(soon()));
        expect_usable(*c);
    }
    engine::run(*c, begin(), soon());
    c->send(*large, {});
    expect_all(1);
    EXPECT_TRUE(c->in_transaction());
    engine::run(*c, "ROLLBACK", soon());
    expect_usable(*c);
}

TEST_P(Statements, AStreamCanBeAbandoned) {
    auto c = connect();
    engine::statement s = *make(numbers("100000"), {}, {column_type::int64});
    s.streaming = true;
    const auto streaming = db().prepare(s);
    c->send(*streaming, {});
    std::vector<arg> one(1);
    for (int i = 0; i < 10; ++i) ASSERT_EQ(advance(*c, one), engine::fetch::row);
    if (c->discard(soon())) expect_usable(*c);  // or it is closed: both are allowed
}

TEST_P(Statements, AThousandStatementsGoThroughTheCache) {
    auto c = connect();
    for (int round = 0; round < 2; ++round)
        for (int i = 0; i < 1'000; ++i)
            ASSERT_EQ(query(*c, "SELECT " + std::to_string(i), {column_type::int32}).at(0).at(0),
                      value{arg{std::int64_t{i}}});
    const engine::connect_options defaults;
    if (postgres()) {
        const rows kept =
            query(*c, "SELECT COUNT(*) FROM pg_prepared_statements", {column_type::int64});
        EXPECT_LE(kept.at(0).at(0).view().integer(),
                  static_cast<std::int64_t>(defaults.statement_cache) + 1);
    }
    if (mariadb()) {  // counts those of all connections of the server
        const rows kept = query(*c,
                                "SELECT CAST(VARIABLE_VALUE AS SIGNED) FROM "
                                "information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = "
                                "'PREPARED_STMT_COUNT'",
                                {column_type::int64});
        EXPECT_LE(kept.at(0).at(0).view().integer(), 800);
    }
}

TEST_P(Statements, StatementsWithoutACacheWorkToo) {
    engine::connect_options options;
    options.statement_cache = 0;
    auto c = db().client().connect(db().where(), options, soon());
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(query(*c, "SELECT 7", {column_type::int32}).at(0).at(0),
                  value{arg{std::int64_t{7}}});
}

TEST_P(Statements, AffectedRowsCountMatchedRows) {
    const std::string table = create_value_table(column_type::int64);
    auto c = connect();
    EXPECT_EQ(execute(*c, "INSERT INTO " + table + " (id, v) VALUES (1, 5), (2, 5), (3, 6)"), 3);
    EXPECT_EQ(execute(*c, "UPDATE " + table + " SET v = 7 WHERE id < 3"), 2);
    // Matched, not changed: otherwise a row that already has the value looks like a lost one.
    EXPECT_EQ(execute(*c, "UPDATE " + table + " SET v = 7 WHERE id < 3"), 2);
    EXPECT_EQ(execute(*c, "UPDATE " + table + " SET v = 7 WHERE id = 99"), 0);
    EXPECT_EQ(execute(*c, "DELETE FROM " + table + " WHERE id > 1"), 2);
    EXPECT_EQ(execute(*c, "CREATE TABLE IF NOT EXISTS " + table + " (id INTEGER)"), 0);
}

TEST_P(Statements, MistakesInTheTextAreTheDatabasesAnswer) {
    auto c = connect();
    for (const char* text : {"SELEKT 1", "SELECT * FROM there_is_no_such_table",
                             "SELECT no_such_column FROM (SELECT 1 AS a) AS t"}) {
        const error_info e = error_of([&] { query(*c, text, {column_type::int32}); });
        EXPECT_TRUE(e.code == error_code::statement_failed || e.code == error_code::bad_query)
            << text << ": " << name_of(e.code);
        EXPECT_FALSE(e.message.empty());
        EXPECT_EQ(e.statement, text);
        EXPECT_EQ(e.server, db().where().display());
        expect_usable(*c);
    }
}

TEST_P(Statements, AStatementCanBeUsedAgainAfterItsTableChanged) {
    const std::string table = create_value_table(column_type::int64);
    auto c = connect();
    const std::string read = "SELECT v FROM " + table + " WHERE id = 1";
    EXPECT_TRUE(query(*c, read, {column_type::int64}).empty());
    engine::run(*c, "ALTER TABLE " + table + " ADD COLUMN w " + sql_type(column_type::int64),
                soon());
    execute(*c, insert_into(table), insert_types_, pair(1, 10));
    EXPECT_EQ(query(*c, read, {column_type::int64}).at(0).at(0), value{arg{std::int64_t{10}}});
}

TEST_P(Statements, DescribeNamesTheVersion) {
    auto c = connect();
    const engine::server_info info = db().client().describe(*c, soon());
    EXPECT_FALSE(info.version.empty());
    EXPECT_TRUE(!sqlite() || !info.prepared_transactions);
    expect_usable(*c);
}

INSTANTIATE_TEST_SUITE_P(Engine, Statements, testing::ValuesIn(all_labels()), label_of);

}  // namespace
}  // namespace shardwise::test
