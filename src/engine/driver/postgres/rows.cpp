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

void rows::start(result_handle result, std::span<const statement::result_column> columns) {
    result_ = std::move(result);
    row_ = 0;
    count_ = 0;
    if (!chosen_) choose_decoders(columns);
    if (!columns.empty()) count_ = PQntuples(result_.get());
}

void rows::choose_decoders(std::span<const statement::result_column> columns) {
    decoders_.clear();
    types_.clear();
    const auto sent = static_cast<std::size_t>(PQnfields(result_.get()));
    if (!columns.empty() && sent != columns.size())
        raise(
            error_code::bad_query,
            fmt::format("the statement returns {} columns, {} are declared", sent, columns.size()));
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const int column = static_cast<int>(i);
        const Oid type = PQftype(result_.get(), column);
        const decoder d = PQfformat(result_.get(), column) == binary
                              ? decoder_for(type, columns[i].type)
                              : nullptr;
        if (d == nullptr)
            raise(error_code::bad_value,
                  fmt::format("column '{}' (PostgreSQL type {}) cannot be read as {}",
                              column_name(*result_, i), type, name_of(columns[i].type)));
        decoders_.push_back(d);
        types_.push_back(columns[i].type);
    }
    chosen_ = true;
}

void rows::read(std::span<arg> row) {
    const std::size_t columns = decoders_.size();
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
        if (!decoders_[i](data, static_cast<std::size_t>(size), row[i])) refuse(i);
    }
    ++row_;
}

void rows::refuse(std::size_t column) const {
    raise(
        error_code::bad_value,
        fmt::format("a value of column '{}' does not fit {}: it is infinite, out of range or would "
                    "lose digits",
                    column_name(*result_, column), name_of(types_[column])));
}

void rows::clear() noexcept {
    result_.reset();
    row_ = 0;
    count_ = 0;
    chosen_ = false;
}

}  // namespace shardwise::engine::postgres
