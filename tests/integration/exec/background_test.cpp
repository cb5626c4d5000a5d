// SPDX-License-Identifier: MIT
// Embedded shards read by pool threads: the same rows, bounded memory, clean ends. Run under TSan,
// too.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/cost_table.hpp"
#include "support/shard_files.hpp"

namespace shardwise::exec {
namespace {

using namespace shardwise::test;
using rows_type = std::vector<std::string>;

class Background : public testing::Test {
protected:
    static constexpr std::size_t shard_count = 4;
    static constexpr std::int64_t users = 2000;

    Background() : view(s.view(by_modulo(4), shard_count)), files("background", shard_count) {
        files.create(s.at("users"));
        // Enough for several chunks on each shard.
        const std::string long_name(1500, 'n');
        for (std::size_t shard = 0; shard < shard_count; ++shard) {
            const engine::lease l = files[shard].acquire(deadline::never());
            engine::run(*l,
                        "WITH RECURSIVE n(i) AS (SELECT " + std::to_string(shard) +
                            " UNION ALL SELECT i + 4 FROM n WHERE i + 4 < " +
                            std::to_string(users) +
                            ") INSERT INTO users(id, name, country) SELECT i, '" + long_name +
                            "', 'de' FROM n",
                        deadline::never());
        }
        // Every statement is known to be slow.
        for (std::uint64_t id = 0; id < 4096; ++id) costs.note(id, 1'000'000);
    }

    execution how() { return with(tasks, &costs); }
    execution with(task_pool& pool, cost_table* known) {
        return {.connections = files, .tasks = pool, .limit = limit, .costs = known};
    }
    plan::plan planned(const query& q) {
        return std::get<plan::plan>(plan::plan_select(q.get(), view, {}));
    }
    rows_type rows(const query& q) { return rows_of(planned(q), how()); }
    term col(const char* c) const { return s.col(c); }
    query all() const { return query(s.at("users"), {col("users.id"), col("users.name")}); }

    shop s{schema::strategy_kind::modulo};
    plan::cluster_view view;
    shard_files files;
    cost_table costs;
    deadline limit = deadline::after(std::chrono::seconds(60));
    task_pool tasks{2};
};

TEST_F(Background, DeliversEveryRowOnce) {
    std::vector<bool> seen(users, false);
    const plan::plan p = planned(all());
    const auto source = exec::open(p, how());
    std::vector<arg> row(2);
    while (source->next(row)) {
        ASSERT_EQ(row[1].text().size(), 1500u);
        ASSERT_EQ(source->shard_of_row(), row[0].integer() % 4);
        ASSERT_FALSE(seen[static_cast<std::size_t>(row[0].integer())]);
        seen[static_cast<std::size_t>(row[0].integer())] = true;
    }
    EXPECT_EQ(std::count(seen.begin(), seen.end(), true), users);
    EXPECT_GT(tasks.thread_count(), 0u);
}

TEST_F(Background, MergesInOrder) {
    const plan::plan p = planned(all().order_by({desc(col("users.id"))}));
    const auto source = exec::open(p, how());
    std::vector<arg> row(2);
    for (std::int64_t id = users; id-- > 0;) {
        ASSERT_TRUE(source->next(row));
        ASSERT_EQ(row[0].integer(), id);
    }
    EXPECT_FALSE(source->next(row));
}

TEST_F(Background, MoreShardsThanThreadsDoNotBlockEachOther) {
    task_pool one{1};
    const execution with_one = with(one, &costs);
    EXPECT_EQ(rows_of(planned(all().order_by({asc(col("users.id"))})), with_one).size(),
              static_cast<std::size_t>(users));
}

TEST_F(Background, LeavingEarlyLeavesCleanConnections) {
    for (int n = 0; n < 50; ++n) {
        const auto source = exec::open(planned(all()), how());
        std::vector<arg> row(2);
        for (int i = 0; i < n; ++i) ASSERT_TRUE(source->next(row));
    }
    EXPECT_EQ(rows(all()).size(), static_cast<std::size_t>(users));
    for (std::size_t i = 0; i < shard_count; ++i) EXPECT_LE(files[i].stats().open, 1u);
}

TEST_F(Background, AggregatesAndChanges) {
    EXPECT_EQ(rows(query(s.at("users"), {count(), sum(col("users.id"))})),
              (rows_type{"2000|1999000|"}));
    const sql::change_ptr c =
        sql::add_where(sql::make_delete(s.at("users")), (col("users.id") < 100).e);
    EXPECT_EQ(exec::run(std::get<plan::change_plan>(plan::plan_change(c, view, {})), how()), 100);
    EXPECT_EQ(rows(query(s.at("users"), {count()})), (rows_type{"1900|"}));
}

TEST_F(Background, DeadlineStopsWhatRuns) {
    limit = deadline::after(std::chrono::milliseconds(50));
    // Every row against every row, many times: hours of work.
    query q = query(s.at("users"), {count()});
    for (std::uint8_t alias = 1; alias < 5; ++alias)
        q = q.join(s.at("users"),
                   col("users.id") == s.col("users.id", alias) ||
                       (col("users.id") % 4 == s.col("users.id", alias) % 4),
                   alias);
    // Not co-located by its condition: planned by hand as each shard's own statement.
    plan::scatter leaf;
    for (plan::shard_index i = 0; i < shard_count; ++i) leaf.parts.push_back({i, q.get()});
    plan::plan p;
    p.root =
        std::make_shared<const plan::node>(plan::node{std::move(leaf), {{column_type::int64, 0}}});
    try {
        rows_of(p, how());
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::timeout) << e.what();
        EXPECT_FALSE(e.shard().empty());
    }
    limit = deadline::after(std::chrono::seconds(60));
    EXPECT_EQ(rows(query(s.at("users"), {count()})), (rows_type{"2000|"}));
}

TEST_F(Background, FailureOfOneShardReachesTheCaller) {
    {
        const engine::lease l = files[2].acquire(deadline::never());
        engine::run(*l, "DROP TABLE users", deadline::never());
    }
    try {
        rows(all().order_by({asc(col("users.id"))}));
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.shard(), "s3");
        EXPECT_FALSE(e.statement().empty());
    }
}

TEST_F(Background, FindsOutByItselfWhatIsSlow) {
    cost_table fresh;
    const execution first = with(tasks, &fresh);
    const query q = query(s.at("users"), {count()}).where(like(col("users.name"), "%x%y%z%"));
    const rows_type expected = rows_of(planned(q), first);
    EXPECT_EQ(rows_of(planned(q), first), expected);
    const execution without = with(tasks, nullptr);
    EXPECT_EQ(rows_of(planned(q), without), expected);
}

TEST_F(Background, ManyThreadsAtOnce) {
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int n = 0; n < 10; ++n) {
                const auto got = rows(query(s.at("users"), {count(), max(col("users.id"))}));
                if (got != rows_type{"2000|1999|"}) ++wrong;
            }
        });
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace shardwise::exec
