// SPDX-License-Identifier: MIT
// Every interleaving of one coordinator and two resolvers, with crashes, restarts, broken
// connections, late messages and time-outs. The machines are the ones that the library runs.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "model.hpp"

namespace shardwise::txn::model {
namespace {

struct setting {
    const char* name;
    std::size_t writers;
    bounds limits;
};

class ProtocolModel : public testing::TestWithParam<setting> {};

TEST_P(ProtocolModel, KeepsAllOrNothingWhateverHappens) {
    const exploration found = explore(world(GetParam().writers, GetParam().limits));
    EXPECT_EQ(found.fault, "") << fmt::format("{}", fmt::join(found.path, "\n"));
    EXPECT_GT(found.states, 1'000U);
    RecordProperty("states", static_cast<int>(found.states));
    fmt::print("{}: {} states, {} steps\n", GetParam().name, found.states, found.steps);
}

INSTANTIATE_TEST_SUITE_P(
    Settings, ProtocolModel,
    testing::Values(
        setting{"TwoWriters", 2, {.restarts = 1, .broken_connections = 1, .timeouts = 1}},
        setting{"TwoWritersTwoRestarts",
                2,
                {.restarts = 2, .broken_connections = 0, .timeouts = 1, .dead_resolvers = 1}},
        setting{"TwoWritersAndAReader",
                2,
                {.restarts = 1,
                 .broken_connections = 0,
                 .timeouts = 1,
                 .dead_resolvers = 0,
                 .reader = true}},
        setting{"ThreeWriters",
                3,
                {.restarts = 0, .broken_connections = 1, .timeouts = 1, .dead_resolvers = 0}},
        setting{"ThreeWritersARestart",
                3,
                {.restarts = 1, .broken_connections = 0, .timeouts = 0, .dead_resolvers = 1}},
        setting{"ASnapshotBehindTheGate",
                2,
                {.restarts = 1,
                 .broken_connections = 0,
                 .timeouts = 1,
                 .dead_resolvers = 0,
                 .snapshot = reading::gate}},
        setting{"ASnapshotOfThreeBehindTheGate",
                3,
                {.restarts = 0,
                 .broken_connections = 0,
                 .timeouts = 0,
                 .dead_resolvers = 0,
                 .snapshot = reading::gate,
                 .resolvers = 1}},
        setting{"ASnapshotOfFiles",
                2,
                {.restarts = 1,
                 .broken_connections = 0,
                 .timeouts = 1,
                 .dead_resolvers = 0,
                 .snapshot = reading::look_again}},
        setting{"ASnapshotOfThreeFiles",
                3,
                {.restarts = 0,
                 .broken_connections = 0,
                 .timeouts = 0,
                 .dead_resolvers = 0,
                 .snapshot = reading::look_again,
                 .resolvers = 1}}),
    [](const auto& one) { return std::string(one.param.name); });

/// A checker that finds nothing proves nothing.
TEST(ProtocolModelControl, FindsAResolverThatDoesNotRecordAbsence) {
    const exploration found = explore(world(2, {.restarts = 0,
                                                .broken_connections = 0,
                                                .timeouts = 0,
                                                .dead_resolvers = 0,
                                                .records_absence = false}));
    EXPECT_EQ(found.fault, "one participant has committed and another one has aborted");
}

/// Each of the three things that a snapshot relies on is needed.
TEST(ProtocolModelControl, FindsSnapshotsThatLeaveAStepOut) {
    for (const reading wrong :
         {reading::without_gate, reading::without_list, reading::early_open}) {
        const exploration found = explore(world(2, {.restarts = 0,
                                                    .broken_connections = 0,
                                                    .timeouts = 0,
                                                    .dead_resolvers = 0,
                                                    .snapshot = wrong}));
        EXPECT_EQ(found.fault, "a snapshot shows a part of the transaction")
            << static_cast<int>(wrong);
    }
}

}  // namespace
}  // namespace shardwise::txn::model
