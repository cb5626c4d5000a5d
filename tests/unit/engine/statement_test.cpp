// SPDX-License-Identifier: MIT
#include "engine/statement.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace shardwise::engine {
namespace {

statement make(std::string text) {
    statement s;
    s.text = std::move(text);
    s.parameters = {{column_type::int64, 0}};
    s.columns = {{column_type::text, 0}};
    return s;
}

TEST(StatementRegistry, EqualStatementsAreOneObject) {
    statement_registry r;
    const auto first = r.intern(make("SELECT 1"));
    EXPECT_EQ(r.intern(make("SELECT 1")), first);
    EXPECT_NE(first->id, 0U);
}

TEST(StatementRegistry, AnyDifferenceMakesAnotherStatement) {
    statement_registry r;
    std::set<std::uint64_t> ids{r.intern(make("SELECT 1"))->id};
    ids.insert(r.intern(make("SELECT 2"))->id);
    statement s = make("SELECT 1");
    s.parameters[0].type = column_type::text;
    ids.insert(r.intern(s)->id);
    s = make("SELECT 1");
    s.columns[0].scale = 2;
    ids.insert(r.intern(s)->id);
    s = make("SELECT 1");
    s.columns.clear();
    ids.insert(r.intern(s)->id);
    s = make("SELECT 1");
    s.streaming = true;
    ids.insert(r.intern(s)->id);
    s = make("SELECT 1");
    s.prepare = false;
    ids.insert(r.intern(s)->id);
    EXPECT_EQ(ids.size(), 7U);
}

TEST(StatementRegistry, ForgetsTheLeastRecentlyUsedAndNeverReusesItsId) {
    statement_registry r(2);
    const auto a = r.intern(make("a"));
    const auto b = r.intern(make("b"));
    EXPECT_EQ(r.intern(make("a")), a);
    r.intern(make("c"));  // b goes
    EXPECT_EQ(r.intern(make("a")), a);
    EXPECT_EQ(b->text, "b") << "statements in use stay alive";
    const auto again = r.intern(make("b"));
    EXPECT_NE(again->id, b->id);
}

TEST(StatementRegistry, IdsOfDifferentRegistriesDiffer) {
    statement_registry one;
    statement_registry other;
    EXPECT_NE(one.intern(make("x"))->id, other.intern(make("x"))->id);
}

TEST(StatementRegistry, ManyThreadsGetTheSameObject) {
    statement_registry r(64);
    std::vector<std::thread> threads;
    std::vector<std::vector<statement_ptr>> seen(8);
    for (auto& mine : seen)
        threads.emplace_back([&r, &mine] {
            for (int i = 0; i < 50; ++i) mine.push_back(r.intern(make(std::to_string(i))));
        });
    for (std::thread& t : threads) t.join();
    for (const auto& mine : seen) EXPECT_EQ(mine, seen[0]);
}

}  // namespace
}  // namespace shardwise::engine
