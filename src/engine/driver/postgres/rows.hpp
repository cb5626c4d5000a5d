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

/// How one result column is decoded.
struct column_reader {
    decoder read;
    column_type type;
};

/// Chooses the decoders for the columns of `result`, whose values come in `format`. Throws
/// bad_query when there are more or fewer than declared, bad_value naming the column that cannot be
/// read as declared.
void choose_readers(const PGresult& result, std::span<const statement::result_column> columns,
                    int format, std::vector<column_reader>& out);
/// Throws bad_value for a value that the decoder refused.
[[noreturn]] void refuse_value(const PGresult& result, std::size_t column, column_type type);

class rows {
public:
    /// Takes the rows of `result`. The decoders are chosen at the first result of a statement;
    /// single-row mode brings the later ones with the same columns. Throws bad_value naming the
    /// column that cannot be read as declared.
    void start(result_handle result, std::span<const statement::result_column> columns);
    bool has_row() const noexcept { return row_ < count_; }
    /// Rows of the present result.
    int count() const noexcept { return count_; }
    /// Reads a row; text, bytes and json are views valid until the next start() or clear(). Throws
    /// bad_value naming the column.
    void read(std::span<arg> row);
    /// The next result belongs to another statement.
    void clear() noexcept;

private:
    result_handle result_;
    int row_ = 0;
    int count_ = 0;
    bool chosen_ = false;
    std::vector<column_reader> readers_;
};

}  // namespace shardwise::engine::postgres
