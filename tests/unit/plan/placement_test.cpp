// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <limits>

#include "plan/explain.hpp"
#include "plan/router.hpp"
#include "shardwise/base/error.hpp"
#include "support/statements.hpp"

namespace shardwise::plan {
namespace {

using namespace shardwise::test;

std::string key_of(const arg& a) { return encode_key(&a, 1); }

error_code code_of(auto f) {
    try {
        f();
    } catch (const error& e) {
        return e.code();
    }
    return error_code::internal;
}

TEST(EncodeKey, EqualNumbersHaveEqualBytesWhateverTheirKind) {
    const decimal two = decimal::parse("2.00"), half = decimal::parse("0.50");
    EXPECT_EQ(key_of(arg{std::int64_t{2}}), key_of(arg{two}));
    EXPECT_EQ(key_of(arg{std::int64_t{2}}), key_of(arg{2.0}));
    EXPECT_EQ(key_of(arg{half}), key_of(arg{0.5}));
    EXPECT_EQ(key_of(arg{0.0}), key_of(arg{-0.0}));
    EXPECT_EQ(key_of(arg{std::int64_t{0}}), key_of(arg{-0.0}));
    EXPECT_EQ(key_of(arg{std::numeric_limits<std::int64_t>::min()}),
              key_of(arg{-9223372036854775808.0}));
    EXPECT_EQ(key_of(arg{decimal::parse("-1.5")}), key_of(arg{-1.5}));
}

TEST(EncodeKey, DifferentKeysHaveDifferentBytes) {
    const std::vector<value> keys = {
        value(arg{std::int64_t{1}}),
        value(arg{std::int64_t{-1}}),
        value(arg{std::int64_t{256}}),
        value(arg{0.1}),
        value(arg{1e300}),
        value(arg{decimal::parse("0.1")}),
        value(arg{decimal::parse("0.01")}),
        value(arg{std::string_view{"1"}}),
        value(arg::of_bytes("1", 1)),
        value(arg{true}),
        value(arg{date{1}}),
        value(arg{timestamp{1}}),
        value(arg{uuid{}}),
        value{},
        value(arg{std::string_view{"", 0}}),
        value(arg{std::string_view{"\0", 1}}),
    };
    for (std::size_t i = 0; i < keys.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            EXPECT_NE(key_of(keys[i].view()), key_of(keys[j].view())) << i << " " << j;
}

TEST(EncodeKey, ColumnsDoNotRunIntoEachOther) {
    const arg a[] = {arg{std::string_view{"ab"}}, arg{std::string_view{"c"}}};
    const arg b[] = {arg{std::string_view{"a"}}, arg{std::string_view{"bc"}}};
    EXPECT_NE(encode_key(a, 2), encode_key(b, 2));
}

TEST(Place, FindsTheSameShardFromEveryKindOfNumber) {
    const shop s;
    const cluster_view view = s.view(by_hash(), 4);
    for (std::int64_t id = -50; id < 50; ++id) {
        const arg keys[] = {arg{id}, arg{decimal(id)}, arg{static_cast<double>(id)}};
        const auto first = place(s.at("users"), {&keys[0], 1}, view, {});
        for (const arg& k : keys) {
            const auto p = place(s.at("users"), {&k, 1}, view, {});
            EXPECT_EQ(p->shard, first->shard);
            EXPECT_EQ(p->bucket, first->bucket);
            const auto child = place(s.at("orders"), {&k, 1}, view, {});
            EXPECT_EQ(child->bucket, first->bucket) << "children live with their parent";
        }
    }
}

TEST(Place, AgreesWithTheRouteOfItsKey) {
    const shop s;
    const cluster_view view = s.view(by_hash(), 4);
    for (std::int64_t id :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 60,
          std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
        const arg key{id};
        const auto p = place(s.at("users"), {&key, 1}, view, {});
        const routed r =
            route_select(*query(s.at("users")).where(s.col("users.id") == id).get(), view, {});
        ASSERT_EQ(r.where.kind, route_kind::one);
        EXPECT_EQ(r.where.shards.front(), p->shard);
    }
}

TEST(Place, PutsNullWhereTheTableSays) {
    const shop s;
    const cluster_view view = s.view(by_hash(), 3);
    const arg null;
    EXPECT_EQ(place(s.at("notes"), {&null, 1}, view, {})->bucket, 0u);
    EXPECT_EQ(code_of([&] {
                  place(s.at("loose"), {&null, 1}, view, {});
              }),
              error_code::no_shard_key);
}

TEST(Place, RefusesKeysWithoutABucketAndValuesOfAnotherType) {
    const shop s(schema::strategy_kind::list);
    const cluster_view view = s.view(by_list({{1}, {2}}), 2);
    const arg gap{std::int64_t{3}}, fraction{1.5}, text{std::string_view{"1"}};
    EXPECT_EQ(code_of([&] {
                  place(s.at("users"), {&gap, 1}, view, {});
              }),
              error_code::unroutable_key);
    EXPECT_EQ(code_of([&] {
                  place(s.at("users"), {&fraction, 1}, view, {});
              }),
              error_code::bad_value);
    EXPECT_EQ(code_of([&] { place(s.at("users"), {&text, 1}, view, {}); }), error_code::bad_value);
}

TEST(Place, AsksTheDirectoryFirst) {
    const shop s(schema::strategy_kind::directory);
    const cluster_view view = s.view(by_directory(4), 2);
    directory_entries entries;
    const arg key{std::int64_t{7}};
    EXPECT_FALSE(place(s.at("users"), {&key, 1}, view, entries));
    entries.add("users", encode_key(&key, 1), 3);
    EXPECT_EQ(place(s.at("users"), {&key, 1}, view, entries)->bucket, 3u);
    entries.add("users", encode_key(&key, 1), std::nullopt);
    EXPECT_EQ(code_of([&] {
                  place(s.at("users"), {&key, 1}, view, entries);
              }),
              error_code::unroutable_key);
}

TEST(Trim, ShardsThatNeedNoTrimmingShareTheStatement) {
    const shop s;
    const cluster_view view = s.view(by_modulo(2), 2);
    const sql::select_ptr plain = query(s.at("users")).where(s.col("users.age") == 1);
    const route where = route_select(*plain, view, {}).where;
    for (const sql::select_ptr& t : trim(plain, where, view, {})) EXPECT_TRUE(t == plain);
    const sql::select_ptr listed =
        query(s.at("users")).where(in(s.col("users.id"), {1, 2, 3, 5})).get();
    const auto parts = trim(listed, route_select(*listed, view, {}).where, view, {});
    ASSERT_EQ(parts.size(), 2u);
    EXPECT_EQ(parts[0]->where->list.size(), 1u);
    EXPECT_EQ(parts[1]->where->list.size(), 3u);
    EXPECT_EQ(listed->where->list.size(), 4u) << "the statement itself is not changed";
}

TEST(Trim, LongListsAreRoutedValueByValue) {
    const shop s;
    const cluster_view view = s.view(by_hash(), 4);
    std::vector<term> many;
    for (int i = 0; i < 20000; ++i) many.push_back(i);
    const sql::select_ptr q = query(s.at("users")).where(in(s.col("users.id"), many)).get();
    const auto parts = trim(q, route_select(*q, view, {}).where, view, {});
    std::size_t values = 0;
    for (const sql::select_ptr& p : parts) values += p->where->list.size();
    EXPECT_EQ(values, many.size());
}

TEST(ReferenceTables, AreReadFromTheSameCopyEveryTime) {
    const shop s;
    const cluster_view view = s.view(by_hash(), 4);
    const routed a = route_select(*query(s.at("countries")).get(), view, {});
    const routed b = route_select(*query(s.at("countries")).limit(1).get(), view, {});
    EXPECT_EQ(a.where.kind, route_kind::any);
    EXPECT_EQ(a.where.shards.size(), 1u);
    EXPECT_EQ(a.where.shards, b.where.shards);
}

TEST(Explain, IsReadableByMachines) {
    const shop s;
    const cluster_view view = s.view(by_modulo(2), 2);
    const plan p = std::get<plan>(
        plan_select(query(s.at("users")).where(s.col("users.name") == "\xff\"x").get(), view, {}));
    const std::vector<const sql::dialect*> dialects(2,
                                                    &sql::dialect_for(sql::dialect_kind::sqlite));
    const explanation e = explain(p, view, dialects);
    EXPECT_EQ(e.shards, (std::vector<std::string>{"s1", "s2"}));
    EXPECT_EQ(e.shard_count, 2u);
    ASSERT_EQ(e.statements.size(), 2u);
    EXPECT_NE(e.to_json().find("\"route\": \"all\""), std::string::npos);
    EXPECT_NE(e.to_string().find("route: all (2 of 2 shards)"), std::string::npos);
}

}  // namespace
}  // namespace shardwise::plan
