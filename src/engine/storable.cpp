// SPDX-License-Identifier: MIT
#include "engine/storable.hpp"

#include <fmt/format.h>

#include <limits>
#include <string_view>

#include "base/utf8.hpp"
#include "schema/calendar.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::engine {
namespace {

std::string where(std::size_t position) {
    return position == 0 ? std::string{} : fmt::format(" (parameter {})", position);
}

[[noreturn]] void refuse(error_code code, std::string_view why, std::size_t position) {
    raise({.code = code, .message = fmt::format("{}{}", why, where(position))});
}

bool fits(kind have, column_type type) noexcept {
    if (have == kind_of(type)) return true;
    switch (type) {
        case column_type::float64:
        case column_type::decimal:
            return have == kind::integer;
        case column_type::text:
            return have == kind::json;
        case column_type::json:
            return have == kind::text;
        default:
            return false;
    }
}

void check_text(std::string_view text, std::size_t position) {
    // (Not memchr: it takes no null pointers, and that of an empty text may be one.)
    if (text.find('\0') != std::string_view::npos)
        refuse(error_code::value_not_storable,
               "text with a zero byte cannot be kept on every engine; use a bytes column",
               position);
    if (!is_valid_utf8(text))
        refuse(error_code::value_not_storable,
               "text that is not valid UTF-8 cannot be stored; use a bytes column", position);
}

template <typename Integer>
void check_range(const arg& v, column_type type, std::size_t position) {
    const std::int64_t i = v.integer();
    if (i < std::numeric_limits<Integer>::min() || i > std::numeric_limits<Integer>::max())
        refuse(error_code::bad_value,
               fmt::format("an integer is outside the range of {}", name_of(type)), position);
}

}  // namespace

void check_argument(const arg& v, column_type type, std::size_t position) {
    if (v.is_null()) return;
    if (!fits(v.kind(), type))
        refuse(error_code::bad_value,
               fmt::format("a value of kind {} was given where {} is expected", name_of(v.kind()),
                           name_of(type)),
               position);
    switch (type) {
        case column_type::int16:
            return check_range<std::int16_t>(v, type, position);
        case column_type::int32:
            return check_range<std::int32_t>(v, type, position);
        case column_type::text:
        case column_type::json:
            return check_text(v.text(), position);
        case column_type::date:
            if (!schema::in_calendar(v.to_date()))
                refuse(error_code::value_not_storable,
                       "a day outside the years 1 to 9999 cannot be stored", position);
            return;
        case column_type::timestamp:
            if (!schema::in_calendar(timestamp{v.integer()}))
                refuse(error_code::value_not_storable,
                       "an instant outside the years 1 to 9999 cannot be stored", position);
            return;
        default:
            return;
    }
}

}  // namespace shardwise::engine
