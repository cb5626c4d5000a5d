// SPDX-License-Identifier: MIT
// The PostgreSQL server that the tests of the driver run on, from the file that scripts/servers
// writes and SHARDWISE_TEST_SERVERS names.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/driver/postgres/driver.hpp"
#include "engine/engine.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::test {

using namespace std::chrono_literals;
using row_values = std::vector<value>;

inline std::optional<nlohmann::json> server_entry() {
    const char* path = std::getenv("SHARDWISE_TEST_SERVERS");
    if (path == nullptr) return std::nullopt;
    std::ifstream file(path);
    for (auto& server : nlohmann::json::parse(file))
        if (server.at("kind") == "postgres") return server;
    return std::nullopt;
}

inline deadline soon() { return deadline::after(10s); }

/// A statement that is prepared under `id` (0: not prepared).
inline statement sql(std::string text, std::vector<column_type> parameters = {},
                     std::vector<column_type> columns = {}, std::uint64_t id = 0) {
    statement s;
    s.text = std::move(text);
    for (const column_type t : parameters) s.parameters.push_back({t, 0});
    for (const column_type t : columns) s.columns.push_back({t, 0});
    s.id = id;
    s.prepare = id != 0;
    return s;
}

class PostgresDriver : public ::testing::Test {
protected:
    void SetUp() override {
        const auto entry = server_entry();
        if (!entry) {
            const char* no_skips = std::getenv("SHARDWISE_NO_SKIPS");
            if (no_skips != nullptr && std::string_view{no_skips} == "1")
                FAIL() << "no postgres server in SHARDWISE_TEST_SERVERS";
            GTEST_SKIP() << "no postgres server in SHARDWISE_TEST_SERVERS";
        }
        where_.kind = engine_kind::postgres;
        where_.host = "127.0.0.1";
        where_.port = entry->at("port").get<std::uint16_t>();
        where_.user = entry->at("user");
        where_.password = entry->at("password");
        where_.database = entry->at("databases").at(0);
        certificate_ = entry->at("cert");
        socket_ = entry->at("socket");
        admin_ = where_;
        c_ = connect();
        // A schema of its own, so that tests can run at the same time.
        schema_ = "driver_" + std::to_string(getpid()) + "_" +
                  ::testing::UnitTest::GetInstance()->current_test_info()->name();
        schema_.resize(std::min<std::size_t>(schema_.size(), 63));
        run(*c_, "CREATE SCHEMA \"" + schema_ + "\"", soon());
        where_.schema = schema_;
        c_ = connect();
    }
    void TearDown() override {
        if (c_ == nullptr) return;
        c_.reset();
        auto cleaner = postgres_driver().connect(admin_, {}, soon());
        run(*cleaner, "DROP SCHEMA \"" + schema_ + "\" CASCADE", soon());
    }

    std::unique_ptr<connection> connect(connect_options options = {}) const {
        return postgres_driver().connect(where_, options, soon());
    }
    /// Runs a batch of DDL or other text, statement by statement.
    void exec(std::initializer_list<std::string_view> texts) {
        for (const std::string_view text : texts) run(*c_, text, soon());
    }
    /// All rows of one statement.
    static std::vector<row_values> rows_of(connection& c, const statement& s,
                                           const std::vector<arg>& args = {}) {
        std::vector<row_values> out;
        run(c, s, args, soon(), [&out](std::span<const arg> row) {
            row_values r;
            for (const arg& a : row) r.emplace_back(a);
            out.push_back(std::move(r));
        });
        return out;
    }
    static std::int64_t number(connection& c, const std::string& text) {
        return rows_of(c, sql(text, {}, {column_type::int64})).at(0).at(0).view().to_integer();
    }
    /// Works until the oldest statement ends; returns its number of rows.
    static std::size_t finish_one(connection& c, std::size_t columns = 0) {
        std::vector<arg> row(columns);
        for (std::size_t count = 0;;) {
            const fetch got = c.next(row);
            if (got == fetch::end) return count;
            if (got == fetch::row)
                ++count;
            else
                wait(c, soon());
        }
    }
    template <typename Action>
    static error_info failure_of(Action action) {
        try {
            action();
        } catch (const error& e) {
            return e.info();
        }
        ADD_FAILURE() << "no error";
        return {};
    }

    url where_;  ///< tests may change it
    url admin_;
    std::string certificate_;
    std::string socket_;
    std::string schema_;
    std::unique_ptr<connection> c_;
};

}  // namespace shardwise::engine::test
