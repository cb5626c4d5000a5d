// SPDX-License-Identifier: MIT
#include "engine/driver/mariadb/decode.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <limits>

#include "schema/calendar.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::mariadb {
namespace {

constexpr std::int64_t exact_in_double = std::int64_t{1} << 53U;

/// A column on its way: what is needed to say what is wrong with it.
struct column {
    column_type wanted;
    std::size_t position;

    [[noreturn]] void refuse(std::string_view why) const {
        raise({.code = error_code::bad_value,
               .message = fmt::format("column {} of the result cannot be read as {}: {}", position,
                                      name_of(wanted), why)});
    }
};

template <typename Number>
Number load(const unsigned char* from) noexcept {
    // The protocol is little-endian.
    std::uint64_t bits = 0;
    for (std::size_t i = sizeof(Number); i-- > 0;) bits = bits << 8U | from[i];
    const auto narrow = static_cast<std::conditional_t<
        sizeof(Number) == 1, std::uint8_t,
        std::conditional_t<sizeof(Number) == 2, std::uint16_t,
                           std::conditional_t<sizeof(Number) == 4, std::uint32_t, std::uint64_t>>>>(
        bits);
    Number number;
    std::memcpy(&number, &narrow, sizeof number);
    return number;
}

std::uint64_t take_length(unsigned char*& at) noexcept {
    const unsigned char first = *at++;
    std::size_t bytes = 0;
    switch (first) {
        case 252:
            bytes = 2;
            break;
        case 253:
            bytes = 3;
            break;
        case 254:
            bytes = 8;
            break;
        default:
            return first;
    }
    std::uint64_t length = 0;
    for (std::size_t i = bytes; i-- > 0;) length = length << 8U | at[i];
    at += bytes;
    return length;
}

template <typename Integer>
bool within(std::int64_t v) noexcept {
    return v >= std::numeric_limits<Integer>::min() && v <= std::numeric_limits<Integer>::max();
}

arg from_integer(std::int64_t v, const column& c) {
    switch (c.wanted) {
        case column_type::boolean:
            if (v != 0 && v != 1) c.refuse("it is neither 0 nor 1");
            return arg{v == 1};
        case column_type::int16:
            if (!within<std::int16_t>(v)) c.refuse("the integer is out of range");
            return arg{v};
        case column_type::int32:
            if (!within<std::int32_t>(v)) c.refuse("the integer is out of range");
            return arg{v};
        case column_type::int64:
            return arg{v};
        case column_type::float64:
            if (v > exact_in_double || v < -exact_in_double) c.refuse("digits would be lost");
            return arg{static_cast<double>(v)};
        case column_type::decimal:
            return arg{decimal{v}};
        default:
            c.refuse("the server sent an integer");
    }
}

arg from_unsigned(std::uint64_t v, const column& c) {
    if (v <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return from_integer(static_cast<std::int64_t>(v), c);
    }
    if (c.wanted == column_type::decimal) return arg{decimal::from_parts(0, v, 0)};
    c.refuse("the unsigned integer is beyond 9223372036854775807");
}

arg from_real(double v, const column& c) {
    if (c.wanted != column_type::float64) c.refuse("the server sent a floating-point number");
    return arg{v};
}

double real_from_text(std::string_view text, const column& c) {
    double v = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), v);
    if (failure != std::errc{} || end != text.data() + text.size()) c.refuse("it is no number");
    return v;
}

decimal parse_decimal(std::string_view text, const column& c) {
    try {
        return decimal::parse(text);
    } catch (const error&) {
        c.refuse("it is no number of at most 38 digits");
    }
}

arg from_decimal_text(std::string_view text, const column& c) {
    // A float64 of a decimal is the nearest one, as for a decimal written in C++.
    if (c.wanted == column_type::float64) return arg{real_from_text(text, c)};
    const decimal number = parse_decimal(text, c);
    if (c.wanted == column_type::decimal) return arg{number};
    std::int64_t whole = 0;
    try {
        whole = arg{number}.to_integer();
    } catch (const error&) {
        c.refuse("the number is no 64-bit integer");
    }
    return from_integer(whole, c);
}

template <typename Read>
auto calendar(const column& c, Read&& read) {
    try {
        return read();
    } catch (const error&) {
        c.refuse("there is no such day or instant");
    }
}

arg from_civil(const schema::civil_time& t, const column& c) {
    if (c.wanted == column_type::timestamp) {
        return arg{calendar(c, [&] { return schema::instant_of(t); })};
    }
    if (c.wanted != column_type::date) c.refuse("the server sent a date");
    if (t.hour != 0 || t.minute != 0 || t.second != 0 || t.micros != 0) {
        c.refuse("it has a time of day");
    }
    return arg{calendar(c, [&] { return date::from_ymd(t.year, t.month, t.day); })};
}

arg from_time(const cell& value, const column& c) {
    schema::civil_time t;
    if (value.size < 4) c.refuse("it is the zero date 0000-00-00");
    t.year = load<std::uint16_t>(value.data);
    t.month = value.data[2];
    t.day = value.data[3];
    if (value.size >= 7) {
        t.hour = value.data[4];
        t.minute = value.data[5];
        t.second = value.data[6];
    }
    if (value.size >= 11) t.micros = static_cast<int>(load<std::uint32_t>(value.data + 7));
    return from_civil(t, c);
}

arg from_bits(const cell& value, const column& c) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < value.size; ++i) bits = bits << 8U | value.data[i];
    return from_unsigned(bits, c);
}

uuid octets_of(std::string_view bytes) noexcept {
    uuid id;
    std::memcpy(id.octets.data(), bytes.data(), id.octets.size());
    return id;
}

arg uuid_from(std::string_view text, const column& c) {
    if (text.size() == 16) return arg{octets_of(text)};
    try {
        return arg{uuid::parse(text)};  // MariaDB's own UUID type
    } catch (const error&) {
        c.refuse("it is neither 16 bytes nor the text of a UUID");
    }
}

arg from_string(std::string_view text, const column& c) {
    switch (c.wanted) {
        case column_type::text:
            return arg{text};
        case column_type::json:
            return arg::of_json(text);
        case column_type::blob:
            return arg::of_bytes(text.data(), text.size());
        case column_type::uuid:
            return uuid_from(text, c);
        default:
            c.refuse("the server sent text");
    }
}

std::string_view text_of(const cell& value) noexcept {
    return {reinterpret_cast<const char*>(value.data), value.size};
}

template <typename Narrow>
arg integer_cell(const cell& value, bool is_unsigned, const column& c) {
    if (is_unsigned) {
        return from_unsigned(load<std::make_unsigned_t<Narrow>>(value.data), c);
    }
    return from_integer(load<Narrow>(value.data), c);
}

}  // namespace

cell take_cell(enum_field_types type, unsigned char*& at) noexcept {
    std::size_t size = 0;
    switch (type) {
        case MYSQL_TYPE_TINY:
            size = 1;
            break;
        case MYSQL_TYPE_SHORT:
        case MYSQL_TYPE_YEAR:
            size = 2;
            break;
        case MYSQL_TYPE_INT24:
        case MYSQL_TYPE_LONG:
        case MYSQL_TYPE_FLOAT:
            size = 4;
            break;
        case MYSQL_TYPE_LONGLONG:
        case MYSQL_TYPE_DOUBLE:
            size = 8;
            break;
        case MYSQL_TYPE_NULL:
            break;
        default:
            size = static_cast<std::size_t>(take_length(at));
            break;
    }
    const cell c{at, size};
    at += size;
    return c;
}

arg decode_binary(const cell& value, const MYSQL_FIELD& field, column_type wanted,
                  std::size_t position) {
    if (value.data == nullptr) return arg{};
    const column c{wanted, position};
    const bool is_unsigned = (field.flags & UNSIGNED_FLAG) != 0;
    switch (field.type) {
        case MYSQL_TYPE_NULL:
            return arg{};
        case MYSQL_TYPE_TINY:
            return integer_cell<std::int8_t>(value, is_unsigned, c);
        case MYSQL_TYPE_SHORT:
        case MYSQL_TYPE_YEAR:
            return integer_cell<std::int16_t>(value, is_unsigned, c);
        case MYSQL_TYPE_INT24:
        case MYSQL_TYPE_LONG:
            return integer_cell<std::int32_t>(value, is_unsigned, c);
        case MYSQL_TYPE_LONGLONG:
            return integer_cell<std::int64_t>(value, is_unsigned, c);
        case MYSQL_TYPE_FLOAT:
            return from_real(load<float>(value.data), c);
        case MYSQL_TYPE_DOUBLE:
            return from_real(load<double>(value.data), c);
        case MYSQL_TYPE_DECIMAL:
        case MYSQL_TYPE_NEWDECIMAL:
            return from_decimal_text(text_of(value), c);
        case MYSQL_TYPE_DATE:
        case MYSQL_TYPE_NEWDATE:
        case MYSQL_TYPE_DATETIME:
        case MYSQL_TYPE_TIMESTAMP:
            return from_time(value, c);
        case MYSQL_TYPE_TIME:
            c.refuse("the server sent a time of day");
        case MYSQL_TYPE_BIT:
            return from_bits(value, c);
        default:
            return from_string(text_of(value), c);
    }
}

arg decode_text(std::string_view text, column_type wanted, std::size_t position) {
    const column c{wanted, position};
    switch (wanted) {
        case column_type::boolean:
        case column_type::int16:
        case column_type::int32:
        case column_type::int64:
        case column_type::decimal:
            return from_decimal_text(text, c);
        case column_type::float64:
            return arg{real_from_text(text, c)};
        case column_type::date:
            return arg{calendar(c, [&] { return date::parse(text); })};
        case column_type::timestamp:
            return arg{calendar(c, [&] { return timestamp::parse(text); })};
        default:
            return from_string(text, c);
    }
}

}  // namespace shardwise::engine::mariadb
