// SPDX-License-Identifier: MIT
// The prepared statements of one connection, by statement id; the least recently used one gives way
// when the cache is full. One thread at a time, as the connection that owns it.
//
// A statement lives on the server as long as a prepared_statement with on_server() exists here;
// when the last owner (the cache, or a batch that still runs it) lets go, its name goes to
// dropped(), to be deallocated with the next batch.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/driver.hpp"

namespace shardwise::engine::postgres {

using dropped_names = std::vector<std::string>;

/// A statement as one connection knows it. Independent of the caller's statement, which may be gone
/// when the answer comes.
class prepared_statement {
public:
    /// Without a name the statement is run once and never kept on the server.
    prepared_statement(const statement& s, std::string name,
                       std::shared_ptr<dropped_names> dropped);
    ~prepared_statement();
    /// A nameless copy: never two owners of one name.
    prepared_statement(const prepared_statement& other);
    prepared_statement& operator=(const prepared_statement&) = delete;

    const std::string& name() const noexcept { return name_; }
    const std::string& text() const noexcept { return text_; }
    const std::vector<Oid>& parameter_types() const noexcept { return parameter_types_; }
    const std::vector<statement::result_column>& columns() const noexcept { return columns_; }

    bool is_named() const noexcept { return !name_.empty(); }
    bool on_server() const noexcept { return on_server_; }
    void set_on_server(bool on) noexcept { on_server_ = on; }

    /// How many rows it returned lately on this connection; 0 before the first time.
    std::int64_t usual_rows() const noexcept { return usual_rows_; }
    void note_rows(std::int64_t rows) noexcept {
        usual_rows_ = usual_rows_ == 0 ? rows : (usual_rows_ + rows) / 2;
    }

private:
    std::string name_;
    std::string text_;
    std::vector<Oid> parameter_types_;
    std::vector<statement::result_column> columns_;
    std::shared_ptr<dropped_names> dropped_;
    std::int64_t usual_rows_ = 0;
    bool on_server_ = false;
};

using prepared_ptr = std::shared_ptr<prepared_statement>;

class statement_cache {
public:
    explicit statement_cache(std::size_t capacity) : capacity_(capacity) {}

    /// The connection's form of `s`; a nameless one when `s` is not to be prepared.
    prepared_ptr find_or_add(const statement& s);
    /// The next use prepares it again, under a new name.
    void forget(const prepared_statement& p) noexcept;
    /// The server has lost all of them: nothing is left to deallocate.
    void forget_all() noexcept;

    dropped_names& dropped() noexcept { return *dropped_; }
    std::size_t size() const noexcept { return recent_.size(); }

private:
    struct entry {
        std::uint64_t id;
        prepared_ptr prepared;
    };
    std::size_t capacity_;
    std::uint64_t names_given_ = 0;
    std::shared_ptr<dropped_names> dropped_ = std::make_shared<dropped_names>();
    std::list<entry> recent_;  ///< most recently used first
    std::unordered_map<std::uint64_t, std::list<entry>::iterator> by_id_;
};

}  // namespace shardwise::engine::postgres
