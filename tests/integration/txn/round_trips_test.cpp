// SPDX-License-Identifier: MIT
// How often servers are asked in a transaction: BEGIN costs nothing, one shard ends by a plain
// COMMIT, several take one round to prepare and one to finish. MariaDB's client library sends one
// statement after the other, on all shards at the same time.
#include "bank.hpp"
#include "support/watched_shards.hpp"

namespace shardwise::txn_test {
namespace {

using test::watched_shards;
using testing::ElementsAre;

class TransactionTurns : public test::ClusterTest {
protected:
    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<watched_shards>(GetParam(), 3);
        db = std::make_unique<cluster>(shards->all(), quiet_options());
        open_bank(*db);
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }
    template <class Call>
    std::vector<std::size_t> turns_of(Call&& call) {
        call();  // statements are prepared
        return shards->turns_of(call);
    }
    /// Reads the purses, then writes them and commits; counted is the second half.
    std::vector<std::size_t> turns_of_change(const std::vector<std::int64_t>& ids) {
        std::vector<std::size_t> turns;
        for (int time = 0; time < 2; ++time) {
            session s{*db};
            std::vector<ref<purse>> all;
            for (const std::int64_t id : ids) all.push_back(s.get<purse>(id));
            turns = shards->turns_of([&] {
                for (const auto& p : all) p.edit().balance += 1;
                s.commit();
            });
        }
        return turns;
    }

    bool one_by_one() const { return GetParam() == "mariadb"; }

    std::unique_ptr<watched_shards> shards;
    std::unique_ptr<cluster> db;
};

TEST_P(TransactionTurns, OneStatementIsSentAlone) {
    EXPECT_THAT(turns_of_change({1}), ElementsAre(0, 1, 0));
}

TEST_P(TransactionTurns, OneShardIsItsStatementsAndCommit) {
    const auto turns = turns_of_change({1, 4, 7});
    if (one_by_one())
        EXPECT_THAT(turns, ElementsAre(0, 5, 0)) << "BEGIN, three statements, COMMIT";
    else
        EXPECT_THAT(turns, ElementsAre(0, 2, 0)) << "BEGIN and all statements; COMMIT";
}

TEST_P(TransactionTurns, SeveralShardsPrepareAndFinish) {
    const auto two = turns_of_change({0, 1});
    const auto three = turns_of_change({0, 1, 2, 3, 4, 5});
    if (one_by_one()) {
        // XA START, work, XA END, XA PREPARE, XA COMMIT; one decides: BEGIN, work, row, COMMIT.
        EXPECT_THAT(two, ElementsAre(4, 5, 0));
        EXPECT_THAT(three, ElementsAre(5, 6, 6));
    } else {
        EXPECT_THAT(two, ElementsAre(3, 3, 0));
        EXPECT_THAT(three, ElementsAre(3, 3, 3));
    }
}

TEST_P(TransactionTurns, ReadsOutsideATransactionAreOneEach) {
    EXPECT_THAT(turns_of([&] {
                    session s{*db};
                    s.get<purse>(0);
                    s.get<purse>(3);
                    s.get<purse>(1);
                }),
                ElementsAre(2, 1, 0));
}

TEST_P(TransactionTurns, AShardThatWasOnlyReadHasNoPartInTheCommit) {
    EXPECT_THAT(turns_of([&] {
                    session s{*db};
                    const auto p = s.get<purse>(0);
                    s.get<purse>(1);
                    p.edit().balance += 1;
                    s.commit();
                }),
                ElementsAre(2, 1, 0));
}

INSTANTIATE_TEST_SUITE_P(Servers, TransactionTurns, testing::Values("postgres", "mariadb"),
                         test::label_of);

}  // namespace
}  // namespace shardwise::txn_test
