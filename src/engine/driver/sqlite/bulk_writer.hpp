// SPDX-License-Identifier: MIT
// Bulk insert into SQLite: one prepared INSERT, stepped once for each row, inside one transaction.
// One thread at a time; the connection must outlive it.
#pragma once

#include <string>
#include <vector>

#include "engine/driver/sqlite/connection.hpp"

namespace shardwise::engine::sqlite {

class sqlite_bulk_writer final : public bulk_writer {
public:
    /// Opens a transaction, or a savepoint inside the one that is open.
    sqlite_bulk_writer(sqlite_connection& c, std::string_view table,
                       std::span<const connection::bulk_column> columns, deadline limit);
    ~sqlite_bulk_writer() override;

    void put(std::span<const arg> row, deadline limit) override;
    std::int64_t finish(deadline limit) override;

private:
    void undo() noexcept;

    sqlite_connection& connection_;
    std::string text_;
    prepared insert_;
    std::vector<statement::parameter> types_;
    std::int64_t rows_ = 0;
    bool nested_ = false;
    bool open_ = false;
};

}  // namespace shardwise::engine::sqlite
