// SPDX-License-Identifier: MIT
// Bulk inserts: many rows, all types, all or nothing.
#include "support/engine_test.hpp"

namespace shardwise::test {
namespace {

using bulk_columns = std::vector<engine::connection::bulk_column>;

class Bulk : public engine_test {
protected:
    static void put_some(engine::bulk_writer& w, std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i <= last; ++i)
            w.put(std::vector<arg>{arg{i}, i % 10 == 0 ? arg{} : arg{i * 2}}, soon());
    }
    const bulk_columns columns_{{"id", column_type::int64}, {"v", column_type::int64}};
};

TEST_P(Bulk, FiftyThousandRowsArrive) {
    const std::string table = create_value_table(column_type::int64);
    auto c = connect();
    auto writer = c->bulk_insert(table, columns_, soon());
    put_some(*writer, 1, 50'000);
    EXPECT_EQ(writer->finish(soon()), 50'000);
    writer.reset();
    EXPECT_FALSE(c->in_transaction());
    expect_usable(*c);
    const rows sums = query(*c,
                            "SELECT COUNT(*), COUNT(v), CAST(SUM(v) AS " +
                                std::string(mariadb() ? "SIGNED" : sql_type(column_type::int64)) +
                                ") FROM " + table,
                            {column_type::int64, column_type::int64, column_type::int64});
    std::int64_t sum = 0;
    for (std::int64_t i = 1; i <= 50'000; ++i) sum += i % 10 == 0 ? 0 : i * 2;
    EXPECT_EQ(sums.at(0), (row{value{arg{std::int64_t{50'000}}}, value{arg{std::int64_t{45'000}}},
                               value{arg{sum}}}));
}

TEST_P(Bulk, AnAbandonedBulkInsertLeavesNothing) {
    const std::string table = create_value_table(column_type::int64);
    {
        auto c = connect();
        auto writer = c->bulk_insert(table, columns_, soon());
        put_some(*writer, 1, 20'000);
        writer.reset();
    }
    auto c = connect();
    EXPECT_EQ(count(*c, table), 0);
    expect_usable(*c);
}

TEST_P(Bulk, ItBelongsToTheSurroundingTransaction) {
    const std::string table = create_value_table(column_type::int64);
    auto c = connect();
    engine::run(*c, begin(), soon());
    auto writer = c->bulk_insert(table, columns_, soon());
    put_some(*writer, 1, 100);
    EXPECT_EQ(writer->finish(soon()), 100);
    writer.reset();
    EXPECT_TRUE(c->in_transaction());
    EXPECT_EQ(count(*c, table), 100);
    engine::run(*c, "ROLLBACK", soon());
    EXPECT_EQ(count(*c, table), 0);
}

TEST_P(Bulk, AViolatedConstraintLeavesNothing) {
    const std::string table = create_value_table(column_type::int64);
    {
        auto c = connect();
        EXPECT_EQ(code_of([&] {
                      auto writer = c->bulk_insert(table, columns_, soon());
                      put_some(*writer, 1, 5'000);
                      put_some(*writer, 4'000, 4'000);
                      writer->finish(soon());
                  }),
                  error_code::unique_violation);
    }
    auto c = connect();
    EXPECT_EQ(count(*c, table), 0);
    expect_usable(*c);
}

TEST_P(Bulk, NoRowsAreFine) {
    const std::string table = create_value_table(column_type::int64);
    auto c = connect();
    auto writer = c->bulk_insert(table, columns_, soon());
    EXPECT_EQ(writer->finish(soon()), 0);
    writer.reset();
    EXPECT_EQ(count(*c, table), 0);
}

TEST_P(Bulk, EveryTypeArrivesUnchanged) {
    const std::vector<std::pair<typed, value>> all{
        {column_type::boolean, value{arg{true}}},
        {column_type::int16, value{arg{std::int64_t{-32'768}}}},
        {column_type::int32, value{arg{std::int64_t{2'147'483'647}}}},
        {column_type::int64, value{arg{INT64_MIN}}},
        {column_type::float64, value{arg{0.1}}},
        {column_type::text, value{arg{std::string_view{"a,b\t\\N\n\"q\" 'é' 😀"}}}},
        {column_type::blob, value{arg::of_bytes("\0\xff\\N\t", 5)}},
        {column_type::uuid, value{arg{uuid::parse("00112233-4455-6677-8899-aabbccddeeff")}}},
        {column_type::date, value{arg{date::from_ymd(1, 1, 1)}}},
        {column_type::timestamp, value{arg{timestamp::parse("9999-12-31 23:59:59.999999")}}},
        {{column_type::decimal, 4}, value{arg{decimal::parse("-99999999999999.9999")}}},
        {column_type::json, value{arg::of_json("{\"a\" :  [1]}")}},
    };
    std::string definition = "id " + sql_type(column_type::int64) + " PRIMARY KEY";
    bulk_columns columns{{"id", column_type::int64}};
    types read;
    std::string list;
    std::vector<arg> values{arg{std::int64_t{1}}};
    std::vector<arg> nulls{arg{std::int64_t{2}}};
    std::vector<arg> empty{arg{std::int64_t{3}}};
    for (const auto& [type, v] : all) {
        const std::string name = "c" + std::to_string(columns.size());
        definition += ", " + name + " " + sql_type(type.type) + (mariadb() ? " NULL" : "");
        list += (list.empty() ? "" : ", ") + name;
        columns.push_back({name, type.type, type.scale});
        read.push_back(type);
        values.push_back(v.view());
        nulls.emplace_back();
        empty.push_back(type.type == column_type::text   ? arg{std::string_view{}}
                        : type.type == column_type::blob ? arg::of_bytes("", 0)
                                                         : v.view());
    }
    const std::string table = create_table(definition);
    auto c = connect();
    auto writer = c->bulk_insert(table, columns, soon());
    for (const auto& r : {values, nulls, empty}) writer->put(r, soon());
    EXPECT_EQ(writer->finish(soon()), 3);
    writer.reset();
    const rows got = query(*c, "SELECT " + list + " FROM " + table + " ORDER BY id", read);
    ASSERT_EQ(got.size(), 3U);
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_TRUE(same(got[0][i].view(), values[i + 1]))
            << name_of(all[i].first.type) << " " << to_display(got[0][i].view());
        EXPECT_TRUE(got[1][i].is_null());
        EXPECT_TRUE(same(got[2][i].view(), empty[i + 1])) << name_of(all[i].first.type);
    }
}

TEST_P(Bulk, LongValuesCrossTheBordersOfChunks) {
    const std::string table = create_value_table(column_type::text);
    auto c = connect();
    auto writer = c->bulk_insert(
        table, bulk_columns{{"id", column_type::int64}, {"v", column_type::text}}, soon());
    const auto text_of = [](std::int64_t i) {
        return std::string(static_cast<std::size_t>(i * 30'011), static_cast<char>('a' + i % 26));
    };
    for (std::int64_t i = 0; i < 30; ++i) {
        const std::string text = text_of(i);
        writer->put(std::vector<arg>{arg{i}, arg{std::string_view{text}}}, soon());
    }
    EXPECT_EQ(writer->finish(soon()), 30);
    writer.reset();
    const rows got = query(*c, "SELECT v FROM " + table + " ORDER BY id", {column_type::text});
    ASSERT_EQ(got.size(), 30U);
    for (std::int64_t i = 0; i < 30; ++i)
        EXPECT_TRUE(got[static_cast<std::size_t>(i)][0].view().text() == text_of(i)) << i;
}

TEST_P(Bulk, OddNamesAreQuoted) {
    const std::string odd = "or`der\" x";
    std::string quoted;
    db().dialect().identifier(quoted, odd);
    const std::string integer = sql_type(column_type::int64);
    const std::string table =
        create_table("id " + integer + " PRIMARY KEY, " + quoted + " " + integer);
    auto c = connect();
    auto writer = c->bulk_insert(
        table, bulk_columns{{"id", column_type::int64}, {odd, column_type::int64}}, soon());
    put_some(*writer, 1, 3);
    EXPECT_EQ(writer->finish(soon()), 3);
    writer.reset();
    EXPECT_EQ(count(*c, table), 3);
}

INSTANTIATE_TEST_SUITE_P(Engine, Bulk, testing::ValuesIn(all_labels()), label_of);

}  // namespace
}  // namespace shardwise::test
