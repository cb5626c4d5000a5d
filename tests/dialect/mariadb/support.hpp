// SPDX-License-Identifier: MIT
// A MariaDB server for the tests of its driver, from the JSON that scripts/servers wrote
// (SHARDWISE_TEST_SERVERS). Without one the tests are skipped; with SHARDWISE_NO_SKIPS=1 they fail.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/driver/mariadb/driver.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::mariadb_test {

using rows = std::vector<std::vector<value>>;

inline std::optional<nlohmann::json> server() {
    const char* file = std::getenv("SHARDWISE_TEST_SERVERS");
    if (file == nullptr) return std::nullopt;
    std::ifstream in(file);
    for (const auto& s : nlohmann::json::parse(in)) {
        if (s.at("kind") == "mariadb") return s;
    }
    return std::nullopt;
}

inline url url_of(const nlohmann::json& s) {
    url u;
    u.kind = engine_kind::mariadb;
    u.host = "127.0.0.1";
    u.port = s.at("port").get<std::uint16_t>();
    u.user = s.at("user");
    u.password = s.at("password");
    u.database = "shardwise4";
    return u;
}

inline deadline soon() { return deadline::after(std::chrono::seconds(20)); }

inline fetch next(connection& c, std::span<arg> row) {
    for (;;) {
        const fetch f = c.next(row);
        if (f != fetch::wait) return f;
        const wait_handle w = c.waits_on();
        pollfd watched{w.fd, w.events, 0};
        if (::poll(&watched, 1, 20'000) == 0) throw std::runtime_error("the server is silent");
    }
}

inline statement make(std::string text, std::vector<column_type> columns = {},
                      std::vector<column_type> parameters = {}) {
    static std::uint64_t last_id = 0;
    statement s;
    s.text = std::move(text);
    for (const auto t : columns) s.columns.push_back({.type = t, .scale = 0});
    for (const auto t : parameters) s.parameters.push_back({.type = t, .scale = 0});
    s.id = ++last_id;
    return s;
}

inline rows collect(connection& c, std::size_t width) {
    rows all;
    std::vector<arg> row(width);
    while (next(c, row) == fetch::row) all.emplace_back(row.begin(), row.end());
    return all;
}

inline rows run(connection& c, const statement& s, std::vector<arg> args = {}) {
    c.send(s, args);
    return collect(c, s.columns.size());
}

/// Text protocol.
inline rows run(connection& c, std::string text, std::vector<column_type> columns = {}) {
    statement s = make(std::move(text), std::move(columns));
    s.prepare = false;
    return run(c, s);
}

/// One connection, and a second one where a test needs an opponent.
class MariadbTest : public ::testing::Test {
protected:
    void SetUp() override {
        server_ = server();
        if (!server_) {
            const char* forbidden = std::getenv("SHARDWISE_NO_SKIPS");
            const std::string why = "no MariaDB server in SHARDWISE_TEST_SERVERS";
            if (forbidden != nullptr && std::string(forbidden) == "1") FAIL() << why;
            GTEST_SKIP() << why;
        }
        c_ = connect();
    }
    std::unique_ptr<connection> connect(const connect_options& options = {}) const {
        return mariadb_driver().connect(url_of(*server_), options, soon());
    }
    /// A table with this name and these columns, empty.
    void table(const std::string& name, const std::string& columns) {
        run(*c_, "DROP TABLE IF EXISTS " + name);
        run(*c_, "CREATE TABLE " + name + " (" + columns + ")");
    }
    std::int64_t count(const std::string& name) {
        return run(*c_, "SELECT count(*) FROM " + name, {column_type::int64})[0][0]
            .view()
            .integer();
    }

    std::optional<nlohmann::json> server_;
    std::unique_ptr<connection> c_;
};

/// The error that `work` throws; fails the test when it throws none.
template <typename Work>
error_info error_of(Work&& work) {
    try {
        work();
    } catch (const error& e) {
        return e.info();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
}

}  // namespace shardwise::engine::mariadb_test
