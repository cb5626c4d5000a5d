// SPDX-License-Identifier: MIT
// Reads the rows of one PGresult after the other. One thread at a time.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/driver.hpp"
#include "engine/driver/postgres/binary_codec.hpp"
#include "engine/driver/postgres/handles.hpp"

namespace shardwise::engine::postgres {

class rows {
public:
    /// Takes the rows of `result`. The decoders are chosen at the first result of a statement;
    /// single-row mode brings the later ones with the same columns. Throws bad_value naming the
    /// column that cannot be read as declared.
    void start(result_handle result, std::span<const statement::result_column> columns);
    bool has_row() const noexcept { return row_ < count_; }
    /// Reads a row; text, bytes and json are views valid until the next start() or clear(). Throws
    /// bad_value naming the column.
    void read(std::span<arg> row);
    /// The next result belongs to another statement.
    void clear() noexcept;

private:
    void choose_decoders(std::span<const statement::result_column> columns);
    [[noreturn]] void refuse(std::size_t column) const;

    result_handle result_;
    int row_ = 0;
    int count_ = 0;
    bool chosen_ = false;
    std::vector<decoder> decoders_;
    std::vector<column_type> types_;
};

}  // namespace shardwise::engine::postgres
