// SPDX-License-Identifier: MIT
// Imports that are killed with SIGKILL at random moments, and at the worst ones, and resumed until
// they are complete: no row is lost, none is there twice, and the reject file is as if nothing had
// happened.
#include <fcntl.h>
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
        std::string urls;
        for (const shard_url& s : shards->all()) urls += s.url + "\n";
        write("urls", urls);
        db.reset();  // the child is the only one
    }

    /// The name of a new file for `table`, with some bad rows for people.
    std::string make_file(const std::string& table, int round) {
        const std::string name = table + std::to_string(round) + ".csv";
        if (table == "events") {
            std::string events = "what\n";
            for (int i = 1; i <= rows; ++i)
                events += "e" + std::to_string(round) + "_" + std::to_string(i) + "\n";
            write_gz(file(name), events);
            return name;
        }
        std::string people = "id,name,age,email\n";
        for (int i = 1; i <= rows; ++i) {
            const std::string n = std::to_string(round * rows + i);
            const int mail = round * rows + (i % 1999 == 0 ? 1998 : i);
            people += (i % 501 == 0 ? "x" : n) + ",p," + (i % 777 == 0 ? "-1," : "5,") +
                      std::to_string(mail) + "@x\n";
        }
        return write(name, people), name;
    }

    pid_t start(const std::string& table, const std::string& name, const std::string& failpoint) {
        std::vector<std::string> words;
        for (char** e = environ; *e != nullptr; ++e) words.emplace_back(*e);
        words.push_back("SHARDWISE_CRASH_FOLDER=" + folder.path().string());
        words.push_back("SHARDWISE_CRASH_TABLE=" + table);
        words.push_back("SHARDWISE_CRASH_FILE=" + name);
        words.push_back("SHARDWISE_FAILPOINT=" + failpoint);
        std::vector<char*> environment;
        for (std::string& w : words) environment.push_back(w.data());
        environment.push_back(nullptr);
        std::string self = std::filesystem::read_symlink("/proc/self/exe");
        std::string filter = "--gtest_filter=CrashChild.*";
        char* arguments[] = {self.data(), filter.data(), nullptr};
        posix_spawn_file_actions_t output;
        posix_spawn_file_actions_init(&output);
        posix_spawn_file_actions_addopen(&output, 1, file("child.log").c_str(),
                                         O_WRONLY | O_CREAT | O_TRUNC, 0600);
        pid_t child = 0;
        EXPECT_EQ(
            posix_spawn(&child, self.c_str(), &output, nullptr, arguments, environment.data()), 0);
        posix_spawn_file_actions_destroy(&output);
        return child;
    }
    /// Whether the child ended by itself, and well.
    bool completed(pid_t child) {
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << text_of(file("child.log"));
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    bool run(const std::string& table, const std::string& name, const std::string& failpoint = {}) {
        return completed(start(table, name, failpoint));
    }
    bool run_and_kill(const std::string& table, const std::string& name,
                      std::chrono::milliseconds after) {
        const pid_t child = start(table, name, "");
        std::this_thread::sleep_for(after);
        kill(child, SIGKILL);
        return completed(child);
    }

    /// Imports one file after the other, killing, until it has been killed often enough. The number
    /// of files.
    int kill_at_random(const std::string& table) {
        const int wanted = GetParam() == "sqlite" ? 24 : 5;
        std::mt19937 random(4711);
        std::uniform_int_distribution<int> delay(10, 150);
        int killed = 0;
        int round = 0;
        for (; killed < wanted && round < 30 && !HasFailure(); ++round) {
            const std::string name = make_file(table, round);
            while (killed < wanted &&
                   !run_and_kill(table, name, std::chrono::milliseconds(delay(random))))
                ++killed;
            EXPECT_TRUE(run(table, name));
            EXPECT_TRUE(run(table, name));  // complete already
        }
        EXPECT_EQ(killed, wanted);
        return round;
    }

    void expect_all_is_in_place() {
        db = std::make_unique<cluster>(shards->all(), small_options());
        const verify_report checked = verify(*db);
        EXPECT_EQ(checked.problems, 0);
        for (const verify_finding& f : checked.findings)
            ADD_FAILURE() << f.table << " " << f.key << " " << f.what;
    }
    std::string rejects_of(const std::string& name) const {
        return text_of(file("rejects_" + name));
    }
    /// What a file's rejects are without any crash, on a cluster of its own.
    std::string undisturbed_rejects(const std::string& name) {
        test::test_shards other(GetParam(), shard_count);
        cluster fresh(other.all(), small_options());
        fresh.create_all<Country, Person, Visit, Event, Tag, Place>();
        import_options options;
        options.batch_rows = 100;
        options.reject_file = file("undisturbed.csv");
        EXPECT_GT(import_csv(fresh, "people", file(name), options).rejected, 15);
        return text_of(options.reject_file);
    }
};

/// Not a test by itself: the body of the child.
TEST(CrashChild, RunsAnImportForTheCrashTests) {
    const char* const folder = std::getenv("SHARDWISE_CRASH_FOLDER");
    if (folder == nullptr) return;  // started by the tests of Crash only
    const std::string where = folder;
    std::vector<shard_url> urls;
    std::istringstream lines(text_of(where + "/urls"));
    for (std::string url; std::getline(lines, url);)
        urls.push_back({"s" + std::to_string(urls.size() + 1), url});
    cluster db(urls, small_options());
    const std::string name = std::getenv("SHARDWISE_CRASH_FILE");
    import_options options;
    options.batch_rows = 100;
    options.reject_file = where + "/rejects_" + name;
    const import_report r =
        import_csv(db, std::getenv("SHARDWISE_CRASH_TABLE"), where + "/" + name, options);
    EXPECT_EQ(r.rows_read, r.loaded + r.resumed + r.rejected);
}

TEST_P(Crash, KilledAtRandomMomentsAnImportLoadsEachRowOnce) {
    const int files = kill_at_random("people");
    std::int64_t rejected = 0;
    for (int round = 0; round < files; ++round) {
        const std::string name = "people" + std::to_string(round) + ".csv";
        const std::string rejects = rejects_of(name);
        EXPECT_EQ(rejects, undisturbed_rejects(name));
        rejected += std::count(rejects.begin(), rejects.end(), '\n') - 1;
    }
    EXPECT_EQ(count("people"), std::int64_t{rows} * files - rejected);
    expect_all_is_in_place();
}

TEST_P(Crash, KilledAtRandomMomentsAnImportKeepsItsGeneratedIds) {
    const int files = kill_at_random("events");
    EXPECT_EQ(count("events"), std::int64_t{rows} * files);
    EXPECT_EQ(sum("SELECT COUNT(DISTINCT what) FROM events"), std::int64_t{rows} * files);
    expect_all_is_in_place();
}

#ifdef SHARDWISE_FAILPOINTS
TEST_P(Crash, KilledBetweenTheCommitsOfTwoShardsAnImportGoesOn) {
    for (const std::string table : {"people", "events"}) {
        const std::string name = make_file(table, 0);
        for (int i = 0; i < 6; ++i)
            EXPECT_FALSE(
                run(table, name,
                    i % 2 == 0 ? "import_after_commit:kill" : "import_before_commit:kill"));
        EXPECT_TRUE(run(table, name));
    }
    EXPECT_EQ(count("events"), rows);
    EXPECT_EQ(sum("SELECT COUNT(DISTINCT what) FROM events"), rows);
    EXPECT_EQ(rejects_of("people0.csv"), undisturbed_rejects("people0.csv"));
    expect_all_is_in_place();
}
#endif

INSTANTIATE_TEST_SUITE_P(Clusters, Crash, testing::ValuesIn(test::cluster_kinds()), test::label_of);

}  // namespace
}  // namespace shardwise::ops_test
