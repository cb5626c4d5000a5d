// SPDX-License-Identifier: MIT
// Processes that die while a house moves from shard to shard, at each step of the commit and at
// random moments: it is at its old place or at the new one, whole, and never at both.
#include <random>

#include "fixture.hpp"
#include "integration/txn/crashing.hpp"

namespace shardwise::move_test {
namespace {

constexpr std::int64_t first_house = 30'000;

class MoveCrash : public txn_test::CrashingBank {
protected:
    void SetUp() override {
        CrashingBank::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        child_ = "MoveChild.*";
        const schema_report made = db->create_all<house, room, chair>();
        ASSERT_TRUE(made.complete()) << made.to_string();
        session s{*db};
        s.add(house{first_house, "h"});
        for (std::int32_t no = 1; no <= 3; ++no) {
            s.add(room{first_house, no, "r"});
            s.add(chair{first_house, no, 1, 4});
        }
        s.commit();
    }
    /// The number of the house, which is whole.
    std::int64_t house_now() {
        std::vector<std::int64_t> ids;
        for (std::size_t i = 0; i < shard_count; ++i) {
            for (const std::int64_t id : shards->ask(i, "SELECT id FROM houses")) {
                ids.push_back(id);
                EXPECT_EQ(id % 3, static_cast<std::int64_t>(i));
                const std::string own = " WHERE house_id = " + std::to_string(id);
                EXPECT_EQ(shards->ask(i, "SELECT COUNT(*) FROM rooms" + own).at(0), 3);
                EXPECT_EQ(shards->ask(i, "SELECT COUNT(*) FROM chairs" + own).at(0), 3);
            }
        }
        std::int64_t rooms_in_all = 0;
        for (std::size_t i = 0; i < shard_count; ++i)
            rooms_in_all += shards->ask(i, "SELECT COUNT(*) FROM rooms").at(0);
        EXPECT_EQ(rooms_in_all, 3);
        EXPECT_EQ(ids.size(), 1u);
        return ids.empty() ? 0 : ids.front();
    }
};

TEST_P(MoveCrash, AtEachStepTheRowsAreAtOnePlace) {
    int killed = 0;
    for (const std::string& point : txn_test::points()) {
        SCOPED_TRACE(point);
        const std::int64_t before = house_now();
        if (!test::was_killed(start(before + 1, point + ":kill", 1, "0", 1))) {
            resolve_alone();
            continue;  // no such step with two shards
        }
        ++killed;
        resolve_alone();
        EXPECT_TRUE(db->pending_transactions().empty());
        const std::int64_t after = house_now();
        if (point == "txn.begin" || point.starts_with("txn.sent") ||
            point.starts_with("txn.ready") || point == "txn.before_decide") {
            EXPECT_EQ(after, before);
        } else if (point != "txn.decide_sent") {
            EXPECT_EQ(after, before + 1);
        }
    }
    EXPECT_GE(killed, 7);
}

TEST_P(MoveCrash, AtRandomMomentsTheRowsAreAtOnePlace) {
    const std::string given = txn_test::environment("SHARDWISE_MOVE_KILLS");
    const int wanted = given.empty() ? 6 : std::stoi(given);
    std::mt19937 random(4711);
    std::set<std::int64_t> places;
    for (int i = 0; i < wanted && !HasFailure(); ++i) {
        const pid_t child = start(house_now() + 1, "", 1, i % 2 == 0 ? "0" : "20");
        wait_until_ready(child);
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
        kill(child, SIGKILL);
        EXPECT_TRUE(test::was_killed(child));
        resolve_alone();
        const std::int64_t now = house_now();
        places.insert(now);
        const std::set<std::int64_t> told = acknowledged();
        if (!told.empty()) {
            EXPECT_GE(now, *told.rbegin()) << "a move that was acknowledged is lost";
            EXPECT_LE(now, *told.rbegin() + 1);
        }
    }
    EXPECT_GT(places.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Clusters, MoveCrash, testing::ValuesIn(test::cluster_kinds()), label_of);

/// Not a test by itself: the process that is killed.
TEST(MoveChild, MovesUntilItIsKilled) {
    const std::string folder = txn_test::environment("SHARDWISE_TXN_FOLDER");
    if (folder.empty()) return;
    std::vector<shard_url> urls;
    std::ifstream file(folder + "/urls");
    for (std::string line; std::getline(file, line);)
        urls.push_back({"s" + std::to_string(urls.size() + 1), line});
    cluster_options o = txn_test::quiet_options();
    o.resolve_interval_ms = std::stoll(txn_test::environment("SHARDWISE_TXN_RESOLVES", "0"));
    cluster db(urls, o);
    const int out = open((folder + "/acknowledged").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const std::int64_t first = std::stoll(txn_test::environment("SHARDWISE_TXN_FIRST"));
    const std::int64_t count = std::stoll(txn_test::environment("SHARDWISE_TXN_TRANSFERS"));
    for (std::int64_t to = first; to < first + count; ++to) {
        run_unit(db, [&](session& s) { s.get<house>(to - 1).edit().id = to; });
        const std::string line = std::to_string(to) + "\n";
        if (write(out, line.data(), line.size()) < 0) return;
        if (to == first + 1) std::ofstream(folder + "/ready") << "yes";
    }
}

}  // namespace
}  // namespace shardwise::move_test
