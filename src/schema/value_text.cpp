// SPDX-License-Identifier: MIT
// Scalars as text: for people (to_display) and from CSV files and command lines (parse_value).
#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "schema/bad_value.hpp"
#include "schema/calendar.hpp"
#include "shardwise/schema/value.hpp"

namespace shardwise {
namespace {

std::string in_quotes(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') out += '\'';
        out += c;
    }
    out += '\'';
    return out;
}

std::string in_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "x'";
    for (const char c : bytes) {
        const auto octet = static_cast<unsigned char>(c);
        out += digits[octet >> 4];
        out += digits[octet & 0xF];
    }
    out += '\'';
    return out;
}

/// The shortest text that reads back as the same double.
std::string shortest(double r) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), r).ptr;
    return {text.data(), end};
}

template <class Calendar>
std::string dated(Calendar t, std::string_view unit, std::int64_t count) {
    if (schema::in_calendar(t)) return in_quotes(t.to_string());
    return std::string(unit) + '(' + std::to_string(count) + ')';
}

[[noreturn]] void no_value(std::string_view text, column_type type, std::string_view expected) {
    std::string sentence = "the text is no value of type ";
    sentence += name_of(type);
    sentence += ": ";
    sentence += expected;
    schema::bad_value(sentence, text);
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return equal_ignoring_case(text, word); });
}

value parse_boolean(std::string_view text) {
    if (is_one_of(text, {"true", "t", "1", "yes"})) return value{arg{true}};
    if (is_one_of(text, {"false", "f", "0", "no"})) return value{arg{false}};
    no_value(text, column_type::boolean, "true, false, t, f, yes, no, 1 or 0 is expected");
}

/// std::from_chars knows no plus sign; "+-1" must not become a number by dropping it.
std::string_view without_plus(std::string_view text) {
    return text.size() > 1 && text[0] == '+' && text[1] != '-' ? text.substr(1) : text;
}

template <class Number>
value parse_integer(std::string_view text, column_type type) {
    const std::string_view number = without_plus(text);
    Number result = 0;
    const auto [end, failure] =
        std::from_chars(number.data(), number.data() + number.size(), result);
    if (failure == std::errc::result_out_of_range && end == number.data() + number.size())
        no_value(text, type, "the number is out of range");
    if (failure != std::errc{} || end != number.data() + number.size())
        no_value(text, type, "an integer in decimal digits is expected");
    return value{arg{std::int64_t{result}}};
}

value parse_real(std::string_view text) {
    const std::string_view number = without_plus(text);
    double result = 0;
    const auto [end, failure] =
        std::from_chars(number.data(), number.data() + number.size(), result);
    if (failure == std::errc::result_out_of_range)
        no_value(text, column_type::float64, "the number is too large or too small for a double");
    // "nan(...)" is the C library's, not a number as others write it.
    if (failure != std::errc{} || end != number.data() + number.size() ||
        number.find('(') != std::string_view::npos)
        no_value(text, column_type::float64, "a number, inf or nan is expected");
    return value{arg{result}};
}

value parse_text(std::string_view text) {
    if (text.find('\0') != std::string_view::npos)
        no_value(text, column_type::text, "it holds a zero byte");
    if (!is_valid_utf8(text)) no_value(text, column_type::text, "it is not UTF-8");
    return value{arg{text}};
}

value parse_blob(std::string_view text) {
    const bool marked = text.size() >= 2 && text.substr(0, 2) == "\\x";
    const std::string_view digits = marked ? text.substr(2) : std::string_view{};
    std::string octets(digits.size() / 2, '\0');
    bool well_formed = marked && digits.size() % 2 == 0;
    for (std::size_t i = 0; well_formed && i < octets.size(); ++i) {
        unsigned octet = 0;
        const char* const pair = digits.data() + 2 * i;
        const auto [end, failure] = std::from_chars(pair, pair + 2, octet, 16);
        well_formed = failure == std::errc{} && end == pair + 2;
        octets[i] = static_cast<char>(octet);
    }
    if (!well_formed)
        no_value(text, column_type::blob, "\\x and pairs of hexadecimal digits are expected");
    return value{arg::of_bytes(octets.data(), octets.size())};
}

value parse_json(std::string_view text) {
    if (!nlohmann::json::accept(text))
        no_value(text, column_type::json, "a well-formed JSON document is expected");
    return value{arg::of_json(text)};
}

value parse_decimal(std::string_view text, int scale) {
    const decimal d = decimal::parse(text);
    return value{arg{scale < 0 ? d : d.rescaled(scale)}};
}

}  // namespace

std::string to_display(const arg& a) {
    switch (a.kind()) {
        case kind::null:
            return "NULL";
        case kind::boolean:
            return a.boolean() ? "true" : "false";
        case kind::integer:
            return std::to_string(a.integer());
        case kind::real:
            return shortest(a.real());
        case kind::text:
        case kind::json:
            return in_quotes(a.text());
        case kind::blob:
            return in_hex(a.text());
        case kind::uuid:
            return in_quotes(a.as_uuid().to_string());
        case kind::date:
            return dated(date{static_cast<std::int32_t>(a.integer())}, "days", a.integer());
        case kind::timestamp:
            return dated(timestamp{a.integer()}, "microseconds", a.integer());
        case kind::decimal:
            return a.as_decimal().to_string();
    }
    return "?";
}

value parse_value(std::string_view text, column_type type, int scale) {
    switch (type) {
        case column_type::boolean:
            return parse_boolean(text);
        case column_type::int16:
            return parse_integer<std::int16_t>(text, type);
        case column_type::int32:
            return parse_integer<std::int32_t>(text, type);
        case column_type::int64:
            return parse_integer<std::int64_t>(text, type);
        case column_type::float64:
            return parse_real(text);
        case column_type::text:
            return parse_text(text);
        case column_type::blob:
            return parse_blob(text);
        case column_type::uuid:
            return value{arg{uuid::parse(text)}};
        case column_type::date:
            return value{arg{date::parse(text)}};
        case column_type::timestamp:
            return value{arg{timestamp::parse(text)}};
        case column_type::decimal:
            return parse_decimal(text, scale);
        case column_type::json:
            return parse_json(text);
    }
    schema::bad_value("a value of an unknown type cannot be read");
}

}  // namespace shardwise
