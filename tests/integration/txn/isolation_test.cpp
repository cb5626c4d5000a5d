// SPDX-License-Identifier: MIT
// What transactions see of each other, by the level of their session, on all engines and mixed.
#include <atomic>
#include <functional>

#include "bank.hpp"

namespace shardwise::txn_test {
namespace {

using testing::HasSubstr;

class Isolation : public Bank {
protected:
    static std::int64_t balance_of(session& s, std::int64_t id) {
        return s.values(select<purse>().where(purses.id == id)).at(0).balance;
    }
    static void set_balance(session& s, std::int64_t id, std::int64_t to) {
        s.run(update<purse>().set(purses.balance, to).where(purses.id == id));
    }
    /// How it ended; an error must be one after which the unit is run again.
    static bool goes_well(const std::function<void()>& work) {
        try {
            work();
            return true;
        } catch (const error& e) {
            EXPECT_TRUE(e.is_retryable()) << e.what();
            return false;
        }
    }
};

/// Shard 1 is a server in mixed clusters, too. A file lets one transaction in at a time, so nobody
/// can write there while another one is open.
class IsolationOnServers : public Isolation {};

TEST_P(IsolationOnServers, RepeatableReadsSeeOneMomentOfAShardAndOthersDoNot) {
    session usual{*db};
    session stable{*db, {.isolation = isolation::repeatable_read}};
    session strict{*db, {.isolation = isolation::serializable}};
    for (session* s : {&usual, &stable}) EXPECT_EQ(balance_of(*s, 1), first_balance);
    EXPECT_TRUE(stable.in_transaction());
    EXPECT_FALSE(usual.in_transaction());
    session writer{*db};
    set_balance(writer, 1, 7);
    set_balance(writer, 2, 8);
    writer.commit();
    EXPECT_EQ(balance_of(usual, 1), 7);
    EXPECT_EQ(balance_of(stable, 1), first_balance);
    // The other shard was not touched before: its moment begins now. Over shards, read_snapshot().
    EXPECT_EQ(balance_of(stable, 2), 8);
    EXPECT_EQ(balance_of(strict, 1), 7);
    stable.commit();
    EXPECT_FALSE(stable.in_transaction());
    EXPECT_EQ(balance_of(stable, 1), 7);
    stable.rollback();
    strict.commit();
}

/// Reads an object, adds to it, and writes it: what read committed would lose.
TEST_P(Isolation, NoAdditionIsLostByUnitsThatAreRunAgain) {
    cluster_options o = quiet_options();
    o.lock_timeout_ms = 1'000;
    cluster impatient(shards->all(), o);
    for (const isolation level : {isolation::repeatable_read, isolation::serializable}) {
        const std::int64_t before = audit_of(*db).money;
        std::vector<std::thread> threads;
        std::atomic<int> attempts{0};
        for (int t = 0; t < 3; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 5; ++i)
                    run_unit(impatient,
                             [&](session& s) {
                                 ++attempts;
                                 for (const std::int64_t id : {0, 1, 2})
                                     s.get<purse>(id).edit().balance += 1;
                             },
                             {.attempts = 1'000, .session = {.isolation = level}});
            });
        }
        for (std::thread& t : threads) t.join();
        EXPECT_EQ(audit_of(*db).money, before + 3 * 3 * 5);
        EXPECT_GE(attempts, 15);
    }
    EXPECT_TRUE(db->pending_transactions().empty());
}

TEST_P(IsolationOnServers, TheSecondWriterOfWhatBothHaveReadIsTold) {
    session first{*db, {.isolation = isolation::repeatable_read}};
    session second{*db, {.isolation = isolation::repeatable_read}};
    for (const std::int64_t id : {1, 2}) {
        EXPECT_EQ(balance_of(first, id), first_balance);
        EXPECT_EQ(balance_of(second, id), first_balance);
        set_balance(first, id, 1);
    }
    first.commit();
    for (const std::int64_t id : {2, 1}) {
        EXPECT_FALSE(goes_well([&] { set_balance(second, id, 2); })) << id;
        second.rollback();
        if (id == 1) break;
        // The same on the other shard.
        EXPECT_EQ(balance_of(second, 1), 1);
        set_balance(first, 1, 3);
        first.commit();
    }
}

TEST_P(Isolation, SerializableTransactionsDoNotActOnWhatTheOtherOneChanges) {
    cluster_options o = quiet_options();
    o.lock_timeout_ms = 500;
    cluster impatient(shards->all(), o);
    session a{impatient, {.isolation = isolation::serializable}};
    session b{impatient, {.isolation = isolation::serializable}};
    // Each takes all of its purse if the other purse of the same shard is full.
    const auto take = [](session& s, std::int64_t other, std::int64_t mine) {
        if (balance_of(s, other) < first_balance) return;
        set_balance(s, mine, 0);
    };
    bool a_well = goes_well([&] { balance_of(a, 1), balance_of(a, 4); });
    bool b_well = goes_well([&] { balance_of(b, 1), balance_of(b, 4); });
    a_well = a_well && goes_well([&] { take(a, 1, 4); });
    if (!a_well) a.rollback();
    b_well = b_well && goes_well([&] { take(b, 4, 1); });
    if (!b_well) b.rollback();
    a_well = a_well && goes_well([&] { a.commit(); });
    b_well = b_well && goes_well([&] { b.commit(); });
    EXPECT_FALSE(a_well && b_well);
    a.rollback();
    b.rollback();
    session s{*db};
    EXPECT_GE(balance_of(s, 1) + balance_of(s, 4), first_balance);
}

TEST_P(Isolation, ReadsOfAllShardsBelongToTheTransactionAndItsCommit) {
    session s{*db, {.isolation = isolation::serializable}};
    EXPECT_EQ(s.count(select<purse>()), purse_count);
    EXPECT_THAT(s.explain(select<purse>()).to_string(), HasSubstr("reads: transaction (serial"));
    transfer(s, {0, 1, 2}, 1);
    s.commit();
    EXPECT_EQ(s.count(select<receipt>()), 3);
    transfer(s, {0, 3}, 2);  // one shard
    s.commit();
    EXPECT_EQ(s.count(select<receipt>()), 5);
    s.rollback();
    session one{*db, {.mode = commit_mode::single_shard, .isolation = isolation::serializable}};
    EXPECT_EQ(one.count(select<purse>()), purse_count);  // reading is not writing
    set_balance(one, 0, first_balance - 3);
    EXPECT_THROW(set_balance(one, 1, 5), error);
    one.rollback();
    session usual{*db};
    EXPECT_THAT(usual.explain(select<purse>()).to_string(),
                HasSubstr("reads: newest committed rows of each shard\n"));
    session snap = db->read_snapshot();
    EXPECT_THAT(snap.explain(select<purse>()).to_string(), HasSubstr("reads: snapshot"));
    EXPECT_TRUE(db->pending_transactions().empty());
}

INSTANTIATE_TEST_SUITE_P(Clusters, IsolationOnServers,
                         testing::Values(std::string("postgres"), std::string("mariadb"),
                                         std::string("mixed")),
                         test::label_of);
INSTANTIATE_TEST_SUITE_P(Clusters, Isolation, testing::ValuesIn(test::cluster_kinds()),
                         test::label_of);

}  // namespace
}  // namespace shardwise::txn_test
