// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/rows.hpp"

#include <fmt/format.h>

#include "shardwise/base/error.hpp"

namespace shardwise::engine::postgres {
namespace {

constexpr int binary = 1;

std::string_view column_name(const PGresult& result, std::size_t column) {
    const char* name = PQfname(&result, static_cast<int>(column));
    return name == nullptr ? "?" : name;
}

}  // namespace

void choose_readers(const PGresult& result, std::span<const statement::result_column> columns,
                    int format, std::vector<column_reader>& out) {
    out.clear();
    const auto sent = static_cast<std::size_t>(PQnfields(&result));
    if (!columns.empty() && sent != columns.size())
        raise(
            error_code::bad_query,
            fmt::format("the statement returns {} columns, {} are declared", sent, columns.size()));
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const int column = static_cast<int>(i);
        const Oid type = PQftype(&result, column);
        const decoder d =
            PQfformat(&result, column) == format ? decoder_for(type, columns[i].type) : nullptr;
        if (d == nullptr)
            raise(error_code::bad_value,
                  fmt::format("column '{}' (PostgreSQL type {}) cannot be read as {}",
                              column_name(result, i), type, name_of(columns[i].type)));
        out.push_back({d, columns[i].type});
    }
}

void refuse_value(const PGresult& result, std::size_t column, column_type type) {
    raise(
        error_code::bad_value,
        fmt::format("a value of column '{}' does not fit {}: it is infinite, out of range or would "
                    "lose digits",
                    column_name(result, column), name_of(type)));
}

void rows::start(result_handle result, std::span<const statement::result_column> columns) {
    result_ = std::move(result);
    row_ = 0;
    count_ = 0;
    if (!chosen_) choose_readers(*result_, columns, binary, readers_);
    chosen_ = true;
    if (!columns.empty()) count_ = PQntuples(result_.get());
}

void rows::read(std::span<arg> row) {
    const std::size_t columns = readers_.size();
    if (row.size() < columns) raise(error_code::internal, "the row has too few places");
    const PGresult* result = result_.get();
    for (std::size_t i = 0; i < columns; ++i) {
        const int column = static_cast<int>(i);
        // Lengths of NULLs are 0, so only empty values must be asked what they are.
        const int size = PQgetlength(result, row_, column);
        if (size == 0 && PQgetisnull(result, row_, column) != 0) {
            row[i] = arg{};
            continue;
        }
        const char* data = PQgetvalue(result, row_, column);
        if (!readers_[i].read(data, static_cast<std::size_t>(size), row[i]))
            refuse_value(*result, i, readers_[i].type);
    }
    ++row_;
}

void rows::clear() noexcept {
    result_.reset();
    row_ = 0;
    count_ = 0;
    chosen_ = false;
}

}  // namespace shardwise::engine::postgres
