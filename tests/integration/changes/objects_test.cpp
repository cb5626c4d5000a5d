// SPDX-License-Identifier: MIT
// Statements and objects of one session that meet: rows that a statement deletes or writes again
// under an object, rollback of both, and calls over many rows that are stopped in the middle.
#include <thread>

#include "integration/changes/fixture.hpp"

namespace shardwise::test {
namespace {

const mapping<stock> stocks{};

/// Stocks of somebody new; `at` is called before each one is given away.
class stock_range {
public:
    stock_range(std::size_t count, std::function<void(std::size_t)> at)
        : rows_(count), at_(std::move(at)) {
        for (std::size_t i = 0; i < count; ++i)
            rows_[i] = {.person_id = 500 + static_cast<std::int64_t>(i % 50),
                        .label = "l" + std::to_string(i / 50),
                        .amount = 1};
    }
    class iterator {
    public:
        iterator(stock_range* r, std::size_t i) : range_(r), i_(i) {}
        stock& operator*() const {
            range_->at_(i_);
            return range_->rows_[i_];
        }
        iterator& operator++() {
            ++i_;
            return *this;
        }
        friend bool operator==(const iterator& a, const iterator& b) { return a.i_ == b.i_; }

    private:
        stock_range* range_;
        std::size_t i_;
    };
    iterator begin() { return {this, 0}; }
    iterator end() { return {this, rows_.size()}; }

private:
    std::vector<stock> rows_;
    std::function<void(std::size_t)> at_;
};

class ObjectsAndStatements : public Changes {
protected:
    std::int64_t stored_by_ranges() {
        session s(many());
        return s.count(select<stock>().where(stocks.person_id >= 500));
    }
    static std::string code_of(const std::function<void()>& call) {
        try {
            call();
        } catch (const error& e) {
            return std::string(name_of(e.code()));
        } catch (const std::exception& e) {
            return e.what();
        }
        return "no error";
    }
};

TEST_P(ObjectsAndStatements, ARowThatAStatementDeletedComesBackWithRollback) {
    session s(many());
    auto bolt = s.get<stock>(3, "bolt");
    const std::int32_t amount = bolt->amount;
    bolt.edit().amount = 77;
    s.flush();
    s.run(erase<stock>().where(stocks.person_id == 3));
    auto fresh = s.add(stock{.person_id = 3, .label = "bolt", .amount = 5});
    s.flush();
    s.rollback();
    EXPECT_EQ(fresh.state(), object_state::detached);
    {
        auto again = s.get<stock>(3, "bolt");
        EXPECT_EQ(again->amount, amount);
        EXPECT_EQ(again.state(), object_state::persistent);
    }
    bolt = {};
    fresh = {};
    EXPECT_EQ(s.get<stock>(3, "bolt")->amount, amount) << "nobody who is gone is still known";
    EXPECT_EQ(s.all(select<stock>().where(stocks.person_id == 3)).size(), 2u);
}

TEST_P(ObjectsAndStatements, AnErasedRowThatIsWrittenAgainIsSeen) {
    for (const bool keeps : {true, false}) {
        session s(many());
        auto old = s.get<stock>(7, "bolt");
        const std::int32_t amount = old->amount;
        s.erase(old);
        s.flush();
        EXPECT_FALSE((s.find<stock>(7, "bolt")));
        stock again{.person_id = 7, .label = "bolt", .amount = 1'000};
        s.upsert(again);
        const auto found = s.find<stock>(7, "bolt");
        ASSERT_TRUE(found);
        EXPECT_EQ(found->amount, 1'000);
        const auto of_seven = select<stock>().where(stocks.person_id == 7);
        EXPECT_EQ(s.all(of_seven).size(), 2u);
        EXPECT_EQ(s.count(of_seven), 2);
        s.get<stock>(7, "bolt").edit().amount = 1'001;
        s.flush();
        if (keeps) {
            s.rollback();
            EXPECT_EQ(found.state(), object_state::detached);
            EXPECT_EQ(s.get<stock>(7, "bolt")->amount, amount);
            EXPECT_EQ(s.all(of_seven).size(), 2u);
            EXPECT_EQ(old.state(), object_state::persistent);
        } else {
            s.commit();
            EXPECT_EQ(old.state(), object_state::detached);
            EXPECT_EQ(s.get<stock>(7, "bolt")->amount, 1'001);
        }
    }
}

TEST_P(ObjectsAndStatements, CancelEndsACallInTheMiddleOfItsRows) {
    session s(many());
    stock_range some(200, [&](std::size_t i) {
        if (i == 120) s.cancel();
    });
    EXPECT_EQ(code_of([&] { s.upsert(some); }), "cancelled");
    s.rollback();
    stock_range more(5'000, [&](std::size_t i) {
        if (i == 10) s.cancel();
    });
    EXPECT_EQ(code_of([&] { s.bulk_insert(more); }), "cancelled");
    s.rollback();
    EXPECT_EQ(stored_by_ranges(), 0);
    stock_range all(100, [](std::size_t) {});
    EXPECT_EQ(s.upsert(all), 100) << "a later call is not cancelled";
    s.commit();
    EXPECT_EQ(stored_by_ranges(), 100);
}

TEST_P(ObjectsAndStatements, TheDeadlineIsThatOfTheCallAndNotOfEachRow) {
    session s(many(), {.timeout_ms = 300});
    stock_range slow(10, [](std::size_t i) {
        if (i == 5) std::this_thread::sleep_for(std::chrono::milliseconds(350));
    });
    EXPECT_EQ(code_of([&] { s.upsert(slow); }), "timeout");
    s.rollback();
    EXPECT_EQ(stored_by_ranges(), 0);
}

TEST_P(ObjectsAndStatements, ARangeThatThrowsLeavesNothingThatCommitWouldStore) {
    session s(many());
    stock_range broken(3'000, [](std::size_t i) {
        if (i == 2'500) throw std::runtime_error("broken range");
    });
    EXPECT_EQ(code_of([&] { s.bulk_insert(broken); }), "broken range");
    EXPECT_EQ(code_of([&] { s.commit(); }), "bad_state");
    s.rollback();
    s.commit();
    EXPECT_EQ(stored_by_ranges(), 0);
}

INSTANTIATE_TEST_SUITE_P(Clusters, ObjectsAndStatements, testing::ValuesIn(cluster_kinds()),
                         label_of);

}  // namespace
}  // namespace shardwise::test
