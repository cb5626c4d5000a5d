// SPDX-License-Identifier: MIT
// COPY BINARY on a real server.
#include <gmock/gmock.h>

#include "dialect/postgres/server.hpp"

namespace shardwise::engine::test {
namespace {

using ct = column_type;
using ::testing::HasSubstr;

using columns = std::vector<connection::bulk_column>;

arg integer(std::int64_t v) { return arg{v}; }
arg words(std::string_view v) { return arg{v}; }

TEST_F(PostgresDriver, CopiesRowsOfEveryType) {
    exec({"CREATE TYPE mood AS ENUM ('sad', 'happy')",
          "CREATE TABLE t (i8 int, x varchar(20), y bytea, f float8, b boolean, u uuid, d date, "
          "ts timestamp, n numeric(10,2), j jsonb, m mood)"});
    const columns all{{"i8", ct::int64},  {"x", ct::text},       {"y", ct::blob},
                      {"f", ct::float64}, {"b", ct::boolean},    {"u", ct::uuid},
                      {"d", ct::date},    {"ts", ct::timestamp}, {"n", ct::decimal, 2},
                      {"j", ct::json},    {"m", ct::text}};
    const std::vector<arg> row{integer(1),
                               words("\xC3\xA4"),
                               arg::of_bytes("\0\1", 2),
                               arg{1.5},
                               arg{true},
                               arg{uuid::parse("00112233-4455-6677-8899-aabbccddeeff")},
                               arg{date::parse("2024-02-29")},
                               arg{timestamp::parse("2024-02-29 01:02:03.000004")},
                               arg{decimal::parse("-12.30")},
                               arg::of_json("{\"a\": 1}"),
                               words("happy")};
    auto writer = c_->bulk_insert("t", all, soon());
    writer->put(row, soon());
    writer->put(std::vector<arg>(row.size()), soon());
    EXPECT_EQ(writer->finish(soon()), 2);
    std::vector<ct> types;
    for (const auto& c : all) types.push_back(c.type);
    const auto rows = rows_of(*c_, sql("SELECT * FROM t ORDER BY i8", {}, types));
    ASSERT_EQ(rows.size(), 2U);
    for (std::size_t i = 0; i < row.size(); ++i) {
        EXPECT_TRUE(same(rows[0][i].view(), row[i])) << all[i].name;
        EXPECT_TRUE(rows[1][i].is_null()) << all[i].name;
    }
}

TEST_F(PostgresDriver, CopiesManyChunksAndHugeRows) {
    exec({"CREATE TABLE t (id bigint, x text)"});
    auto writer = c_->bulk_insert("t", columns{{"id", ct::int64}, {"x", ct::text}}, soon());
    const std::string huge(3'000'000, 'x');
    for (std::int64_t i = 0; i < 50'000; ++i)
        writer->put(std::vector<arg>{integer(i), words(i == 777 ? huge : "a short text")}, soon());
    EXPECT_EQ(writer->finish(soon()), 50'000);
    EXPECT_TRUE(c_->usable());
    EXPECT_EQ(number(*c_, "SELECT count(*) FROM t"), 50'000);
    EXPECT_EQ(number(*c_, "SELECT max(length(x))::int8 FROM t"), 3'000'000);
    EXPECT_EQ(failure_of([&] { writer->finish(soon()); }).code, error_code::bad_state);
}

TEST_F(PostgresDriver, LeavesNothingOfABulkInsertThatWasGivenUp) {
    exec({"CREATE TABLE t (id bigint)"});
    for (const std::int64_t rows : {0, 1, 30'000}) {
        auto writer = c_->bulk_insert("t", columns{{"id", ct::int64}}, soon());
        for (std::int64_t i = 0; i < rows; ++i) writer->put(std::vector<arg>{integer(i)}, soon());
        EXPECT_FALSE(c_->usable());
        writer.reset();
        EXPECT_EQ(c_->pending(), 0U);
        EXPECT_EQ(number(*c_, "SELECT count(*) FROM t"), 0) << "the connection cleans itself up";
        EXPECT_TRUE(c_->usable());
    }
    auto writer = c_->bulk_insert("t", columns{{"id", ct::int64}}, soon());
    writer.reset();
    EXPECT_TRUE(c_->discard(soon()));
    EXPECT_TRUE(c_->usable());
}

TEST_F(PostgresDriver, BelongsToTheTransactionAround) {
    exec({"CREATE TABLE t (id bigint)", "BEGIN"});
    auto writer = c_->bulk_insert("t", columns{{"id", ct::int64}}, soon());
    writer->put(std::vector<arg>{integer(1)}, soon());
    EXPECT_EQ(writer->finish(soon()), 1);
    EXPECT_TRUE(c_->in_transaction());
    exec({"ROLLBACK"});
    EXPECT_EQ(number(*c_, "SELECT count(*) FROM t"), 0);
}

TEST_F(PostgresDriver, TellsWhichConstraintStoppedABulkInsert) {
    exec({"CREATE TABLE t (id bigint PRIMARY KEY)"});
    const auto info = failure_of([&] {
        auto writer = c_->bulk_insert("t", columns{{"id", ct::int64}}, soon());
        for (int i = 0; i < 100'000; ++i)
            writer->put(std::vector<arg>{integer(i % 50'000)}, soon());
        writer->finish(soon());
    });
    EXPECT_EQ(info.code, error_code::unique_violation);
    EXPECT_EQ(info.constraint, "t_pkey");
    EXPECT_THAT(info.statement, HasSubstr("COPY"));
    EXPECT_TRUE(c_->discard(soon()));
    EXPECT_TRUE(c_->usable());
    EXPECT_EQ(number(*c_, "SELECT count(*) FROM t"), 0);
}

TEST_F(PostgresDriver, RefusesARowAndGoesOnWithTheNext) {
    exec({"CREATE TABLE t (id smallint, x text)"});
    auto writer = c_->bulk_insert("t", columns{{"id", ct::int64}, {"x", ct::text}}, soon());
    const auto too_large = failure_of([&] {
        writer->put(std::vector<arg>{integer(40'000), words("a")}, soon());
    });
    EXPECT_EQ(too_large.code, error_code::bad_value);
    EXPECT_THAT(too_large.message, HasSubstr("'id'"));
    EXPECT_EQ(failure_of([&] {
                  writer->put(std::vector<arg>{integer(1), words("\xff")}, soon());
              }).code,
              error_code::value_not_storable);
    writer->put(std::vector<arg>{integer(1), words("good")}, soon());
    EXPECT_EQ(writer->finish(soon()), 1);
    EXPECT_EQ(number(*c_, "SELECT id::int8 FROM t"), 1);
}

TEST_F(PostgresDriver, RefusesColumnsThatCopyWouldMisread) {
    exec({"CREATE TABLE t (ts timestamptz, i int8, f float4)"});
    struct sample {
        const char* column;
        ct type;
    };
    for (const sample& s : {sample{"ts", ct::int64}, {"i", ct::decimal}, {"f", ct::float64}}) {
        const auto info = failure_of([&] {
            c_->bulk_insert("t", columns{{s.column, s.type}}, soon());
        });
        EXPECT_EQ(info.code, error_code::schema_mismatch) << s.column;
        EXPECT_TRUE(c_->usable());
    }
    EXPECT_EQ(failure_of([&] {
                  c_->bulk_insert("no_such_table", columns{{"i", ct::int64}}, soon());
              }).sqlstate,
              "42P01");
    EXPECT_TRUE(c_->usable());
}

TEST_F(PostgresDriver, QuotesHostileNamesOfABulkInsert) {
    exec({"CREATE TABLE \"Robert\"\"); DROP TABLE users;--\" (\"we\"\"ird order\" bigint)"});
    auto writer = c_->bulk_insert("Robert\"); DROP TABLE users;--",
                                  columns{{"we\"ird order", ct::int64}}, soon());
    writer->put(std::vector<arg>{integer(1)}, soon());
    EXPECT_EQ(writer->finish(soon()), 1);
    EXPECT_EQ(failure_of([&] {
                  c_->bulk_insert("", columns{{"a", ct::int64}}, soon());
              }).code,
              error_code::bad_identifier);
}

}  // namespace
}  // namespace shardwise::engine::test
