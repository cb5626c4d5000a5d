// SPDX-License-Identifier: MIT
// Imports that are killed with SIGKILL at random moments, and at the worst ones, and resumed until
// they are complete: no row is lost, none is there twice, and the reject file is as if nothing had
// happened.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "base/failpoint.hpp"
#include "fixture.hpp"

namespace shardwise::ops_test {
namespace {

/// fork() of a process with threads and connections is no place to go on: the child opens a cluster
/// of its own, in a fresh image of this program (see RunsAnImportForTheCrashTests).
class Crash : public OpsTest {
protected:
    static constexpr int rows = 6000;

    void SetUp() override {
        OpsTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        load_countries();
        std::string people = "id,name,age,email\n";
        std::string events = "what\n";
        for (int i = 1; i <= rows; ++i) {
            const std::string n = std::to_string(i);
            people += (i % 501 == 0 ? "x" : n) + ",p," + (i % 777 == 0 ? "-1" : "5") + ",";
            people += (i % 1999 == 0 ? "1998@x" : n + "@x") + "\n";
            events += "e" + n + "\n";
        }
        write("people.csv", people);
        write_gz(file("events.csv"), events);
        std::string urls;
        for (const shard_url& s : shards->all()) urls += s.url + "\n";
        write("urls", urls);
        db.reset();  // the child is the only one
    }

    pid_t start(const std::string& table, const std::string& failpoint = {}) {
        std::vector<std::string> words;
        for (char** e = environ; *e != nullptr; ++e) words.emplace_back(*e);
        words.push_back("SHARDWISE_CRASH_FOLDER=" + folder.path().string());
        words.push_back("SHARDWISE_CRASH_TABLE=" + table);
        words.push_back("SHARDWISE_FAILPOINT=" + failpoint);
        std::vector<char*> environment;
        for (std::string& w : words) environment.push_back(w.data());
        environment.push_back(nullptr);
        std::string self = "/proc/self/exe";
        std::string filter = "--gtest_filter=CrashChild.*";
        std::string quiet = "--gtest_brief=1";
        char* arguments[] = {self.data(), filter.data(), quiet.data(), nullptr};
        pid_t child = 0;
        EXPECT_EQ(posix_spawn(&child, std::filesystem::read_symlink(self).c_str(), nullptr, nullptr,
                              arguments, environment.data()),
                  0);
        return child;
    }
    /// Whether the child ended by itself, and well.
    static bool completed(pid_t child) {
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << "the child failed";
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    bool run(const std::string& table, const std::string& failpoint) {
        return completed(start(table, failpoint));
    }
    bool run_and_kill(const std::string& table, std::chrono::milliseconds after) {
        const pid_t child = start(table);
        std::this_thread::sleep_for(after);
        kill(child, SIGKILL);
        return completed(child);
    }

    void expect_all_is_there() {
        db = std::make_unique<cluster>(shards->all(), small_options());
        const verify_report checked = verify(*db);
        EXPECT_EQ(checked.problems, 0);
        for (const verify_finding& f : checked.findings)
            ADD_FAILURE() << f.table << " " << f.key << " " << f.what;
    }
    int kills() const { return GetParam() == "sqlite" ? 24 : 6; }
    /// Long enough for the child to come into its work, short enough to interrupt it.
    std::chrono::milliseconds some_time(std::mt19937& random, std::chrono::milliseconds whole) {
        return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(
            5, std::max<std::int64_t>(10, whole.count()))(random));
    }
    void kill_at_random(const std::string& table) {
        std::mt19937 random(4711);
        int killed = 0;
        for (int attempt = 0; killed < kills() && attempt < 10 * kills(); ++attempt) {
            if (!run_and_kill(table, some_time(random, std::chrono::milliseconds(400)))) ++killed;
        }
        EXPECT_GT(killed, 0);
        EXPECT_TRUE(run(table, ""));
        EXPECT_TRUE(run(table, ""));  // complete already
    }
};

/// Not a test by itself: the body of the child.
TEST(CrashChild, RunsAnImportForTheCrashTests) {
    const char* const folder = std::getenv("SHARDWISE_CRASH_FOLDER");
    if (folder == nullptr) GTEST_SKIP() << "started by the tests of Crash only";
    const std::string where = folder;
    std::vector<shard_url> urls;
    std::istringstream lines(text_of(where + "/urls"));
    for (std::string url; std::getline(lines, url);)
        urls.push_back({"s" + std::to_string(urls.size() + 1), url});
    cluster db(urls, small_options());
    const std::string table = std::getenv("SHARDWISE_CRASH_TABLE");
    import_options options;
    options.batch_rows = 500;
    options.reject_file = where + "/rejects_" + table + ".csv";
    const import_report r = import_csv(db, table, where + "/" + table + ".csv", options);
    EXPECT_EQ(r.rows_read, r.loaded + r.resumed + r.rejected);
}

constexpr int bad_rows = 6000 / 501 + 6000 / 777 + 6000 / 1999;

/// Once without any crash, on a cluster of its own: what must come out in the end.
std::string undisturbed_rejects(const std::string& kind, const std::string& people) {
    test::temp_folder folder;
    test::test_shards shards(kind, 3);
    cluster db(shards.all(), small_options());
    db.create_all<Country, Person, Visit, Event, Tag, Place>();
    import_options options;
    options.batch_rows = 500;
    options.reject_file = folder.file("r.csv");
    const import_report r = import_csv(db, "people", people, options);
    EXPECT_EQ(r.rejected, bad_rows - 2);  // equal addresses on different shards are allowed
    return text_of(options.reject_file);
}

TEST_P(Crash, KilledAtRandomMomentsAnImportLoadsEachRowOnce) {
    kill_at_random("people");
    expect_all_is_there();
    const std::string rejects = text_of(file("rejects_people.csv"));
    const auto lines = std::count(rejects.begin(), rejects.end(), '\n');
    EXPECT_EQ(count("people"), rows - (lines - 1));
    EXPECT_EQ(rejects, undisturbed_rejects(GetParam(), file("people.csv")));
}

TEST_P(Crash, KilledAtRandomMomentsAnImportKeepsItsGeneratedIds) {
    kill_at_random("events");
    expect_all_is_there();
    EXPECT_EQ(count("events"), rows);
    EXPECT_EQ(sum("SELECT COUNT(DISTINCT what) FROM events"), rows);
}

#ifdef SHARDWISE_FAILPOINTS
TEST_P(Crash, KilledBetweenTheCommitsOfTwoShardsAnImportGoesOn) {
    for (const std::string table : {"people", "events"}) {
        int killed = 0;
        while (killed < 6 && !run(table, killed % 2 == 0 ? "import_after_commit:kill"
                                                         : "import_before_commit:kill"))
            ++killed;
        EXPECT_EQ(killed, 6);
        EXPECT_TRUE(run(table, ""));
    }
    expect_all_is_there();
    EXPECT_EQ(count("events"), rows);
    EXPECT_EQ(text_of(file("rejects_people.csv")),
              undisturbed_rejects(GetParam(), file("people.csv")));
}
#endif

INSTANTIATE_TEST_SUITE_P(Clusters, Crash, testing::ValuesIn(test::cluster_kinds()), test::label_of);

}  // namespace
}  // namespace shardwise::ops_test
