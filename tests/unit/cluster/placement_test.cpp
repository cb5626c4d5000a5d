// SPDX-License-Identifier: MIT
#include "cluster/placement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/table_order.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::cluster_layer {
namespace {

using schema::strategy_kind;
using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<std::string> shards{"a", "b"};

schema::table root(strategy_kind kind, column_type type = column_type::int64) {
    schema::table t;
    t.name = "users";
    t.columns.resize(1);
    t.columns[0].name = "id";
    t.columns[0].type = type;
    t.primary_key = {0};
    t.placed.strategy = kind;
    t.placed.shard_key = {0};
    return t;
}

value number(std::int64_t i) { return value{arg{i}}; }

error_info refused(const std::function<void()>& call) {
    try {
        call();
    } catch (const error& e) {
        return e.info();
    }
    ADD_FAILURE() << "not refused";
    return {};
}

TEST(Placement, ModuloDefaultsToTheNumberOfShards) {
    const auto g = first_placement(root(strategy_kind::modulo), nullptr, shards);
    EXPECT_EQ(g.spec.modulus, 2U);
    EXPECT_THAT(g.owners, ElementsAre("a", "b"));
    EXPECT_EQ(g.epoch, 1U);
}

TEST(Placement, HashSpreads1024BucketsEvenly) {
    const auto g = first_placement(root(strategy_kind::hash), nullptr, shards);
    EXPECT_EQ(g.owners.size(), 1024U);
    EXPECT_EQ(std::count(g.owners.begin(), g.owners.end(), "a"), 512);
}

TEST(Placement, TakesOwnersAsTheyAreGiven) {
    placement p{.table = "users", .modulus = 3};
    p.owners = {"b", "a", "b"};
    EXPECT_THAT(first_placement(root(strategy_kind::modulo), &p, shards).owners,
                ElementsAre("b", "a", "b"));
    p.owners = {"b", "a"};
    EXPECT_THAT(refused([&] { first_placement(root(strategy_kind::modulo), &p, shards); }).message,
                HasSubstr("3 buckets"));
    p.owners = {"b", "a", "x"};
    EXPECT_THAT(refused([&] { first_placement(root(strategy_kind::modulo), &p, shards); }).message,
                HasSubstr("'x'"));
}

TEST(Placement, SaysWhatAStrategyNeeds) {
    for (const auto& [kind, word] :
         std::vector<std::pair<strategy_kind, std::string>>{{strategy_kind::range, "bounds"},
                                                            {strategy_kind::list, "lists"},
                                                            {strategy_kind::directory, "modulus"},
                                                            {strategy_kind::custom, "custom"}}) {
        const error_info info =
            refused([&, k = kind] { first_placement(root(k), nullptr, shards); });
        EXPECT_EQ(info.code, error_code::bad_config);
        EXPECT_THAT(info.message, HasSubstr(word));
        EXPECT_THAT(info.message, HasSubstr("placement"));
    }
}

TEST(Placement, RefusesParametersOfAnotherStrategy) {
    placement p{.table = "users", .modulus = 3};
    EXPECT_THAT(refused([&] { first_placement(root(strategy_kind::hash), &p, shards); }).message,
                HasSubstr("hash, which has no modulus"));
    placement q{.table = "users"};
    q.bounds = {number(1)};
    EXPECT_THAT(refused([&] { first_placement(root(strategy_kind::modulo), &q, shards); }).message,
                HasSubstr("no bounds"));
}

TEST(Placement, RefusesKeysThatDoNotFit) {
    placement p{.table = "users"};
    p.bounds = {number(1)};
    EXPECT_EQ(refused([&] {
                  first_placement(root(strategy_kind::range, column_type::text), &p, shards);
              }).code,
              error_code::bad_config);
}

TEST(Placement, RefusesOptionsThatContradictTheCatalog) {
    placement p{.table = "users", .modulus = 4};
    const auto stored = first_placement(root(strategy_kind::modulo), &p, shards);
    EXPECT_NO_THROW(check_against(stored, "users", p));
    EXPECT_NO_THROW(check_against(stored, "users", {.table = "users"}));
    const error_info info =
        refused([&] { check_against(stored, "users", {.table = "users", .modulus = 2}); });
    EXPECT_EQ(info.code, error_code::bad_config);
    EXPECT_THAT(info.message, HasSubstr("modulus 2"));
    EXPECT_THAT(info.message, HasSubstr("4"));
    placement owners{.table = "users"};
    owners.owners = {"b", "b", "b", "b"};
    EXPECT_EQ(refused([&] { check_against(stored, "users", owners); }).code,
              error_code::bad_config);
}

TEST(Placement, MapsOwnersToTheOrderOfTheConfiguration) {
    const auto stored = first_placement(root(strategy_kind::modulo), nullptr, shards);
    const auto map = map_from("users", stored, nullptr, {"b", "a"});
    EXPECT_THAT(map->owners(), ElementsAre(1, 0));
    EXPECT_EQ(refused([&] { map_from("users", stored, nullptr, {"b"}); }).code,
              error_code::missing_shard);
}

schema::table referring(const std::string& name, const std::vector<std::string>& parents) {
    schema::table t;
    t.name = name;
    for (const std::string& p : parents) t.foreign_keys.push_back({"", {}, p, {}, {}});
    return t;
}

TEST(TableOrder, PutsParentsFirst) {
    schema::table colocated = referring("a_lines", {});
    colocated.placed.parent_table = "orders";
    const auto sorted = parents_first(
        {colocated, referring("orders", {"users", "orders"}), referring("users", {"not here"})});
    std::vector<std::string> names;
    for (const auto& t : sorted) names.push_back(t.name);
    EXPECT_THAT(names, ElementsAre("users", "orders", "a_lines"));
}

TEST(TableOrder, RefusesCircles) {
    EXPECT_EQ(refused([] {
                  parents_first({referring("a", {"b"}), referring("b", {"a"})});
              }).code,
              error_code::bad_model);
}

}  // namespace
}  // namespace shardwise::cluster_layer
