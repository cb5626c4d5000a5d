// SPDX-License-Identifier: MIT
#include "base/task_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <set>

namespace shardwise {
namespace {

TEST(TaskPool, StartsNoThreadBeforeTheFirstJob) {
    const task_pool pool{4};
    EXPECT_EQ(pool.thread_count(), 0U);
}

TEST(TaskPool, RunsAsManyJobsAtOnceAsItMayHaveThreads) {
    task_pool pool{3};
    std::latch all_running{3};
    std::latch done{3};
    for (int i = 0; i < 3; ++i)
        pool.submit([&] {
            all_running.arrive_and_wait();  // hangs unless three run at the same time
            done.count_down();
        });
    done.wait();
    EXPECT_EQ(pool.thread_count(), 3U);
}

TEST(TaskPool, NeverHasMoreThreadsThanItMay) {
    std::mutex mutex;
    std::set<std::thread::id> seen;
    {
        task_pool pool{2};
        for (int i = 0; i < 200; ++i)
            pool.submit([&] {
                const std::lock_guard lock{mutex};
                seen.insert(std::this_thread::get_id());
            });
        EXPECT_LE(pool.thread_count(), 2U);
    }
    EXPECT_LE(seen.size(), 2U);
}

TEST(TaskPool, TakesZeroForOne) {
    task_pool pool{0};
    std::latch done{1};
    pool.submit([&] { done.count_down(); });
    done.wait();
    EXPECT_EQ(pool.thread_count(), 1U);
}

TEST(TaskPool, RunsEverySubmittedJobBeforeItIsDestroyed) {
    std::atomic<int> count{0};
    {
        task_pool pool{2};
        for (int i = 0; i < 1000; ++i) pool.submit([&] { ++count; });
    }
    EXPECT_EQ(count, 1000);
}

TEST(TaskPool, RunsJobsOfOneThreadInOrder) {
    std::vector<int> order;
    {
        task_pool pool{1};
        for (int i = 0; i < 100; ++i) pool.submit([&order, i] { order.push_back(i); });
    }
    ASSERT_EQ(order.size(), 100U);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(TaskPool, ReleasesWhatAJobHolds) {
    task_pool pool{1};
    auto held = std::make_shared<int>(1);
    std::latch second{1};
    pool.submit([held] {});
    pool.submit([&] { second.count_down(); });
    second.wait();
    EXPECT_EQ(held.use_count(), 1);
}

TEST(TaskPool, AcceptsJobsFromManyThreadsAndFromJobs) {
    std::atomic<int> count{0};
    {
        task_pool pool{4};
        std::latch inner{400};
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 100; ++i)
                    pool.submit([&] {
                        pool.submit([&] {
                            ++count;
                            inner.count_down();
                        });
                    });
            });
        for (std::thread& t : threads) t.join();
        inner.wait();
    }
    EXPECT_EQ(count, 400);
}

}  // namespace
}  // namespace shardwise
