// SPDX-License-Identifier: MIT
// Sessions that are used as nobody should: handles that outlive them, streams left half read,
// objects whose copies fail, transactions that block each other.
#include <atomic>
#include <thread>

#include "fixture.hpp"

namespace shardwise::test {

/// An object whose copies and assignments fail on demand.
struct brittle {
    static inline int until_failure = -1;
    static void count() {
        if (until_failure >= 0 && until_failure-- == 0) throw std::runtime_error("no copy");
    }
    brittle() = default;
    brittle(const brittle& o) : id(o.id), name(o.name) { count(); }
    brittle& operator=(const brittle& o) {
        count();
        id = o.id;
        name = o.name;
        return *this;
    }
    std::int64_t id = 0;
    std::string name;
};

}  // namespace shardwise::test

template <>
struct shardwise::mapping<shardwise::test::brittle> : table<test::brittle, "brittles", by_modulo> {
    column<&test::brittle::id, primary_key, shard_key> id;
    column<&test::brittle::name> name;
};

namespace shardwise::test {
namespace {

class SessionLife : public Hostile {};

TEST_P(SessionLife, ObjectsOutliveTheirSession) {
    add_accounts(6);
    ref<account> loaded;
    ref<account> pending;
    ref<account> erased;
    result<ref<account>> all = [&] {
        session s{*db};
        loaded = s.get<account>(1);
        loaded.edit().name = "never written";
        pending = s.add(account{.name = "pending"});
        erased = s.get<account>(2);
        s.erase(erased);
        return s.all(select<account>().order_by(accounts.id));
    }();
    EXPECT_EQ(loaded->name, "n1");
    EXPECT_EQ(pending->name, "pending");
    EXPECT_EQ(erased->name, "n2");
    EXPECT_EQ(all.size(), 6U);
    EXPECT_EQ(loaded.state(), object_state::detached);
    EXPECT_EQ(code_of([&] { loaded.edit(); }), "bad_state");
    EXPECT_EQ(code_of([&] { pending.edit(); }), "bad_state");
    session other{*db};
    EXPECT_EQ(code_of([&] { other.erase(loaded); }), "bad_state");
    EXPECT_EQ(code_of([&] { other.refresh(loaded); }), "bad_state");
    other.detach(loaded);
    EXPECT_EQ(rows_on_servers("accounts"), 6);
}

TEST_P(SessionLife, AKeyThatWasErasedAndAddedAgainIsForgottenWithTheSession) {
    add_accounts(3);
    ref<account> old;
    ref<account> again;
    {
        session s{*db};
        old = s.get<account>(2);
        s.erase(old);
        s.flush();
        again = s.add(account{.id = 2, .name = "again"});
        s.flush();
    }
    EXPECT_EQ(old.state(), object_state::detached);
    EXPECT_EQ(again.state(), object_state::detached);
    EXPECT_EQ(old->name, "n2");
    session s{*db};
    EXPECT_EQ(s.get<account>(2)->name, "n2");
}

TEST_P(SessionLife, RollbackBringsAnErasedObjectBackAsTheOneOfItsRow) {
    add_accounts(3);
    session s{*db};
    const auto old = s.get<account>(2);
    s.erase(old);
    s.flush();
    const auto again = s.add(account{.id = 2, .name = "again"});
    s.rollback();
    EXPECT_EQ(again.state(), object_state::detached);
    EXPECT_EQ(s.get<account>(2), old);
    EXPECT_EQ(s.all(select<account>().where(accounts.id == 2)).front(), old);
}

TEST_P(SessionLife, AChangeWithoutLoadingAfterAFlushIsNotOverwritten) {
    add_accounts(3);
    session s{*db};
    const auto a = s.get<account>(2);
    a.edit().balance = 500;
    EXPECT_EQ(
        s.run(
            update<account>().set(accounts.balance, accounts.balance + 1).where(accounts.id == 2)),
        1);
    s.refresh(a);
    EXPECT_EQ(a->balance, 501);
    s.commit();
    EXPECT_EQ(shards->ask(2, "SELECT balance FROM accounts WHERE id = 2").at(0), 501);
}

TEST_P(SessionLife, AnEditAfterAFlushIsWrittenAndRolledBack) {
    add_accounts(3);
    session s{*db};
    const auto a = s.get<account>(2);
    account& object = a.edit();
    object.balance = 1;
    s.flush();
    object.balance = 2;  // not allowed, but never silently lost
    s.flush();
    EXPECT_EQ(s.count(select<account>().where(accounts.balance == 2)), 1);
    a.edit().balance = 100;
    s.flush();
    EXPECT_EQ(s.count(select<account>().where(accounts.balance == 100)), 3);
    a.edit().balance = 3;
    s.rollback();
    EXPECT_EQ(a->balance, 100);
}

TEST_P(SessionLife, AReferenceRowIsOneObjectHoweverItIsRead) {
    session w{*db};
    w.add(currency{.id = 1, .name = "EUR"});
    w.commit();
    for (int i = 0; i < 5; ++i) {
        session s{*db};
        const auto listed = s.all(select<currency>()).front();
        EXPECT_EQ(listed, s.get<currency>(1));
        EXPECT_EQ(listed, s.all(select<currency>().where(currencies.name == "EUR")).front());
        EXPECT_EQ(listed, s.find_everywhere<currency>(1));
    }
}

TEST_P(SessionLife, AFailedReadInATransactionDoesNotLoseItsWritesSilently) {
    add_accounts(6);
    session s{*db};
    s.add(account{.id = 7, .name = "seven"});
    s.flush();
    const std::int64_t big = INT64_MAX;
    // No server can add these; what they do with the transaction differs.
    (void)code_of([&] { s.all(select(sum(accounts.balance + big + big))); });
    (void)code_of([&] { s.all(select<account>().where(accounts.balance + big + big > 5)); });
    const std::string outcome = code_of([&] { s.commit(); });
    const std::int64_t stored = rows_on_servers("accounts");
    EXPECT_EQ(stored, outcome == "no error" ? 7 : 6) << outcome;
}

TEST_P(SessionLife, AStreamLeftHalfWayDoesNoHarm) {
    std::vector<account> many(20'000);
    for (std::size_t i = 0; i < many.size(); ++i) many[i].id = static_cast<int>(i + 1);
    session s{*db};
    s.bulk_insert(many);
    s.commit();
    for (int round = 0; round < 20; ++round) {
        int seen = 0;
        for (const account& a : s.stream(select<account>())) {
            EXPECT_NE(a.id, 0);
            if (++seen == 10) break;
        }
        EXPECT_EQ(s.count(select<account>()), 20'000);
    }
}

TEST_P(SessionLife, AStreamSeesNothingOfWritesOfItsOwnSession) {
    add_accounts(300);
    session s{*db, {.autoflush = false}};
    std::int64_t seen = 0;
    for (const account& a : s.stream(select<account>())) {
        ++seen;
        s.get<account>(a.id).edit().balance += 1;
        if (seen % 50 == 0) s.flush();
    }
    s.commit();
    EXPECT_EQ(seen, 300);
    EXPECT_EQ(s.count(select<account>().where(accounts.balance == 101)), 300);
}

/// A stream inside the transaction is read over the connection that writes.
class StreamInTransaction : public SessionLife {
protected:
    void SetUp() override {
        SessionLife::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        std::vector<account> many(6'000);
        for (std::size_t i = 0; i < many.size(); ++i)
            many[i] = {.id = static_cast<int>(i + 1), .name = std::string(200, 'x')};
        session s{*db};
        s.bulk_insert(many);
        s.commit();
    }
    /// Writes on all shards, not committed.
    static void write(session& s) {
        for (int id : {1, 2, 3}) s.get<account>(id).edit().balance = 7;
        s.flush();
    }
    std::int64_t sevens() const {
        session s{*db};
        return s.count(select<account>().where(accounts.balance == 7));
    }
};

TEST_P(StreamInTransaction, RefusesWritesUntilItIsRead) {
    session s{*db};
    write(s);
    const auto fourth = s.get<account>(4);
    auto rows = s.stream(select<account>());
    auto row = rows.begin();
    (void)row;
    fourth.edit().balance = 7;
    EXPECT_EQ(code_of([&] { s.flush(); }), "bad_state");
    EXPECT_EQ(code_of([&] { s.commit(); }), "bad_state");
    EXPECT_EQ(
        code_of([&] { s.run(update<account>().set(accounts.balance, 7).where(accounts.id == 5)); }),
        "bad_state");
    std::vector<account> more(1);
    EXPECT_EQ(code_of([&] { s.bulk_insert(more); }), "bad_state");
    std::int64_t seen = 1;
    for (++row; row != rows.end(); ++row) ++seen;
    EXPECT_EQ(seen, 6'000);
    s.commit();
    EXPECT_EQ(sevens(), 4);
}

TEST_P(StreamInTransaction, MayBeDropped) {
    session s{*db};
    write(s);
    for (int i = 0; i < 5; ++i) {
        for (const account& a : s.stream(select<account>())) {
            EXPECT_NE(a.id, 0);
            break;
        }
        EXPECT_EQ(s.count(select<account>()), 6'000);
    }
    s.commit();
    EXPECT_EQ(sevens(), 3);
}

TEST_P(StreamInTransaction, EndsWithARollback) {
    session s{*db};
    write(s);
    auto rows = s.stream(select<account>());
    auto row = rows.begin();
    s.rollback();
    EXPECT_EQ(code_of([&] {
                  for (int i = 0; i < 6'000; ++i) ++row;
              }),
              "bad_state");
    EXPECT_EQ(sevens(), 0);
    EXPECT_EQ(s.count(select<account>()), 6'000);
}

TEST_P(StreamInTransaction, EndsWithTheSession) {
    std::optional<session> s;
    s.emplace(*db);
    write(*s);
    auto rows = s->stream(select<account>());
    auto row = rows.begin();
    s.reset();
    EXPECT_EQ(sevens(), 0);
    EXPECT_EQ(code_of([&] { ++row; }), "bad_state");
    EXPECT_EQ(sevens(), 0);
}

TEST_P(StreamInTransaction, ReadToItsEndHoldsNothing) {
    std::int64_t seen = 0;
    session s{*db};
    write(s);
    auto rows = s.stream(select<account>());
    for (const account& a : rows) seen += a.id != 0;
    s.commit();
    session other{*db};
    EXPECT_EQ(other.count(select<account>()), seen);
}

TEST_P(SessionLife, AStreamOutlivesItsSession) {
    add_accounts(3'000);
    std::optional<session> s;
    s.emplace(*db);
    auto rows = s->stream(select<account>());
    auto row = rows.begin();
    s.reset();
    std::int64_t seen = 1;
    for (++row; row != rows.end(); ++row) ++seen;
    EXPECT_EQ(seen, 3'000);
}

TEST_P(SessionLife, AddsTenThousandObjectsInOneFlush) {
    session s{*db};
    std::vector<ref<account>> all;
    for (int i = 0; i < 10'000; ++i) all.push_back(s.add(account{.name = "n"}));
    s.flush();
    for (const auto& a : all) a.edit().balance = 1;
    s.commit();
    EXPECT_EQ(rows_on_servers("accounts"), 10'000);
    for (const auto& a : all) s.erase(a);
    s.commit();
    EXPECT_EQ(rows_on_servers("accounts"), 0);
}

TEST_P(SessionLife, CopiesThatFailLeaveTheSessionUsable) {
    ASSERT_TRUE(db->create_all<brittle>().complete());
    brittle b;
    for (b.id = 1; b.id <= 6; ++b.id) {
        session s{*db};
        s.add(b);
        s.commit();
    }
    b.id = 7;
    for (int after = 0; after < 12; ++after) {
        session s{*db};
        ref<brittle> one;
        brittle::until_failure = after;
        try {
            one = s.get<brittle>(1);
            s.add(b);
            one.edit().name = "changed";
            const auto all = s.all(select<brittle>());
            const auto plain = s.values(select<brittle>());
            s.flush();
            one.edit().name = "again";
            s.rollback();
        } catch (const std::runtime_error&) {
        }
        brittle::until_failure = -1;
        s.rollback();
        EXPECT_EQ(s.count(select<brittle>()), 6);
        EXPECT_EQ(s.get<brittle>(1)->name, "");
    }
    EXPECT_EQ(rows_on_servers("brittles"), 6);
}

TEST_P(SessionLife, FiveHundredSessionsInEightThreadsLoseNothing) {
    add_accounts(24);
    std::atomic<int> next{0};
    std::atomic<int> retries{0};
    std::atomic<std::int64_t> added{0};
    const auto one = [&](int number) {
        session s{*db};
        for (;;) {
            try {
                s.run(update<account>()
                          .set(accounts.balance, accounts.balance + 1)
                          .where(accounts.id == number % 24 + 1));
                // On the same shard: SQLite locks whole shards.
                s.add(account{.id = 999 + 72 * number + number % 24 + 1, .name = "added"});
                s.commit();
                ++added;
                return;
            } catch (const error& e) {
                if (!e.is_retryable()) throw;
                ++retries;
                s.rollback();
            }
        }
    };
    std::vector<std::thread> threads;
    std::atomic<int> failed{0};
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&] {
            try {
                for (int n = next++; n < 500; n = next++) one(n);
            } catch (const std::exception& e) {
                ++failed;
                ADD_FAILURE() << e.what();
            }
        });
    }
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(rows_on_servers("accounts"), 524);
    session s{*db};
    const auto [total] = s.one(select(sum(accounts.balance)).where(accounts.name != "added"));
    EXPECT_EQ(total, 2'400 + added);
}

/// Two sessions that change two rows in opposite order.
std::vector<std::string> cross(cluster& db, std::int64_t a, std::int64_t b) {
    session one{db, {.timeout_ms = 2'000}};
    session two{db, {.timeout_ms = 2'000}};
    const auto change = [](session& s, std::int64_t id) {
        s.run(
            update<account>().set(accounts.balance, accounts.balance + 1).where(accounts.id == id));
    };
    change(one, a);
    std::vector<std::string> outcome(2);
    std::vector<bool> retry(2, true);
    const auto finish = [&](std::size_t i, session& s, std::int64_t id) {
        const auto failure = failure_of([&] {
            change(s, id);
            s.commit();
        });
        outcome[i] = failure ? std::string(name_of(failure->code())) : "done";
        if (failure) {
            EXPECT_TRUE(failure->is_retryable() || failure->code() == error_code::timeout)
                << failure->what();
            EXPECT_FALSE(failure->shard().empty()) << failure->what();
            s.rollback();
        }
    };
    const std::string first = code_of([&] { change(two, b); });
    std::thread other([&] {
        if (first == "no error")
            finish(1, two, a);
        else
            two.rollback();
    });
    finish(0, one, b);
    other.join();
    return outcome;
}

TEST_P(SessionLife, SessionsThatBlockEachOtherEndWithAnErrorThatSaysTryAgain) {
    add_accounts(6);
    for (const auto& [a, b] : {std::pair{3, 6}, std::pair{1, 2}}) {
        const auto outcome = cross(*db, a, b);
        EXPECT_FALSE(outcome[0] == "done" && outcome[1] == "done");
        session s{*db};
        s.run(update<account>().set(accounts.balance, 0).where(accounts.id.in({a, b})));
        s.commit();
    }
}

INSTANTIATE_TEST_SUITE_P(Clusters, SessionLife, testing::ValuesIn(cluster_kinds()), label_of);
INSTANTIATE_TEST_SUITE_P(Clusters, StreamInTransaction, testing::ValuesIn(cluster_kinds()),
                         label_of);

}  // namespace
}  // namespace shardwise::test
