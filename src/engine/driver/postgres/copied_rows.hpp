// SPDX-License-Identifier: MIT
// Reads the messages of COPY ... TO STDOUT (FORMAT binary): one row each, the header stands before
// the first one, a trailer after the last. COPY does not tell the types of its columns; they come
// from the description of the same SELECT, which the server gave under the same locks. One thread
// at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/driver/postgres/handles.hpp"
#include "engine/driver/postgres/rows.hpp"

namespace shardwise::engine::postgres {

class copied_rows {
public:
    /// `result` has the columns and no rows. Throws as rows::start() does.
    void describe(result_handle result, std::span<const statement::result_column> columns);
    /// Takes a message, which must live until the row was read. False: it has no row. Throws
    /// `internal` for everything that is not exactly a row of the described columns.
    bool take(std::string_view message);
    bool has_row() const noexcept { return has_row_; }
    /// Text, bytes and JSON are views into the message. Throws bad_value naming the column.
    void read(std::span<arg> row);
    /// Rows taken.
    std::int64_t count() const noexcept { return count_; }
    /// The trailer has come.
    bool complete() const noexcept { return at_ == place::end; }
    /// The next copy belongs to another statement.
    void clear() noexcept;

private:
    enum class place : std::uint8_t { header, rows, end };

    result_handle described_;
    std::vector<column_reader> readers_;
    std::string_view fields_;  ///< of the present row
    std::int64_t count_ = 0;
    place at_ = place::header;
    bool has_row_ = false;
};

}  // namespace shardwise::engine::postgres
