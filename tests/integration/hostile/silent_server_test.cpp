// SPDX-License-Identifier: MIT
// One of three servers stops answering, or breaks its connections, at every moment of a session's
// life: nobody waits much longer than the deadline, the other shards go on, nothing is lost, and
// everything works again afterwards.
#include <chrono>

#include "fixture.hpp"
#include "support/proxy.hpp"

namespace shardwise::test {
namespace {

constexpr int rounds = 8;  // more than the pool has connections
constexpr session_options impatient{.timeout_ms = 500};

/// Generous: the machine may be busy; what it catches is a wait without end.
class time_bound {
public:
    ~time_bound() { EXPECT_LT(std::chrono::steady_clock::now() - start_, std::chrono::seconds(8)); }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// A cluster whose second shard is reached through a proxy.
class SilentShard : public ClusterTest {
protected:
    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test_shards>(GetParam(), 3);
        urls = shards->all();
        way = put_proxy_before(urls[1].url);
        open();
        const schema_report report = db->create_all<account, currency>();
        ASSERT_TRUE(report.complete()) << report.to_string();
        session s{*db};
        for (std::int64_t i = 1; i <= 30; ++i) s.add(account{.id = i, .name = "n"});
        s.commit();
    }
    void TearDown() override {
        if (way) way->thaw();
        db.reset();
        way.reset();
        shards.reset();
    }

    void open() {
        db.reset();
        cluster_options o;
        o.pool_size = 2;               // a connection that is lost from the pool shows soon
        o.connect_timeout_ms = 3'000;  // a busy machine needs a while for a handshake
        o.statement_timeout_ms = 2'000;
        db = std::make_unique<cluster>(urls, o);
    }

    /// `call` while s2 is silent: fails in time with one of the errors that say so, naming s2.
    template <class F>
    error_code silenced(F&& call) {
        way->freeze();
        std::optional<error> failure;
        {
            const time_bound bound;
            failure = failure_of(call);
        }
        EXPECT_TRUE(failure) << "answered without the server";
        if (!failure) return error_code::internal;
        const error_code code = failure->code();
        EXPECT_TRUE(code == error_code::timeout || code == error_code::in_doubt ||
                    code == error_code::shard_unavailable)
            << failure->what();
        EXPECT_TRUE(failure->shard() == "s2" || failure->message().find("s2") != std::string::npos)
            << failure->what();
        return code;
    }
    void others_answer() {
        const time_bound bound;
        session s{*db, {.timeout_ms = 5'000}};
        EXPECT_TRUE(s.find<account>(3));
        EXPECT_TRUE(s.find<account>(2));
        s.get<account>(3).edit().name = "still";
        s.commit();
        EXPECT_EQ(s.count(select<account>().where(accounts.id.in({3, 6, 2, 5}))), 4);
    }
    void all_works_again(std::int64_t expected = 30) {
        way->thaw();
        session s{*db};
        EXPECT_TRUE(s.find<account>(1));
        s.get<account>(1).edit().balance += 1;
        s.commit();
        EXPECT_EQ(s.count(select<account>()), expected);
    }
    /// `elsewhere`: rows on the other shards. A commit in doubt reaches the server some time after
    /// it answers again: between the two counts, too. That is why they are repeated.
    void the_server_and_the_library_agree(std::int64_t elsewhere) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        std::int64_t by_library = 0;
        std::int64_t by_server = -1;
        while (by_library != by_server && std::chrono::steady_clock::now() < end) {
            session s{*db};
            by_library = s.count(select<account>());
            by_server = elsewhere + shards->ask(1, "SELECT COUNT(*) FROM accounts").at(0);
        }
        EXPECT_EQ(by_library, by_server);
    }

    std::unique_ptr<test_shards> shards;
    std::vector<shard_url> urls;
    std::unique_ptr<proxy> way;
    std::unique_ptr<cluster> db;
};

TEST_P(SilentShard, FindEndsAtItsDeadline) {
    for (int i = 0; i < rounds; ++i) {
        session s{*db, impatient};
        silenced([&] { s.find<account>(1); });
        EXPECT_TRUE(s.find<account>(2)) << "the same session";
        if (i % 5 == 0) others_answer();
        way->thaw();
        EXPECT_TRUE(s.find<account>(4));
    }
    all_works_again();
}

TEST_P(SilentShard, AScatterEndsAtItsDeadline) {
    for (int i = 0; i < rounds; ++i) {
        session s{*db, impatient};
        silenced([&] { s.all(select<account>().order_by(accounts.id).limit(5)); });
        if (i % 5 == 0) others_answer();
        way->thaw();
        EXPECT_EQ(s.count(select<account>()), 30);
    }
    all_works_again();
}

TEST_P(SilentShard, AFlushEndsAtItsDeadline) {
    for (int i = 0; i < rounds; ++i) {
        session s{*db, impatient};
        for (int k = 1; k <= 3; ++k) s.add(account{.id = 100 + k, .name = "new"});
        silenced([&] { s.flush(); });
        const time_bound bound;
        s.rollback();
        if (i % 5 == 0) others_answer();
        way->thaw();
    }
    all_works_again();
}

/// The server is silent before anything was decided: nothing is stored anywhere.
TEST_P(SilentShard, ACommitOverShardsEndsAtItsDeadlineAndStoresNothing) {
    for (int i = 0; i < rounds; ++i) {
        session s{*db, impatient};
        for (int k = 1; k <= 3; ++k) s.add(account{.id = 100 + 3 * i + k, .name = "new"});
        s.flush();
        EXPECT_EQ(silenced([&] { s.commit(); }), error_code::timeout);
        {
            const time_bound bound;
            s.rollback();
        }
        way->thaw();
        // What was prepared before the silence is rolled back by somebody who resolves.
        db->resolve(0);
    }
    the_server_and_the_library_agree(20);
    EXPECT_EQ(session{*db}.count(select<account>()), 30);
}

TEST_P(SilentShard, ACommitOfOneStatementIsInDoubt) {
    for (int i = 0; i < rounds; ++i) {
        session s{*db, impatient};
        ASSERT_TRUE(s.find<account>(1)) << "so that there is a connection";
        s.add(account{.id = 100 + 3 * i, .name = "new"});
        const bool one = i % 2 == 0;
        if (!one) s.add(account{.id = 400 + 3 * i, .name = "new"});
        EXPECT_EQ(silenced([&] { s.commit(); }), error_code::in_doubt);
        const time_bound bound;
        s.rollback();
        way->thaw();
    }
    session s{*db};
    EXPECT_TRUE(s.find<account>(1));
    the_server_and_the_library_agree(20);
}

TEST_P(SilentShard, ChangesAndBulkInsertsEndAtTheirDeadline) {
    for (int i = 0; i < rounds / 2; ++i) {
        session s{*db, impatient};
        silenced([&] { s.run(update<account>().set(accounts.balance, 9)); });
        s.rollback();
        way->thaw();
        std::vector<account> many(3'000);
        for (std::size_t k = 0; k < many.size(); ++k) many[k].id = static_cast<int>(1'000 + k);
        silenced([&] {
            s.bulk_insert(many);
            s.commit();
        });
        s.rollback();
        way->thaw();
        EXPECT_EQ(s.count(select<account>().where(accounts.balance == 9)), 0);
    }
    all_works_again();
}

TEST_P(SilentShard, AStreamEndsAtItsDeadline) {
    std::vector<account> many(30'000);
    for (std::size_t k = 0; k < many.size(); ++k)
        many[k] = {
            .id = static_cast<int>(1'000 + k), .name = std::string(2'000, 'x'), .balance = 0};
    session w{*db};
    w.bulk_insert(many);
    w.commit();
    for (int i = 0; i < 5; ++i) {
        session s{*db, {.timeout_ms = 1'500}};  // the server sorts 20 MB first
        auto rows = s.stream(select<account>().order_by(accounts.name));
        auto row = rows.begin();
        silenced([&] {
            for (; row != rows.end(); ++row) continue;
        });
        way->thaw();
        EXPECT_TRUE(s.find<account>(1));
    }
    all_works_again(30'030);
}

TEST_P(SilentShard, OpeningAndDescribingAClusterDoNotHang) {
    for (int i = 0; i < 3; ++i) {
        way->freeze();
        {
            const time_bound bound;
            open();
        }
        others_answer();
        session s{*db, impatient};
        EXPECT_TRUE(failure_of([&] { s.find<account>(1); }));
        {
            const time_bound bound;
            for (const shard_status& one : db->status(true)) {
                EXPECT_EQ(one.reachable, one.name != "s2");
                expect_no_password(one.server + one.error + one.version);
            }
        }
        {
            const time_bound bound;
            const schema_report report = db->create_all<account, currency>();
            EXPECT_FALSE(report.complete());
            expect_no_password(report.to_string());
        }
        all_works_again();
        EXPECT_TRUE((db->create_all<account, currency>().complete()));
        EXPECT_TRUE((db->verify_schema<account, currency>().empty()));
    }
}

TEST_P(SilentShard, BrokenConnectionsAreReplaced) {
    for (int i = 0; i < rounds; ++i) {
        session s{*db};
        EXPECT_TRUE(s.find<account>(1));
        way->break_all();
        const auto failure =
            failure_of([&] { EXPECT_TRUE(s.all(select<account>()).size() == 30); });
        EXPECT_TRUE(!failure || failure->is_retryable()) << failure->what();
        EXPECT_EQ(s.count(select<account>()), 30);
    }
}

TEST_P(SilentShard, ABrokenConnectionEndsItsTransactionAsAWhole) {
    for (int i = 0; i < rounds; ++i) {
        session s{*db};
        for (int k = 1; k <= 3; ++k) s.add(account{.id = 100 + k, .name = "new"});
        s.flush();
        way->break_all();
        const int how = i % 4;
        const auto failure = failure_of([&] {
            if (how == 1) s.get<account>(103).edit().name = "x";
            if (how == 2) s.all(select<account>());
            if (how == 3) s.get<account>(4);
            s.commit();
        });
        ASSERT_TRUE(failure);
        EXPECT_EQ(name_of(failure->code()), name_of(error_code::connection_lost))
            << failure->what();
        EXPECT_EQ(failure->shard(), "s2");
        EXPECT_EQ(code_of([&] { s.commit(); }), "bad_state");
        s.rollback();
        EXPECT_EQ(s.count(select<account>()), 30);
    }
}

std::vector<std::string> kinds_with_servers() {
    std::vector<std::string> all = cluster_kinds();
    std::erase(all, "sqlite");
    return all;
}
INSTANTIATE_TEST_SUITE_P(Clusters, SilentShard, testing::ValuesIn(kinds_with_servers()), label_of);

}  // namespace
}  // namespace shardwise::test
