// SPDX-License-Identifier: MIT
// Two servers that belong to the test alone, because it stops and kills them, and a cluster on
// them: accounts with even ids live on s1, the others on s2, which is the one that suffers. Started
// by the first test of a kind, removed by the end of the suite. One thread.
#pragma once

#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <map>

#include "integration/hostile/fixture.hpp"

namespace shardwise::test {

class own_servers {
public:
    explicit own_servers(const std::string& kind) {
        chmod(folder_.path().c_str(), 0755);  // servers started by root have users of their own
        const auto [code, text] = run("up --fast --databases 1 --" + kind + " 2");
        if (code == 3) missing_ = text;
        if (code != 0 && code != 3) throw std::runtime_error("scripts/servers: " + text);
    }
    ~own_servers() { run("down"); }
    own_servers(const own_servers&) = delete;
    own_servers& operator=(const own_servers&) = delete;

    /// Why there are none; empty when there are.
    const std::string& missing() const noexcept { return missing_; }
    std::string state_file() const { return folder_.file("servers.json"); }
    /// pause, resume, kill, restart
    void tell(const std::string& command, const std::string& server) const {
        const auto [code, text] = run(command + " " + server);
        if (code != 0) throw std::runtime_error("scripts/servers " + command + ": " + text);
    }

private:
    std::pair<int, std::string> run(const std::string& arguments) const {
        const std::string line = SHARDWISE_SOURCE_DIR "/scripts/servers " + arguments + " --dir " +
                                 folder_.path().string() + " 2>&1";
        FILE* const pipe = popen(line.c_str(), "r");
        if (pipe == nullptr) throw std::runtime_error("popen failed");
        std::string text;
        std::array<char, 4096> part;
        while (fgets(part.data(), part.size(), pipe) != nullptr) text += part.data();
        const int status = pclose(pipe);
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
    }

    temp_folder folder_;
    std::string missing_;
};

class RealServers : public testing::TestWithParam<std::string> {
protected:
    static constexpr std::chrono::milliseconds patience{700};
    static constexpr session_options impatient{.timeout_ms = patience.count()};
    static constexpr std::int64_t first_rows = 20;

    static void TearDownTestSuite() { started().clear(); }

    void SetUp() override {
        auto& mine = started()[GetParam()];
        if (!mine) mine = std::make_unique<own_servers>(GetParam());
        servers = mine.get();
        if (!servers->missing().empty()) {
            if (no_skips()) FAIL() << servers->missing();
            GTEST_SKIP() << servers->missing();
        }
        setenv("SHARDWISE_TEST_SERVERS", servers->state_file().c_str(), 1);
        victim = GetParam() == "postgres" ? "pg2" : "maria2";
        shards = std::make_unique<test_shards>(GetParam(), 2);
        db = open();
        const schema_report report = db->create_all<account, currency>();
        ASSERT_TRUE(report.complete()) << report.to_string();
        session s{*db};
        for (std::int64_t i = 1; i <= first_rows; ++i) s.add(account{.id = i, .name = "n"});
        s.commit();
    }
    /// More than the buffers on the way take.
    void add_many() {
        std::vector<account> many(16'000);
        for (std::size_t k = 0; k < many.size(); ++k)
            many[k] = {.id = static_cast<std::int64_t>(100'000 + k),
                       .name = std::string(2'000, 'x'),
                       .balance = 0};
        session s{*db};
        s.bulk_insert(many);
        s.commit();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }

    std::unique_ptr<cluster> open() const {
        cluster_options o;
        o.pool_size = 3;
        o.connect_timeout_ms = 1'000;
        o.statement_timeout_ms = 4'000;
        return std::make_unique<cluster>(shards->all(), o);
    }

    /// Against waiting for ever only: the machine may be busy.
    template <class F>
    void in_time(F&& call) {
        const auto begin = std::chrono::steady_clock::now();
        call();
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - begin);
        EXPECT_LT(took, patience + std::chrono::seconds(5));
        longest = std::max(longest, took);
    }

    /// The shard that is well: read and written at once.
    void other_shard_works(cluster& c) {
        session s{c, impatient};
        in_time([&] {
            EXPECT_TRUE(s.find<account>(2));
            s.get<account>(4).edit().balance += 1;
            s.commit();
        });
    }
    /// Both shards, through a cluster that was open all the time.
    void all_works(cluster& c) {
        session s{c, {.timeout_ms = 20'000}};
        EXPECT_TRUE(s.find<account>(1));
        s.get<account>(1).edit().balance += 1;
        s.get<account>(2).edit().balance += 1;
        s.commit();
        EXPECT_EQ(s.count(select<account>()), rows(0) + rows(1));
        EXPECT_GE(rows(0) + rows(1), first_rows);
    }
    std::int64_t rows(std::size_t shard, const std::string& condition = "1 = 1") const {
        return shards->ask(shard, "SELECT COUNT(*) FROM accounts WHERE " + condition).at(0);
    }

    own_servers* servers = nullptr;
    std::string victim;
    std::unique_ptr<test_shards> shards;
    std::unique_ptr<cluster> db;
    std::int64_t next_id = 1'001;  // odd: on s2
    std::chrono::milliseconds longest{0};

private:
    static std::map<std::string, std::unique_ptr<own_servers>>& started() {
        static std::map<std::string, std::unique_ptr<own_servers>> all;
        return all;
    }
};

/// One moment of a session's life: what was done before the server fails, and what is tried then.
/// `id` is odd and of nobody else; id + 1 lives on the other shard.
struct moment {
    const char* name;
    void (*before)(session&, std::int64_t id);
    void (*call)(session&, std::int64_t id);
    bool ends_transaction = false;  ///< COMMIT (or a statement that commits) is sent by `call`
};

inline void add_both(session& s, std::int64_t id) {
    s.add(account{.id = id, .name = "new"});
    s.add(account{.id = id + 1, .name = "new"});
}
inline void flush_both(session& s, std::int64_t id) {
    add_both(s, id);
    s.flush();
}

inline const std::vector<moment>& moments() {
    static const std::vector<moment> all{
        {"a point read", [](session&, std::int64_t) {},
         [](session& s, std::int64_t) { s.find<account>(1); }},
        {"a scatter", [](session&, std::int64_t) {},
         [](session& s, std::int64_t) {
             s.all(select<account>().where(accounts.id < 50).order_by(accounts.name).limit(5));
         }},
        {"a point read in a transaction", flush_both,
         [](session& s, std::int64_t) { s.find<account>(3); }},
        {"a scatter in a transaction", flush_both,
         [](session& s, std::int64_t) {
             s.all(select<account>().where(accounts.id < 50).order_by(accounts.name));
         }},
        {"a change", [](session&, std::int64_t) {},
         [](session& s, std::int64_t) {
             s.run(update<account>().set(accounts.balance, 7).where(accounts.id < 50));
         }},
        {"a flush", add_both, [](session& s, std::int64_t) { s.flush(); }},
        {"a second flush", flush_both,
         [](session& s, std::int64_t) {
             s.get<account>(5).edit().balance += 1;
             s.flush();
         }},
        // s2 is asked to prepare: the transaction ends on s1, by another statement.
        {"a commit of all shards", flush_both, [](session& s, std::int64_t) { s.commit(); }},
        {"a commit of one statement",
         [](session& s, std::int64_t id) {
             s.find<account>(1);
             s.add(account{.id = id, .name = "new"});
         },
         [](session& s, std::int64_t) { s.commit(); }, true},
    };
    return all;
}

}  // namespace shardwise::test
