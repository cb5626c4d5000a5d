// SPDX-License-Identifier: MIT
// Fresh shards for one test, on SQLite files, PostgreSQL, MariaDB, or one of each kind after the
// other ("mixed"): PostgreSQL schemas and MariaDB databases of their own, dropped afterwards.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "shardwise/shardwise.hpp"
#include "support/engines.hpp"

namespace shardwise::test {

class test_shards {
public:
    /// `kind`: "sqlite", "postgres", "mariadb" or "mixed".
    test_shards(const std::string& kind, std::size_t count) {
        static const std::vector<std::string> cycle{"sqlite", "postgres", "mariadb"};
        for (std::size_t i = 0; i < count; ++i) {
            const std::string& own = kind == "mixed" ? cycle[i % cycle.size()] : kind;
            add("s" + std::to_string(i + 1), own, i);
        }
    }
    ~test_shards() {
        for (const auto& [server, sql] : drops_) {
            try {
                execute(server, sql);
            } catch (const std::exception&) {  // the server may be gone: its data go with it
            }
        }
    }
    test_shards(const test_shards&) = delete;
    test_shards& operator=(const test_shards&) = delete;

    const std::vector<shard_url>& all() const noexcept { return shards_; }
    const shard_url& operator[](std::size_t i) const { return shards_.at(i); }

    /// Runs SQL on one shard, behind the library's back; the first column of all rows as int64.
    std::vector<std::int64_t> ask(std::size_t shard, const std::string& sql) const {
        engine::engine e(engine::parse_url(shards_.at(shard).url), {});
        const auto link = e.acquire(deadline::after(std::chrono::seconds(10)));
        engine::statement s;
        s.text = sql;
        s.columns = {{column_type::int64, 0}};
        std::vector<std::int64_t> values;
        engine::run(*link, s, {}, deadline::after(std::chrono::seconds(10)),
                    [&](std::span<const arg> row) { values.push_back(row[0].to_integer()); });
        return values;
    }
    /// The same for texts.
    std::vector<std::string> ask_texts(std::size_t shard, const std::string& sql) const {
        engine::engine e(engine::parse_url(shards_.at(shard).url), {});
        const auto link = e.acquire(deadline::after(std::chrono::seconds(10)));
        engine::statement s;
        s.text = sql;
        s.columns = {{column_type::text, 0}};
        std::vector<std::string> values;
        engine::run(*link, s, {}, deadline::after(std::chrono::seconds(10)),
                    [&](std::span<const arg> row) { values.emplace_back(row[0].text()); });
        return values;
    }
    void execute(std::size_t shard, const std::string& sql) const {
        execute(shards_.at(shard).url, sql);
    }

private:
    static void execute(const std::string& url, const std::string& sql) {
        engine::engine e(engine::parse_url(url), {});
        const auto link = e.acquire(deadline::after(std::chrono::seconds(10)));
        engine::run(*link, sql, deadline::after(std::chrono::seconds(30)));
    }

    static test_engine server_of(const std::string& kind, std::size_t i) {
        std::vector<test_engine> servers;
        for (test_engine& e : test_servers())
            if ((e.kind == engine::engine_kind::postgres) == (kind == "postgres"))
                servers.push_back(std::move(e));
        return servers.at(i % servers.size());
    }

    void add(const std::string& name, const std::string& kind, std::size_t i) {
        if (kind == "sqlite") {
            shards_.push_back({name, folder_.sqlite_url(name + ".db")});
            return;
        }
        const test_engine server = server_of(kind, i);
        const std::string space = unique_name("sw");
        if (kind == "postgres") {
            execute(server.url, "CREATE SCHEMA " + space);
            drops_.emplace_back(server.url, "DROP SCHEMA " + space + " CASCADE");
            shards_.push_back({name, server.url + "?schema=" + space});
        } else {
            execute(server.url, "CREATE DATABASE " + space);
            drops_.emplace_back(server.url, "DROP DATABASE " + space);
            shards_.push_back({name, server.url.substr(0, server.url.rfind('/') + 1) + space});
        }
    }

    temp_folder folder_;
    std::vector<shard_url> shards_;
    std::vector<std::pair<std::string, std::string>> drops_;
};

/// Whether the servers for `kind` are there; else the test is skipped with this reason.
inline std::string missing_for(const std::string& kind) {
    bool postgres = false;
    bool mariadb = false;
    for (const test_engine& e : test_servers()) {
        postgres = postgres || e.kind == engine::engine_kind::postgres;
        mariadb = mariadb || e.kind == engine::engine_kind::mariadb;
    }
    if ((kind == "postgres" || kind == "mixed") && !postgres) return "no PostgreSQL server";
    if ((kind == "mariadb" || kind == "mixed") && !mariadb) return "no MariaDB server";
    return {};
}

/// A suite over all kinds of clusters:
///   INSTANTIATE_TEST_SUITE_P(Clusters, MyTest, testing::ValuesIn(cluster_kinds()), label_of);
inline std::vector<std::string> cluster_kinds() {
    return {"sqlite", "postgres", "mariadb", "mixed"};
}

class ClusterTest : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        const std::string missing = missing_for(GetParam());
        if (missing.empty()) return;
        if (no_skips()) FAIL() << missing << " (SHARDWISE_TEST_SERVERS)";
        GTEST_SKIP() << missing << " (run scripts/test, or set SHARDWISE_TEST_SERVERS)";
    }
};

/// A suite over a cluster of three shards that has these tables, filled by fill().
template <class... Es>
class ClusterOf : public ClusterTest {
protected:
    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test_shards>(GetParam(), 3);
        db = std::make_unique<cluster>(shards->all());
        const schema_report report = db->create_all<Es...>();
        ASSERT_TRUE(report.complete()) << report.to_string();
        fill();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }
    virtual void fill() {}

    std::unique_ptr<test_shards> shards;
    std::unique_ptr<cluster> db;
};

}  // namespace shardwise::test
