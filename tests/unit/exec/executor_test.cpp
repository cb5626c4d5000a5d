// SPDX-License-Identifier: MIT
#include "exec/executor.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/cost_table.hpp"
#include "base/task_pool.hpp"
#include "support/fake_connection.hpp"
#include "support/statements.hpp"

namespace shardwise::exec {
namespace {

using namespace shardwise::test;
using rows = std::vector<std::string>;

value text(std::string_view v) { return value(arg{v}); }
value number(std::int64_t v) { return value(arg{v}); }

/// Plans of a two-column table over as many fakes as scripts are given.
struct fixture {
    explicit fixture(std::vector<std::vector<fake_step>> scripts)
        : shards(scripts.size()), source(std::move(scripts)) {}

    shop s;
    std::size_t shards;
    fake_source source;
    task_pool tasks{1};
    deadline limit = deadline::after(std::chrono::seconds(20));
    bool streaming = false;

    execution how() {
        return {.connections = source, .tasks = tasks, .limit = limit, .streaming = streaming};
    }
    plan::plan planned(const query& q) {
        return std::get<plan::plan>(plan::plan_select(q.get(), s.view(by_hash(), shards), {}));
    }
    std::unique_ptr<operator_node> open(const query& q) { return exec::open(planned(q), how()); }
    rows run(const query& q) {
        const plan::plan p = planned(q);
        const auto source_rows = exec::open(p, how());
        rows out;
        std::vector<arg> r(p.root->columns.size());
        while (source_rows->next(r)) {
            std::string line;
            for (const arg& a : r) line += (line.empty() ? "" : " ") + to_display(a);
            out.push_back(line);
        }
        return out;
    }
    query ids() const { return query(s.at("users"), {s.col("users.id")}); }
    query names() const { return query(s.at("users"), {s.col("users.name")}); }
    term id() const { return s.col("users.id"); }
    term name() const { return s.col("users.name"); }
};

TEST(Scatter, DeliversEveryRowOfEveryShard) {
    fixture f({{row(1), row(2)}, {}, {row(3)}});
    rows got = f.run(f.ids());
    std::sort(got.begin(), got.end());
    EXPECT_EQ(got, (rows{"1", "2", "3"}));
}

TEST(Scatter, SendsToAllShardsBeforeTheFirstAnswer) {
    fixture f({{pause(), row(1)}, {row(2)}});
    const auto source = f.open(f.ids());
    EXPECT_EQ(f.source[0].sent.size(), 1u);
    EXPECT_EQ(f.source[1].sent.size(), 1u);
    EXPECT_GT(f.source[0].steps, 0) << "clients send at the first step";
}

TEST(Scatter, DeliversAnAnswerWhileOthersStillRun) {
    fixture f({{pause(), row(1)}, {row(2), row(3)}});
    const auto source = f.open(f.ids());
    std::vector<arg> r(1);
    ASSERT_TRUE(source->next(r));
    EXPECT_EQ(r[0].integer(), 2);
    EXPECT_EQ(source->shard_of_row(), 1);
    ASSERT_TRUE(source->next(r));
    EXPECT_EQ(r[0].integer(), 3);
    f.source[0].release();
    ASSERT_TRUE(source->next(r));
    EXPECT_EQ(r[0].integer(), 1);
    EXPECT_EQ(source->shard_of_row(), 0);
    EXPECT_FALSE(source->next(r));
    EXPECT_FALSE(source->next(r)) << "asking again after the end is allowed";
}

TEST(Scatter, TakesConnectionsInTheOrderOfShards) {
    fixture f({{}, {}, {}});
    const plan::plan p = f.planned(f.ids());
    plan::plan turned = p;
    plan::scatter leaf = std::get<plan::scatter>(p.root->op);
    std::swap(leaf.parts[0], leaf.parts[2]);
    turned.root = std::make_shared<const plan::node>(plan::node{leaf, p.root->columns});
    exec::open(turned, f.how());
    EXPECT_EQ(f.source.connected, (std::vector<sharding::shard_index>{0, 1, 2}));
}

TEST(Scatter, OutlivesItsPlan) {
    fixture f({{row(1)}, {row(2)}});
    std::unique_ptr<operator_node> source;
    {
        const plan::plan p = f.planned(query(f.s.at("users"), {count()}));
        source = exec::open(p, f.how());
    }
    std::vector<arg> r(1);
    ASSERT_TRUE(source->next(r));
    EXPECT_EQ(r[0].integer(), 3);
}

TEST(Scatter, AsksForStreamingOnlyWhenTold) {
    fixture f({{}, {}});
    f.run(f.ids());
    EXPECT_FALSE(f.source[0].streaming);
    f.streaming = true;
    f.run(f.ids());
    EXPECT_TRUE(f.source[1].streaming);
}

TEST(Scatter, ExpectsAsManyRowsAsTheStatementReturnedBefore) {
    fixture f({{row(1), row(2), ends(), row(5)}, {row(3), row(4), ends(), row(6)}});
    cost_table seen;
    execution how = f.how();
    how.row_counts = &seen;
    for (const std::size_t expected : {0U, 4U}) {
        const auto source = exec::open(f.planned(f.ids()), how);
        EXPECT_EQ(source->expected_rows(), expected);
        std::vector<arg> r(1);
        while (source->next(r)) {
        }
        EXPECT_EQ(source->expected_rows(), 0U) << "none are left";
    }
    EXPECT_EQ(f.open(f.ids())->expected_rows(), 0U) << "nobody remembers";
}

TEST(MergeSort, KeepsTheOrderWithTiesByShard) {
    fixture f({{row(1), row(4), row(4), row(9)}, {row(4), row(5)}, {}, {row(0)}});
    EXPECT_EQ(f.run(f.ids().order_by({asc(f.id())})), (rows{"0", "1", "4", "4", "4", "5", "9"}));
}

TEST(MergeSort, TellsTheShardOfEachRow) {
    fixture f({{row(1), row(3)}, {row(2)}});
    const auto source = f.open(f.ids().order_by({asc(f.id())}));
    std::vector<arg> r(1);
    std::vector<int> shards;
    while (source->next(r)) shards.push_back(source->shard_of_row());
    EXPECT_EQ(shards, (std::vector<int>{0, 1, 0}));
}

TEST(MergeSort, PutsNullsLastAscendingAndFirstDescending) {
    const auto cells = [](value v) { return row(std::vector<value>{std::move(v)}); };
    fixture up({{cells(text("a")), cells(value{})}, {cells(text("b")), cells(value{})}});
    EXPECT_EQ(up.run(up.names().order_by({asc(up.name())})), (rows{"'a'", "'b'", "NULL", "NULL"}));
    fixture down({{cells(value{}), cells(text("a"))}, {cells(text("b"))}});
    EXPECT_EQ(down.run(down.names().order_by({desc(down.name())})), (rows{"NULL", "'b'", "'a'"}));
}

TEST(MergeSort, RefusesTextThatAServerSortsInAnotherWay) {
    const auto cells = [](const char* v) { return row(std::vector<value>{text(v)}); };
    fixture f({{cells("a"), cells("B"), cells("c")}, {cells("b")}});
    try {
        f.run(f.names().order_by({asc(f.name())}));
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::schema_mismatch);
        EXPECT_EQ(e.shard(), "s1");
    }
}

TEST(MergeSort, DropsHiddenSortColumns) {
    const auto cells = [](const char* v, std::int64_t k) {
        return row(std::vector<value>{text(v), number(k)});
    };
    fixture f({{cells("x", 1), cells("y", 3)}, {cells("z", 2)}});
    EXPECT_EQ(f.run(f.names().order_by({asc(f.id())})), (rows{"'x'", "'z'", "'y'"}));
}

TEST(Limit, StopsEarlyAndLeavesNothingPending) {
    fixture f({{row(1), row(3), row(5)}, {row(2), row(4), pause()}});
    EXPECT_EQ(f.run(f.ids().order_by({asc(f.id())}).limit(2).offset(1)), (rows{"2", "3"}));
    EXPECT_EQ(f.source[0].pending(), 0u);
    EXPECT_EQ(f.source[1].pending(), 0u);
    EXPECT_TRUE(f.source[1].discarded);
    EXPECT_FALSE(f.source[1].cancelled) << "what has answered is read, not cancelled";
}

TEST(Limit, CancelsStreamsAndWhatHasNotAnswered) {
    fixture f({{row(1), row(3)}, {pause()}});
    f.streaming = true;
    f.run(f.ids().limit(1));
    EXPECT_TRUE(f.source[0].cancelled);
    EXPECT_TRUE(f.source[1].cancelled);
}

TEST(Limit, ZeroAsksForNothingMore) {
    fixture f({{row(1)}, {row(2)}});
    EXPECT_TRUE(f.run(f.ids().limit(0)).empty());
}

TEST(Failure, NamesShardAndStatementAndCancelsTheOthers) {
    fixture f({{pause(), row(1)}, {fails({.code = error_code::deadlock, .message = "deadlock"})}});
    try {
        f.run(f.ids());
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::deadlock);
        EXPECT_EQ(e.shard(), "s2");
        EXPECT_NE(e.statement().find("SELECT"), std::string::npos);
    }
    EXPECT_TRUE(f.source[0].cancelled);
    EXPECT_EQ(f.source[0].pending(), 0u);
}

TEST(Failure, OfOneShardAlone) {
    fixture f({{fails({.code = error_code::statement_failed, .message = "no"})}});
    try {
        f.run(f.ids().where(f.id() == 3));
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.shard(), "s1");
    }
}

TEST(Failure, AfterRowsHaveBeenDelivered) {
    fixture f({{row(1), row(2), fails({.code = error_code::connection_lost, .message = "gone"})},
               {row(5)}});
    const auto source = f.open(f.ids().order_by({asc(f.id())}));
    std::vector<arg> r(1);
    ASSERT_TRUE(source->next(r));
    ASSERT_TRUE(source->next(r));
    EXPECT_THROW(source->next(r), error);
}

TEST(Deadline, NamesTheShardsThatHaveNotAnswered) {
    fixture f({{row(1)}, {pause()}, {pause()}});
    f.limit = deadline::after(std::chrono::milliseconds(30));
    try {
        f.run(f.ids());
        FAIL();
    } catch (const timeout_error& e) {
        EXPECT_NE(e.message().find("s2, s3"), std::string::npos) << e.message();
        EXPECT_EQ(e.message().find("s1"), std::string::npos) << e.message();
    }
    EXPECT_TRUE(f.source[1].cancelled);
    EXPECT_TRUE(f.source[2].cancelled);
    EXPECT_EQ(f.source[1].pending(), 0u);
}

TEST(Deadline, HoldsForOneShardToo) {
    fixture f({{pause()}, {}});
    f.limit = deadline::after(std::chrono::milliseconds(30));
    const query q = f.ids().where(in(f.id(), {7}));
    fixture one({{pause()}});
    one.limit = f.limit;
    try {
        one.run(one.ids().where(one.id() == 7));
        FAIL();
    } catch (const timeout_error& e) {
        EXPECT_EQ(e.shard(), "s1");
    }
    EXPECT_TRUE(one.source[0].cancelled);
}

TEST(Deadline, IsKeptWhileOneShardKeepsTalking) {
    fixture f({{pause(), row(1)}, {pause()}});
    f.limit = deadline::after(std::chrono::milliseconds(60));
    f.source[0].release();
    EXPECT_THROW(f.run(f.ids().order_by({asc(f.id())})), timeout_error);
}

TEST(Aggregation, MergesCountsSumsAndExtremes) {
    const auto part = [](value c, value s, value lo, value hi) {
        return row(std::vector<value>{std::move(c), std::move(s), std::move(lo), std::move(hi)});
    };
    const value none;
    const auto dec = [](const char* t) { return value(arg{decimal::parse(t)}); };
    fixture f({{part(number(2), dec("1.10"), text("b"), number(7))},
               {part(number(0), none, none, none)},
               {part(number(3), dec("2.25"), text("B"), number(-1))}});
    const auto col = [&](const char* c) { return f.s.col(c); };
    EXPECT_EQ(f.run(query(f.s.at("users"), {count(col("users.age")), sum(col("users.score")),
                                            min(col("users.name")), max(col("users.age"))})),
              (rows{"5 3.35 'B' 7"}));
}

TEST(Aggregation, OfNothingIsOneRow) {
    fixture f({{}, {}});
    const auto age = f.s.col("users.age");
    EXPECT_EQ(f.run(query(f.s.at("users"), {count(), sum(age), avg(age), min(age)})
                        .where(f.id() == 1 && f.id() == 2)),
              (rows{"0 NULL NULL NULL"}));
    EXPECT_TRUE(f.source.connected.empty()) << "nobody is asked";
}

TEST(Aggregation, AveragesOverAllRowsAndNotOverAverages) {
    const auto part = [](std::int64_t total, std::int64_t n) {
        return row(std::vector<value>{value(arg{decimal(total)}), number(n)});
    };
    fixture f({{part(10, 1)}, {part(2, 3)}, {row({value{}, number(0)})}});
    EXPECT_EQ(f.run(query(f.s.at("users"), {avg(f.s.col("users.age"))})), (rows{"3"}));
}

TEST(Aggregation, WidensSumsBeyond64Bits) {
    const auto part = [] {
        return row(std::vector<value>{number(std::numeric_limits<std::int64_t>::max())});
    };
    fixture f({{part()}, {part()}});
    EXPECT_EQ(f.run(query(f.s.at("users"), {sum(f.id())})), (rows{"18446744073709551614"}));
}

TEST(Aggregation, RefusesCountsBeyondTheirType) {
    const auto part = [] {
        return row(std::vector<value>{number(std::numeric_limits<std::int64_t>::max())});
    };
    fixture f({{part()}, {part()}});
    EXPECT_THROW(f.run(query(f.s.at("users"), {count()})), error);
}

TEST(Aggregation, RefusesSumsOfMoreThan38Digits) {
    const value huge(arg{decimal::parse(std::string(38, '9'))});
    fixture f({{row({huge})}, {row({huge})}});
    try {
        f.run(query(f.s.at("users"), {sum(f.id())}));
        FAIL();
    } catch (const error& e) {
        EXPECT_EQ(e.code(), error_code::bad_value);
    }
}

TEST(Aggregation, GroupsNullWithNullAndKeepsTextOfManyGroups) {
    std::vector<fake_step> a, b;
    for (int i = 0; i < 300; ++i) {
        a.push_back(row({text("short" + std::to_string(i)), number(1)}));
        b.push_back(row({text("short" + std::to_string(299 - i)), number(2)}));
    }
    a.push_back(row({value{}, number(5)}));
    b.push_back(row({value{}, number(6)}));
    fixture f({a, b});
    const rows got = f.run(query(f.s.at("users"), {f.name(), count()})
                               .group_by({f.name()})
                               .order_by({desc(count()), asc(f.name())}));
    ASSERT_EQ(got.size(), 301u);
    EXPECT_EQ(got[0], "NULL 11");
    EXPECT_EQ(got[1], "'short0' 3");
}

TEST(Aggregation, KeepsExtremesOfTextWhileGroupsGrow) {
    std::vector<fake_step> a;
    for (int i = 0; i < 200; ++i) a.push_back(row({number(i), text("v" + std::to_string(i))}));
    fixture f({a, {}});
    const term country = f.s.col("users.age");
    const rows got = f.run(query(f.s.at("users"), {country, min(f.name())})
                               .group_by({country})
                               .order_by({asc(country)}));
    ASSERT_EQ(got.size(), 200u);
    EXPECT_EQ(got[0], "0 'v0'");
    EXPECT_EQ(got[199], "199 'v199'");
}

TEST(Aggregation, AddsDoublesInTheOrderOfShards) {
    const auto real = [](double v) { return row({value(arg{v})}); };
    fixture f({{pause(), real(1e16)}, {real(1.0)}, {real(-1e16)}});
    std::thread late([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        f.source[0].release();
    });
    EXPECT_EQ(f.run(query(f.s.at("orders"), {sum(f.s.col("orders.rating"))})), (rows{"0"}));
    late.join();
}

TEST(Distinct, KeepsTheFirstOfEqualRowsAcrossShards) {
    const auto cells = [](value v) { return row({std::move(v)}); };
    fixture f(
        {{cells(text("a")), cells(value{})}, {cells(text("a")), cells(text("b")), cells(value{})}});
    EXPECT_EQ(f.run(f.names().distinct().order_by({asc(f.name())})), (rows{"'a'", "'b'", "NULL"}));
}

TEST(Change, AddsUpTheRowsOfAllShards) {
    fixture f({{}, {}});
    f.source[0].affected = 3;
    f.source[1].affected = 4;
    const sql::change_ptr c = sql::make_delete(f.s.at("users"));
    const auto p = std::get<plan::change_plan>(plan::plan_change(c, f.s.view(by_hash(), 2), {}));
    EXPECT_EQ(exec::run(p, f.how()), 7);
}

TEST(Change, CountsOneCopyOfAReferenceTable) {
    fixture f({{}, {}});
    f.source[0].affected = 3;
    f.source[1].affected = 3;
    const sql::change_ptr c = sql::make_delete(f.s.at("countries"));
    const auto p = std::get<plan::change_plan>(plan::plan_change(c, f.s.view(by_hash(), 2), {}));
    EXPECT_EQ(exec::run(p, f.how()), 3);
    EXPECT_EQ(f.source[1].sent.size(), 1u);
}

TEST(Change, OfNoShardAsksNobody) {
    fixture f({{}, {}});
    const sql::change_ptr c =
        sql::add_where(sql::make_delete(f.s.at("users")), (f.id() == null()).e);
    const auto p = std::get<plan::change_plan>(plan::plan_change(c, f.s.view(by_hash(), 2), {}));
    EXPECT_EQ(exec::run(p, f.how()), 0);
    EXPECT_TRUE(f.source.connected.empty());
}

TEST(Change, FailureOnOneShardStopsTheOthers) {
    fixture f({{pause()}, {fails({.code = error_code::check_violation, .message = "no"})}});
    const sql::change_ptr c = sql::make_delete(f.s.at("users"));
    const auto p = std::get<plan::change_plan>(plan::plan_change(c, f.s.view(by_hash(), 2), {}));
    EXPECT_THROW(exec::run(p, f.how()), error);
    EXPECT_TRUE(f.source[0].cancelled);
    EXPECT_EQ(f.source[0].pending(), 0u);
}

}  // namespace
}  // namespace shardwise::exec
