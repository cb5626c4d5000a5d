// SPDX-License-Identifier: MIT
// Which databases the tests can use, unique names, and folders that vanish. Header only: every test
// program includes what it needs. Servers come from the file that scripts/servers has written;
// SHARDWISE_TEST_SERVERS names it. SHARDWISE_NO_SKIPS=1 (CI) turns a missing server into a failure.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/url.hpp"

namespace shardwise::test {

/// A folder under the temporary folder, removed with everything in it.
class temp_folder {
public:
    temp_folder() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "shardwise-test-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
        path_ = pattern;
    }
    ~temp_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    temp_folder(const temp_folder&) = delete;
    temp_folder& operator=(const temp_folder&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    std::string file(const std::string& name) const { return (path_ / name).string(); }
    /// sqlite:////tmp/...
    std::string sqlite_url(const std::string& name) const { return "sqlite:///" + file(name); }

private:
    std::filesystem::path path_;
};

/// "t_4711_3": different in each process and at each call, so that tests may share a server.
inline std::string unique_name(const std::string& prefix) {
    static std::atomic<int> count{0};
    return prefix + "_" + std::to_string(getpid()) + "_" + std::to_string(++count);
}

inline bool no_skips() {
    const char* set = std::getenv("SHARDWISE_NO_SKIPS");
    return set != nullptr && std::string(set) == "1";
}

/// The suite runs without the planner's rewrites (SHARDWISE_WITHOUT_REWRITES, docs/pushdown.md):
/// answers are the same, plans are not.
inline bool rewrites_are_off() { return std::getenv("SHARDWISE_WITHOUT_REWRITES") != nullptr; }

struct test_engine {
    std::string name;  ///< "sqlite_file", "sqlite_memory", "pg1", "maria1", ...
    std::string url;
    engine::engine_kind kind = engine::engine_kind::sqlite;
    std::string password;                ///< for looking for it where it must not be
    std::vector<std::string> databases;  ///< of a server
};

/// The servers of the file named by SHARDWISE_TEST_SERVERS; none without it.
inline std::vector<test_engine> test_servers() {
    std::vector<test_engine> found;
    const char* path = std::getenv("SHARDWISE_TEST_SERVERS");
    if (path == nullptr) return found;
    std::ifstream file(path);
    if (!file) throw std::runtime_error(std::string("cannot read ") + path);
    for (const auto& server : nlohmann::json::parse(file)) {
        const std::string kind = server.at("kind");
        if (kind == "sqlite") continue;
        test_engine e;
        e.name = server.at("name");
        e.url = server.at("url");
        e.kind = kind == "postgres" ? engine::engine_kind::postgres : engine::engine_kind::mariadb;
        e.password = server.at("password");
        for (const auto& database : server.at("databases")) e.databases.push_back(database);
        found.push_back(std::move(e));
    }
    return found;
}

/// SQLite in a fresh file of `folder` and in memory, and one server of each kind that is there.
inline std::vector<test_engine> available_engines(const temp_folder& folder) {
    std::vector<test_engine> all;
    all.push_back({"sqlite_file",
                   folder.sqlite_url(unique_name("db") + ".db"),
                   engine::engine_kind::sqlite,
                   {},
                   {}});
    all.push_back({"sqlite_memory", "sqlite://:memory:", engine::engine_kind::sqlite, {}, {}});
    bool have[3] = {};
    for (test_engine& server : test_servers()) {
        bool& seen = have[static_cast<int>(server.kind)];
        if (!seen) all.push_back(std::move(server));
        seen = true;
    }
    return all;
}

/// `label`: "sqlite_file", "sqlite_memory", "postgres" or "mariadb".
inline std::optional<test_engine> find_engine(const std::string& label, const temp_folder& folder) {
    for (test_engine& e : available_engines(folder)) {
        const bool server = (label == "postgres" && e.kind == engine::engine_kind::postgres) ||
                            (label == "mariadb" && e.kind == engine::engine_kind::mariadb);
        if (server || e.name == label) return std::move(e);
    }
    return std::nullopt;
}

// What test suites are instantiated with: what this build has a client for. Not what runs now,
// because the tests are listed at build time, when no server is up.
inline std::vector<std::string> server_labels() {
    std::vector<std::string> labels;
#ifdef SHARDWISE_WITH_POSTGRES
    labels.emplace_back("postgres");
#endif
#ifdef SHARDWISE_WITH_MARIADB
    labels.emplace_back("mariadb");
#endif
    return labels;
}
/// Those that can have several connections.
inline std::vector<std::string> shared_labels() {
    std::vector<std::string> labels = server_labels();
    labels.emplace_back("sqlite_file");
    return labels;
}
inline std::vector<std::string> all_labels() {
    std::vector<std::string> labels = shared_labels();
    labels.emplace_back("sqlite_memory");
    return labels;
}

inline std::string label_of(const testing::TestParamInfo<std::string>& info) { return info.param; }

}  // namespace shardwise::test
