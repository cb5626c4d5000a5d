// SPDX-License-Identifier: MIT
// Cluster-wide unique constraints for a table that has rows already: declared and built while
// writers go on, with duplicates, with processes that are killed, and with structs that do not know
// them.
#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <random>

#include "fixture.hpp"
#include "shardwise/ops/unique_build.hpp"
#include "shardwise/ops/verify.hpp"
#include "support/child_process.hpp"

namespace shardwise::unique_test {

/// The table as it was before.
struct old_member {
    std::int64_t id{};
    std::string name;
    std::optional<std::string> email{};
    std::int32_t team = 0;
    std::optional<std::string> nick{};
};
/// With a constraint of the same name that each shard checks.
struct shard_member {
    std::int64_t id{};
    std::string name;
    std::optional<std::string> email{};
    std::int32_t team = 0;
    std::optional<std::string> nick{};
};

}  // namespace shardwise::unique_test

template <>
struct shardwise::mapping<shardwise::unique_test::old_member>
    : table<unique_test::old_member, "members"> {
    using row = unique_test::old_member;
    column<&row::id, primary_key, generated, shard_key> id;
    column<&row::name, length<40>> name;
    column<&row::email, length<60>> email;
    column<&row::team> team;
    column<&row::nick, length<20>> nick;
};
template <>
struct shardwise::mapping<shardwise::unique_test::shard_member>
    : table<unique_test::shard_member, "members"> {
    using row = unique_test::shard_member;
    column<&row::id, primary_key, generated, shard_key> id;
    column<&row::name, length<40>> name;
    column<&row::email, unique_per_shard, length<60>> email;
    column<&row::team> team;
    column<&row::nick, length<20>> nick;
};

namespace shardwise::unique_test {
namespace {

using test::environment;

class UniqueBuild : public Unique {
protected:
    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test::test_shards>(GetParam(), shard_count);
        db = open();
    }
    void TearDown() override {
        if (!built_) db.reset();  // nothing to compare
        Unique::TearDown();
    }
    static std::string message_of(const std::function<void()>& call) {
        try {
            call();
        } catch (const error& e) {
            return e.what();
        }
        return {};
    }
    void create_old(int rows) const {
        ASSERT_TRUE(db->create_all<old_member>().complete());
        session s{*db};
        for (int i = 1; i <= rows; ++i) {
            old_member m;
            m.id = i;
            m.name = "m";
            if (i % 10 != 0) m.email = "m" + std::to_string(i) + "@x";
            m.team = i % 3;
            if (i % 7 != 0) m.nick = "n" + std::to_string(i);
            s.add(std::move(m));
        }
        s.commit();
    }
    void set_email(std::int64_t id, const std::string& email) const {
        session s{*db};
        s.get<old_member>(id).edit().email = email;
        s.commit();
    }
    /// MariaDB indexes no text without an end: the columns are made so by hand before.
    void bound_texts() const {
        for (std::size_t i = 0; i < shard_count; ++i)
            if (shards->all()[i].url.starts_with("mariadb"))
                shards->execute(
                    i,
                    "ALTER TABLE members MODIFY email VARCHAR(60) COLLATE utf8mb4_nopad_bin, "
                    "MODIFY nick VARCHAR(20) COLLATE utf8mb4_nopad_bin");
    }
    void declare() const {
        bound_texts();
        const schema_report r = declare_unique<member>(*db);
        ASSERT_TRUE(r.complete()) << r.to_string();
    }
    void expect_built() {
        const unique_build_report r = build_unique(*db, "members");
        EXPECT_TRUE(r.built);
        EXPECT_TRUE(r.duplicates.empty());
        built_ = true;
        EXPECT_EQ(verify(*db).problems, 0);
        EXPECT_TRUE(db->verify_schema<member>().empty());
        const unique_build_report again = build_unique(*db, "members");
        EXPECT_TRUE(again.built);
        EXPECT_EQ(again.rows, 0);
        EXPECT_TRUE(again.constraints.empty());
    }
    std::int64_t with_email(const std::string& email) const {
        session s{*db};
        return static_cast<std::int64_t>(
            s.all(select<member>().where(members.email == email)).size());
    }

    test::temp_folder folder_;
    bool built_ = false;
};

TEST_P(UniqueBuild, AFullTableGetsItsConstraints) {
    create_old(200);
    declare();
    EXPECT_EQ(with_email("m5@x"), 1);  // not filled, and found
    const unique_build_report r = build_unique(*db, "members");
    EXPECT_TRUE(r.built);
    EXPECT_THAT(r.constraints,
                testing::UnorderedElementsAre("members_email_key", "members_team_nick_key"));
    EXPECT_EQ(r.rows, 180 + 172);
    expect_built();
    EXPECT_EQ(add(1'000, "m5@x"), "unique_violation");
    EXPECT_EQ(add(1'000, "new@x", 5 % 3, "n5"), "unique_violation");
    EXPECT_EQ(add(1'000, "new@x"), "no error");
    EXPECT_EQ(with_email("m5@x"), 1);
    session s{*db};
    EXPECT_EQ(s.all(select<member>().where(members.email == "m5@x"), one_shard).size(), 1U);
}

TEST_P(UniqueBuild, WritersGoOnMeanwhile) {
    constexpr int rows = 400;
    create_old(rows);
    ASSERT_NO_FATAL_FAILURE(declare());
    std::atomic<bool> stop = false;
    std::atomic<int> done = 0;
    std::vector<std::string> failures;
    std::atomic<bool> failed = false;
    std::mutex failing;
    std::vector<std::thread> writers;
    // A file has one writer at a time.
    const bool files = GetParam() == "sqlite";
    for (int w = 0; w < 3; ++w)
        writers.emplace_back([&, w] {
            std::mt19937 random(static_cast<unsigned>(w));
            // Each has rows of its own; values are handed on, freed and taken.
            for (int round = 0; !stop; ++round) {
                try {
                    session s{*db};
                    const std::int64_t id = 1 + w + 3 * static_cast<int>(random() % (rows / 3 - 1));
                    const auto m = s.find<member>(id);
                    if (!m) {
                        s.add(member{id, "again", "m" + std::to_string(id) + "@x"});
                    } else if (round % 3 == 0) {
                        s.erase(m);
                    } else {
                        m.edit().email = "w" + std::to_string(w) + "-" + std::to_string(round);
                    }
                    s.commit();
                    ++done;
                    std::this_thread::sleep_for(std::chrono::milliseconds(files ? 20 : 5));
                } catch (const error& e) {
                    if (e.is_retryable()) continue;
                    const std::lock_guard guard(failing);
                    failures.push_back(e.message());
                    failed = true;
                    return;
                }
            }
        });
    while (!failed && done < 30) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    unique_build_report r;
    EXPECT_EQ(message_of([&] { r = build_unique(*db, "members"); }), "");
    const int at_end = done;
    while (!failed && done < at_end + 30) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    stop = true;
    for (std::thread& t : writers) t.join();
    EXPECT_THAT(failures, testing::IsEmpty());
    EXPECT_TRUE(r.built);
    expect_built();
}

TEST_P(UniqueBuild, DuplicatesAreReportedAndItGoesOnWhenTheyAreGone) {
    create_old(60);
    for (const std::int64_t id : {3, 4, 5}) set_email(id, "same@x");
    declare();
    const unique_build_report r = build_unique(*db, "members");
    EXPECT_FALSE(r.built);
    ASSERT_EQ(r.duplicates.size(), 1U);
    const unique_duplicate& d = r.duplicates.front();
    EXPECT_EQ(d.constraint, "members_email_key");
    EXPECT_NE(d.values.find("same@x"), std::string::npos);
    std::vector<std::string> keys;
    for (const auto& p : d.rows) {
        keys.push_back(p.key);
        std::size_t i = 0;
        while (db->shard_name(i) != p.shard) ++i;
        EXPECT_EQ(shards->ask(i, "SELECT COUNT(*) FROM members WHERE id = " + p.key).at(0), 1);
    }
    EXPECT_THAT(keys, testing::UnorderedElementsAre("3", "4", "5"));
    // Nobody is lost while it is not built, and nobody new gets the value.
    EXPECT_EQ(with_email("same@x"), 3);
    EXPECT_EQ(add(100, "same@x"), "unique_violation");
    EXPECT_EQ(code_of([&] {
                  session s{*db};
                  member m{101, "u", "up@x"};
                  s.upsert(m, on_conflict(members.email).update(members.name));
              }),
              "bad_state");
    {
        session s{*db};
        s.erase(s.get<member>(3));
        s.get<member>(4).edit().email = "other@x";
        s.commit();
    }
    expect_built();
    EXPECT_EQ(with_email("same@x"), 1);
    EXPECT_EQ(add(100, "other@x"), "unique_violation");
}

TEST_P(UniqueBuild, StructsThatDoNotKnowItAreRefused) {
    create_old(10);
    const auto adds_old = [&] {
        session s{*db};
        old_member m;
        m.id = 77;
        m.name = "old";
        s.add(std::move(m));
        s.commit();
    };
    EXPECT_EQ(add(50, "x@x"), "schema_mismatch");  // not declared yet
    EXPECT_EQ(code_of([&] { build_unique(*db, "nowhere"); }), "unknown_table");
    const auto other = open();
    declare();
    EXPECT_EQ(code_of(adds_old), "schema_mismatch");
    // A process that has used no struct yet learns of it by itself.
    EXPECT_EQ(code_of([&] {
                  session s{*other};
                  s.add(member{51, "m", "y@x"});
                  s.commit();
              }),
              "no error");
    // Given up, all is as before.
    const schema_report removed = remove_unbuilt_unique(*db, "members");
    EXPECT_TRUE(removed.complete()) << removed.to_string();
    EXPECT_EQ(code_of(adds_old), "no error");
    EXPECT_EQ(add(50, "x@x"), "schema_mismatch");
    declare();
    expect_built();
}

TEST_P(UniqueBuild, AConstraintThatEachShardChecksIsRefused) {
    ASSERT_TRUE(db->create_all<shard_member>().complete());
    EXPECT_EQ(code_of([&] { declare_unique<member>(*db); }), "not_supported");
}

TEST_P(UniqueBuild, KilledAtAnyStepItIsFinishedByTheNextCall) {
    create_old(150);
    bound_texts();
    std::ofstream urls(folder_.file("urls"));
    for (const shard_url& s : shards->all()) urls << s.url << "\n";
    urls.close();
    int killed = 0;
    for (const char* const point : {"unique.filling", "txn.sent.1", "txn.before_decide",
                                    "txn.decided", "unique.filling", "unique.filled"}) {
        const pid_t child =
            test::start_self("UniqueBuildChild.Builds",
                             {"SHARDWISE_UNIQUE_FOLDER=" + folder_.path().string(),
                              "SHARDWISE_FAILPOINT=" + std::string(point) + ":kill"},
                             folder_.file("child.log"));
        if (test::was_killed(child)) ++killed;
        for (int i = 0; i < 300; ++i) {
            db->resolve(0);
            if (db->pending_transactions().empty()) break;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
    EXPECT_GE(killed, 4);
    declare();
    expect_built();
    EXPECT_EQ(add(1'000, "m5@x"), "unique_violation");
}

INSTANTIATE_TEST_SUITE_P(Clusters, UniqueBuild, testing::ValuesIn(test::cluster_kinds()), label_of);

// ---------------------------------------------------------------- not a test by itself

TEST(UniqueBuildChild, Builds) {
    const std::string folder = environment("SHARDWISE_UNIQUE_FOLDER");
    if (folder.empty()) return;
    std::vector<shard_url> urls;
    std::ifstream file(folder + "/urls");
    for (std::string line; std::getline(file, line);)
        urls.push_back({"s" + std::to_string(urls.size() + 1), line});
    cluster_options o;
    o.resolve_interval_ms = 0;
    cluster db(urls, o);
    EXPECT_TRUE(declare_unique<member>(db).complete());
    EXPECT_TRUE(build_unique(db, "members").built);
}

}  // namespace
}  // namespace shardwise::unique_test
