// SPDX-License-Identifier: MIT
#include "sharding/id_sequence.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <thread>

#include "unit/sharding/keys.hpp"

namespace shardwise::sharding {
namespace {

constexpr std::int64_t start = id_epoch_ms + 80'000'000'000;

std::int64_t ms_of(std::int64_t id) { return (id >> 22) + id_epoch_ms; }
std::int64_t worker_of(std::int64_t id) { return (id >> 12) & 1023; }

TEST(IdSequence, HasNoIdsBeforeAGrant) {
    id_sequence s;
    EXPECT_EQ(s.next(start), std::nullopt);
    EXPECT_TRUE(s.wants_renewal(start));
}

TEST(IdSequence, PacksTimeWorkerAndCounterHighToLow) {
    id_sequence s;
    s.renew({1023, start - 1, start + 1000});
    const std::int64_t id = s.next(start + 5).value();
    EXPECT_GT(id, 0);
    EXPECT_EQ(ms_of(id), start + 5);
    EXPECT_EQ(worker_of(id), 1023);
}

TEST(IdSequence, StaysInsideItsGrant) {
    id_sequence s;
    s.renew({3, start, start + 10});
    EXPECT_EQ(ms_of(s.next(start - 5000).value()), start + 1);  // from_ms itself is not ours
    EXPECT_EQ(ms_of(s.next(start + 10).value()), start + 10);
    EXPECT_EQ(s.next(start + 11), std::nullopt);
    EXPECT_EQ(ms_of(s.next(start + 10).value()), start + 10);
    int more = 0;
    while (const auto id = s.next(start)) {
        ASSERT_LE(ms_of(*id), start + 10);
        ASSERT_LT(++more, 5000);
    }
    EXPECT_EQ(s.next(start), std::nullopt);
}

TEST(IdSequence, BorrowsTheNextMillisecondInsteadOfWrapping) {
    id_sequence s;
    s.renew({3, start, start + 1000});
    std::set<std::int64_t> ids;
    std::int64_t last = 0;
    for (int i = 0; i < 3 * 4096; ++i) {
        const std::int64_t id = s.next(start + 1).value();
        ASSERT_GT(id, last);
        last = id;
        ids.insert(id);
    }
    EXPECT_EQ(ids.size(), 3U * 4096U);
    EXPECT_LE(ms_of(last), start + 4);
}

TEST(IdSequence, IdsOnlyGrowWhateverTheClockAndTheGrantsDo) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        std::mt19937 random(seed);
        id_sequence s;
        std::int64_t now = start;
        std::int64_t reserved = start;
        std::int64_t until = 0;
        std::int64_t last = 0;
        std::uint16_t worker = 1;
        for (int i = 0; i < 50'000; ++i) {
            const auto dice = random() % 1000;
            if (dice < 5) now -= random() % 5000;
            if (dice < 100) now += random() % 20;
            if (dice == 999) worker = static_cast<std::uint16_t>(random() % 1024);
            const auto id = s.next(now);
            if (!id || dice > 997) {
                until = std::max(now, reserved) + 100;
                s.renew({worker, reserved, until});
                reserved = until;
            }
            if (!id) continue;
            ASSERT_GT(*id, last);
            ASSERT_LE(ms_of(*id), reserved);
            last = *id;
        }
    }
}

TEST(IdSequence, UsesWhatIsLeftOfAGrantThatIsContinued) {
    id_sequence s;
    s.renew({3, start, start + 1000});
    (void)s.next(start + 500);
    s.renew({3, start + 1000, start + 1500});
    EXPECT_EQ(ms_of(s.next(start + 501).value()), start + 501);
    EXPECT_EQ(ms_of(s.next(start + 1500).value()), start + 1500);
    EXPECT_EQ(s.next(start + 1501), std::nullopt);
}

TEST(IdSequence, ForgetsWhatIsLeftWhenSomebodyElseMayHaveBeenInBetween) {
    id_sequence s;
    s.renew({3, start, start + 1000});
    (void)s.next(start + 1);
    s.renew({3, start + 5000, start + 6000});
    EXPECT_EQ(ms_of(s.next(start + 500).value()), start + 5001);
    s.renew({4, start, start + 7000});
    const std::int64_t id = s.next(start + 500).value();
    EXPECT_EQ(worker_of(id), 4);
    EXPECT_EQ(ms_of(id), start + 5002);  // after the last id of worker 3
}

TEST(IdSequence, TwoHoldersOfOneWorkerNumberNeverMakeTheSameId) {
    std::mt19937 random(11);
    std::set<std::int64_t> ids;
    std::int64_t reserved = start;
    for (int holder = 0; holder < 50; ++holder) {
        id_sequence s;
        const std::int64_t now = start + static_cast<std::int64_t>(random() % 2000);  // jumps back
        const std::int64_t until = std::max(now, reserved) + 50;
        s.renew({9, reserved, until});
        reserved = until;
        for (int i = 0; i < 5000; ++i)
            if (const auto id = s.next(now + i / 1000)) {
                ASSERT_TRUE(ids.insert(*id).second);
            }
    }
    EXPECT_GT(ids.size(), 100'000U);
}

TEST(IdSequence, AsksForRenewalWhenHalfOfTheTimeIsUsed) {
    id_sequence s;
    s.renew({3, start, start + 1000});
    EXPECT_FALSE(s.wants_renewal(start + 499));
    EXPECT_TRUE(s.wants_renewal(start + 500));
    (void)s.next(start + 600);
    EXPECT_TRUE(s.wants_renewal(start));  // the clock stepped back, the time is used all the same
    s.renew({3, start + 1000, start + 1600});
    EXPECT_FALSE(s.wants_renewal(start + 600));
    EXPECT_TRUE(s.wants_renewal(start + 1300));
}

TEST(IdSequence, RefusesGrantsThatCannotGiveIds) {
    using testing::code_of;
    id_sequence s;
    EXPECT_EQ(code_of([&] { s.renew({1024, start, start + 10}); }), error_code::lease_lost);
    EXPECT_EQ(code_of([&] { s.renew({1, 0, start}); }), error_code::lease_lost);
    EXPECT_EQ(code_of([&] {
                  s.renew({1, start, id_epoch_ms + (std::int64_t{1} << 41)});
              }),
              error_code::lease_lost);
    EXPECT_EQ(s.next(start), std::nullopt);
}

/// The largest deviation of a residue's share from 1/n, as a part of 1/n.
double unevenness(const std::vector<std::int64_t>& ids, std::int64_t n) {
    std::vector<double> hits(static_cast<std::size_t>(n));
    for (const std::int64_t id : ids) ++hits[static_cast<std::size_t>(id % n)];
    const double fair = static_cast<double>(ids.size()) / static_cast<double>(n);
    double worst = 0;
    for (const double h : hits) worst = std::max(worst, std::abs(h - fair) / fair);
    return worst;
}

TEST(IdSequence, SpreadsEvenlyUnderEveryModulusAtEveryRate) {
    // ids in one go, pause in ms: one per ms, one in a steady 5, 6, 11 ms or second, bursts
    const std::vector<std::pair<int, std::int64_t>> rhythms{
        {1, 1}, {1, 5}, {1, 6}, {1, 11}, {1, 1000}, {2, 10}, {100, 100}, {5000, 20}};
    for (const auto& [burst, pause] : rhythms) {
        id_sequence s;
        s.renew({17, start, start + 1'000'000'000});
        std::vector<std::int64_t> ids;
        for (std::int64_t now = start + 1; ids.size() < 20'000; now += pause)
            for (int i = 0; i < burst; ++i) ids.push_back(s.next(now).value());
        for (const std::int64_t n : {2, 4, 8, 16})
            EXPECT_LT(unevenness(ids, n), 0.01) << n << " " << burst << "/" << pause;
        for (const std::int64_t n : {3, 5, 6, 7, 9, 10, 11, 12, 13, 15, 17, 20, 25, 31})
            EXPECT_LT(unevenness(ids, n), 0.15) << n << " " << burst << "/" << pause;
    }
}

TEST(IdSequence, ProcessesThatMakeOneIdEachSpreadToo) {
    std::vector<std::int64_t> ids;
    for (std::int64_t i = 0; i < 4000; ++i) {
        id_sequence s;
        s.renew({static_cast<std::uint16_t>(i % 2), start + i * 60'000, start + i * 60'000 + 1000});
        ids.push_back(s.next(start + i * 60'000 + 7).value());
    }
    for (const std::int64_t n : {2, 3, 4, 5, 7, 16}) EXPECT_LT(unevenness(ids, n), 0.3) << n;
}

TEST(IdSequence, ThreadsGetDifferentIds) {
    id_sequence s;
    s.renew({5, start, start + 1'000'000});
    std::vector<std::vector<std::int64_t>> made(4);
    std::vector<std::thread> threads;
    for (auto& mine : made)
        threads.emplace_back([&s, &mine] {
            for (std::int64_t i = 0; i < 5000; ++i) {
                mine.push_back(s.next(start + i / 100).value());
                if (i % 1000 == 0) s.renew({5, start, start + 1'000'000});
                if (i % 500 == 0) (void)s.wants_renewal(start);
            }
        });
    for (std::thread& t : threads) t.join();
    std::set<std::int64_t> all;
    for (const auto& mine : made) {
        EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
        all.insert(mine.begin(), mine.end());
    }
    EXPECT_EQ(all.size(), 20'000U);
}

}  // namespace
}  // namespace shardwise::sharding
