// SPDX-License-Identifier: MIT
// Bulk insert by MariaDB's array binding: one INSERT is prepared, and each round trip carries many
// rows of parameters (docs/decisions/0021 tells why not LOAD DATA). Either all rows are there or
// none: it begins a transaction, or sets a savepoint in the one that is open. One thread at a time;
// must not outlive its connection.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/driver.hpp"
#include "engine/driver/mariadb/connection.hpp"

namespace shardwise::engine::mariadb {

/// The values of one column of a chunk, in the arrays libmariadb wants.
class column_buffer {
public:
    explicit column_buffer(const connection::bulk_column& column)
        : type_(column.type), scale_(column.scale) {}
    /// Throws bad_value or value_not_storable; returns the bytes taken. `position` is 1-based.
    std::size_t append(const arg& v, std::size_t position);
    /// Takes the last value back.
    void truncate(std::size_t rows);
    /// The addresses of all rows; valid until the following append().
    MYSQL_BIND bind();
    void clear() { truncate(0); }

private:
    bool is_text() const noexcept;
    std::string_view encode(const arg& v);

    column_type type_;
    std::uint8_t scale_;
    std::vector<char> indicators_;
    std::vector<std::int64_t> integers_;
    std::vector<double> reals_;
    std::vector<MYSQL_TIME> times_;
    std::string text_;
    std::string scratch_;
    std::vector<std::size_t> starts_;
    std::vector<unsigned long> lengths_;
    std::vector<void*> addresses_;
};

class array_writer final : public bulk_writer {
public:
    array_writer(mariadb_connection& owner, std::string_view table,
                 std::span<const connection::bulk_column> columns, deadline limit);
    ~array_writer() override;
    void put(std::span<const arg> row, deadline limit) override;
    std::int64_t finish(deadline limit) override;

private:
    std::size_t append(std::span<const arg> row);
    void flush(deadline limit);
    void roll_back() noexcept;

    struct close_statement {
        void operator()(MYSQL_STMT* s) const noexcept { mysql_stmt_close(s); }
    };
    mariadb_connection& owner_;
    std::string text_;
    std::unique_ptr<MYSQL_STMT, close_statement> statement_;
    std::vector<column_buffer> columns_;
    std::size_t rows_ = 0;   ///< buffered
    std::size_t bytes_ = 0;  ///< buffered
    std::int64_t sent_ = 0;
    bool own_transaction_ = false;
    bool open_ = false;  ///< begun and neither finished nor rolled back
};

}  // namespace shardwise::engine::mariadb
