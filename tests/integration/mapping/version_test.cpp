// SPDX-License-Identifier: MIT
// Optimistic locking by a row_version, on every engine and on a mix of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <thread>

#include "shardwise/base/error.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::mapping_test {

struct Account {
    std::int64_t id{};
    std::string owner{};
    std::int64_t balance{};
    std::int64_t version = 1;
};
struct Rate {
    std::int32_t id{};
    std::int64_t percent{};
    std::int32_t revision{};
};

}  // namespace shardwise::mapping_test

template <>
struct shardwise::mapping<shardwise::mapping_test::Account>
    : table<mapping_test::Account, "accounts", by_modulo> {
    column<&mapping_test::Account::id, primary_key, shard_key> id;
    column<&mapping_test::Account::owner> owner;
    column<&mapping_test::Account::balance> balance;
    column<&mapping_test::Account::version, row_version> version;
};
template <>
struct shardwise::mapping<shardwise::mapping_test::Rate>
    : table<mapping_test::Rate, "rates", reference_table> {
    column<&mapping_test::Rate::id, primary_key> id;
    column<&mapping_test::Rate::percent> percent;
    column<&mapping_test::Rate::revision, row_version> revision{"rev"};
};

namespace shardwise::mapping_test {
namespace {

constexpr mapping<Account> accounts;
constexpr std::size_t shard_count = 3;

class RowVersion : public test::ClusterTest {
protected:
    void SetUp() override {
        test::ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test::test_shards>(GetParam(), shard_count);
        db = std::make_unique<cluster>(shards->all());
        const schema_report made = db->create_all<Account, Rate>();
        ASSERT_TRUE(made.complete()) << made.to_string();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }

    void add_accounts(std::int64_t count) const {
        session s{*db};
        for (std::int64_t i = 1; i <= count; ++i) s.add(Account{.id = i, .balance = 100});
        s.commit();
    }
    Account stored(std::int64_t id) const {
        session s{*db};
        return *s.get<Account>(id);
    }
    void change_elsewhere(std::int64_t id, std::int64_t balance) const {
        session s{*db};
        s.get<Account>(id).edit().balance = balance;
        s.commit();
    }

    std::unique_ptr<test::test_shards> shards;
    std::unique_ptr<cluster> db;
};

error_info failure_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const error& e) {
        return e.info();
    }
    return {.code = error_code{}, .message = "no error"};
}

TEST_P(RowVersion, EachFlushOfAChangeRaisesItAndOtherFlushesDoNot) {
    add_accounts(1);
    session s{*db};
    const auto a = s.get<Account>(1);
    EXPECT_EQ(a->version, 1);
    a.edit().balance = 1;
    s.flush();
    EXPECT_EQ(a->version, 2);
    a.edit().balance = 2;
    s.flush();
    s.flush();
    a.edit().balance = 2;
    s.commit();
    EXPECT_EQ(a->version, 3);
    EXPECT_EQ(stored(1).version, 3);
    EXPECT_EQ(stored(1).balance, 2);
}

TEST_P(RowVersion, AnObjectThatWasAddedInThisTransactionIsChangedAndErasedWithItsVersion) {
    session s{*db};
    const auto a = s.add(Account{.id = 1, .balance = 5, .version = 7});
    s.flush();
    EXPECT_EQ(a->version, 7);
    a.edit().balance = 6;
    s.flush();
    EXPECT_EQ(a->version, 8);
    s.commit();
    EXPECT_EQ(stored(1).version, 8);
    a.edit().balance = 9;
    s.erase(a);
    s.commit();
    EXPECT_EQ(s.count(select<Account>()), 0);
}

TEST_P(RowVersion, ALostUpdateIsAConflictThatNamesTheObject) {
    add_accounts(3);
    session s{*db};
    const auto a = s.get<Account>(2);
    change_elsewhere(2, 50);
    a.edit().owner = "late";
    const error_info failed = failure_of([&] { s.commit(); });
    EXPECT_EQ(failed.code, error_code::stale_object);
    EXPECT_EQ(failed.table, "accounts");
    EXPECT_EQ(failed.shard, db->shard_name(a.shard()));
    EXPECT_THAT(failed.message, testing::HasSubstr("changed or deleted by somebody else"));
    EXPECT_THAT(failed.detail, testing::HasSubstr("id = 2"));
    s.rollback();
    EXPECT_EQ(a->owner, "");
    const auto again = s.get<Account>(2);
    EXPECT_EQ(again->balance, 50);
    again.edit().owner = "in time";
    s.commit();
    EXPECT_EQ(stored(2).owner, "in time");
    EXPECT_EQ(stored(2).balance, 50);
    EXPECT_EQ(stored(2).version, 3);
}

TEST_P(RowVersion, AChangedRowIsNotErased) {
    add_accounts(1);
    session s{*db};
    const auto a = s.get<Account>(1);
    change_elsewhere(1, 50);
    s.erase(a);
    EXPECT_EQ(failure_of([&] { s.commit(); }).code, error_code::stale_object);
    s.rollback();
    EXPECT_EQ(stored(1).balance, 50);
    s.erase(s.get<Account>(1));
    s.commit();
    EXPECT_EQ(s.count(select<Account>()), 0);
}

TEST_P(RowVersion, OneStaleObjectOfManyUndoesTheWholeFlush) {
    add_accounts(300);
    session s{*db};
    std::vector<ref<Account>> all;
    for (auto a : s.all(select<Account>())) all.push_back(a);
    ASSERT_EQ(all.size(), 300U);
    change_elsewhere(151, 7);
    s.add(Account{.id = 1000});
    for (const auto& a : all) a.edit().balance = 0;
    const error_info failed = failure_of([&] { s.flush(); });
    EXPECT_EQ(failed.code, error_code::stale_object);
    EXPECT_THAT(failed.detail, testing::HasSubstr("id = 151"));
    s.rollback();
    session check{*db};
    EXPECT_EQ(check.count(select<Account>()), 300);
    EXPECT_EQ(check.count(select<Account>().where(accounts.balance == 0)), 0);
    EXPECT_EQ(check.count(select<Account>().where(accounts.version == 1)), 299);
}

TEST_P(RowVersion, RollbackTakesTheVersionBack) {
    add_accounts(1);
    session s{*db};
    const auto a = s.get<Account>(1);
    a.edit().balance = 1;
    s.flush();
    EXPECT_EQ(a->version, 2);
    s.rollback();
    EXPECT_EQ(a->version, 1);
    EXPECT_EQ(stored(1).version, 1);
    s.get<Account>(1).edit().balance = 3;
    s.commit();
    EXPECT_EQ(stored(1).version, 2);
}

TEST_P(RowVersion, StatementsOnManyRowsRaiseIt) {
    add_accounts(6);
    session s{*db};
    const auto read_before = s.get<Account>(1);
    session other{*db};
    EXPECT_EQ(other.run(update<Account>().set(accounts.balance, 1)), 6);
    other.commit();
    EXPECT_EQ(stored(4).version, 2);
    EXPECT_EQ(other.sql("UPDATE accounts SET balance = 2 WHERE id <= 3").changed, 3);
    other.commit();
    EXPECT_EQ(stored(3).version, 3);
    EXPECT_EQ(stored(4).version, 2);
    EXPECT_EQ(other.sql("UPDATE accounts SET balance = 2 WHERE id = 5 RETURNING version")
                  .rows.at(0)
                  .at(0)
                  .view()
                  .to_integer(),
              3);
    other.commit();
    read_before.edit().owner = "late";
    EXPECT_EQ(failure_of([&] { s.commit(); }).code, error_code::stale_object);
}

TEST_P(RowVersion, AStatementThatSetsItItselfIsLeftAsItIs) {
    add_accounts(3);
    session s{*db};
    s.run(update<Account>().set(accounts.version, 40).where(accounts.id == 2));
    s.commit();
    EXPECT_EQ(stored(2).version, 40);
    EXPECT_EQ(stored(1).version, 1);
}

TEST_P(RowVersion, UpsertsRaiseTheVersionOfTheRowThatIsThere) {
    add_accounts(2);
    session s{*db};
    std::vector<Account> rows{{.id = 2, .owner = "two", .version = 90}, {.id = 3}};
    s.upsert(rows);
    s.commit();
    EXPECT_EQ(stored(1).version, 1);
    EXPECT_EQ(stored(2).version, 2);
    EXPECT_EQ(stored(2).owner, "two");
    EXPECT_EQ(stored(3).version, 1);
}

TEST_P(RowVersion, ItCannotBeChangedByHandAndHasAnEnd) {
    session s{*db};
    const auto a = s.add(Account{.id = 1});
    const auto last = s.add(Account{.id = 2, .version = std::numeric_limits<std::int64_t>::max()});
    s.commit();
    a.edit().version = 9;
    EXPECT_EQ(failure_of([&] { s.flush(); }).code, error_code::bad_state);
    s.rollback();
    s.get<Account>(2).edit().owner = "x";
    EXPECT_EQ(failure_of([&] { s.flush(); }).code, error_code::value_not_storable);
    s.rollback();
    EXPECT_EQ(stored(1).version, 1);
    EXPECT_EQ(stored(2).owner, "");
}

TEST_P(RowVersion, AllCopiesOfAReferenceTablesRowHaveOne) {
    session s{*db};
    const auto r = s.add(Rate{.id = 1, .percent = 5});
    s.commit();
    session other{*db};
    other.get<Rate>(1).edit().percent = 6;
    other.commit();
    for (std::size_t i = 0; i < shard_count; ++i)
        EXPECT_THAT(shards->ask(i, "SELECT rev FROM rates"), testing::ElementsAre(1));
    r.edit().percent = 7;
    EXPECT_EQ(failure_of([&] { s.commit(); }).code, error_code::stale_object);
    s.rollback();
    s.get<Rate>(1).edit().percent = 8;
    s.commit();
    for (std::size_t i = 0; i < shard_count; ++i)
        EXPECT_THAT(shards->ask(i, "SELECT rev FROM rates WHERE percent = 8"),
                    testing::ElementsAre(2));
}

TEST_P(RowVersion, NoDepositOfManyThreadsIsLost) {
    add_accounts(1);
    constexpr int threads = 4;
    constexpr int deposits = 10;
    const auto work = [&] {
        session s{*db};
        for (int done = 0; done < deposits;) {
            try {
                const auto a = s.get<Account>(1);
                a.edit().balance += 1;
                s.commit();
                ++done;
            } catch (const error& e) {
                s.rollback();
                if (e.code() != error_code::stale_object && !e.is_retryable()) throw;
            }
        }
    };
    std::vector<std::thread> all;
    for (int i = 0; i < threads; ++i) all.emplace_back(work);
    for (std::thread& t : all) t.join();
    EXPECT_EQ(stored(1).balance, 100 + threads * deposits);
    EXPECT_EQ(stored(1).version, 1 + threads * deposits);
}

INSTANTIATE_TEST_SUITE_P(Clusters, RowVersion, testing::ValuesIn(test::cluster_kinds()),
                         test::label_of);

}  // namespace
}  // namespace shardwise::mapping_test
