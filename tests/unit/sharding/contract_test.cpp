// SPDX-License-Identifier: MIT
// What every strategy promises, checked for each: a new strategy needs its row in every_strategy().
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "unit/sharding/keys.hpp"

namespace shardwise::sharding {
namespace {

using namespace testing;

struct subject {
    const char* name;
    strategy_spec spec;
};

std::vector<subject> every_strategy() {
    return {
        {"hash", {}},
        {"modulo_1", modulo_spec(1)},
        {"modulo_2", modulo_spec(2)},
        {"modulo_7", modulo_spec(7)},
        {"modulo_65536", modulo_spec(65536)},
        {"range_integers", range_spec({whole(-100), whole(0), whole(1), whole(1000)})},
        {"range_text", range_spec({text("b"), text("bb"), text("z")})},
        {"range_dates", range_spec({day(0), day(100)})},
        {"range_timestamps", range_spec({instant(0), instant(1000)})},
        {"range_decimals", range_spec({exact("-1.5"), exact("0"), exact("10.25")})},
        {"range_uuids", range_spec({id("80000000-0000-0000-0000-000000000000")})},
        {"range_blobs", range_spec({octets("b")})},
        {"list_integers", list_spec({{whole(1), whole(5)}, {whole(2)}})},
        {"list_integers_with_default", list_spec({{whole(1), whole(5)}, {whole(2)}}, 1)},
        {"list_text_with_default", list_spec({{text("a")}, {text("b")}, {}}, 2)},
        {"directory", directory_spec(8)},
    };
}

/// Keys of every kind, grouped by kind; numbers beside each bound above.
std::vector<std::vector<value>> keys_by_kind() {
    std::vector<value> integers;
    for (const std::int64_t base :
         {std::int64_t{0}, std::int64_t{-100}, std::int64_t{1000}, std::int64_t{1} << 40})
        for (std::int64_t near = -3; near <= 6; ++near) integers.push_back(whole(base + near));
    integers.push_back(whole(std::numeric_limits<std::int64_t>::min()));
    integers.push_back(whole(std::numeric_limits<std::int64_t>::max()));
    std::vector<value> days;
    std::vector<value> instants;
    for (const std::int32_t d : {-719162, -1, 0, 1, 99, 100, 101, 2932896}) {
        days.push_back(day(d));
        instants.push_back(instant(d * 10LL));
    }
    return {
        integers,
        days,
        instants,
        {text(""), text("a"), text("b"), text("ba"), text("bb"), text("z"),
         text("\xf0\x9f\x98\x80")},
        {octets(""), octets("a"), octets("b"), octets(std::string_view("b\0", 2))},
        {exact("-2"), exact("-1.5"), exact("-1.50"), exact("0"), exact("10.2499"), exact("10.25"),
         exact("99999999999999999999999999999999999999")},
        {id("00000000-0000-0000-0000-000000000000"), id("7fffffff-ffff-ffff-ffff-ffffffffffff"),
         id("80000000-0000-0000-0000-000000000000"), id("ffffffff-ffff-ffff-ffff-ffffffffffff")},
        {value{arg{false}}, value{arg{true}}},
        {value{arg{1.5}}},
        {value{arg::of_json("{}")}},
        {value{}},
    };
}

class StrategyContract : public ::testing::TestWithParam<subject> {
protected:
    strategy_ptr strategy_ = make_strategy(GetParam().spec);
};

TEST_P(StrategyContract, EveryKeyHasABucketOrATypedError) {
    for (const auto& keys : keys_by_kind())
        for (const value& key : keys) {
            const auto failure = code_of([&] {
                const auto b = place(*strategy_, key);
                EXPECT_LT(b.value_or(0), strategy_->bucket_count()) << to_display(key.view());
            });
            EXPECT_TRUE(!failure || *failure == error_code::bad_value ||
                        *failure == error_code::unroutable_key ||
                        (*failure == error_code::no_shard_key && key.is_null()))
                << to_display(key.view());
        }
}

TEST_P(StrategyContract, TheSameKeyAlwaysHasTheSameBucket) {
    const strategy_ptr again = make_strategy(GetParam().spec);
    for (const auto& keys : keys_by_kind())
        for (const value& key : keys) {
            std::optional<bucket_id> first;
            const auto failure = code_of([&] { first = place(*strategy_, key); });
            const auto same_failure = code_of([&] { EXPECT_EQ(place(*again, key), first); });
            EXPECT_EQ(failure, same_failure);
            if (failure) continue;
            const value copy = key;
            EXPECT_EQ(place(*strategy_, copy), first);
        }
}

TEST_P(StrategyContract, AnIntegersWidthDoesNotMatter) {
    const auto bucket = [&](auto v) -> std::optional<bucket_id> {
        const value key{arg{static_cast<std::int64_t>(v)}};
        std::optional<bucket_id> b;
        if (code_of([&] { b = place(*strategy_, key); })) return std::nullopt;
        return b;
    };
    for (const int v : {-128, -1, 0, 1, 2, 5, 127}) {
        const auto wanted = bucket(std::int64_t{v});
        EXPECT_EQ(bucket(static_cast<std::int8_t>(v)), wanted);
        EXPECT_EQ(bucket(static_cast<std::int16_t>(v)), wanted);
        EXPECT_EQ(bucket(static_cast<std::int32_t>(v)), wanted);
        const value read = parse_value(std::to_string(v), column_type::int16);
        std::optional<bucket_id> b;
        if (code_of([&] { b = place(*strategy_, read); })) continue;
        EXPECT_EQ(b, wanted);
    }
}

TEST_P(StrategyContract, TheBucketsOfARangeHoldEveryKeyInIt) {
    for (const auto& keys : keys_by_kind()) {
        const kind k = keys.front().kind();
        if (k == kind::null || k == kind::json) continue;
        std::vector<std::optional<value>> ends(keys.begin(), keys.end());
        ends.emplace_back();
        for (const auto& low : ends)
            for (const auto& high : ends)
                for (int included = 0; included < 4; ++included) {
                    const range_of range{low, (included & 1) != 0, high, (included & 2) != 0};
                    const auto found = range.in(*strategy_);
                    if (!found) continue;
                    ASSERT_EQ(found->bucket_count(), strategy_->bucket_count());
                    for (const value& key : keys) {
                        if (!range.holds(key)) continue;
                        std::optional<bucket_id> b;
                        if (code_of([&] { b = place(*strategy_, key); })) continue;
                        ASSERT_TRUE(!b || found->contains(*b)) << to_display(key.view());
                    }
                }
    }
}

TEST_P(StrategyContract, ResiduesAreWhatModulusPromises) {
    const std::int64_t n = strategy_->modulus();
    if (n == 0) return;
    const auto integers = keys_by_kind().front();
    for (const value& key : integers) {
        const std::int64_t r = key.view().integer() % n;
        EXPECT_EQ(place(*strategy_, key), static_cast<bucket_id>(r < 0 ? r + n : r));
    }
}

TEST_P(StrategyContract, DescribesItself) {
    EXPECT_FALSE(strategy_->describe().empty());
    EXPECT_NE(strategy_->describe().find(std::to_string(strategy_->bucket_count())),
              std::string::npos);
}

TEST_P(StrategyContract, SurvivesItsJson) {
    const std::string json = to_json(GetParam().spec);
    EXPECT_EQ(json.find('\n'), std::string::npos);
    EXPECT_EQ(spec_from_json(json), GetParam().spec);
    EXPECT_EQ(to_json(spec_from_json(json)), json);
    const strategy_ptr reread = make_strategy(spec_from_json(json));
    EXPECT_EQ(reread->describe(), strategy_->describe());
    for (const auto& keys : keys_by_kind())
        for (const value& key : keys) {
            std::optional<bucket_id> first;
            if (code_of([&] { first = place(*strategy_, key); })) continue;
            EXPECT_EQ(place(*reread, key), first);
        }
}

INSTANTIATE_TEST_SUITE_P(Every, StrategyContract, ::testing::ValuesIn(every_strategy()),
                         [](const auto& chosen) { return std::string(chosen.param.name); });

/// A placement of a program's own gets the safe answer for ranges without writing anything.
class tenants final : public sharding_strategy {
public:
    std::uint32_t bucket_count() const noexcept override { return 1; }
    std::optional<bucket_id> bucket_of(const arg*, std::size_t) const override { return 0; }
    std::string describe() const override { return "tenants"; }
};

TEST(CustomStrategy, CannotTellAboutRangesUnlessItSaysSo) {
    const tenants s;
    EXPECT_EQ((range_of{whole(1), true, whole(1), true}.in(s)), std::nullopt);
    EXPECT_EQ(s.modulus(), 0U);
}

}  // namespace
}  // namespace shardwise::sharding
