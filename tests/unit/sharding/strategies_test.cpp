// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <limits>

#include "unit/sharding/keys.hpp"

namespace shardwise::sharding {
namespace {

using namespace testing;
using buckets = std::vector<bucket_id>;

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

TEST(ModuloStrategy, PlacesNegativeKeysByFlooredRemainder) {
    const strategy_ptr two = make_strategy(modulo_spec(2));
    EXPECT_EQ(place(*two, whole(-1)), 1U);
    EXPECT_EQ(place(*two, whole(-2)), 0U);
    const strategy_ptr seven = make_strategy(modulo_spec(7));
    EXPECT_EQ(place(*seven, whole(-1)), 6U);
    EXPECT_EQ(place(*seven, whole(-7)), 0U);
    EXPECT_EQ(place(*seven, whole(-8)), 6U);
    EXPECT_EQ(place(*seven, whole(lowest)), 6U);  // Python: -2**63 % 7
    EXPECT_EQ(place(*seven, whole(highest)), 0U);
    EXPECT_EQ(seven->modulus(), 7U);
    EXPECT_EQ(seven->bucket_count(), 7U);
    EXPECT_EQ(seven->describe(), "modulo(7)");
}

TEST(ModuloStrategy, PlacesOnlyWholeNumbersOfOneColumn) {
    const strategy_ptr s = make_strategy(modulo_spec(4));
    EXPECT_EQ(place(*s, value{arg{true}}), 1U);
    EXPECT_EQ(place(*s, day(-1)), 3U);
    EXPECT_EQ(place(*s, instant(6)), 2U);
    for (const value& bad : {text("1"), exact("1"), value{arg{1.0}},
                             id("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"), octets("1")})
        EXPECT_EQ(code_of([&] { place(*s, bad); }), error_code::bad_value);
    EXPECT_EQ(code_of([&] { place(*s, value{}); }), error_code::no_shard_key);
    const arg two_columns[2] = {arg{std::int64_t{1}}, arg{std::int64_t{2}}};
    EXPECT_EQ(code_of([&] { s->bucket_of(two_columns, 2); }), error_code::bad_config);
}

TEST(ModuloStrategy, FindsTheBucketsOfARange) {
    const strategy_ptr s = make_strategy(modulo_spec(5));
    EXPECT_EQ((range_of{whole(3), true, whole(4), true}.in(*s)->to_vector()), (buckets{3, 4}));
    EXPECT_EQ((range_of{whole(-2), true, whole(1), true}.in(*s)->to_vector()),
              (buckets{0, 1, 3, 4}));
    EXPECT_EQ((range_of{whole(3), false, whole(5), false}.in(*s)->to_vector()), (buckets{4}));
    EXPECT_TRUE((range_of{whole(1), true, whole(5), true}.in(*s)->is_all()));
    EXPECT_TRUE((range_of{whole(lowest), true, whole(highest), true}.in(*s)->is_all()));
    EXPECT_TRUE((range_of{whole(lowest), true, {}, true}.in(*s)->is_all()));
    EXPECT_TRUE((range_of{whole(2), true, whole(1), true}.in(*s)->empty()));
    EXPECT_TRUE((range_of{whole(1), false, whole(2), false}.in(*s)->empty()));
    EXPECT_TRUE((range_of{whole(highest), false, {}, true}.in(*s)->empty()));
    EXPECT_TRUE((range_of{{}, true, whole(lowest), false}.in(*s)->empty()));
    EXPECT_EQ((range_of{whole(highest), true, {}, true}.in(*s)->to_vector()), (buckets{2}));
    EXPECT_EQ((range_of{exact("1.5"), true, {}, true}.in(*s)), std::nullopt);
    EXPECT_EQ((range_of{}.in(*s)), std::nullopt);
    EXPECT_TRUE(
        (range_of{whole(5), true, whole(5), true}.in(*make_strategy(modulo_spec(1)))->is_all()));
}

TEST(ModuloStrategy, RefusesAModulusThatIsNoneOrTooLarge) {
    EXPECT_EQ(code_of([] { make_strategy(modulo_spec(0)); }), error_code::bad_config);
    EXPECT_EQ(code_of([] { make_strategy(modulo_spec(65537)); }), error_code::bad_config);
    EXPECT_EQ(make_strategy(modulo_spec(65536))->bucket_count(), 65536U);
}

TEST(RangeStrategy, BoundsAreExclusiveUpperEnds) {
    const strategy_ptr s = make_strategy(range_spec({whole(10), whole(20)}));
    EXPECT_EQ(s->bucket_count(), 3U);
    EXPECT_EQ(s->describe(), "range(3)");
    EXPECT_EQ(s->modulus(), 0U);
    const std::vector<std::pair<std::int64_t, bucket_id>> cases{{lowest, 0}, {9, 0},  {10, 1},
                                                                {19, 1},     {20, 2}, {highest, 2}};
    for (const auto& [key, bucket] : cases) EXPECT_EQ(place(*s, whole(key)), bucket) << key;
    EXPECT_EQ(place(*s, exact("9.99")), 0U);
    EXPECT_EQ(place(*s, exact("10.0")), 1U);
}

TEST(RangeStrategy, OrdersEveryKindOfKeyAsRowsAreOrdered) {
    const auto check = [](std::vector<value> bounds, const value& below, const value& at) {
        const strategy_ptr s = make_strategy(range_spec(std::move(bounds)));
        EXPECT_EQ(place(*s, below), 0U);
        EXPECT_EQ(place(*s, at), 1U);
    };
    check({text("m")}, text("Z"), text("m"));
    check({text("\xc3\xa4")}, text("z"), text("\xf0\x9f\x98\x80"));
    check({day(0)}, day(-1), day(0));
    check({instant(0)}, instant(-1), instant(1));
    check({exact("1.50")}, exact("1.4999"), exact("1.5"));
    check({octets("\x80")}, octets("\x7f\xff"), octets("\x80"));
    check({id("80000000-0000-0000-0000-000000000000")}, id("7fffffff-ffff-ffff-ffff-ffffffffffff"),
          id("80000000-0000-0000-0000-000000000000"));
}

TEST(RangeStrategy, RefusesKeysOfOtherKindsAndCompositeKeys) {
    const strategy_ptr s = make_strategy(range_spec({whole(10)}));
    for (const value& bad : {text("5"), day(5), value{arg{5.0}}, value{arg{true}}})
        EXPECT_EQ(code_of([&] { place(*s, bad); }), error_code::bad_value);
    EXPECT_EQ(code_of([&] { place(*s, value{}); }), error_code::no_shard_key);
    const arg two_columns[2] = {arg{std::int64_t{1}}, arg{std::int64_t{2}}};
    EXPECT_EQ(code_of([&] { s->bucket_of(two_columns, 2); }), error_code::bad_config);
}

TEST(RangeStrategy, FindsExactlyTheBucketsOfARange) {
    const strategy_ptr s = make_strategy(range_spec({whole(10), whole(20), whole(30)}));
    const auto in = [&](const range_of& r) { return r.in(*s)->to_vector(); };
    EXPECT_EQ(in({whole(10), true, whole(19), true}), (buckets{1}));
    EXPECT_EQ(in({whole(9), false, whole(20), false}), (buckets{1}));
    EXPECT_EQ(in({whole(9), true, whole(20), true}), (buckets{0, 1, 2}));
    EXPECT_EQ(in({{}, true, whole(10), false}), (buckets{0}));
    EXPECT_EQ(in({whole(30), true, {}, true}), (buckets{3}));
    EXPECT_EQ(in({whole(21), true, whole(20), true}), (buckets{}));
    EXPECT_EQ(in({whole(20), true, whole(20), false}), (buckets{}));
    EXPECT_EQ(in({whole(highest), false, {}, true}), (buckets{}));
    EXPECT_EQ(in({exact("19.5"), true, exact("20.5"), true}), (buckets{1, 2}));
    EXPECT_EQ(in({value{arg{19.5}}, true, {}, true}), (buckets{1, 2, 3}));
    EXPECT_EQ(in({}), (buckets{0, 1, 2, 3}));
    EXPECT_EQ((range_of{text("a"), true, {}, true}.in(*s)), std::nullopt);
}

TEST(RangeStrategy, FindsTheBucketsOfTextAndDecimalRanges) {
    const strategy_ptr names = make_strategy(range_spec({text("h"), text("p")}));
    EXPECT_EQ((range_of{text("a"), true, text("h"), false}.in(*names)->to_vector()), (buckets{0}));
    EXPECT_EQ((range_of{text("a"), true, text("h"), true}.in(*names)->to_vector()),
              (buckets{0, 1}));
    EXPECT_EQ((range_of{text("z"), true, text("a"), true}.in(*names)->to_vector()), (buckets{}));
    const strategy_ptr prices = make_strategy(range_spec({exact("10"), exact("20")}));
    EXPECT_EQ((range_of{exact("9"), false, exact("20"), false}.in(*prices)->to_vector()),
              (buckets{0, 1}));  // 9.5 lies in bucket 0
}

TEST(RangeStrategy, RefusesBoundsThatAreNoPartition) {
    for (const std::vector<value>& bounds :
         std::vector<std::vector<value>>{{},
                                         {whole(2), whole(1)},
                                         {whole(1), whole(1)},
                                         {exact("1.0"), exact("1.00")},
                                         {whole(1), text("2")},
                                         {whole(1), exact("2.5")},
                                         {value{}},
                                         {whole(1), value{}},
                                         {value{arg{1.5}}},
                                         {value{arg{true}}},
                                         {value{arg::of_json("1")}}})
        EXPECT_EQ(code_of([&] { make_strategy(range_spec(bounds)); }), error_code::bad_config);
}

TEST(ListStrategy, FindsListedKeysAndSendsOthersToTheDefault) {
    const strategy_ptr s =
        make_strategy(list_spec({{text("de"), text("at")}, {text("fr")}, {}}, 2));
    EXPECT_EQ(s->bucket_count(), 3U);
    EXPECT_EQ(s->describe(), "list(3)");
    EXPECT_EQ(place(*s, text("de")), 0U);
    EXPECT_EQ(place(*s, text("at")), 0U);
    EXPECT_EQ(place(*s, text("fr")), 1U);
    EXPECT_EQ(place(*s, text("FR")), 2U);
    EXPECT_EQ(place(*s, text("fr ")), 2U);
}

TEST(ListStrategy, RefusesKeysInNoListWithoutADefault) {
    const strategy_ptr s = make_strategy(list_spec({{whole(1)}, {whole(2)}}));
    EXPECT_EQ(code_of([&] { place(*s, whole(3)); }), error_code::unroutable_key);
    try {
        place(*s, whole(31337));
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(std::string_view(e.what()).find("31337"), std::string_view::npos);
    }
}

TEST(ListStrategy, FindsNumbersByValueAndRefusesOtherKindsEvenWithADefault) {
    const strategy_ptr s = make_strategy(list_spec({{whole(5)}, {whole(6)}}, 1));
    EXPECT_EQ(place(*s, exact("5.00")), 0U);
    EXPECT_EQ(code_of([&] { place(*s, text("5")); }), error_code::bad_value);
    EXPECT_EQ(code_of([&] { place(*s, day(5)); }), error_code::bad_value);
    EXPECT_EQ(code_of([&] { place(*s, value{arg{5.0}}); }), error_code::bad_value);
    EXPECT_EQ(code_of([&] { place(*s, value{}); }), error_code::no_shard_key);
    const arg two_columns[2] = {arg{std::int64_t{1}}, arg{std::int64_t{2}}};
    EXPECT_EQ(code_of([&] { s->bucket_of(two_columns, 2); }), error_code::bad_config);
}

TEST(ListStrategy, FindsTheBucketsOfARange) {
    const strategy_ptr s = make_strategy(list_spec({{whole(1), whole(2)}, {whole(3)}, {}}, 2));
    const auto in = [&](const range_of& r) { return r.in(*s)->to_vector(); };
    EXPECT_EQ(in({whole(1), true, whole(2), true}), (buckets{0}));  // nothing else can be there
    EXPECT_EQ(in({whole(2), true, whole(4), true}), (buckets{0, 1, 2}));
    EXPECT_EQ(in({whole(3), false, {}, true}), (buckets{2}));
    EXPECT_EQ(in({whole(3), true, whole(3), true}), (buckets{1}));
    EXPECT_EQ(in({whole(3), false, whole(3), true}), (buckets{}));
    EXPECT_EQ(in({whole(4), true, whole(2), true}), (buckets{}));
    EXPECT_EQ(in({value{arg{0.5}}, true, value{arg{1.5}}, true}), (buckets{0, 2}));
    EXPECT_EQ((range_of{text("a"), true, {}, true}.in(*s)), std::nullopt);
    const strategy_ptr closed = make_strategy(list_spec({{text("a")}, {text("b")}}));
    EXPECT_EQ((range_of{text("b"), true, {}, true}.in(*closed)->to_vector()), (buckets{1}));
    EXPECT_TRUE((range_of{text("c"), true, {}, true}.in(*closed)->empty()));
}

TEST(ListStrategy, RefusesContradictingLists) {
    for (const strategy_spec& bad :
         {list_spec({}), list_spec({{}, {}}), list_spec({{whole(1)}, {whole(1)}}),
          list_spec({{exact("1.0"), exact("1.00")}}), list_spec({{whole(1)}, {text("1")}}),
          list_spec({{whole(1), exact("2")}}), list_spec({{value{}}}),
          list_spec({{value{arg{1.5}}}}), list_spec({{whole(1)}}, 1)})
        EXPECT_EQ(code_of([&] { make_strategy(bad); }), error_code::bad_config);
}

TEST(DirectoryStrategy, OnlyALookupCanTell) {
    const strategy_ptr s = make_strategy(directory_spec(16));
    EXPECT_EQ(s->bucket_count(), 16U);
    EXPECT_EQ(s->describe(), "directory(16)");
    EXPECT_EQ(s->modulus(), 0U);
    EXPECT_EQ(place(*s, whole(1)), std::nullopt);
    EXPECT_EQ(place(*s, text("x")), std::nullopt);
    EXPECT_EQ((range_of{whole(1), true, whole(1), true}.in(*s)), std::nullopt);
    EXPECT_EQ(code_of([&] { place(*s, value{arg{1.0}}); }), error_code::bad_value);
    EXPECT_EQ(code_of([&] { place(*s, value{}); }), error_code::no_shard_key);
    EXPECT_EQ(code_of([] { make_strategy(directory_spec(0)); }), error_code::bad_config);
    EXPECT_EQ(code_of([] { make_strategy(directory_spec(65537)); }), error_code::bad_config);
}

TEST(MakeStrategy, LeavesCustomStrategiesToTheProgram) {
    strategy_spec custom;
    custom.kind = schema::strategy_kind::custom;
    custom.custom_name = "by_tenant";
    EXPECT_EQ(code_of([&] { make_strategy(custom); }), error_code::bad_config);
}

TEST(CheckShardKey, RefusesColumnTypesThatAStrategyCannotPlace) {
    using types = std::vector<column_type>;
    using ct = column_type;
    const auto verdict = [](const strategy_spec& s, const types& t) {
        return code_of([&] { check_shard_key(s, t); });
    };
    const strategy_spec hash;
    EXPECT_EQ(verdict(hash, {ct::int16}), std::nullopt);
    EXPECT_EQ(verdict(hash, {ct::text, ct::uuid, ct::decimal}), std::nullopt);
    EXPECT_EQ(verdict(hash, {}), error_code::bad_config);
    EXPECT_EQ(verdict(hash, {ct::int64, ct::float64}), error_code::bad_config);
    EXPECT_EQ(verdict(hash, {ct::json}), error_code::bad_config);
    EXPECT_EQ(verdict(modulo_spec(2), {ct::int64}), std::nullopt);
    EXPECT_EQ(verdict(modulo_spec(2), {ct::date}), std::nullopt);
    EXPECT_EQ(verdict(modulo_spec(2), {ct::text}), error_code::bad_config);
    EXPECT_EQ(verdict(modulo_spec(2), {ct::decimal}), error_code::bad_config);
    EXPECT_EQ(verdict(modulo_spec(2), {ct::int64, ct::int64}), error_code::bad_config);
    EXPECT_EQ(verdict(range_spec({whole(1)}), {ct::int32}), std::nullopt);
    EXPECT_EQ(verdict(range_spec({whole(1)}), {ct::decimal}), error_code::bad_config);
    EXPECT_EQ(verdict(range_spec({whole(1)}), {ct::text}), error_code::bad_config);
    EXPECT_EQ(verdict(list_spec({{}, {text("a")}}), {ct::text}), std::nullopt);
    EXPECT_EQ(verdict(list_spec({{text("a")}}), {ct::blob}), error_code::bad_config);
    EXPECT_EQ(verdict(directory_spec(2), {ct::text, ct::int64}), std::nullopt);
    EXPECT_EQ(verdict(directory_spec(2), {ct::float64}), error_code::bad_config);
}

}  // namespace
}  // namespace shardwise::sharding
