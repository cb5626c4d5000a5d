// SPDX-License-Identifier: MIT
// A bank whose clients are processes that die or stop in the middle: fresh images of this program.
#pragma once

#include <filesystem>
#include <fstream>

#include "bank.hpp"
#include "support/child_process.hpp"

namespace shardwise::txn_test {
using test::environment;
using test::was_killed;

class CrashingBank : public Bank {
protected:
    void SetUp() override {
        Bank::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        std::ofstream urls(folder_.file("urls"));
        for (const shard_url& s : shards->all()) {
            named_.push_back(s);
            if (s.url.starts_with("postgres"))
                named_.back().url += "&application_name=" + application_;
            urls << named_.back().url << "\n";
        }
    }

    /// What a dead client had sent is still worked on. Its servers have noticed its end when its
    /// connections are gone; to see that, ours end, too. Then everything is resolved.
    void resolve_alone() {
        db.reset();
        const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        for (std::size_t i = 0; i < shard_count; ++i) {
            while (connections(i) > 0) {
                ASSERT_LT(std::chrono::steady_clock::now(), last) << "connections are left";
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            }
        }
        db = std::make_unique<cluster>(named_, quiet_options());
        recover(*db);
    }
    std::int64_t connections(std::size_t shard) const {
        const std::string& url = named_[shard].url;
        if (url.starts_with("postgres"))
            return shards
                ->ask(shard, "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = '" +
                                 application_ + "'")
                .at(0);
        if (url.starts_with("mariadb"))
            return shards
                ->ask(shard,
                      "SELECT COUNT(*) FROM information_schema.processlist "
                      "WHERE db = DATABASE() AND id <> CONNECTION_ID()")
                .at(0);
        return 0;  // the locks of a file end with their process
    }

    /// A fresh image of this program, which transfers until it dies. `first`: of its numbers.
    pid_t start(std::int64_t first, const std::string& failpoint, int threads = 1,
                const std::string& resolves_every_ms = "0", std::int64_t transfers = 100'000) {
        std::remove(folder_.file("ready").c_str());
        return test::start_self(child_,
                                {"SHARDWISE_TXN_FOLDER=" + folder_.path().string(),
                                 "SHARDWISE_TXN_FIRST=" + std::to_string(first),
                                 "SHARDWISE_TXN_THREADS=" + std::to_string(threads),
                                 "SHARDWISE_TXN_RESOLVES=" + resolves_every_ms,
                                 "SHARDWISE_TXN_TRANSFERS=" + std::to_string(transfers),
                                 "SHARDWISE_TXN_IDLE_MS=" + std::to_string(idle_ms_),
                                 "SHARDWISE_FAILPOINT=" + failpoint},
                                folder_.file("child.log"));
    }
    void wait_until_ready(pid_t child) const {
        for (int i = 0; i < 3'000 && !std::filesystem::exists(folder_.file("ready")); ++i) {
            ASSERT_EQ(waitpid(child, nullptr, WNOHANG), 0) << "the child has ended";
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
    std::set<std::int64_t> acknowledged() const {
        std::set<std::int64_t> numbers;
        std::ifstream file(folder_.file("acknowledged"));
        for (std::int64_t n = 0; file >> n;) numbers.insert(n);
        return numbers;
    }

    test::temp_folder folder_;
    std::string child_ = "TxnChild.*";  ///< the test that is the other process
    std::string application_ = test::unique_name("crash");
    std::int64_t idle_ms_ = 60'000;  ///< children's time limit for idle transactions
    std::vector<shard_url> named_;   ///< the shards, with our name on the connections
};

}  // namespace shardwise::txn_test
