// SPDX-License-Identifier: MIT
// The protocol's machines as tables: each phase against each event.
#include <gtest/gtest.h>

#include <functional>

#include "txn/protocol.hpp"

namespace shardwise::txn {
namespace {

using phase = coordinator::phase;
using outcome = coordinator::outcome;
using actions = std::vector<action>;

/// 0 decides, 1 and 2 are prepared.
coordinator fresh() {
    coordinator c({role::decides, role::prepares, role::prepares});
    c.start();
    return c;
}
coordinator deciding() {
    coordinator c = fresh();
    for (const std::size_t i : {0U, 1U, 2U}) c.on_answer(i, answer::done);
    return c;
}
coordinator asking() {
    coordinator c = deciding();
    c.on_answer(0, answer::lost);
    return c;
}
coordinator committing() {
    coordinator c = deciding();
    c.on_answer(0, answer::done);
    return c;
}
coordinator aborting() {
    coordinator c = fresh();
    c.on_answer(0, answer::done);
    c.on_answer(1, answer::done);
    c.on_answer(2, answer::refused);
    return c;
}
coordinator over() {
    coordinator c = committing();
    c.on_answer(1, answer::done);
    c.on_answer(2, answer::done);
    return c;
}

const actions none{};
const actions both_committed{{verb::finish_commit, 1}, {verb::finish_commit, 2}};
const actions both_aborted{{verb::finish_abort, 1}, {verb::finish_abort, 2}};

TEST(Coordinator, PreparesAllAndRecordsTheDecisionAtOnce) {
    coordinator c({role::prepares, role::decides, role::reads});
    EXPECT_EQ(c.start(), (actions{{verb::prepare, 0}, {verb::record, 1}, {verb::end_reading, 2}}));
    EXPECT_EQ(c.decider(), 1U);
}

TEST(Coordinator, DecidesOnlyWhenEverybodyIsReady) {
    coordinator c = fresh();
    EXPECT_EQ(c.on_answer(1, answer::done), none);
    EXPECT_EQ(c.on_answer(0, answer::done), none);
    EXPECT_EQ(c.on_answer(2, answer::done), (actions{{verb::decide, 0}}));
    EXPECT_EQ(c.where(), phase::deciding);
}

struct row {
    const char* name;
    coordinator (*from)();
    std::function<actions(coordinator&)> event;
    phase then;
    actions next;
    outcome result = outcome::aborted;
};

class CoordinatorTable : public testing::TestWithParam<row> {};

TEST_P(CoordinatorTable, DoesWhatTheRowSays) {
    const row& r = GetParam();
    coordinator c = r.from();
    EXPECT_EQ(r.event(c), r.next);
    EXPECT_EQ(c.where(), r.then);
    if (r.then == phase::over) {
        EXPECT_EQ(c.result(), r.result);
    }
}

actions answered(coordinator& c, std::size_t who, answer a) { return c.on_answer(who, a); }

std::vector<row> rows() {
    std::vector<row> all;
    const auto add = [&](const char* name, coordinator (*from)(), auto event, phase then,
                         actions next, outcome result = outcome::aborted) {
        all.push_back({name, from, event, then, std::move(next), result});
    };
    const auto says = [](std::size_t who, answer a) {
        return [who, a](coordinator& c) { return answered(c, who, a); };
    };
    const auto told = [](verdict v) { return [v](coordinator& c) { return c.on_verdict(v); }; };
    const auto late = [](coordinator& c) { return c.on_timeout(); };

    add("preparing_done", fresh, says(1, answer::done), phase::preparing, none);
    add("preparing_refused_waits_for_the_others", fresh, says(1, answer::refused), phase::preparing,
        none);
    add("preparing_lost_waits_for_the_others", fresh, says(1, answer::lost), phase::preparing,
        none);
    add("preparing_ignores_a_verdict", fresh, told(verdict::committed), phase::preparing, none);
    add("preparing_timeout_leaves_all_to_recovery", fresh, late, phase::over, none);
    add("preparing_one_refused",
        [] {
            coordinator c = fresh();
            c.on_answer(0, answer::done);
            c.on_answer(1, answer::done);
            return c;
        },
        says(2, answer::refused), phase::aborting,
        {{verb::roll_back, 0}, {verb::finish_abort, 1}, {verb::roll_back, 2}});
    add("preparing_one_lost",
        [] {
            coordinator c = fresh();
            c.on_answer(0, answer::done);
            c.on_answer(1, answer::done);
            return c;
        },
        says(2, answer::lost), phase::aborting, {{verb::roll_back, 0}, {verb::finish_abort, 1}});
    add("preparing_row_refused",
        [] {
            coordinator c = fresh();
            c.on_answer(1, answer::done);
            c.on_answer(2, answer::done);
            return c;
        },
        says(0, answer::refused), phase::aborting,
        {{verb::roll_back, 0}, {verb::finish_abort, 1}, {verb::finish_abort, 2}});

    add("deciding_done", deciding, says(0, answer::done), phase::committing, both_committed);
    add("deciding_refused", deciding, says(0, answer::refused), phase::aborting, both_aborted);
    add("deciding_lost", deciding, says(0, answer::lost), phase::asking, {{verb::ask, 0}});
    add("deciding_timeout", deciding, late, phase::asking, {{verb::ask, 0}});
    add("deciding_ignores_others", deciding, says(1, answer::lost), phase::deciding, none);
    add("deciding_ignores_a_verdict", deciding, told(verdict::aborted), phase::deciding, none);

    add("asking_committed", asking, told(verdict::committed), phase::committing, both_committed);
    add("asking_aborted", asking, told(verdict::aborted), phase::aborting, both_aborted);
    add("asking_unknown", asking, told(verdict::unknown), phase::over, none, outcome::in_doubt);
    add("asking_timeout", asking, late, phase::over, none, outcome::in_doubt);
    add("asking_ignores_answers", asking, says(0, answer::done), phase::asking, none);

    add("committing_done", committing, says(1, answer::done), phase::committing, none);
    add("committing_refused_was_recovered", committing, says(1, answer::refused), phase::committing,
        none);
    add("committing_timeout", committing, late, phase::over, none, outcome::committed);
    add("committing_ignores_a_verdict", committing, told(verdict::aborted), phase::committing,
        none);
    add(
        "committing_last",
        [] {
            coordinator c = committing();
            c.on_answer(1, answer::done);
            return c;
        },
        says(2, answer::lost), phase::over, none, outcome::committed);

    add("aborting_done", aborting, says(1, answer::done), phase::aborting, none);
    add("aborting_timeout", aborting, late, phase::over, none);
    add("aborting_ignores_a_verdict", aborting, told(verdict::committed), phase::aborting, none);

    add("over_ignores_answers", over, says(1, answer::lost), phase::over, none, outcome::committed);
    add("over_ignores_verdicts", over, told(verdict::aborted), phase::over, none,
        outcome::committed);
    add("over_ignores_timeouts", over, late, phase::over, none, outcome::committed);
    return all;
}

INSTANTIATE_TEST_SUITE_P(Rows, CoordinatorTable, testing::ValuesIn(rows()),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Coordinator, IsSettledOnlyWhenEveryBranchHasEnded) {
    EXPECT_TRUE(over().settled());
    coordinator c = committing();
    c.on_answer(1, answer::done);
    c.on_answer(2, answer::lost);
    EXPECT_EQ(c.result(), outcome::committed);
    EXPECT_FALSE(c.settled());
    EXPECT_FALSE(asking().settled());
}

TEST(Coordinator, NeedsExactlyOneDecider) {
    EXPECT_ANY_THROW(coordinator({role::prepares, role::reads}));
    EXPECT_ANY_THROW(coordinator({role::decides, role::decides}));
}

TEST(Resolver, DoesWhatTheDecisionSays) {
    for (const auto& [v, expected] : {std::pair{verdict::committed, verb::finish_commit},
                                      std::pair{verdict::aborted, verb::finish_abort}}) {
        resolver r(2, 0);
        EXPECT_EQ(r.start(), (action{verb::ask, 0}));
        EXPECT_EQ(r.on_verdict(v), (actions{{expected, 2}}));
        EXPECT_EQ(r.on_verdict(v), none);
        r.on_answer(answer::refused);
        EXPECT_EQ(r.where(), resolver::phase::over);
    }
}

TEST(Resolver, ComesBackLaterWhenTheDecisionIsNotKnown) {
    resolver r(2, 0);
    EXPECT_EQ(r.on_verdict(verdict::unknown), none);
    EXPECT_EQ(r.where(), resolver::phase::over);
}

}  // namespace
}  // namespace shardwise::txn
