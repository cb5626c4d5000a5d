// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/statement_cache.hpp"

#include <gtest/gtest.h>

#include "shardwise/base/error.hpp"

namespace shardwise::engine::postgres {
namespace {

statement with_id(std::uint64_t id) {
    statement s;
    s.text = "SELECT " + std::to_string(id);
    s.id = id;
    return s;
}

TEST(PostgresStatementCache, FindsAStatementAgain) {
    statement_cache cache(2);
    const prepared_ptr first = cache.find_or_add(with_id(1));
    EXPECT_EQ(cache.find_or_add(with_id(1)), first);
    EXPECT_TRUE(first->is_named());
}

TEST(PostgresStatementCache, DropsTheLeastRecentlyUsed) {
    statement_cache cache(2);
    cache.find_or_add(with_id(1))->set_on_server(true);
    cache.find_or_add(with_id(2))->set_on_server(true);
    const std::string second = cache.find_or_add(with_id(2))->name();
    cache.find_or_add(with_id(1));
    cache.find_or_add(with_id(3));
    EXPECT_EQ(cache.size(), 2U);
    EXPECT_EQ(cache.dropped(), dropped_names{second});
}

TEST(PostgresStatementCache, KeepsANameUntilItsLastUserIsDone) {
    statement_cache cache(1);
    prepared_ptr in_use = cache.find_or_add(with_id(1));
    cache.find_or_add(with_id(2));
    in_use->set_on_server(true);
    EXPECT_TRUE(cache.dropped().empty());
    in_use.reset();
    EXPECT_EQ(cache.dropped().size(), 1U);
}

TEST(PostgresStatementCache, NeverGivesANameTwice) {
    statement_cache cache(1);
    const std::string first = cache.find_or_add(with_id(1))->name();
    cache.find_or_add(with_id(2));
    EXPECT_NE(cache.find_or_add(with_id(1))->name(), first);
}

TEST(PostgresStatementCache, DoesNotNameWhatIsNotToBePrepared) {
    statement_cache cache(4);
    statement s = with_id(1);
    s.prepare = false;
    EXPECT_FALSE(cache.find_or_add(s)->is_named());
    EXPECT_FALSE(statement_cache(0).find_or_add(with_id(1))->is_named());
    EXPECT_EQ(cache.size(), 0U);
}

TEST(PostgresStatementCache, RefusesAnotherTextUnderAKnownId) {
    statement_cache cache(4);
    cache.find_or_add(with_id(1));
    statement other = with_id(1);
    other.text = "DELETE";
    EXPECT_THROW(cache.find_or_add(other), error);
}

TEST(PostgresStatementCache, ForgettingAllLeavesNothingToDeallocate) {
    statement_cache cache(1);
    cache.find_or_add(with_id(1))->set_on_server(true);
    cache.find_or_add(with_id(2))->set_on_server(true);
    cache.forget_all();
    EXPECT_EQ(cache.size(), 0U);
    EXPECT_TRUE(cache.dropped().empty());
}

}  // namespace
}  // namespace shardwise::engine::postgres
