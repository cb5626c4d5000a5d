// SPDX-License-Identifier: MIT
#include "engine/driver/sqlite/values.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "schema/calendar.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::sqlite {
namespace {

/// A column of the present row.
struct place {
    sqlite3_stmt* from;
    int position;
    statement::result_column column;
};

[[noreturn]] void refuse_stored(const place& at, std::string_view found) {
    const char* name = sqlite3_column_name(at.from, at.position);
    raise({.code = error_code::bad_value,
           .message = fmt::format("result column {} (\"{}\") holds {} where {} is declared",
                                  at.position + 1, name != nullptr ? name : "", found,
                                  name_of(at.column.type))});
}

[[noreturn]] void refuse_memory() {
    raise(error_code::internal, "SQLite is out of memory: a value could not be read");
}

std::string_view text_of(sqlite3_value* v) {
    const auto* data = reinterpret_cast<const char*>(sqlite3_value_text(v));
    if (data == nullptr) refuse_memory();
    return {data, static_cast<std::size_t>(sqlite3_value_bytes(v))};
}

std::string_view class_name(int storage_class) noexcept {
    switch (storage_class) {
        case SQLITE_INTEGER:
            return "an INTEGER";
        case SQLITE_FLOAT:
            return "a REAL";
        case SQLITE_TEXT:
            return "a TEXT";
        case SQLITE_BLOB:
            return "a BLOB";
        default:
            return "NULL";
    }
}

std::int64_t unscaled(const arg& v, statement::parameter p, std::size_t position) {
    const auto refuse = [position, p] {
        raise({.code = error_code::value_not_storable,
               .message = fmt::format("a decimal does not fit SQLite's 64-bit integers with {} "
                                      "fraction digits (parameter {})",
                                      p.scale, position)});
    };
    decimal d;
    try {
        d = v.to_decimal().rescaled(p.scale);
    } catch (const error&) {
        refuse();  // digits would be cut off
    }
    const auto low = static_cast<std::int64_t>(d.low());
    if (d.high() != (low < 0 ? -1 : 0)) refuse();
    return low;
}

/// The largest integers that a double keeps exactly.
bool exact_in_double(std::int64_t i) noexcept {
    constexpr std::int64_t limit = std::int64_t{1} << 53;
    return i >= -limit && i <= limit;
}

arg read_integer(sqlite3_value* v, const place& at) {
    const statement::result_column c = at.column;
    const std::int64_t i = sqlite3_value_int64(v);
    const auto within = [i](std::int64_t low, std::int64_t high) { return i >= low && i <= high; };
    bool good = true;
    switch (c.type) {
        case column_type::int64:
            return arg{i};
        case column_type::boolean:
            if (within(0, 1)) return arg{i == 1};
            break;
        case column_type::int16:
            if (within(std::numeric_limits<std::int16_t>::min(),
                       std::numeric_limits<std::int16_t>::max()))
                return arg{i};
            break;
        case column_type::int32:
            if (within(std::numeric_limits<std::int32_t>::min(),
                       std::numeric_limits<std::int32_t>::max()))
                return arg{i};
            break;
        case column_type::float64:
            if (exact_in_double(i)) return arg{static_cast<double>(i)};
            break;
        case column_type::date:
            if (within(schema::first_date.days_since_epoch, schema::last_date.days_since_epoch))
                return arg{date{static_cast<std::int32_t>(i)}};
            break;
        case column_type::timestamp:
            if (schema::in_calendar(timestamp{i})) return arg{timestamp{i}};
            break;
        case column_type::decimal:
            return arg{decimal::from_unscaled(i, c.scale)};
        default:
            good = false;
    }
    refuse_stored(at, good ? "an INTEGER outside the range" : "an INTEGER");
}

arg read_text(sqlite3_value* v, const place& at) {
    const statement::result_column c = at.column;
    if (c.type != column_type::text && c.type != column_type::json) refuse_stored(at, "a TEXT");
    const std::string_view text = text_of(v);
    return c.type == column_type::text ? arg{text} : arg::of_json(text);
}

arg read_blob(sqlite3_value* v, const place& at) {
    const statement::result_column c = at.column;
    const void* data = sqlite3_value_blob(v);
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(v));
    if (data == nullptr && size > 0) refuse_memory();
    if (c.type == column_type::blob) return arg::of_bytes(size == 0 ? "" : data, size);
    if (c.type != column_type::uuid) refuse_stored(at, "a BLOB");
    uuid u;
    if (size != u.octets.size()) refuse_stored(at, "a BLOB not 16 bytes long");
    std::memcpy(u.octets.data(), data, size);
    return arg{u};
}

}  // namespace

void check_value(const arg& v, statement::parameter p, std::size_t position) {
    if (v.kind() == kind::real && std::isnan(v.real()))
        raise({.code = error_code::value_not_storable,
               .message = fmt::format(
                   "SQLite cannot keep NaN: it would become NULL{}",
                   position == 0 ? std::string{} : fmt::format(" (parameter {})", position))});
    if (p.type == column_type::decimal && !v.is_null()) unscaled(v, p, position);
}

int bind_value(sqlite3_stmt* to, int position, const arg& v, statement::parameter p, lifetime how) {
    // SQLITE_TRANSIENT is an old-style cast of -1 to a function pointer.
    const auto transient = reinterpret_cast<sqlite3_destructor_type>(std::intptr_t{-1});
    const auto keep = how == lifetime::copied ? transient : nullptr;
    if (v.is_null()) return sqlite3_bind_null(to, position);
    switch (p.type) {
        case column_type::boolean:
            return sqlite3_bind_int(to, position, v.to_boolean() ? 1 : 0);
        case column_type::int16:
        case column_type::int32:
        case column_type::int64:
            return sqlite3_bind_int64(to, position, v.to_integer());
        case column_type::float64:
            return sqlite3_bind_double(to, position, v.to_real());
        case column_type::date:
            return sqlite3_bind_int64(to, position, v.to_date().days_since_epoch);
        case column_type::timestamp:
            return sqlite3_bind_int64(to, position, v.to_timestamp().micros_since_epoch);
        case column_type::decimal:
            return sqlite3_bind_int64(to, position,
                                      unscaled(v, p, static_cast<std::size_t>(position)));
        case column_type::text:
        case column_type::json:
            // A null pointer would bind NULL: empty text must stay text.
            return sqlite3_bind_text64(to, position, v.text().empty() ? "" : v.text().data(),
                                       v.text().size(), keep, SQLITE_UTF8);
        case column_type::blob:
            return sqlite3_bind_blob64(to, position, v.text().empty() ? "" : v.text().data(),
                                       v.text().size(), keep);
        case column_type::uuid: {
            const uuid u = v.to_uuid();
            return sqlite3_bind_blob64(to, position, u.octets.data(), u.octets.size(), transient);
        }
    }
    return SQLITE_MISUSE;
}

void read_row(sqlite3_stmt* from, std::span<const statement::result_column> columns,
              std::span<arg> row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const place at{from, static_cast<int>(i), columns[i]};
        // The value is "unprotected", which makes no difference without SQLite's mutexes: one call
        // that looks for the column instead of one for its class, its bytes and their number each.
        sqlite3_value* const v = sqlite3_column_value(from, at.position);
        const int storage_class = sqlite3_value_type(v);
        if (storage_class == SQLITE_INTEGER)
            row[i] = at.column.type == column_type::int64
                         ? arg{std::int64_t{sqlite3_value_int64(v)}}
                         : read_integer(v, at);
        else if (storage_class == SQLITE_TEXT)
            row[i] = read_text(v, at);
        else if (storage_class == SQLITE_NULL)
            row[i] = arg{};
        else if (storage_class == SQLITE_BLOB)
            row[i] = read_blob(v, at);
        else if (at.column.type == column_type::float64)
            row[i] = arg{sqlite3_value_double(v)};
        else
            refuse_stored(at, class_name(storage_class));
    }
}

}  // namespace shardwise::engine::sqlite
