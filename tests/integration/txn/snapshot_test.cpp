// SPDX-License-Identifier: MIT
// Reads over all shards from one moment, on all engines and mixed.
#include <signal.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <random>

#include "crashing.hpp"

namespace shardwise::txn_test {
namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::int64_t all_money = purse_count * first_balance;

std::string code_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const error& e) {
        return std::string(name_of(e.code()));
    }
    return "none";
}

std::int64_t money_of(session& s) {
    std::int64_t sum = 0;
    for (const purse& p : s.values(select<purse>())) sum += p.balance;
    return sum;
}

/// Transfers of which some shards show their part and others do not.
std::size_t halves_of(session& s) {
    std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> seen;
    for (const receipt& r : s.values(select<receipt>())) {
        ++seen[r.transfer].first;
        seen[r.transfer].second = r.parts;
    }
    return static_cast<std::size_t>(std::count_if(seen.begin(), seen.end(), [](const auto& one) {
        return one.second.first != one.second.second;
    }));
}

/// Several threads that move money between shards as long as it lives.
class traffic {
public:
    traffic(cluster& db, int threads) {
        for (int t = 0; t < threads; ++t) threads_.emplace_back([this, &db, t] { work(db, t); });
    }
    ~traffic() {
        over_ = true;
        for (std::thread& t : threads_) t.join();
    }
    traffic(const traffic&) = delete;
    traffic& operator=(const traffic&) = delete;
    int committed() const { return committed_; }

private:
    void work(cluster& db, int thread) {
        std::mt19937 random(static_cast<std::uint32_t>(thread));
        std::uniform_int_distribution<std::int64_t> any(0, purse_count - 1);
        while (!over_) {
            const std::int64_t from = any(random);
            const std::int64_t number = ++number_;
            std::vector<std::int64_t> ids{from, (from + 1) % purse_count};
            if (random() % 3 == 0) ids.push_back((from + 2) % purse_count);
            try {
                run_unit(db, [&](session& s) { pay(s, ids, number); });
                ++committed_;
            } catch (const error& e) {
                ADD_FAILURE() << e.what();
            }
        }
    }

    std::atomic<bool> over_{false};
    std::atomic<std::int64_t> number_{0};
    std::atomic<int> committed_{0};
    std::vector<std::thread> threads_;
};

class Snapshot : public Bank {};

TEST_P(Snapshot, AddsUpWhileMoneyMovesAndReadsWithoutItDoNot) {
    std::atomic<bool> over{false};
    std::atomic<int> snapshots{0};
    std::atomic<int> wrong_without{0};
    std::atomic<int> halves{0};
    int committed = 0;
    {
        traffic writers(*db, 4);
        std::vector<std::thread> readers;
        for (int t = 0; t < 2; ++t) {
            readers.emplace_back([&] {
                while (!over) {
                    session snap = db->read_snapshot(20'000);
                    const std::int64_t first = money_of(snap);
                    EXPECT_EQ(first, all_money);
                    halves += static_cast<int>(halves_of(snap));
                    EXPECT_EQ(money_of(snap), all_money);  // and it stays
                    ++snapshots;
                }
            });
        }
        // The negative control, over the same transfers.
        readers.emplace_back([&] {
            while (!over) {
                session s{*db, {.timeout_ms = 20'000}};
                if (money_of(s) != all_money) ++wrong_without;
            }
        });
        const auto shortest = clock::now() + milliseconds(1'500);
        const auto longest = clock::now() + seconds(40);
        while (clock::now() < longest &&
               (clock::now() < shortest || snapshots < 40 || wrong_without == 0))
            std::this_thread::sleep_for(milliseconds(5));
        over = true;
        for (std::thread& t : readers) t.join();
        committed = writers.committed();
    }
    EXPECT_EQ(halves, 0);
    EXPECT_GT(wrong_without, 0) << "the control";
    EXPECT_GE(snapshots, 40);
    EXPECT_GT(committed, 10);
    std::printf("%s: %d transfers, %d snapshots; %d sums without one were wrong\n",
                GetParam().c_str(), committed, snapshots.load(), wrong_without.load());
    expect_sound(*db, {});
}

TEST_P(Snapshot, ShowsItsMomentToAllReads) {
    session writer{*db};
    transfer(writer, {0, 1, 2}, 1);
    writer.commit();
    session snap = db->read_snapshot();
    EXPECT_TRUE(snap.in_transaction());
    transfer(writer, {0, 1, 2}, 2);
    writer.commit();
    writer.add(purse{.id = 100, .balance = 5});
    writer.commit();
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(money_of(snap), all_money);
        EXPECT_EQ(snap.count(select<receipt>()), 3);
        EXPECT_EQ(snap.all(select<purse>()).size(), static_cast<std::size_t>(purse_count));
        EXPECT_FALSE(snap.find<purse>(100));
        EXPECT_EQ(snap.get<purse>(0)->balance, first_balance - 2);
        const sql_result counted = snap.sql("SELECT COUNT(*) FROM receipts");
        EXPECT_EQ(counted.rows.at(0).at(0).view().to_integer(), 3);
        std::int64_t streamed = 0;
        for (const purse& p : snap.stream(select<purse>())) streamed += p.balance;
        EXPECT_EQ(streamed, all_money);
        EXPECT_EQ(snap.page(select<purse>().order_by(purses.id).limit(5)).rows().size(), 5U);
        snap.rollback();  // nothing to undo: it goes on
    }
    session later = db->read_snapshot();
    EXPECT_EQ(money_of(later), all_money + 5);
    EXPECT_EQ(later.count(select<receipt>()), 6);
}

TEST_P(Snapshot, RefusesToWriteAndGoesOn) {
    session snap = db->read_snapshot();
    const auto held = snap.get<purse>(1);
    std::vector<purse> some{{.id = 500, .balance = 1}};
    const std::vector<std::function<void()>> writes{
        [&] { snap.add(purse{.id = 500}); },
        [&] { held.edit().balance = 1; },
        [&] { snap.erase(held); },
        [&] { snap.run(update<purse>().set(purses.balance, 1).where(purses.id == 1)); },
        [&] { snap.upsert(some); },
        [&] { snap.bulk_insert(some); },
        [&] { snap.sql("UPDATE purses SET balance = 1 WHERE id = 1"); },
        [&] { snap.sql("DELETE FROM purses"); },
    };
    for (std::size_t i = 0; i < writes.size(); ++i)
        EXPECT_EQ(code_of(writes[i]), "not_supported") << i;
    snap.commit();
    EXPECT_EQ(money_of(snap), all_money);
    EXPECT_EQ(audit_of(*db).money, all_money);
}

TEST_P(Snapshot, ThatAnErrorHasEndedShowsNothingElse) {
    session snap = db->read_snapshot();
    shards->execute(1, "DROP TABLE receipts");
    const std::string code = code_of([&] { snap.count(select<receipt>()); });
    if (code == "none") return;  // the snapshot of a file still has the table
    EXPECT_EQ(code_of([&] { money_of(snap); }), "bad_state");
    snap.rollback();
    EXPECT_EQ(code_of([&] { money_of(snap); }), "bad_state");
}

TEST_P(Snapshot, GivesItsConnectionsBackClean) {
    cluster_options o = quiet_options();
    o.pool_size = 1;
    cluster narrow(shards->all(), o);
    for (int i = 0; i < 3; ++i) {
        {
            session snap = narrow.read_snapshot();
            EXPECT_EQ(money_of(snap), all_money);
        }
        session s{narrow};
        transfer(s, {0, 1, 2}, i);
        s.commit();
    }
    expect_sound(*db, {0, 1, 2});
}

TEST_P(Snapshot, OfManyReadersAndAFullPoolEnds) {
    cluster_options o = quiet_options();
    o.pool_size = 3;
    o.pool_wait_ms = 60'000;
    o.statement_timeout_ms = 60'000;
    cluster narrow(shards->all(), o);
    std::vector<std::thread> threads;
    for (std::int64_t t = 0; t < 16; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 3; ++i) {
                session snap = narrow.read_snapshot();
                EXPECT_EQ(money_of(snap), all_money) << t;
            }
        });
    }
    threads.emplace_back([&] {
        for (std::int64_t i = 0; i < 20; ++i)
            run_unit(narrow, [&](session& s) { pay(s, {0, 1, 2}, i); }, {.attempts = 1'000});
    });
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(audit_of(*db).whole.size(), 20U);
}

INSTANTIATE_TEST_SUITE_P(Clusters, Snapshot, testing::ValuesIn(test::cluster_kinds()),
                         test::label_of);

class SnapshotCrash : public CrashingBank {};

/// Nobody else resolves: the reader must do it, or wait for ever.
TEST_P(SnapshotCrash, FindsADeadCoordinatorsTransactionWholeOrAbsent) {
    const std::map<std::string, std::size_t> points{{"txn.ready.1", 0},    {"txn.before_decide", 0},
                                                    {"txn.decided", 3},    {"txn.finishing.1", 3},
                                                    {"txn.finished.1", 3}, {"txn.finishing.2", 3}};
    std::int64_t number = 0;
    for (const auto& [point, parts] : points) {
        SCOPED_TRACE(point);
        number += 1'000;
        ASSERT_TRUE(was_killed(start(number, point + ":kill", 1, "0", 3)));
        session snap = db->read_snapshot();
        EXPECT_EQ(money_of(snap), all_money);
        EXPECT_EQ(halves_of(snap), 0U);
        const std::int64_t found = snap.count(select<receipt>().where(receipts.transfer == number));
        EXPECT_EQ(static_cast<std::size_t>(found), parts);
        recover(*db);
    }
}

/// A coordinator that sleeps after its decision, and one that sleeps before it.
TEST_P(SnapshotCrash, DoesNotWaitForASleepingCoordinator) {
    const bool files = GetParam() == "sqlite" || GetParam() == "mixed";
    std::int64_t number = 0;
    for (const std::string point : {"txn.before_decide", "txn.decided"}) {
        // A sleeping process keeps its files locked, so that nobody can end its transaction.
        if (files && point == "txn.decided") continue;
        SCOPED_TRACE(point);
        number += 1'000;
        const pid_t child = start(number, point + ":stop", 1, "0", 1);
        int status = 0;
        waitpid(child, &status, WUNTRACED);
        ASSERT_TRUE(WIFSTOPPED(status));
        {
            session snap = db->read_snapshot();
            EXPECT_EQ(money_of(snap), all_money);
            EXPECT_EQ(snap.count(select<receipt>().where(receipts.transfer == number)),
                      point == "txn.decided" ? 3 : 0);
        }
        kill(child, SIGCONT);
        waitpid(child, &status, 0);
        recover(*db);
    }
}

/// The gates of a reader that sleeps are opened by the servers, and it notices when it wakes.
TEST_P(SnapshotCrash, AFrozenReaderDoesNotStopCommits) {
    child_ = "SnapshotChild.*";
    for (const std::string point : {"snapshot.closed", "snapshot.begun"}) {
        SCOPED_TRACE(point);
        std::remove(folder_.file("sum").c_str());
        const pid_t child = start(1, point + ":stop");
        int status = 0;
        waitpid(child, &status, WUNTRACED);
        ASSERT_TRUE(WIFSTOPPED(status));
        for (std::int64_t i = 0; i < 4; ++i)
            run_unit(*db, [&](session& s) { transfer(s, {i % 3, (i + 1) % 3}, i); });
        kill(child, SIGCONT);
        waitpid(child, &status, 0);
        ASSERT_TRUE(WIFEXITED(status));
        std::ifstream file(folder_.file("sum"));
        std::string said;
        file >> said;
        // Files need no gate; what was read from servers may not be of one moment any more.
        if (GetParam() == "postgres" || GetParam() == "mariadb")
            EXPECT_EQ(said, "refused");
        else
            EXPECT_TRUE(said == "refused" || said == std::to_string(all_money)) << said;
    }
}

INSTANTIATE_TEST_SUITE_P(Clusters, SnapshotCrash, testing::ValuesIn(test::cluster_kinds()),
                         test::label_of);

/// Not a test by itself: the reader that is stopped.
TEST(SnapshotChild, ReadsOnce) {
    const std::string folder = environment("SHARDWISE_TXN_FOLDER");
    if (folder.empty()) return;
    std::vector<shard_url> urls;
    std::ifstream file(folder + "/urls");
    for (std::string line; std::getline(file, line);)
        urls.push_back({"s" + std::to_string(urls.size() + 1), line});
    cluster db(urls, quiet_options());
    std::string said = "refused";
    try {
        session snap = db.read_snapshot();
        said = std::to_string(money_of(snap));
    } catch (const error&) {
    }
    std::ofstream(folder + "/sum") << said << "\n";
}

}  // namespace
}  // namespace shardwise::txn_test
