// SPDX-License-Identifier: MIT
// Cluster-wide unique values and other processes: ten that want the same one, and one that is
// killed at each step of its commits.
#include <gmock/gmock.h>

#include <fstream>

#include "fixture.hpp"
#include "shardwise/ops/verify.hpp"
#include "support/child_process.hpp"

namespace shardwise::unique_test {
namespace {

using test::environment;

class UniqueProcesses : public Unique {
protected:
    void SetUp() override {
        Unique::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        std::ofstream urls(folder_.file("urls"));
        for (const shard_url& s : shards->all()) urls << s.url << "\n";
    }
    pid_t start(const std::string& test, int number, const std::string& failpoint = "") const {
        const pid_t child =
            test::start_self(test,
                             {"SHARDWISE_UNIQUE_FOLDER=" + folder_.path().string(),
                              "SHARDWISE_UNIQUE_NUMBER=" + std::to_string(number),
                              "SHARDWISE_FAILPOINT=" + failpoint},
                             folder_.file("child" + std::to_string(number) + ".log"));
        EXPECT_GT(child, 0);
        return child;
    }
    std::string said_by(int number) const {
        std::ifstream file(folder_.file("said" + std::to_string(number)));
        std::string line;
        std::getline(file, line);
        return line;
    }

    test::temp_folder folder_;
};

std::unique_ptr<cluster> cluster_of(const std::string& folder) {
    std::vector<shard_url> urls;
    std::ifstream file(folder + "/urls");
    for (std::string line; std::getline(file, line);)
        urls.push_back({"s" + std::to_string(urls.size() + 1), line});
    cluster_options o;
    o.lock_timeout_ms = 20'000;
    o.resolve_interval_ms = 0;
    auto db = std::make_unique<cluster>(urls, o);
    db->create_all<member>();
    return db;
}

TEST_P(UniqueProcesses, OneOfTenGetsJohnDoe) {
    std::vector<pid_t> children;
    for (int i = 0; i < 10; ++i) children.push_back(start("UniqueChild.AddsJohnDoe", i));
    for (const pid_t child : children) waitpid(child, nullptr, 0);
    int added = 0;
    for (int i = 0; i < 10; ++i) {
        const std::string said = said_by(i);
        if (said == "added")
            ++added;
        else
            EXPECT_EQ(said, "unique_violation members_email_key");
    }
    EXPECT_EQ(added, 1);
    EXPECT_EQ(count(), 1);
    session s{*db};
    EXPECT_EQ(s.one(select<member>().where(members.email == "johndoe@example.com"))->name, "John");
}

TEST_P(UniqueProcesses, KilledAtAnyStepRowsAndLookupRowsAgree) {
    for (std::int64_t id = 1; id <= 3; ++id)
        ASSERT_EQ(add(id, "m" + std::to_string(id), 1, "n" + std::to_string(id)), "no error");
    int killed = 0;
    for (const char* const point :
         {"txn.begin", "txn.sent.0", "txn.sent.1", "txn.ready.0", "txn.ready.1",
          "txn.before_decide", "txn.decide_sent", "txn.decided", "txn.finishing.1",
          "txn.finished.1", "txn.end"}) {
        SCOPED_TRACE(point);
        if (!test::was_killed(start("UniqueChild.ChangesMembers", 0, point + std::string(":kill"))))
            continue;  // no such step here
        ++killed;
        // What the dead one has sent is worked on until its servers notice.
        verify_report found;
        for (int i = 0; i < 300; ++i) {
            db->resolve(0);
            found = verify(*db);
            if (found.problems == 0 && db->pending_transactions().empty()) break;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        EXPECT_EQ(found.problems, 0);
        EXPECT_TRUE(db->pending_transactions().empty());
        agree();
        // All values are as free or taken as the rows say.
        session s{*db};
        for (const auto m : s.all(select<member>()))
            EXPECT_EQ(add(900 + m->id, m->email), m->email ? "unique_violation" : "no error");
        s.run(erase<member>().where(members.id >= 900));
        s.commit();
    }
    EXPECT_GE(killed, 8);
}

INSTANTIATE_TEST_SUITE_P(Clusters, UniqueProcesses, testing::ValuesIn(test::cluster_kinds()),
                         test::label_of);

// ---------------------------------------------------------------- not tests by themselves

TEST(UniqueChild, AddsJohnDoe) {
    const std::string folder = environment("SHARDWISE_UNIQUE_FOLDER");
    if (folder.empty()) return;
    const std::string number = environment("SHARDWISE_UNIQUE_NUMBER");
    std::string said = "added";
    try {
        const auto db = cluster_of(folder);
        session s{*db};
        s.add(
            member{.id = 100 + std::stoi(number), .name = "John", .email = "johndoe@example.com"});
        s.commit();
    } catch (const error& e) {
        said = std::string(name_of(e.code())) + " " + e.info().constraint;
    }
    std::ofstream(folder + "/said" + number) << said << "\n";
}

/// Commits over all shards: values are handed on, freed and taken.
TEST(UniqueChild, ChangesMembers) {
    const std::string folder = environment("SHARDWISE_UNIQUE_FOLDER");
    if (folder.empty()) return;
    const auto db = cluster_of(folder);
    session s{*db};
    for (int round = 0; round < 4; ++round) {
        const auto one = s.get<member>(1);
        const auto two = s.get<member>(2);
        const std::string mine = *one->email;
        one.edit().email = "r" + std::to_string(round) + mine;
        two.edit().email = mine;
        if (const auto three = s.find<member>(3))
            s.erase(three);
        else
            s.add(member{.id = 3, .name = "again", .email = "m3", .team = 1, .nick = "n3"});
        s.commit();
    }
}

}  // namespace
}  // namespace shardwise::unique_test
