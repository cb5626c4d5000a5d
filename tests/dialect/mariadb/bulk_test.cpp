// SPDX-License-Identifier: MIT
// Bulk insert: everything arrives unchanged, or nothing is there.
#include "dialect/mariadb/support.hpp"

namespace shardwise::engine::mariadb_test {
namespace {

using enum column_type;

class MariadbBulk : public MariadbTest {
protected:
    void SetUp() override {
        MariadbTest::SetUp();
        if (!c_) return;
        table("bulk",
              "id bigint PRIMARY KEY, t longtext, b longblob, f double, at datetime(6), "
              "day date, u binary(16), d decimal(20,3), ok tinyint(1)");
        columns_ = {{"id", int64, 0},
                    {"t", text, 0},
                    {"b", blob, 0},
                    {"f", float64, 0},
                    {"at", column_type::timestamp, 0},
                    {"day", column_type::date, 0},
                    {"u", column_type::uuid, 0},
                    {"d", column_type::decimal, 3},
                    {"ok", boolean, 0}};
    }
    std::vector<arg> row(std::int64_t id, std::string_view body) const {
        if (id % 10 == 3) {
            return {arg{id}, arg{}, arg{}, arg{}, arg{}, arg{}, arg{}, arg{}, arg{}};
        }
        shardwise::uuid u;
        u.octets[15] = static_cast<std::uint8_t>(id);
        return {arg{id},
                arg{body},
                arg::of_bytes(body.data(), body.size()),
                arg{static_cast<double>(id) / 3},
                arg{shardwise::timestamp{id * 1'000'001}},
                arg{shardwise::date{static_cast<std::int32_t>(id % 10'000)}},
                arg{u},
                arg{shardwise::decimal::from_unscaled(id * 7 - 9, 3)},
                arg{id % 2 == 0}};
    }
    std::vector<connection::bulk_column> columns_;
};

TEST_F(MariadbBulk, AllRowsArriveUnchanged) {
    constexpr std::int64_t n = 5'003;
    const std::string nasty = "tab\t newline\n quote' \\N \\ \xF0\x9F\x98\x80 \x1a ";
    std::string large(700'000, 'L');
    const auto body = [&](std::int64_t id) -> std::string_view {
        return id == 4'000 ? std::string_view(large) : std::string_view(nasty);
    };
    auto writer = c_->bulk_insert("bulk", columns_, soon());
    for (std::int64_t id = 1; id <= n; ++id) writer->put(row(id, body(id)), soon());
    EXPECT_EQ(writer->finish(soon()), n);
    EXPECT_FALSE(c_->in_transaction());

    statement s = make("SELECT * FROM bulk ORDER BY id",
                       {int64, text, blob, float64, column_type::timestamp, column_type::date,
                        column_type::uuid, column_type::decimal, boolean});
    const rows got = run(*c_, s);
    ASSERT_EQ(got.size(), static_cast<std::size_t>(n));
    for (std::int64_t id = 1; id <= n; ++id) {
        const auto wanted = row(id, body(id));
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            ASSERT_TRUE(same(got[static_cast<std::size_t>(id - 1)][i].view(), wanted[i]))
                << id << " column " << i;
        }
    }
}

TEST_F(MariadbBulk, NothingIsThereWithoutFinish) {
    {
        auto writer = c_->bulk_insert("bulk", columns_, soon());
        for (std::int64_t id = 1; id <= 5'000; ++id) writer->put(row(id, "x"), soon());
    }
    EXPECT_FALSE(c_->in_transaction());
    EXPECT_EQ(count("bulk"), 0);
    auto empty = c_->bulk_insert("bulk", columns_, soon());
    EXPECT_EQ(empty->finish(soon()), 0);
}

TEST_F(MariadbBulk, ADuplicateIsAnErrorAndNothingIsThere) {
    auto writer = c_->bulk_insert("bulk", columns_, soon());
    const error_info e = error_of([&] {
        for (std::int64_t id = 1; id <= 3'000; ++id) writer->put(row(id, "x"), soon());
        writer->put(row(17, "x"), soon());
        writer->finish(soon());
    });
    EXPECT_EQ(e.code, error_code::unique_violation);
    EXPECT_EQ(e.constraint, "PRIMARY");
    EXPECT_FALSE(c_->in_transaction());
    EXPECT_EQ(count("bulk"), 0);
    EXPECT_EQ(error_of([&] { writer->finish(soon()); }).code, error_code::bad_state);
}

TEST_F(MariadbBulk, InsideATransactionItKeepsWhatWasThereBefore) {
    run(*c_, "BEGIN");
    run(*c_, "INSERT INTO bulk (id) VALUES (100000)");
    {
        auto dropped = c_->bulk_insert("bulk", columns_, soon());
        for (std::int64_t id = 1; id <= 3'000; ++id) dropped->put(row(id, "x"), soon());
    }
    EXPECT_TRUE(c_->in_transaction());
    EXPECT_EQ(count("bulk"), 1);
    auto writer = c_->bulk_insert("bulk", columns_, soon());
    for (std::int64_t id = 1; id <= 3'000; ++id) writer->put(row(id, "x"), soon());
    EXPECT_EQ(writer->finish(soon()), 3'000);
    EXPECT_TRUE(c_->in_transaction());
    EXPECT_EQ(count("bulk"), 3'001);
    run(*c_, "ROLLBACK");
    EXPECT_EQ(count("bulk"), 0);
}

TEST_F(MariadbBulk, AValueThatWouldBeRoundedOrCutIsRefused) {
    auto writer = c_->bulk_insert("bulk", columns_, soon());
    writer->put(row(1, "x"), soon());
    auto bad = row(2, "x");
    bad[7] = arg{shardwise::decimal::parse("0.0005")};
    EXPECT_EQ(error_of([&] { writer->put(bad, soon()); }).code, error_code::bad_value);
    bad = row(4, "x");
    bad[7] = arg{shardwise::decimal::parse("123456789012345678.5")};  // 18 digits before the point
    writer->put(row(5, "x"), soon());  // a refused row leaves the others alone
    writer->put(bad, soon());
    EXPECT_EQ(error_of([&] { writer->finish(soon()); }).code, error_code::bad_value);
    EXPECT_EQ(count("bulk"), 0);
}

TEST_F(MariadbBulk, NamesAreQuoted) {
    run(*c_, "DROP TABLE IF EXISTS `od``d`");
    run(*c_, "CREATE TABLE `od``d` (`order` bigint)");
    const std::vector<connection::bulk_column> columns{{"order", int64, 0}};
    auto writer = c_->bulk_insert("od`d", columns, soon());
    writer->put({{arg{std::int64_t{1}}}}, soon());
    EXPECT_EQ(writer->finish(soon()), 1);
    EXPECT_EQ(count("`od``d`"), 1);
}

}  // namespace
}  // namespace shardwise::engine::mariadb_test
