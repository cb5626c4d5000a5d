// SPDX-License-Identifier: MIT
// The statements that one connection has prepared, least recently used out first. Lives and dies
// with its connection; one thread at a time.
#pragma once

#include <mysql.h>

#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/driver.hpp"
#include "engine/driver/mariadb/decode.hpp"

namespace shardwise::engine::mariadb {

/// One MYSQL_STMT with a copy of what is needed to run it again and to read its rows. The address
/// is known to libmariadb: it never moves.
class prepared {
public:
    prepared(MYSQL* handle, const statement& s);
    ~prepared();
    prepared(const prepared&) = delete;
    prepared& operator=(const prepared&) = delete;

    MYSQL_STMT* handle() const noexcept { return handle_; }
    const std::string& text() const noexcept { return text_; }
    const std::vector<statement::result_column>& columns() const noexcept { return columns_; }
    /// Rows that it returns are rows that it changed (INSERT ... RETURNING).
    bool returns_changes() const noexcept { return returns_changes_; }

    /// Decodes the row that libmariadb fetched last. Throws bad_value.
    void decode(std::span<arg> row) const;

    bool ready = false;      ///< the server knows it
    bool forgotten = false;  ///< not to be found again: closed when nobody uses it
    std::size_t users = 0;   ///< requests in the queue that stand on it

private:
    /// libmariadb's way to hand out a row without copying: called once for each column.
    static void take_column(void* self, unsigned int column, unsigned char** row);

    MYSQL_STMT* handle_;
    std::string text_;
    std::vector<statement::result_column> columns_;
    std::vector<cell> cells_;
    bool returns_changes_;
};

class statement_cache {
public:
    explicit statement_cache(std::size_t capacity) : capacity_(capacity == 0 ? 1 : capacity) {}

    /// The entry for `s`, made if there is none. It stays valid as long as `users` is not 0.
    prepared& get(MYSQL* handle, const statement& s);
    /// Nobody shall find this entry again (it failed).
    void forget(prepared& p) noexcept;
    /// A user less; closes a forgotten entry and the oldest above the capacity. Only while no call
    /// is pending on the handle and no rows are unread: closing writes to the socket.
    void release(prepared& p) noexcept;
    /// Closes what is not in use, the oldest first, until `keep` are left. True if anything was.
    bool close_unused(std::size_t keep) noexcept;
    std::size_t size() const noexcept { return entries_.size(); }

private:
    struct entry {
        std::uint64_t id;
        std::unique_ptr<prepared> statement;
    };
    std::size_t capacity_;
    std::list<entry> entries_;  ///< most recently used first
    std::unordered_map<std::uint64_t, std::list<entry>::iterator> by_id_;
};

/// The word a statement starts with, in upper case; empty if it is no word.
std::string first_word(std::string_view text);

}  // namespace shardwise::engine::mariadb
