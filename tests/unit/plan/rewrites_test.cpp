// SPDX-License-Identifier: MIT
#include "plan/rewrites.hpp"

#include <gtest/gtest.h>

#include "shardwise/base/error.hpp"

namespace shardwise::plan {
namespace {

TEST(Rewrites, AreOnUntilTheyAreNamed) {
    rewrites rules;
    EXPECT_TRUE(rules.push_limit && rules.push_joins);
    rules.switch_off_all("push_limit,push_joins");
    EXPECT_FALSE(rules.push_limit);
    EXPECT_FALSE(rules.push_joins);
    EXPECT_TRUE(rules.push_order && rules.route_by_key);
}

TEST(Rewrites, AllSwitchesEachOff) {
    rewrites rules;
    rules.switch_off_all("all");
    for (const std::string_view name : rewrites::names()) {
        rewrites others;
        EXPECT_TRUE(others.switch_off(name)) << name;
    }
    EXPECT_FALSE(rules.route_by_key || rules.send_whole || rules.trim_in_list ||
                 rules.push_filter || rules.push_expressions || rules.push_order ||
                 rules.push_limit || rules.push_distinct || rules.push_groups ||
                 rules.split_aggregate || rules.push_joins || rules.push_subqueries ||
                 rules.push_windows || rules.pass_rows_through);
}

TEST(Rewrites, AnUnknownNameIsRefusedWithTheKnownOnes) {
    rewrites rules;
    try {
        rules.switch_off_all("push_limit,push_offset");
        FAIL() << "not refused";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::bad_config);
        EXPECT_NE(std::string(e.what()).find("\"push_offset\""), std::string::npos);
        EXPECT_NE(std::string(e.what()).find("split_aggregate"), std::string::npos);
    }
    rules.switch_off_all("");
    rules.switch_off_all(",");
}

}  // namespace
}  // namespace shardwise::plan
