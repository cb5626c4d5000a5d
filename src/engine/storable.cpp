// SPDX-License-Identifier: MIT
#include "engine/storable.hpp"

#include <fmt/format.h>

#include <cstring>
#include <limits>

#include "shardwise/base/error.hpp"

namespace shardwise::engine {
namespace {

/// Length of the sequence that starts at `p`, 0 when it is malformed. At least one byte is left.
std::size_t sequence_length(const unsigned char* p, std::size_t left) noexcept {
    const auto continuation = [p](std::size_t i) { return (p[i] & 0xC0U) == 0x80U; };
    if (p[0] < 0x80) return 1;
    if (p[0] < 0xC2) return 0;
    if (p[0] < 0xE0) return left >= 2 && continuation(1) ? 2 : 0;
    if (p[0] < 0xF0) {
        if (left < 3 || !continuation(1) || !continuation(2)) return 0;
        if (p[0] == 0xE0 && p[1] < 0xA0) return 0;   // overlong
        if (p[0] == 0xED && p[1] >= 0xA0) return 0;  // surrogate
        return 3;
    }
    if (p[0] > 0xF4 || left < 4 || !continuation(1) || !continuation(2) || !continuation(3))
        return 0;
    if (p[0] == 0xF0 && p[1] < 0x90) return 0;   // overlong
    if (p[0] == 0xF4 && p[1] >= 0x90) return 0;  // above U+10FFFF
    return 4;
}

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
    if (std::memchr(text.data(), 0, text.size()) != nullptr)
        refuse(error_code::value_not_storable,
               "text with a zero byte cannot be kept on every engine; use a bytes column",
               position);
    if (!is_utf8(text))
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

bool is_utf8(std::string_view text) noexcept {
    const auto* p = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t left = text.size();
    while (left > 0) {
        std::uint64_t eight = 0;
        while (left >= sizeof eight) {  // most text is ASCII: eight bytes at a time
            std::memcpy(&eight, p, sizeof eight);
            if ((eight & 0x8080808080808080U) != 0) break;
            p += sizeof eight;
            left -= sizeof eight;
        }
        if (left == 0) break;
        const std::size_t n = sequence_length(p, left);
        if (n == 0) return false;
        p += n;
        left -= n;
    }
    return true;
}

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
            if (v.integer() < first_day || v.integer() > last_day)
                refuse(error_code::value_not_storable,
                       "a day outside the years 1 to 9999 cannot be stored", position);
            return;
        case column_type::timestamp:
            if (!in_calendar(timestamp{v.integer()}))
                refuse(error_code::value_not_storable,
                       "an instant outside the years 1 to 9999 cannot be stored", position);
            return;
        default:
            return;
    }
}

}  // namespace shardwise::engine
