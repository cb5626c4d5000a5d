// SPDX-License-Identifier: MIT
// Rows are stored by this hash. If a test here fails, the hash was changed: undo that, never the
// numbers. They were computed by an independent program (Python's integers and hashlib).
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <limits>
#include <random>

#include "unit/sharding/keys.hpp"

namespace shardwise::sharding {
namespace {

using namespace testing;

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

TEST(HashBuckets, IntegersKeepTheirFrozenBuckets) {
    const std::vector<std::pair<std::int64_t, bucket_id>> golden{
        {0, 0},
        {1, 710},
        {2, 636},
        {-1, 903},
        {-2, 859},
        {42, 711},
        {1000, 226},
        {2147483647, 562},
        {-2147483648LL, 710},
        {2147483648LL, 874},
        {4294967296LL, 202},
        {9007199254740992LL, 217},
        {-9007199254740992LL, 756},
        {1000000000000LL, 539},
        {-1000000000000000000LL, 702},
        {highest, 713},
        {lowest, 559},
    };
    for (const auto& [key, bucket] : golden) EXPECT_EQ(hashed({whole(key)}), bucket) << key;
}

TEST(HashBuckets, BooleansDatesAndTimestampsHashTheirInteger) {
    EXPECT_EQ(hashed({value{arg{false}}}), 0U);
    EXPECT_EQ(hashed({value{arg{true}}}), 710U);
    EXPECT_EQ(hashed({day(19723)}), 544U);
    EXPECT_EQ(hashed({instant(1704067200000000)}), 123U);
}

TEST(HashBuckets, TextBytesUuidsAndDecimalsKeepTheirFrozenBuckets) {
    EXPECT_EQ(hashed({text("")}), 66U);
    EXPECT_EQ(hashed({text("a")}), 274U);
    EXPECT_EQ(hashed({text("A")}), 720U);
    EXPECT_EQ(hashed({text("a ")}), 214U);
    EXPECT_EQ(hashed({text("it's")}), 796U);
    EXPECT_EQ(hashed({text("Stra\xc3\x9f"
                           "e")}),
              908U);
    EXPECT_EQ(hashed({text("\xe6\x97\xa5\xe6\x9c\xac")}), 780U);
    EXPECT_EQ(hashed({text("\xf0\x9f\x98\x80")}), 564U);
    EXPECT_EQ(hashed({octets(std::string_view("\x00\xff", 2))}), 362U);
    EXPECT_EQ(hashed({id("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")}), 583U);
    EXPECT_EQ(hashed({id("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")}), 583U);
    EXPECT_EQ(hashed({exact("-123.45")}), 210U);
    EXPECT_EQ(hashed({exact("5")}), 637U);
}

TEST(HashBuckets, EqualDecimalsShareABucketWhateverTheirScale) {
    for (const char* same_number : {"1.5", "1.50", "1.5000000000"})
        EXPECT_EQ(hashed({exact(same_number)}), 304U) << same_number;
    for (const char* zero : {"0", "0.0", "0.000", "-0.00"})
        EXPECT_EQ(hashed({exact(zero)}), 870U) << zero;
    EXPECT_EQ(hashed({exact("500")}), hashed({exact("500.00")}));
    EXPECT_NE(hashed({exact("500")}), hashed({exact("5")}));
}

TEST(HashBuckets, CompositeKeysKeepTheirFrozenBuckets) {
    EXPECT_EQ(hashed({whole(1), whole(2)}), 632U);
    EXPECT_EQ(hashed({whole(2), whole(1)}), 71U);
    EXPECT_EQ(hashed({whole(-7), text("de")}), 806U);
    EXPECT_EQ(hashed({text("ab"), text("c")}), 451U);
    EXPECT_EQ(hashed({text("a"), text("bc")}), 633U);
    EXPECT_EQ(hashed({id("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"),
                      octets(std::string_view("\x00\xff", 2)), exact("1.50")}),
              359U);
}

TEST(HashBuckets, RefusesKeysThatDoNotIdentify) {
    EXPECT_EQ(code_of([] { hashed({value{arg{1.5}}}); }), error_code::bad_value);
    EXPECT_EQ(code_of([] { hashed({value{arg::of_json("1")}}); }), error_code::bad_value);
    EXPECT_EQ(code_of([] { hashed({value{}}); }), error_code::no_shard_key);
    EXPECT_EQ(code_of([] { hashed({whole(1), value{}}); }), error_code::no_shard_key);
    EXPECT_EQ(code_of([] { hashed({whole(1), value{arg{1.5}}}); }), error_code::bad_value);
    EXPECT_EQ(code_of([] { hashed({}); }), error_code::bad_config);
}

TEST(HashBuckets, SpreadKeysEvenly) {
    for (const std::int64_t stride : {1, 1024, 4194304, -3}) {
        std::vector<int> hits(hash_bucket_count);
        for (std::int64_t i = 0; i < 102'400; ++i) ++hits[hashed({whole(i * stride)})];
        for (const int n : hits) {
            EXPECT_GT(n, 0) << stride;
            EXPECT_LT(n, 500) << stride;  // 100 on average
        }
    }
}

TEST(HashBuckets, EnumeratesShortRangesOfWholeNumbersOnly) {
    const strategy_ptr s = make_strategy({});
    const auto five = range_of{whole(5), true, whole(9), true}.in(*s);
    ASSERT_TRUE(five);
    bucket_set wanted = bucket_set::none(hash_bucket_count);
    for (std::int64_t k = 5; k <= 9; ++k) wanted.add(hashed({whole(k)}));
    EXPECT_EQ(*five, wanted);
    EXPECT_TRUE((range_of{whole(5), false, whole(6), false}.in(*s)->empty()));
    EXPECT_EQ((range_of{whole(highest), true, {}, true}.in(*s)->single()),
              hashed({whole(highest)}));
    EXPECT_EQ((range_of{whole(0), true, whole(100), true}.in(*s)), std::nullopt);
    EXPECT_EQ((range_of{whole(lowest), true, whole(highest), true}.in(*s)), std::nullopt);
    EXPECT_EQ((range_of{text("a"), true, text("a"), true}.in(*s)), std::nullopt);
    EXPECT_EQ((range_of{exact("1"), true, exact("2"), true}.in(*s)), std::nullopt);
    EXPECT_EQ((range_of{whole(1), true, exact("2"), true}.in(*s)), std::nullopt);
}

/// Evaluates one SQL expression over the bound number ?1.
class sqlite_calculator {
public:
    explicit sqlite_calculator(const std::string& expression) {
        if (sqlite3_open(":memory:", &db_) != SQLITE_OK ||
            sqlite3_prepare_v2(db_, ("SELECT " + expression).c_str(), -1, &statement_, nullptr) !=
                SQLITE_OK)
            throw std::runtime_error(sqlite3_errmsg(db_));
    }
    sqlite_calculator(const sqlite_calculator&) = delete;
    sqlite_calculator& operator=(const sqlite_calculator&) = delete;
    ~sqlite_calculator() {
        sqlite3_finalize(statement_);
        sqlite3_close(db_);
    }
    std::int64_t of(std::int64_t x) {
        sqlite3_reset(statement_);
        sqlite3_bind_int64(statement_, 1, x);
        if (sqlite3_step(statement_) != SQLITE_ROW) throw std::runtime_error(sqlite3_errmsg(db_));
        EXPECT_EQ(sqlite3_column_type(statement_, 0), SQLITE_INTEGER);
        return sqlite3_column_int64(statement_, 0);
    }

private:
    sqlite3* db_ = nullptr;
    sqlite3_stmt* statement_ = nullptr;
};

TEST(HashBucketSql, SqliteComputesTheSameBuckets) {
    sqlite_calculator sql(hash_bucket_sql("?1", column_type::int64, "sqlite"));
    std::vector<std::int64_t> keys{lowest, lowest + 1, highest, highest - 1, 0, -1};
    for (int bit = 0; bit < 63; ++bit)
        for (const std::int64_t near : {-1, 0, 1}) {
            keys.push_back((std::int64_t{1} << bit) + near);
            keys.push_back(-(std::int64_t{1} << bit) + near);
        }
    std::mt19937_64 random(7);
    for (int i = 0; i < 100'000; ++i)
        keys.push_back(static_cast<std::int64_t>(random()) >> (random() % 64));
    for (const std::int64_t key : keys) ASSERT_EQ(sql.of(key), hashed({whole(key)})) << key;
}

TEST(HashBucketSql, SaysSoWhereAnEngineCannotCompute) {
    for (const column_type t : {column_type::text, column_type::blob, column_type::uuid}) {
        EXPECT_EQ(hash_bucket_sql("\"k\"", t, "sqlite"), "");
        EXPECT_NE(hash_bucket_sql("\"k\"", t, "postgres"), "");
        EXPECT_NE(hash_bucket_sql("`k`", t, "mariadb"), "");
    }
    for (const column_type t : {column_type::decimal, column_type::float64, column_type::json})
        for (const char* dialect : {"sqlite", "postgres", "mariadb"})
            EXPECT_EQ(hash_bucket_sql("k", t, dialect), "");
    EXPECT_EQ(code_of([] { hash_bucket_sql("k", column_type::int64, "oracle"); }),
              error_code::internal);
}

TEST(HashBucketSql, KeepsHostileColumnNamesAsTheyAre) {
    const std::string sql = hash_bucket_sql("\"a{}%{0}\"", column_type::int64, "postgres");
    EXPECT_NE(sql.find("\"a{}%{0}\"::bigint"), std::string::npos);
}

}  // namespace
}  // namespace shardwise::sharding
