// SPDX-License-Identifier: MIT
// Records what a transaction changes, with SQLite's session extension, so that it can be stored as
// a prepared transaction and applied later. Belongs to its connection; one thread at a time.
#pragma once

#include <sqlite3.h>

#include <set>
#include <string>
#include <string_view>

#include "engine/driver.hpp"
#include "engine/driver/sqlite/statement_cache.hpp"

// SQLite's header declares this type only on request.
struct sqlite3_session;

namespace shardwise::engine::sqlite {

class sqlite_recorder final : public change_recorder {
public:
    sqlite_recorder(sqlite3* db, std::string server) : db_(db), server_(std::move(server)) {}
    ~sqlite_recorder() override { sqlite_recorder::stop(); }
    sqlite_recorder(const sqlite_recorder&) = delete;
    sqlite_recorder& operator=(const sqlite_recorder&) = delete;

    void start() override;
    std::string take() override;
    void stop() noexcept override;
    void apply(std::string_view changes) override;
    void wait_while(std::string_view query) override;

    /// wait_while() was called: it has to be asked after BEGIN IMMEDIATE.
    bool guarded() const noexcept { return guard_.handle != nullptr; }
    /// Whether the query of wait_while() returns a row now.
    bool blocked();

private:
    static int note_table(void* self, const char* table) noexcept;
    void check_tables();

    sqlite3* db_;
    std::string server_;
    sqlite3_session* session_ = nullptr;
    std::set<std::string, std::less<>> written_;  ///< tables
    bool complete_ = true;
    prepared guard_;
};

}  // namespace shardwise::engine::sqlite
