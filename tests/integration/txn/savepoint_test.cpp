// SPDX-License-Identifier: MIT
// Savepoints and commits over several shards: what was rolled back is in no prepared branch and in
// no recorded change, shards that joined later are gone, and the commit is atomic as before.
#include <functional>
#include <future>
#include <optional>
#include <random>

#include "bank.hpp"

namespace shardwise::txn_test {
namespace {

using testing::HasSubstr;

std::string code_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const error& e) {
        return std::string(name_of(e.code()));
    }
    return "none";
}

class Savepoints : public Bank {
protected:
    static void set_balance(session& s, std::int64_t id, std::int64_t to) {
        s.run(update<purse>().set(purses.balance, to).where(purses.id == id));
    }
    std::map<std::int64_t, std::int64_t> balances() {
        std::map<std::int64_t, std::int64_t> all;
        session s{*db};
        for (const purse& p : s.values(select<purse>())) all[p.id] = p.balance;
        return all;
    }
    std::int64_t balance_of(std::int64_t id) { return balances().at(id); }
};

TEST_P(Savepoints, ShardsThatJoinedLaterHaveNoPartInTheCommit) {
    const std::int64_t before = all_decisions();
    session s{*db};
    set_balance(s, 0, 5);
    auto sp = s.savepoint();
    for (const std::int64_t id : {0, 1, 2}) set_balance(s, id, 6);
    sp.rollback();
    // Their locks are free: somebody else writes there while this transaction is open.
    session other{*db};
    set_balance(other, 4, 7);
    other.commit();
    s.commit();
    EXPECT_EQ(all_decisions(), before) << "an ordinary commit on one shard";
    const auto found = balances();
    EXPECT_EQ(found.at(0), 5);
    EXPECT_EQ(found.at(1), first_balance);
    EXPECT_EQ(found.at(2), first_balance);
    EXPECT_EQ(found.at(4), 7);
}

TEST_P(Savepoints, BeforeTheFirstWriteNothingIsLeft) {
    session s{*db};
    auto sp = s.savepoint();
    transfer(s, {0, 1, 2}, 1);
    s.flush();
    EXPECT_TRUE(s.in_transaction());
    sp.rollback();
    EXPECT_FALSE(s.in_transaction());
    // The next transaction may begin on other shards, in another order.
    transfer(s, {2, 1}, 2);
    s.flush();
    transfer(s, {1, 0}, 3);
    s.commit();
    expect_sound(*db, {2, 3});
    EXPECT_EQ(audit_of(*db).whole, (std::set<std::int64_t>{2, 3}));
}

TEST_P(Savepoints, CommitsAfterThemFailCleanlyAtEveryStep) {
    std::int64_t number = 0;
    std::set<std::int64_t> acknowledged;
    for (const std::string& point : points()) {
        SCOPED_TRACE(point);
        const std::int64_t kept = ++number;
        const std::int64_t undone = 1'000 + number;
        {
            session s{*db};
            if (kept % 2 == 0) s.savepoint().release();
            transfer(s, {0, 1, 2}, kept);
            auto sp = s.savepoint();
            transfer(s, {3, 4, 5}, undone);
            s.flush();
            for (const std::int64_t id : {6, 7, 8}) s.erase(s.get<purse>(id));
            s.flush();
            sp.rollback();
            auto open = s.savepoint();
            arm_failpoints(point + ":error");
            const std::string code = code_of([&] { s.commit(); });
            arm_failpoints("");
            const bool passed = point == "txn.finishing.0" || point == "txn.finished.0";
            EXPECT_EQ(code, passed ? "none" : "internal");
            EXPECT_FALSE(open.active()) << "commit() ends it, whatever becomes of it";
            if (passed) acknowledged.insert(kept);
        }
        recover(*db);
        expect_sound(*db, acknowledged);
    }
    for (const std::int64_t whole : audit_of(*db).whole) EXPECT_LT(whole, 1'000);
}

/// Random changes, savepoints, rollbacks and releases beside a map of what must be there.
TEST_P(Savepoints, AnyHistoryLeavesWhatWasNotUndone) {
    using picture = std::map<std::int64_t, std::int64_t>;
    std::mt19937 random{20261123};
    const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    picture now = balances();
    for (int round = 0; round < 30; ++round) {
        SCOPED_TRACE(round);
        session s{*db};
        const picture before = now;
        std::vector<std::pair<savepoint, picture>> open;
        std::map<std::int64_t, ref<purse>> objects;
        for (int step = 0; step < 40; ++step) {
            const std::int64_t id = pick(24);
            const bool there = now.count(id) > 0;
            switch (pick(9)) {
                case 0:
                case 1:
                    if (!there) break;
                    objects[id] = s.get<purse>(id);
                    EXPECT_EQ(objects[id]->balance, now[id]);
                    objects[id].edit().balance = now[id] = step + 100 * round;
                    break;
                case 2:
                    if (!there) break;
                    set_balance(s, id, now[id] = -step);
                    break;
                case 3:
                case 4:
                    if (there) break;
                    s.flush();  // an erased object's key is free when its DELETE was sent
                    objects[id] = s.add(purse{.id = id, .balance = now[id] = 7 * step});
                    break;
                case 5:
                    if (!there) break;
                    s.erase(s.get<purse>(id));
                    now.erase(id);
                    objects.erase(id);
                    break;
                case 6:
                    open.emplace_back(s.savepoint(), now);
                    break;
                case 7: {
                    if (open.empty()) break;
                    const auto which =
                        static_cast<std::size_t>(pick(static_cast<int>(open.size())));
                    open[which].first.rollback();
                    now = open[which].second;
                    while (open.size() > which) open.pop_back();
                    break;
                }
                default: {
                    if (open.empty()) break;
                    const auto which =
                        static_cast<std::size_t>(pick(static_cast<int>(open.size())));
                    open[which].first.release();
                    while (open.size() > which) open.pop_back();
                }
            }
        }
        picture seen;
        for (const purse& p : s.values(select<purse>())) seen[p.id] = p.balance;
        EXPECT_EQ(seen, now);
        if (round % 5 == 4) {
            s.rollback();
            now = before;
        } else {
            s.commit();
        }
        EXPECT_EQ(balances(), now);
        for (auto& [id, object] : objects)
            if (object.state() == object_state::persistent && now.count(id) > 0 &&
                s.find<purse>(id) == object) {
                EXPECT_EQ(object->balance, now[id]);
            }
    }
    EXPECT_TRUE(db->pending_transactions().empty());
}

TEST_P(Savepoints, InModesWithoutTheProtocol) {
    session one{*db, {.mode = commit_mode::single_shard}};
    auto sp = one.savepoint();
    set_balance(one, 0, 1);
    EXPECT_EQ(code_of([&] { set_balance(one, 1, 1); }), "not_supported");
    sp.rollback();
    set_balance(one, 1, 2);  // the other shard is out of it
    one.commit();
    session loose{*db, {.mode = commit_mode::best_effort}};
    set_balance(loose, 0, 3);
    set_balance(loose, 2, 3);
    auto second = loose.savepoint();
    for (const std::int64_t id : {0, 1, 2}) set_balance(loose, id, 4);
    second.rollback();
    loose.commit();
    const auto found = balances();
    EXPECT_EQ(found.at(0), 3);
    EXPECT_EQ(found.at(1), 2);
    EXPECT_EQ(found.at(2), 3);
}

INSTANTIATE_TEST_SUITE_P(Clusters, Savepoints, testing::ValuesIn(test::cluster_kinds()),
                         test::label_of);

/// Shards 1 and 2 are servers in mixed clusters, too.
class SavepointsOnServers : public Savepoints {
protected:
    /// A session that waits for row `mine` of this one while it holds `theirs`, and has written so
    /// much that it is not the one whom a server stops. Returns what this one was told.
    std::string run_into_deadlock(session& s, std::int64_t mine, std::int64_t theirs) {
        session rival{*db};
        for (int i = 0; i < 40; ++i)
            rival.add(receipt{.purse_id = theirs, .transfer = 99, .parts = 40});
        set_balance(rival, theirs, 1);
        std::future<std::string> other = std::async(
            std::launch::async, [&] { return code_of([&] { set_balance(rival, mine, 1); }); });
        const std::string told = code_of([&] { set_balance(s, theirs, 2); });
        after_deadlock(told);
        other_was_told = other.get();
        rival.rollback();
        return told;
    }
    std::function<void(const std::string&)> after_deadlock;
    std::string other_was_told;
};

/// Shard 2, where the deadlock happens, is MariaDB.
class SavepointsOnMariaDb : public SavepointsOnServers {};

TEST_P(SavepointsOnServers, ADeadlockThatCostTheWholeTransactionIsNotHidden) {
    const bool all_is_lost = GetParam() != "postgres";  // shard 2 is MariaDB
    session s{*db};
    set_balance(s, 0, 5);
    set_balance(s, 2, 5);
    auto sp = s.savepoint();
    std::string undo;
    after_deadlock = [&](const std::string& told) {
        if (told != "none") undo = code_of([&] { sp.rollback(); });
        if (undo.empty() || undo != "none") s.rollback();
    };
    const std::string told = run_into_deadlock(s, 2, 5);
    if (all_is_lost) {
        EXPECT_EQ(told, "deadlock");
        EXPECT_EQ(undo, "deadlock") << "a unit is run again after it";
        EXPECT_FALSE(sp.active());
        EXPECT_FALSE(s.in_transaction());
        EXPECT_EQ(balance_of(0), first_balance);
        EXPECT_EQ(balance_of(2), first_balance);
    } else if (told != "none") {  // PostgreSQL keeps what came before
        EXPECT_EQ(undo, "none");
        s.commit();
        EXPECT_EQ(balance_of(0), 5);
        EXPECT_EQ(balance_of(2), 5);
    }
}

/// On PostgreSQL only the statement fails.
TEST_P(SavepointsOnMariaDb, AfterAWholeRollbackOnlyRollbackOfTheSessionIsPossible) {
    session s{*db};
    set_balance(s, 0, 5);
    set_balance(s, 2, 5);
    auto outer = s.savepoint();
    auto inner = s.savepoint();
    after_deadlock = [&](const std::string&) {
        EXPECT_EQ(code_of([&] { inner.rollback(); }), "deadlock");
    };
    ASSERT_EQ(run_into_deadlock(s, 2, 5), "deadlock");
    EXPECT_EQ(code_of([&] { outer.rollback(); }), "bad_state");
    EXPECT_EQ(code_of([&] { s.commit(); }), "bad_state");
    s.rollback();
    set_balance(s, 2, 6);
    s.commit();
    EXPECT_EQ(balance_of(0), first_balance);
    EXPECT_EQ(balance_of(2), 6);
}

TEST_P(SavepointsOnServers, ADeadlockOnAShardThatJoinedLaterCostsOnlyTheSavepoint) {
    session s{*db};
    set_balance(s, 0, 5);
    auto sp = s.savepoint();
    set_balance(s, 2, 5);
    std::string undo = "not tried";
    after_deadlock = [&](const std::string&) { undo = code_of([&] { sp.rollback(); }); };
    run_into_deadlock(s, 2, 5);
    EXPECT_EQ(undo, "none");
    set_balance(s, 1, 6);
    s.commit();
    EXPECT_EQ(balance_of(0), 5);
    EXPECT_EQ(balance_of(1), 6);
    EXPECT_EQ(balance_of(2), first_balance);
}

TEST_P(SavepointsOnServers, WhatWasReadInsideStaysTrueWithStrongerLevels) {
    session s{*db, {.isolation = isolation::repeatable_read}};
    set_balance(s, 0, 5);
    auto sp = s.savepoint();
    const auto seen = [&] { return s.values(select<purse>().where(purses.id == 1)).at(0).balance; };
    EXPECT_EQ(seen(), first_balance);  // the shard joins here
    set_balance(s, 4, 8);
    session writer{*db};
    set_balance(writer, 1, 7);
    writer.commit();
    sp.rollback();
    EXPECT_EQ(seen(), first_balance);
    auto again = s.savepoint();
    set_balance(s, 4, 9);
    again.rollback();
    set_balance(s, 2, 6);
    s.commit();
    const auto found = balances();
    EXPECT_EQ(found.at(0), 5);
    EXPECT_EQ(found.at(1), 7);
    EXPECT_EQ(found.at(2), 6);
    EXPECT_EQ(found.at(4), first_balance);
}

TEST_P(SavepointsOnServers, ALockTimeOutCostsOnlyTheSavepoint) {
    cluster_options o = quiet_options();
    o.lock_timeout_ms = 1'000;
    cluster impatient(shards->all(), o);
    session holder{*db};
    set_balance(holder, 2, 1);
    session s{impatient};
    set_balance(s, 1, 5);
    set_balance(s, 5, 5);
    auto sp = s.savepoint();
    set_balance(s, 5, 6);
    EXPECT_EQ(code_of([&] { set_balance(s, 2, 6); }), "lock_timeout");
    sp.rollback();
    s.commit();
    holder.rollback();
    EXPECT_EQ(balance_of(1), 5);
    EXPECT_EQ(balance_of(5), 5);
    EXPECT_EQ(balance_of(2), first_balance);
}

INSTANTIATE_TEST_SUITE_P(Clusters, SavepointsOnMariaDb, testing::Values("mariadb", "mixed"),
                         test::label_of);
INSTANTIATE_TEST_SUITE_P(Clusters, SavepointsOnServers,
                         testing::Values("postgres", "mariadb", "mixed"), test::label_of);

class SavepointsOnPostgres : public Savepoints {
protected:
    /// Ends the connections that have written to a shard's purses.
    void end_writers(std::size_t shard) {
        EXPECT_EQ(shards->ask(shard,
                              "SELECT count(pg_terminate_backend(l.pid)) FROM pg_locks l JOIN "
                              "pg_class c ON c.oid = l.relation WHERE c.relname = 'purses' AND "
                              "c.relnamespace = current_schema()::regnamespace AND l.mode = "
                              "'RowExclusiveLock'"),
                  std::vector<std::int64_t>{1});
    }
};

TEST_P(SavepointsOnPostgres, AConnectionThatIsLostBeforeItCostsTheWholeTransaction) {
    session s{*db};
    set_balance(s, 0, 5);
    set_balance(s, 1, 5);
    auto sp = s.savepoint();
    end_writers(1);
    EXPECT_EQ(code_of([&] { set_balance(s, 4, 6); }), "connection_lost");
    EXPECT_EQ(code_of([&] { sp.rollback(); }), "connection_lost");
    EXPECT_EQ(code_of([&] { s.commit(); }), "bad_state");
    s.rollback();
    EXPECT_EQ(balance_of(0), first_balance);
    EXPECT_EQ(balance_of(1), first_balance);
}

TEST_P(SavepointsOnPostgres, AConnectionThatJoinedLaterMayBeLost) {
    session s{*db};
    set_balance(s, 0, 5);
    auto sp = s.savepoint();
    set_balance(s, 1, 5);
    end_writers(1);
    EXPECT_EQ(code_of([&] { set_balance(s, 4, 6); }), "connection_lost");
    sp.rollback();
    set_balance(s, 1, 7);
    s.commit();
    EXPECT_EQ(balance_of(0), 5);
    EXPECT_EQ(balance_of(1), 7);
}

INSTANTIATE_TEST_SUITE_P(Clusters, SavepointsOnPostgres, testing::Values("postgres"),
                         test::label_of);

class SavepointsOnFiles : public Savepoints {};

TEST_P(SavepointsOnFiles, AStatementThatEndsTheTransactionOfAFileIsNotHidden) {
    shards->execute(0,
                    "CREATE TRIGGER ends_all BEFORE UPDATE ON purses WHEN NEW.balance = -1 BEGIN "
                    "SELECT RAISE(ROLLBACK, 'all of it'); END");
    session s{*db};
    set_balance(s, 1, 5);
    set_balance(s, 0, 5);
    auto sp = s.savepoint();
    EXPECT_NE(code_of([&] { set_balance(s, 0, -1); }), "none");
    EXPECT_NE(code_of([&] { sp.rollback(); }), "none");
    EXPECT_EQ(code_of([&] { s.commit(); }), "bad_state");
    s.rollback();
    EXPECT_EQ(balance_of(0), first_balance);
    EXPECT_EQ(balance_of(1), first_balance);
    // It joins later: nothing is lost.
    set_balance(s, 1, 5);
    auto second = s.savepoint();
    set_balance(s, 0, 5);
    EXPECT_NE(code_of([&] { set_balance(s, 0, -1); }), "none");
    second.rollback();
    s.commit();
    EXPECT_EQ(balance_of(0), first_balance);
    EXPECT_EQ(balance_of(1), 5);
}

INSTANTIATE_TEST_SUITE_P(Clusters, SavepointsOnFiles, testing::Values("sqlite", "mixed"),
                         test::label_of);

}  // namespace
}  // namespace shardwise::txn_test
