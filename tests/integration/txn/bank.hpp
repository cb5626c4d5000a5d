// SPDX-License-Identifier: MIT
// A bank over the shards of a cluster: accounts by modulo, and for each transfer a receipt beside
// every account that it touched. Money is conserved and every transfer is whole or absent, whatever
// dies; who was told "committed" finds it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/failpoint.hpp"
#include "shardwise/base/error.hpp"
#include "shardwise/shardwise.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::txn_test {

struct purse {
    std::int64_t id = 0;
    std::int64_t balance = 0;
};
struct receipt {
    std::int64_t id = 0;
    std::int64_t purse_id = 0;
    std::int64_t transfer = 0;
    std::int64_t parts = 0;  ///< how many receipts this transfer has
};

}  // namespace shardwise::txn_test

template <>
struct shardwise::mapping<shardwise::txn_test::purse>
    : table<txn_test::purse, "purses", by_modulo> {
    column<&txn_test::purse::id, primary_key, shard_key> id;
    column<&txn_test::purse::balance> balance;
};
template <>
struct shardwise::mapping<shardwise::txn_test::receipt> : table<txn_test::receipt, "receipts"> {
    column<&txn_test::receipt::id, primary_key, generated> id;
    column<&txn_test::receipt::purse_id, references<&txn_test::purse::id>, shard_key> purse_id;
    column<&txn_test::receipt::transfer> transfer;
    column<&txn_test::receipt::parts> parts;
};

namespace shardwise::txn_test {

inline constexpr mapping<purse> purses;
inline constexpr mapping<receipt> receipts;

/// Purses 0..purse_count-1; purse i lives on shard i % shards.
inline constexpr std::int64_t purse_count = 12;
inline constexpr std::int64_t first_balance = 1'000;

inline cluster_options quiet_options() {
    cluster_options o;
    o.resolve_interval_ms = 0;
    o.lock_timeout_ms = 3'000;
    return o;
}

inline void open_bank(cluster& db) {
    const schema_report report = db.create_all<purse, receipt>();
    ASSERT_TRUE(report.complete()) << report.to_string();
    session s{db};
    for (std::int64_t i = 0; i < purse_count; ++i) s.add(purse{.id = i, .balance = first_balance});
    s.commit();
}

/// Takes from the first purse and gives to each of the others; not committed yet.
inline void transfer(session& s, const std::vector<std::int64_t>& ids, std::int64_t number) {
    const auto others = static_cast<std::int64_t>(ids.size()) - 1;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        s.get<purse>(ids[i]).edit().balance += i == 0 ? -others : 1;
        s.add(receipt{.purse_id = ids[i],
                      .transfer = number,
                      .parts = static_cast<std::int64_t>(ids.size())});
    }
}

/// The same by statements, which add to what is there: objects carry what was read, and another
/// writer may have been there since. Shards in their order, as a flush does it.
inline void pay(session& s, std::vector<std::int64_t> ids, std::int64_t number) {
    const auto others = static_cast<std::int64_t>(ids.size()) - 1;
    const std::int64_t payer = ids.front();
    std::sort(ids.begin(), ids.end(), [](std::int64_t a, std::int64_t b) {
        return std::pair(a % 3, a) < std::pair(b % 3, b);
    });
    for (const std::int64_t id : ids)
        s.run(update<purse>()
                  .set(purses.balance, purses.balance + (id == payer ? -others : 1))
                  .where(purses.id == id));
    for (const std::int64_t id : ids)
        s.add(receipt{
            .purse_id = id, .transfer = number, .parts = static_cast<std::int64_t>(ids.size())});
}

struct audit {
    std::int64_t money = 0;
    std::set<std::int64_t> whole;   ///< transfers
    std::set<std::int64_t> halves;  ///< transfers of which a part is missing
};

inline audit audit_of(cluster& db) {
    audit found;
    session s{db, {.timeout_ms = 20'000}};
    for (const auto& p : s.all(select<purse>())) found.money += p->balance;
    std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> seen;
    for (const auto& r : s.all(select<receipt>())) {
        ++seen[r->transfer].first;
        seen[r->transfer].second = r->parts;
    }
    for (const auto& [number, counts] : seen)
        (counts.first == counts.second ? found.whole : found.halves).insert(number);
    return found;
}

/// Resolves until nothing is left to do.
inline void recover(cluster& db) {
    const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (;;) {
        const resolve_report done = db.resolve(0);
        if (done.waiting == 0 && done.unreachable.empty()) return;
        ASSERT_LT(std::chrono::steady_clock::now(), last) << done.waiting << " left";
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

inline void expect_sound(cluster& db, const std::set<std::int64_t>& acknowledged) {
    EXPECT_TRUE(db.pending_transactions().empty());
    const audit found = audit_of(db);
    EXPECT_EQ(found.money, purse_count * first_balance);
    EXPECT_THAT(found.halves, testing::IsEmpty());
    std::set<std::int64_t> lost;
    std::set_difference(acknowledged.begin(), acknowledged.end(), found.whole.begin(),
                        found.whole.end(), std::inserter(lost, lost.end()));
    EXPECT_THAT(lost, testing::IsEmpty()) << "acknowledged";
}

class Bank : public test::ClusterTest {
protected:
    static constexpr std::size_t shard_count = 3;

    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test::test_shards>(GetParam(), shard_count);
        db = std::make_unique<cluster>(shards->all(), quiet_options());
        open_bank(*db);
    }
    void TearDown() override {
        arm_failpoints("");
        if (db) recover(*db);
        db.reset();
        shards.reset();
    }
    std::int64_t decisions(std::size_t shard) const {
        return shards->ask(shard, "SELECT COUNT(*) FROM shardwise_commit_log").at(0);
    }
    std::int64_t all_decisions() const {
        std::int64_t all = 0;
        for (std::size_t i = 0; i < shard_count; ++i) all += decisions(i);
        return all;
    }

    std::unique_ptr<test::test_shards> shards;
    std::unique_ptr<cluster> db;
};

/// Every step of a commit at which a process may die; .0 is the first shard that was written.
inline std::vector<std::string> points() {
    std::vector<std::string> all{"txn.begin"};
    for (const char* const step : {"txn.sent.", "txn.ready.", "txn.finishing.", "txn.finished."})
        for (int i = 0; i < 3; ++i) all.push_back(step + std::to_string(i));
    for (const char* const one : {"txn.before_decide", "txn.decide_sent", "txn.decided", "txn.end"})
        all.emplace_back(one);
    return all;
}

}  // namespace shardwise::txn_test
