// SPDX-License-Identifier: MIT
#include "schema/unique_lookup.hpp"

#include <gtest/gtest.h>

#include "schema/names.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::schema {
namespace {

column made(std::string name, column_type type, bool nullable = false) {
    column c;
    c.name = std::move(name);
    c.type = type;
    c.nullable = nullable;
    return c;
}

/// Placed by (tenant), identified by (id); e-mail addresses are unique in the cluster.
table members() {
    table t;
    t.name = "members";
    t.columns = {made("id", column_type::int64), made("tenant", column_type::int32),
                 made("email", column_type::text, true), made("of_id", column_type::int32)};
    t.columns[2].length = 80;
    t.primary_key = {0};
    t.placed.shard_key = {1};
    t.uniques = {{"members_email_key", {2}, unique_scope::cluster}};
    return t;
}

std::vector<std::string> names_of(const table& t) {
    std::vector<std::string> names;
    for (const column& c : t.columns) names.push_back(c.name);
    return names;
}

std::string refusal_of(const table& t) {
    try {
        validate(t);
        return {};
    } catch (const error& e) {
        return e.message();
    }
}

TEST(UniqueLookup, HasTheValuesAndTheKeyOfTheirRow) {
    table owner = members();
    const table t = lookup_table(owner, owner.uniques[0]);
    EXPECT_EQ(t.name, "sw_unique_members_email");
    EXPECT_EQ(names_of(t), (std::vector<std::string>{"email", "of_id", "of_tenant", "sw_bucket"}));
    EXPECT_EQ(t.primary_key, (std::vector<column_index>{0}));
    EXPECT_EQ(t.placed.shard_key, t.primary_key);
    EXPECT_FALSE(t.columns[0].nullable) << "a row with NULL has no lookup row";
    EXPECT_EQ(t.columns[0].length, 80u);
    EXPECT_NO_THROW(validate(t));
    owner.uniques[0].columns = {3};
    EXPECT_EQ(names_of(lookup_table(owner, owner.uniques[0])),
              (std::vector<std::string>{"of_id", "of_id_", "of_tenant", "sw_bucket"}));
}

TEST(UniqueLookup, IsNeededWhereNoShardCanCheckAlone) {
    table t = members();
    EXPECT_TRUE(has_lookups(t));
    EXPECT_TRUE(is_looked_up(t, 2));
    EXPECT_TRUE(is_looked_up(t, 0)) << "the key of the row";
    EXPECT_FALSE(is_looked_up(t, 3));
    EXPECT_EQ(indexes_of(t).size(), 1u);
    t.uniques[0].columns = {2, 1};
    EXPECT_FALSE(has_lookups(t)) << "it has the shard key";
    EXPECT_TRUE(indexes_of(t).empty());
    t = members();
    t.placed.kind = distribution_kind::reference;
    t.placed.shard_key.clear();
    EXPECT_FALSE(has_lookups(t));
}

TEST(UniqueLookup, LongNamesFitAndDiffer) {
    table a = members();
    a.name = std::string(60, 'x');
    table b = a;
    b.name.back() = 'y';
    const std::string one = lookup_name(a, a.uniques[0]);
    const std::string other = lookup_name(b, b.uniques[0]);
    EXPECT_LE(one.size() + std::string("_pkey").size(), longest_name);
    EXPECT_NE(one, other);
    EXPECT_NO_THROW(validate(lookup_table(a, a.uniques[0])));
    a.columns[2].name = std::string(63, 'e');
    a.columns[0].name = std::string(63, 'i');
    EXPECT_NO_THROW(validate(lookup_table(a, a.uniques[0])));
    for (std::string wide; wide.size() < 60; wide += "\u00e9") {
        a.name = wide.empty() ? "t" : wide;
        EXPECT_NO_THROW(validate(lookup_table(a, a.uniques[0]))) << "no character is cut";
    }
}

TEST(UniqueLookup, ComesBehindItsTable) {
    const std::vector<table> all = with_lookups({members()});
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[1].name, "sw_unique_members_email");
    table taken = members();
    taken.name = "sw_unique_members_email";
    EXPECT_THROW(with_lookups({taken}), error);
}

TEST(UniqueLookup, WhatWouldLeaveItBehindIsRefused) {
    table t = members();
    t.columns[2].type = column_type::float64;
    t.columns[2].length = 0;
    EXPECT_NE(refusal_of(t).find("cannot be unique in the cluster"), std::string::npos);
    t = members();
    t.foreign_keys = {{"f", {1}, "tenants", {"id"}, delete_rule::cascade}};
    EXPECT_NE(refusal_of(t).find("on_delete::restrict"), std::string::npos) << refusal_of(t);
    t.foreign_keys[0].on_delete = delete_rule::restrict;
    EXPECT_EQ(refusal_of(t), "");
}

}  // namespace
}  // namespace shardwise::schema
