// SPDX-License-Identifier: MIT
// Others write at the places that rows move from and to: nothing is lost, doubled or left behind,
// and whoever waits in a circle gets an error that may be tried again.
#include <atomic>
#include <random>

#include "fixture.hpp"

namespace shardwise::move_test {
namespace {

class MoveConcurrently : public Move {
protected:
    static std::int64_t sum(const std::vector<std::int64_t>& counts) {
        std::int64_t all = 0;
        for (const std::int64_t n : counts) all += n;
        return all;
    }
    /// Whether it was done; false for errors that may come of the others. Who asks all shards and
    /// is not in a snapshot may meet a row that moves twice, or not at all.
    static bool tried(const std::function<void()>& work) {
        try {
            work();
            return true;
        } catch (const error& e) {
            const std::set<error_code> expected{error_code::foreign_key_violation,
                                                error_code::stale_object,
                                                error_code::serialization_failure,
                                                error_code::deadlock,
                                                error_code::lock_timeout,
                                                error_code::many_rows,
                                                error_code::not_found};
            EXPECT_EQ(expected.count(e.code()), 1u) << name_of(e.code()) << ": " << e.what();
            return false;
        }
    }
};

TEST_P(MoveConcurrently, ChildrenThatOthersAddAreNeverLeftBehind) {
    add_account(1, 0);
    std::atomic<bool> stop{false};
    std::atomic<std::int64_t> added{0};
    std::atomic<std::int64_t> edited{0};
    std::vector<std::thread> others;
    for (int t = 0; t < 3; ++t)
        others.emplace_back([&, t] {
            for (std::int64_t n = 0; !stop && n < 400; ++n) {
                if (tried([&] {
                        session s{*db};
                        const auto a = s.one(select<account>().where(accounts.id == 1));
                        s.add(doc{.id = 10'000 * (t + 1) + n,
                                  .tenant = a->tenant,
                                  .account_id = 1,
                                  .title = "0"});
                        s.commit();
                    }))
                    ++added;
                if (tried([&] {
                        session s{*db};
                        const auto changed =
                            s.run(update<doc>().set(docs.title, "x").where(docs.title == "0"));
                        s.commit();
                        edited += changed;
                    }))
                    continue;
            }
        });
    std::int64_t moves = 0;
    std::int64_t tenant = 0;
    for (int i = 0; i < 40; ++i) {
        const std::int64_t to = (tenant + 1 + i % 2) % 3;
        if (tried([&] {
                session s{*db};
                s.one(select<account>().where(accounts.id == 1)).edit().tenant = to;
                s.commit();
            })) {
            tenant = to;
            ++moves;
        }
    }
    stop = true;
    for (std::thread& t : others) t.join();
    EXPECT_GT(moves, 0);
    EXPECT_GT(added, 0);
    EXPECT_EQ(sum(count("accounts")), 1);
    EXPECT_EQ(sum(count("docs")), 2 + added);
    EXPECT_EQ(
        count("docs", "tenant = " + std::to_string(tenant)).at(static_cast<std::size_t>(tenant)),
        2 + added);
    EXPECT_EQ(sum(count("docs", "title = 'x'")), edited) << "an edit was lost";
    EXPECT_EQ(sum(count("pages")), 2);
    EXPECT_TRUE(db->pending_transactions().empty());
}

TEST_P(MoveConcurrently, MovesInOppositeDirectionsEnd) {
    for (std::int64_t id = 1; id <= 4; ++id) add_account(id, id % 2);
    std::vector<std::thread> movers;
    std::atomic<int> moves{0};
    for (int t = 0; t < 4; ++t)
        movers.emplace_back([&, t] {
            std::mt19937 random(static_cast<std::uint32_t>(t));
            for (int i = 0; i < 10; ++i)
                if (tried([&] {
                        session s{*db};
                        for (int k = 0; k < 2; ++k) {
                            const auto id = static_cast<std::int64_t>(1 + random() % 4);
                            const auto a = s.one(select<account>().where(accounts.id == id));
                            a.edit().tenant = static_cast<std::int64_t>(random() % 3);
                            s.flush();
                        }
                        s.commit();
                    }))
                    ++moves;
        });
    for (std::thread& t : movers) t.join();
    EXPECT_GT(moves, 0);
    session s{*db};
    for (std::int64_t id = 1; id <= 4; ++id) {
        const auto a = s.one(select<account>().where(accounts.id == id));
        EXPECT_EQ(a.shard(), a->tenant % 3);
        EXPECT_EQ(s.count(select<doc>().where(docs.account_id == id && docs.tenant == a->tenant)),
                  2);
    }
    EXPECT_EQ(sum(count("accounts")), 4);
    EXPECT_EQ(sum(count("docs")), 8);
    EXPECT_EQ(sum(count("pages")), 8);
}

INSTANTIATE_TEST_SUITE_P(Clusters, MoveConcurrently, testing::ValuesIn(test::cluster_kinds()),
                         label_of);

}  // namespace
}  // namespace shardwise::move_test
