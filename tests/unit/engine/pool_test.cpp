// SPDX-License-Identifier: MIT
// The pool's rules, with connections that do what the test says.
#include "engine/pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "shardwise/base/error.hpp"

namespace shardwise::engine {
namespace {

using std::chrono::milliseconds;

deadline soon() { return deadline::after(std::chrono::seconds(30)); }

/// What all scripted connections of one test share.
struct script {
    std::atomic<int> opened{0};
    std::atomic<int> alive{0};
    std::atomic<int> pings{0};
    std::atomic<int> rollbacks{0};
    std::atomic<int> discards{0};
    std::atomic<bool> usable{true};
    std::atomic<bool> answers{true};
    std::atomic<bool> can_discard{true};
    std::atomic<int> failing_opens{0};
};

class scripted_connection final : public connection {
public:
    explicit scripted_connection(script& s) : script_(s), number_(++s.opened) { ++s.alive; }
    ~scripted_connection() override { --script_.alive; }

    void send(const statement& s, std::span<const arg>) override {
        ++pending_;
        if (s.text == "SELECT 1") ++script_.pings;
        if (s.text == "ROLLBACK") {
            ++script_.rollbacks;
            in_transaction_ = false;
        }
    }
    wait_handle waits_on() const noexcept override { return {}; }
    std::size_t pending() const noexcept override { return pending_; }
    std::int64_t affected_rows() const noexcept override { return 0; }
    bool in_transaction() const noexcept override { return in_transaction_; }
    bool usable() noexcept override { return script_.usable; }
    void cancel() noexcept override {}
    std::unique_ptr<bulk_writer> bulk_insert(std::string_view, std::span<const bulk_column>,
                                             deadline) override {
        return nullptr;
    }

    int serial() const noexcept { return number_; }
    void open_transaction() noexcept { in_transaction_ = true; }
    void leave_pending() noexcept { pending_ = 1; }

private:
    fetch next_answer(std::span<arg>) override {
        if (!script_.answers) raise(error_code::connection_lost, "gone");
        --pending_;
        return fetch::end;
    }
    bool drop_pending(deadline) noexcept override {
        ++script_.discards;
        if (script_.can_discard) pending_ = 0;
        return script_.can_discard;
    }

    script& script_;
    int number_;
    std::size_t pending_ = 0;
    bool in_transaction_ = false;
};

class Pool : public testing::Test {
protected:
    pool make(std::size_t size, pool::idle_rule rule = pool::idle_rule::close_old) {
        options_.size = size;
        return pool("server", options_, rule, [this](deadline) -> std::unique_ptr<connection> {
            if (script_.failing_opens > 0) {
                --script_.failing_opens;
                raise(error_code::connect_failed, "refused");
            }
            return std::make_unique<scripted_connection>(script_);
        });
    }
    static scripted_connection& of(lease& l) { return static_cast<scripted_connection&>(*l); }
    static error_code code_of(const std::function<void()>& act) {
        try {
            act();
        } catch (const error& e) {
            return e.code();
        }
        return error_code{};
    }

    script script_;
    pool_options options_;
};

TEST_F(Pool, ReusesTheConnectionThatWasUsedLast) {
    pool p = make(3);
    lease a = p.acquire(soon());
    lease b = p.acquire(soon());
    const int last = of(a).serial();
    b.release();
    a.release();
    lease again = p.acquire(soon());
    EXPECT_EQ(of(again).serial(), last);
    EXPECT_EQ(script_.opened, 2);
    EXPECT_EQ(p.stats().reused, 1U);
    EXPECT_EQ(script_.pings, 0);
}

TEST_F(Pool, LeasesMoveAndReturnOnce) {
    pool p = make(1);
    lease a = p.acquire(soon());
    lease b = std::move(a);
    EXPECT_FALSE(a);
    EXPECT_TRUE(b);
    a.release();
    EXPECT_EQ(p.stats().idle, 0U);
    b = lease{};
    EXPECT_EQ(p.stats().idle, 1U);
    b.release();
    EXPECT_EQ(p.stats().idle, 1U);
}

TEST_F(Pool, NeverHoldsMoreThanItsSize) {
    options_.wait_timeout = milliseconds(20);
    pool p = make(2);
    lease a = p.acquire(soon());
    lease b = p.acquire(soon());
    EXPECT_EQ(code_of([&] { p.acquire(soon()); }), error_code::pool_exhausted);
    EXPECT_EQ(code_of([&] { p.acquire(deadline::after(milliseconds(1))); }),
              error_code::pool_exhausted);
    EXPECT_EQ(p.stats().open, 2U);
    EXPECT_EQ(p.stats().waiting, 0U);
}

TEST_F(Pool, AWaiterThatGaveUpDoesNotTakeAConnectionAway) {
    options_.wait_timeout = milliseconds(5);
    pool p = make(1);
    lease a = p.acquire(soon());
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(code_of([&] { p.acquire(soon()); }), error_code::pool_exhausted);
    a.release();
    EXPECT_EQ(p.stats().idle, 1U);
    EXPECT_TRUE(p.acquire(soon()));
}

TEST_F(Pool, WaitersAreServedInTheirOrder) {
    pool p = make(1);
    lease held = p.acquire(soon());
    std::vector<int> order;
    std::vector<std::thread> threads;
    for (int i = 0; i < 5; ++i) {
        threads.emplace_back([&, i] {
            lease mine = p.acquire(soon());
            order.push_back(i);  // one connection: one thread at a time
        });
        while (p.stats().waiting < static_cast<std::size_t>(i + 1)) std::this_thread::yield();
    }
    held.release();
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
    EXPECT_EQ(script_.opened, 1);
}

TEST_F(Pool, AFailedOpenFreesItsPlace) {
    script_.failing_opens = 2;
    pool p = make(1);
    EXPECT_EQ(code_of([&] { p.acquire(soon()); }), error_code::connect_failed);
    EXPECT_EQ(code_of([&] { p.acquire(soon()); }), error_code::connect_failed);
    EXPECT_EQ(p.stats().open, 0U);
    EXPECT_TRUE(p.acquire(soon()));
}

TEST_F(Pool, APoisonedConnectionMakesRoomForAWaiter) {
    pool p = make(1);
    lease a = p.acquire(soon());
    const int first = of(a).serial();
    int second = 0;
    std::thread waiting([&] {
        lease b = p.acquire(soon());
        second = of(b).serial();
    });
    while (p.stats().waiting == 0) std::this_thread::yield();
    a.poison();
    a.release();
    waiting.join();
    EXPECT_NE(second, first);
    EXPECT_EQ(p.stats().open, 1U);
    EXPECT_EQ(p.stats().closed, 1U);
}

TEST_F(Pool, AWaiterWhoseOpenFailsPassesThePlaceOn) {
    pool p = make(1);
    lease a = p.acquire(soon());
    std::atomic<int> failed{0};
    std::atomic<int> good{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] {
            try {
                lease l = p.acquire(soon());
                ++good;
            } catch (const error&) {
                ++failed;
            }
        });
    while (p.stats().waiting < 3) std::this_thread::yield();
    script_.failing_opens = 1;
    a.poison();
    a.release();
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(failed, 1);
    EXPECT_EQ(good, 2);
}

TEST_F(Pool, AConnectionThatIsNotUsableIsReplaced) {
    pool p = make(1);
    p.acquire(soon());
    script_.usable = false;
    lease again = p.acquire(soon());
    EXPECT_EQ(of(again).serial(), 2);
    EXPECT_EQ(script_.alive, 1);
    EXPECT_EQ(p.stats().closed, 1U);
}

TEST_F(Pool, AnOldIdleConnectionIsReplaced) {
    options_.max_idle = milliseconds(10);
    pool p = make(1);
    p.acquire(soon());
    std::this_thread::sleep_for(milliseconds(60));
    lease again = p.acquire(soon());
    EXPECT_EQ(of(again).serial(), 2);
    EXPECT_EQ(script_.pings, 0);
}

TEST_F(Pool, AConnectionUnusedForAWhileIsAskedFirst) {
    options_.check_after = milliseconds(10);
    pool p = make(1);
    p.acquire(soon());
    std::this_thread::sleep_for(milliseconds(60));
    EXPECT_EQ(of(*std::make_unique<lease>(p.acquire(soon()))).serial(), 1);
    EXPECT_EQ(script_.pings, 1);
    std::this_thread::sleep_for(milliseconds(60));
    script_.answers = false;
    lease replaced = p.acquire(soon());
    EXPECT_EQ(of(replaced).serial(), 2);
}

TEST_F(Pool, OldConnectionsThatNobodyNeedsAreClosed) {
    options_.max_idle = milliseconds(10);
    pool p = make(2);
    {
        lease a = p.acquire(soon());
        lease b = p.acquire(soon());
    }
    EXPECT_EQ(script_.alive, 2);
    std::this_thread::sleep_for(milliseconds(60));
    p.acquire(soon());  // its return finds the other one too old
    EXPECT_EQ(script_.alive, 1);
    EXPECT_EQ(p.stats().open, 1U);
}

TEST_F(Pool, MemoryDatabasesAreNeverClosedForBeingIdle) {
    options_.max_idle = milliseconds(1);
    options_.check_after = milliseconds(1);
    pool p = make(1, pool::idle_rule::keep_forever);
    p.acquire(soon());
    std::this_thread::sleep_for(milliseconds(30));
    script_.usable = false;
    p.close_idle();
    lease again = p.acquire(soon());
    EXPECT_EQ(of(again).serial(), 1);
}

TEST_F(Pool, CloseIdleClosesWhatIsNotInUse) {
    pool p = make(3);
    lease held = p.acquire(soon());
    p.acquire(soon());
    p.close_idle();
    EXPECT_EQ(script_.alive, 1);
    EXPECT_EQ(p.stats().open, 1U);
    EXPECT_EQ(p.stats().idle, 0U);
}

TEST_F(Pool, AnOpenTransactionIsRolledBackOnReturn) {
    pool p = make(1);
    lease a = p.acquire(soon());
    of(a).open_transaction();
    a.release();
    EXPECT_EQ(script_.rollbacks, 1);
    EXPECT_EQ(p.stats().idle, 1U);
}

TEST_F(Pool, PendingStatementsAreDiscardedOnReturn) {
    pool p = make(1);
    lease a = p.acquire(soon());
    of(a).leave_pending();
    a.release();
    EXPECT_EQ(script_.discards, 1);
    EXPECT_EQ(p.stats().idle, 1U);
}

TEST_F(Pool, WhatCannotBeCleanedIsClosed) {
    pool p = make(1);
    lease a = p.acquire(soon());
    of(a).leave_pending();
    script_.can_discard = false;
    a.release();
    EXPECT_EQ(script_.alive, 0);
    EXPECT_EQ(p.stats().open, 0U);
    lease b = p.acquire(soon());
    of(b).open_transaction();
    script_.answers = false;  // to the ROLLBACK
    b.release();
    EXPECT_EQ(script_.alive, 0);
}

TEST_F(Pool, ManyThreadsNeverShareAConnection) {
    pool p = make(3);
    std::atomic<int> failures{0};
    std::array<std::atomic<int>, 1000> users{};
    std::vector<std::thread> threads;
    for (int t = 0; t < 20; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 300; ++i) {
                try {
                    lease l = p.acquire(soon());
                    auto& in_use = users[static_cast<std::size_t>(of(l).serial()) % users.size()];
                    if (++in_use != 1) ++failures;
                    --in_use;
                    if ((i + t) % 97 == 0) l.poison();
                    if ((i + t) % 53 == 0) of(l).open_transaction();
                } catch (const error&) {
                    ++failures;
                }
            }
        });
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(failures, 0);
    EXPECT_LE(script_.alive, 3);
    EXPECT_EQ(p.stats().open, p.stats().idle);
    EXPECT_EQ(p.stats().opened - p.stats().closed, p.stats().open);
}

}  // namespace
}  // namespace shardwise::engine
