// SPDX-License-Identifier: MIT
// import_csv into a table with cluster-wide unique constraints: rows and lookup rows stay in step,
// what is taken goes into the reject file as if the rows had come one after the other, and a killed
// import goes on where it was.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <random>
#include <sstream>

#include "fixture.hpp"
#include "shardwise/ops/import.hpp"
#include "shardwise/ops/verify.hpp"
#include "support/child_process.hpp"

namespace shardwise::unique_test {
namespace {

using test::environment;

std::string text_of(const std::string& path) {
    std::ostringstream all;
    all << std::ifstream(path, std::ios::binary).rdbuf();
    return all.str();
}

/// "line constraint" of each reject, in the order of the file; "-" without a constraint.
std::vector<std::string> rejects_in(const std::string& path) {
    std::istringstream lines(text_of(path));
    std::vector<std::string> found;
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        const std::size_t at = line.find("[constraint ");
        found.push_back(
            line.substr(0, line.find(',')) + " " +
            (at == std::string::npos ? "-" : line.substr(at + 12, line.find(']', at) - at - 12)));
    }
    return found;
}

class UniqueImport : public Unique {
protected:
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_.file(name), std::ios::binary) << text;
        return folder_.file(name);
    }
    std::string rejects() const { return folder_.file("rejects.csv"); }
    import_report load(const std::string& file, std::size_t batch_rows = 20'000,
                       bool keep = true) const {
        import_options o;
        o.batch_rows = batch_rows;
        if (keep) o.reject_file = rejects();
        return import_csv(*db, "members", file, o);
    }
    std::set<std::int64_t> ids() const {
        session s{*db};
        std::set<std::int64_t> all;
        for (const auto& [id, name] : s.all(select(members.id, members.name))) all.insert(id);
        return all;
    }
    void write_urls() const {
        std::ofstream urls(folder_.file("urls"));
        for (const shard_url& s : shards->all()) urls << s.url << "\n";
    }
    pid_t start(const std::string& file, const std::string& failpoint = "", int number = 0) const {
        const pid_t child =
            test::start_self("UniqueImportChild.Imports",
                             {"SHARDWISE_UNIQUE_FOLDER=" + folder_.path().string(),
                              "SHARDWISE_UNIQUE_FILE=" + file, "SHARDWISE_FAILPOINT=" + failpoint},
                             folder_.file("child" + std::to_string(number) + ".log"));
        EXPECT_GT(child, 0);
        return child;
    }
    bool completes(pid_t child, int number = 0) const {
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0)
            << text_of(folder_.file("child" + std::to_string(number) + ".log"));
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    void expect_clean() const {
        for (int i = 0; i < 300; ++i) {
            db->resolve(0);
            if (db->pending_transactions().empty()) break;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        const verify_report found = verify(*db);
        EXPECT_EQ(found.problems, 0);
        for (const verify_finding& f : found.findings)
            ADD_FAILURE() << f.table << " " << f.key << " " << f.what;
        agree();
    }

    test::temp_folder folder_;
};

constexpr const char* header = "id,name,email,team,nick\n";

TEST_P(UniqueImport, TakenValuesAreRejectedWithTheConstraint) {
    ASSERT_EQ(add(1, "one@x", 1, "a"), "no error");
    const import_report r =
        load(write("m.csv", std::string(header) + "10,m,ten@x,1,b\n"    // 2
                                                  "11,m,one@x,1,c\n"    // 3: a row of the table
                                                  "12,m,ten@x,1,d\n"    // 4: the same file
                                                  "13,m,,1,\n"          // 5
                                                  "14,m,,1,\n"          // 6: NULLs are not equal
                                                  "15,m,f@x,1,a\n"      // 7: the nick
                                                  "16,m,\"\",2,a\n"     // 8: another team
                                                  "17,m,\"\",3,a\n"     // 9: "" is a value
                                                  "1,m,eleven@x,9,z\n"  // 10: the key
                                                  "18,m,eleven@x,9,z\n"));
    EXPECT_EQ(r.loaded, 5);
    EXPECT_EQ(r.rejected, 5);
    const std::vector<std::string> found = rejects_in(rejects());
    ASSERT_EQ(found.size(), 5U) << text_of(rejects());
    EXPECT_EQ(found[0], "3 members_email_key");
    EXPECT_EQ(found[1], "4 members_email_key");
    EXPECT_EQ(found[2], "7 members_team_nick_key");
    EXPECT_EQ(found[3], "9 members_email_key");
    EXPECT_EQ(found[4].substr(0, 3), "10 ");
    EXPECT_EQ(text_of(rejects()).find("ten@x exists"), std::string::npos);
    EXPECT_EQ(ids(), (std::set<std::int64_t>{1, 10, 13, 14, 16, 18}));
    // What was rejected has taken nothing.
    EXPECT_EQ(add(20, "f@x", 1, "c"), "no error");
    EXPECT_EQ(add(21, "ten@x"), "unique_violation");
    const import_report again = load(folder_.file("m.csv"));
    EXPECT_TRUE(again.already_complete);
    EXPECT_EQ(again.rejected, 5);
}

/// What SQL gives when the rows are inserted one after the other, each alone.
struct expectation {
    std::set<std::int64_t> ids;
    std::set<std::string> emails, nicks;
    std::set<std::int64_t> lines;

    void take(std::int64_t line, std::int64_t id, const std::string& email, int team,
              const std::string& nick) {
        const std::string both = std::to_string(team) + "/" + nick;
        if (ids.contains(id) || (!email.empty() && emails.contains(email)) ||
            (!nick.empty() && nicks.contains(both))) {
            lines.insert(line);
            return;
        }
        ids.insert(id);
        if (!email.empty()) emails.insert(email);
        if (!nick.empty()) nicks.insert(both);
    }
};

TEST_P(UniqueImport, RandomFilesEndAsRowsInsertedOneByOne) {
    std::mt19937 random(4711);
    const auto draw = [&](int most) { return static_cast<int>(random() % unsigned(most)); };
    expectation expected;
    for (int round = 0; round < (GetParam() == "sqlite" ? 6 : 3); ++round) {
        expected.lines.clear();
        std::string text = header;
        const int rows = 150;
        for (int i = 0; i < rows; ++i) {
            const std::int64_t id = draw(600);
            const std::string email = draw(6) == 0 ? "" : "e" + std::to_string(draw(250)) + "@x";
            const int team = draw(3);
            const std::string nick = draw(6) == 0 ? "" : "n" + std::to_string(draw(120));
            expected.take(i + 2, id, email, team, nick);
            text +=
                std::to_string(id) + ",m," + email + "," + std::to_string(team) + "," + nick + "\n";
        }
        const import_report r =
            load(write("m" + std::to_string(round) + ".csv", text), round % 2 == 0 ? 1'000 : 40);
        EXPECT_EQ(r.rejected, static_cast<std::int64_t>(expected.lines.size()));
        EXPECT_EQ(ids(), expected.ids);
        std::set<std::int64_t> lines;
        for (const std::string& one : rejects_in(rejects())) lines.insert(std::stoll(one));
        EXPECT_EQ(lines, expected.lines);
        agree();
    }
}

TEST_P(UniqueImport, WithoutARejectFileATakenValueEndsIt) {
    std::string text = header;
    for (int i = 1; i <= 30; ++i)
        text += std::to_string(i) + ",m,e" + std::to_string(i == 25 ? 3 : i) + "@x,0,\n";
    const std::string file = write("m.csv", text);
    try {
        load(file, 10, false);
        FAIL() << "it was loaded";
    } catch (const error& e) {
        EXPECT_EQ(name_of(e.code()), "bad_input");
        EXPECT_EQ(e.info().place, file + ":26");
        EXPECT_NE(e.message().find("members_email_key"), std::string::npos) << e.message();
    }
    EXPECT_EQ(count(), 20);
    agree();
    // Mended, it goes on.
    text.replace(text.find("25,m,e3@x"), 9, "25,m,y3@x");
    const import_report r = load(write("m.csv", text), 10, false);
    EXPECT_EQ(r.loaded, 10);
    EXPECT_EQ(r.resumed, 20);
    EXPECT_EQ(count(), 30);
}

TEST_P(UniqueImport, TheLookupTableItselfIsRefused) {
    EXPECT_EQ(code_of([&] {
                  import_csv(*db, "sw_unique_members_email",
                             write("l.csv", "email,of_id\nx@x,1\n"));
              }),
              "not_supported");
}

/// Two files with the same values at once, and sessions that want them, too.
TEST_P(UniqueImport, OfTwoImportersOneGetsEachValue) {
    constexpr int rows = 600;
    std::array<std::string, 2> files;
    for (int f = 0; f < 2; ++f) {
        std::string text = header;
        for (int i = 0; i < rows; ++i) {
            const int value = f == 0 ? i : rows - 1 - i;
            text += std::to_string(10'000 * (f + 1) + i) + ",m,e" + std::to_string(value) +
                    "@x,0,n" + std::to_string(value) + "\n";
        }
        files.at(std::size_t(f)) = write("m" + std::to_string(f) + ".csv", text);
    }
    std::array<import_report, 2> reports;
    std::array<std::string, 3> said;
    std::int64_t added = 0;
    {
        std::vector<std::thread> all;
        for (std::size_t f = 0; f < 2; ++f)
            all.emplace_back([&, f] {
                said.at(f) = code_of([&] {
                    const auto mine = open();
                    import_options o;
                    o.batch_rows = 50;
                    o.reject_file = folder_.file("rejects" + std::to_string(f) + ".csv");
                    reports.at(f) = import_csv(*mine, "members", files.at(f), o);
                });
            });
        all.emplace_back([&] {
            for (int i = 0; i < rows; i += 40)
                added += add(50'000 + i, "e" + std::to_string(i) + "@x") == "no error" ? 1 : 0;
            said[2] = "no error";
        });
        for (std::thread& t : all) t.join();
    }
    EXPECT_THAT(said, testing::Each("no error"));
    std::int64_t loaded = 0;
    for (const import_report& r : reports) {
        EXPECT_EQ(r.loaded + r.rejected, rows);
        loaded += r.loaded;
    }
    EXPECT_EQ(loaded + added, rows);
    EXPECT_EQ(count(), rows);
    for (int f = 0; f < 2; ++f)
        EXPECT_EQ(static_cast<std::int64_t>(
                      rejects_in(folder_.file("rejects" + std::to_string(f) + ".csv")).size()),
                  reports.at(std::size_t(f)).rejected);
}

constexpr int crash_rows = 2'000;

/// Every 50th line has the value of the line before it.
std::string crash_file() {
    std::string text = header;
    for (int i = 1; i <= crash_rows; ++i)
        text += std::to_string(i) + ",m,e" + std::to_string(i % 50 == 0 ? i - 1 : i) + "@x," +
                std::to_string(i % 7) + ",n" + std::to_string(i) + "\n";
    return text;
}

TEST_P(UniqueImport, KilledAtAnyStepItGoesOn) {
    write_urls();
    write("m.csv", crash_file());
    int killed = 0;
    for (const char* const point :
         {"import_before_commit", "txn.begin", "txn.sent.0", "txn.sent.1", "txn.ready.0",
          "txn.ready.1", "txn.before_decide", "txn.decide_sent", "txn.decided", "txn.finishing.1",
          "txn.finished.1", "txn.end", "import_after_commit"}) {
        SCOPED_TRACE(point);
        if (completes(start("m.csv", point + std::string(":kill")))) break;
        ++killed;
        expect_clean();
    }
    EXPECT_GE(killed, 11);
    EXPECT_TRUE(completes(start("m.csv")));
    EXPECT_EQ(count(), crash_rows - crash_rows / 50);
    expect_clean();
    std::vector<std::string> expected;
    for (int i = 50; i <= crash_rows; i += 50)
        expected.push_back(std::to_string(i + 1) + " members_email_key");
    EXPECT_EQ(rejects_in(rejects()), expected);
}

/// Without anybody who cleans up between the kills.
TEST_P(UniqueImport, KilledAtRandomMomentsItLoadsEachRowOnce) {
    write_urls();
    write("m.csv", crash_file());
    std::mt19937 random(815);
    int killed = 0;
    for (int i = 0; i < (GetParam() == "sqlite" ? 12 : 6); ++i) {
        const pid_t child = start("m.csv");
        std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 100));
        kill(child, SIGKILL);
        killed += completes(child) ? 0 : 1;
    }
    EXPECT_GE(killed, 2);
    EXPECT_TRUE(completes(start("m.csv")));
    EXPECT_TRUE(completes(start("m.csv")));  // complete already
    EXPECT_EQ(count(), crash_rows - crash_rows / 50);
    expect_clean();
    EXPECT_EQ(rejects_in(rejects()).size(), std::size_t{crash_rows / 50});
}

INSTANTIATE_TEST_SUITE_P(Clusters, UniqueImport, testing::ValuesIn(test::cluster_kinds()),
                         label_of);

// ---------------------------------------------------------------- not a test by itself

TEST(UniqueImportChild, Imports) {
    const std::string folder = environment("SHARDWISE_UNIQUE_FOLDER");
    if (folder.empty()) return;
    std::vector<shard_url> urls;
    std::ifstream file(folder + "/urls");
    for (std::string line; std::getline(file, line);)
        urls.push_back({"s" + std::to_string(urls.size() + 1), line});
    cluster_options o;
    o.lock_timeout_ms = 20'000;
    cluster db(urls, o);
    import_options how;
    how.batch_rows = 20;
    how.reject_file = folder + "/rejects.csv";
    const import_report r =
        import_csv(db, "members", folder + "/" + environment("SHARDWISE_UNIQUE_FILE"), how);
    EXPECT_EQ(r.rows_read, r.loaded + r.resumed + r.rejected);
}

}  // namespace
}  // namespace shardwise::unique_test
