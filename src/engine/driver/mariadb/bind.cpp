// SPDX-License-Identifier: MIT
#include "engine/driver/mariadb/bind.hpp"

#include <fmt/format.h>

#include <cmath>

#include "engine/storable.hpp"
#include "schema/calendar.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine::mariadb {
namespace {

constexpr std::size_t no_text = static_cast<std::size_t>(-1);
constexpr std::size_t kept_text = std::size_t{1} << 20U;
constexpr std::size_t packet_overhead = 1024;       // header, ids and NULL bits, generously
constexpr std::size_t overhead_per_parameter = 16;  // type, length and a fixed value

my_bool null_flag = 1;  // never written: libmariadb only wants an address

}  // namespace

void check_value(const arg& v, column_type type, std::size_t position) {
    check_argument(v, type, position);
    if (v.kind() != kind::real || std::isfinite(v.real())) return;
    raise({.code = error_code::value_not_storable,
           .message =
               fmt::format("MariaDB cannot store {}{}", std::isnan(v.real()) ? "NaN" : "infinity",
                           position == 0 ? "" : fmt::format(" (parameter {})", position))});
}

std::string octets_of(const arg& v) {
    const uuid id = v.to_uuid();
    return {reinterpret_cast<const char*>(id.octets.data()), id.octets.size()};
}

MYSQL_TIME wire_time(const arg& v, column_type type) {
    const bool day = type == column_type::date;
    const auto fields = day ? schema::civil_of(v.to_date()) : schema::civil_of(v.to_timestamp());
    MYSQL_TIME time{};
    time.year = static_cast<unsigned>(fields.year);
    time.month = static_cast<unsigned>(fields.month);
    time.day = static_cast<unsigned>(fields.day);
    time.hour = static_cast<unsigned>(fields.hour);
    time.minute = static_cast<unsigned>(fields.minute);
    time.second = static_cast<unsigned>(fields.second);
    time.second_part = static_cast<unsigned long>(fields.micros);
    time.time_type = day ? MYSQL_TIMESTAMP_DATE : MYSQL_TIMESTAMP_DATETIME;
    return time;
}

enum_field_types wire_type(column_type type) noexcept {
    switch (type) {
        case column_type::boolean:
        case column_type::int16:
        case column_type::int32:
        case column_type::int64:
            return MYSQL_TYPE_LONGLONG;
        case column_type::float64:
            return MYSQL_TYPE_DOUBLE;
        case column_type::date:
            return MYSQL_TYPE_DATE;
        case column_type::timestamp:
            return MYSQL_TYPE_DATETIME;
        case column_type::decimal:
            return MYSQL_TYPE_NEWDECIMAL;
        case column_type::blob:
        case column_type::uuid:
            return MYSQL_TYPE_BLOB;
        case column_type::text:
        case column_type::json:
            break;
    }
    return MYSQL_TYPE_STRING;
}

void parameter_set::append_text(std::size_t i, std::string_view text) {
    binds_[i].buffer_length = text.size();
    offsets_[i] = text_.size();
    text_ += text;
}

void parameter_set::encode(std::size_t i, const arg& v, column_type type) {
    switch (type) {
        case column_type::boolean:
            fixed_[i].integer = v.to_boolean() ? 1 : 0;
            break;
        case column_type::int16:
        case column_type::int32:
        case column_type::int64:
            fixed_[i].integer = v.to_integer();
            break;
        case column_type::float64:
            fixed_[i].real = v.to_real();
            break;
        case column_type::date:
        case column_type::timestamp:
            fixed_[i].time = wire_time(v, type);
            break;
        case column_type::uuid:
            append_text(i, octets_of(v));
            break;
        case column_type::decimal:
            append_text(i, v.to_decimal().to_string());
            break;
        case column_type::blob:
        case column_type::text:
        case column_type::json:
            append_text(i, v.text());
            break;
    }
}

void parameter_set::assign(std::span<const statement::parameter> types, std::span<const arg> args,
                           std::size_t max_packet) {
    if (types.size() != args.size()) {
        raise({.code = error_code::bad_query,
               .message = fmt::format("the statement has {} parameters, {} values were given",
                                      types.size(), args.size())});
    }
    binds_.assign(types.size(), MYSQL_BIND{});
    fixed_.resize(types.size());
    offsets_.assign(types.size(), no_text);
    text_.clear();
    for (std::size_t i = 0; i < types.size(); ++i) {
        check_value(args[i], types[i].type, i + 1);
        binds_[i].buffer_type = wire_type(types[i].type);
        if (args[i].is_null()) {
            binds_[i].is_null = &null_flag;
        } else {
            encode(i, args[i], types[i].type);
        }
    }
    const std::size_t bytes =
        text_.size() + packet_overhead + overhead_per_parameter * types.size();
    if (bytes > max_packet) {
        raise({.code = error_code::value_not_storable,
               .message = fmt::format("the statement's values take {} bytes, the server takes at "
                                      "most {}: raise its max_allowed_packet",
                                      text_.size(), max_packet)});
    }
    // text_ does not move any more.
    for (std::size_t i = 0; i < types.size(); ++i) {
        binds_[i].buffer = offsets_[i] == no_text ? static_cast<void*>(&fixed_[i])
                                                  : static_cast<void*>(text_.data() + offsets_[i]);
    }
}

void parameter_set::shrink() {
    if (text_.capacity() <= kept_text) return;
    text_.clear();
    text_.shrink_to_fit();
}

}  // namespace shardwise::engine::mariadb
