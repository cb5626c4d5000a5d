// SPDX-License-Identifier: MIT
// Prepared statements of one connection, found by statement.id: no text is hashed or compared on
// the way of a repeated statement. Belongs to its connection; one thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <list>
#include <unordered_map>

#include "engine/driver.hpp"

namespace shardwise::engine::sqlite {

struct prepared {
    sqlite3_stmt* handle = nullptr;
    std::uint64_t id = 0;
    bool counts_rows = false;  ///< INSERT, UPDATE, DELETE: sqlite3_changes() is about it
    bool is_rollback = false;  ///< ROLLBACK of the whole transaction
    bool is_begin = false;     ///< BEGIN IMMEDIATE
    bool heavy = false;        ///< holds long bound values: let go of them after use
    bool cached = false;

    prepared() = default;
    prepared(const prepared&) = delete;
    prepared& operator=(const prepared&) = delete;
    ~prepared() { sqlite3_finalize(handle); }
};

/// Compiles one statement; throws bad_query when the text holds none or more than one, and the
/// mapped error of SQLite otherwise. `flags` as for sqlite3_prepare_v3.
void compile(sqlite3* db, std::string_view text, unsigned flags, std::string_view server,
             prepared& out);

class statement_cache {
public:
    /// `capacity` is the most that is kept between uses.
    explicit statement_cache(std::size_t capacity) : capacity_(capacity) {}

    /// Nothing when the statement is not prepared yet.
    prepared* find(std::uint64_t id) noexcept;
    /// Prepares `s` and, if it is to be kept, makes room by dropping the least recently used one.
    /// The result stays valid until it is given to release(); one statement is in use at a time.
    prepared& add(sqlite3* db, const statement& s, std::string_view server);
    /// The statement was reset: forgets it if it is not to be kept.
    void release(prepared& p) noexcept;
    std::size_t size() const noexcept { return recent_.size(); }

private:
    std::size_t capacity_;
    std::list<prepared> recent_;  ///< most recently used first
    std::list<prepared> single_;  ///< used once
    std::unordered_map<std::uint64_t, std::list<prepared>::iterator> by_id_;
};

}  // namespace shardwise::engine::sqlite
