// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/copy_writer.hpp"

#include <fmt/format.h>

#include "engine/driver/postgres/byte_order.hpp"
#include "engine/driver/postgres/connection.hpp"
#include "engine/storable.hpp"
#include "shardwise/base/error.hpp"
#include "sql/dialect.hpp"

namespace shardwise::engine::postgres {
namespace {

constexpr std::size_t chunk = 64 * 1024;  // 8 kB and 256 kB were not faster
/// "PGCOPY", flags and length of the header's extension.
constexpr std::string_view header{"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19};
constexpr std::int16_t trailer = -1;
constexpr std::int32_t null_length = -1;
constexpr std::size_t most_columns = 1600;  // PostgreSQL's limit
constexpr std::size_t longest = std::size_t{1} << 30;

void append_quoted(std::string& to, std::string_view what, std::string_view name) {
    sql::check_identifier(what, name);
    sql::dialect_for(sql::dialect_kind::postgres).identifier(to, name);
}

}  // namespace

copy_writer::copy_writer(pg_connection& connection, std::string_view table,
                         std::span<const connection::bulk_column> columns, deadline limit)
    : connection_(connection), table_(table) {
    if (columns.empty() || columns.size() > most_columns)
        raise(error_code::bad_query,
              fmt::format("bulk insert into '{}' with {} columns", table, columns.size()));
    std::string names;
    for (const auto& c : columns) {
        if (!names.empty()) names += ", ";
        append_quoted(names, "column", c.name);
        targets_.push_back({c.name, c.type, wire::none});
    }
    std::string quoted_table;
    append_quoted(quoted_table, "table", table);
    ask_types(fmt::format("SELECT {} FROM {}", names, quoted_table), limit);
    connection_.start_copy(
        fmt::format("COPY {} ({}) FROM STDIN (FORMAT binary)", quoted_table, names), limit);
    open_ = true;
    buffer_.reserve(chunk + chunk / 4);
    buffer_ = header;
}

copy_writer::~copy_writer() {
    if (open_) connection_.abandon_copy();
}

void copy_writer::ask_types(const std::string& select, deadline limit) {
    const std::vector<oid> types = connection_.column_types_of(select, limit);
    if (types.size() != targets_.size())
        raise(error_code::internal, "the server described another number of columns");
    for (std::size_t i = 0; i < types.size(); ++i) {
        target& t = targets_[i];
        t.layout = wire_for(types[i], t.type);
        if (t.layout == wire::none)
            raise({.code = error_code::schema_mismatch,
                   .message = fmt::format("column '{}' of table '{}' has PostgreSQL type {}, which "
                                          "cannot take {} unchanged",
                                          t.name, table_, types[i], name_of(t.type)),
                   .table = table_});
    }
}

void copy_writer::put(std::span<const arg> row, deadline limit) {
    if (!open_) raise(error_code::bad_state, "put() after finish() or an error of a bulk insert");
    if (row.size() != targets_.size())
        raise({.code = error_code::internal,
               .message = fmt::format("a row of {} values for {} columns of '{}'", row.size(),
                                      targets_.size(), table_),
               .table = table_});
    const std::size_t before = buffer_.size();
    try {
        append(buffer_, static_cast<std::int16_t>(row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) put_value(row[i], targets_[i]);
    } catch (...) {
        buffer_.resize(before);  // the row is refused as a whole; others may follow
        throw;
    }
    if (buffer_.size() < chunk) return;
    try {
        connection_.put_copy_data(buffer_, limit);
    } catch (...) {
        connection_.abandon_copy();
        open_ = false;
        throw;
    }
    buffer_.clear();
}

void copy_writer::put_value(const arg& v, const target& to) {
    const std::size_t length_at = buffer_.size();
    append(buffer_, null_length);
    if (v.is_null()) return;
    check_argument(v, to.type);
    if (!encode(buffer_, v, to.layout))
        raise({.code = error_code::bad_value,
               .message = fmt::format("an integer is out of the range of column '{}' of table '{}'",
                                      to.name, table_),
               .table = table_});
    const std::size_t size = buffer_.size() - length_at - sizeof null_length;
    if (size > longest)
        raise({.code = error_code::value_not_storable,
               .message = fmt::format("a value for column '{}' is longer than 1 GB", to.name),
               .table = table_});
    store(buffer_.data() + length_at, static_cast<std::int32_t>(size));
}

std::int64_t copy_writer::finish(deadline limit) {
    if (!open_)
        raise(error_code::bad_state, "finish() after finish() or an error of a bulk insert");
    append(buffer_, trailer);
    try {
        connection_.put_copy_data(buffer_, limit);
        const std::int64_t rows = connection_.end_copy(limit);
        open_ = false;
        return rows;
    } catch (...) {
        connection_.abandon_copy();
        open_ = false;
        throw;
    }
}

}  // namespace shardwise::engine::postgres
