// SPDX-License-Identifier: MIT
// Functions of text, as PostgreSQL's. Lengths and positions count code points.
#include <algorithm>
#include <clocale>
#include <cwctype>
#include <new>
#include <string>
#include <vector>

#include "engine/driver/sqlite/function_arguments.hpp"
#include "schema/interval.hpp"
#include "schema/time_pattern.hpp"
#include "shardwise/schema/types.hpp"

namespace shardwise::engine::sqlite {
namespace {

constexpr std::size_t longest_text = 256U * 1024 * 1024;

[[noreturn]] void refuse(const char* message) { raise(error_code::bad_value, message); }

/// Where each character begins, and the end.
std::vector<std::size_t> starts_of(std::string_view text) {
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) starts.push_back(i);
    starts.push_back(text.size());
    return starts;
}

std::vector<std::string_view> characters_of(std::string_view text) {
    const std::vector<std::size_t> starts = starts_of(text);
    std::vector<std::string_view> all;
    for (std::size_t i = 0; i + 1 < starts.size(); ++i)
        all.push_back(text.substr(starts[i], starts[i + 1] - starts[i]));
    return all;
}

char32_t code_point(std::string_view character) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
    char32_t c = byte(0);
    if (character.size() == 1) return c;
    c &= character.size() == 2 ? 0x1FU : character.size() == 3 ? 0x0FU : 7U;
    for (std::size_t i = 1; i < character.size(); ++i) c = (c << 6) | (byte(i) & 0x3FU);
    return c;
}

void repeat(sqlite3_context* c, arguments a) {
    const std::string_view text = text_of(a[0]);
    const sqlite3_int64 times = std::max<sqlite3_int64>(0, sqlite3_value_int64(a[1]));
    if (!text.empty() && static_cast<std::uint64_t>(times) > longest_text / text.size())
        refuse("repeat() makes too long a text");
    std::string out;
    for (sqlite3_int64 i = 0; i < times && !text.empty(); ++i) out += text;
    give(c, out);
}

template <bool Left>
void pad(sqlite3_context* c, arguments a) {
    const std::string_view text = text_of(a[0]);
    const sqlite3_int64 wanted = std::max<sqlite3_int64>(0, sqlite3_value_int64(a[1]));
    if (static_cast<std::uint64_t>(wanted) > longest_text) refuse("lpad() makes too long a text");
    const auto length = static_cast<std::size_t>(wanted);
    const std::vector<std::size_t> starts = starts_of(text);
    if (starts.size() - 1 >= length) return give(c, text.substr(0, starts[length]));
    const std::vector<std::string_view> fill = characters_of(text_of(a[2]));
    std::string padding;
    for (std::size_t i = 0; !fill.empty() && i < length - (starts.size() - 1); ++i)
        padding += fill[i % fill.size()];
    give(c, Left ? padding + std::string(text) : std::string(text) + padding);
}

void trim(sqlite3_context* c, arguments a) {
    const std::vector<std::string_view> text = characters_of(text_of(a[0]));
    const std::vector<std::string_view> unwanted = characters_of(text_of(a[1]));
    const int sides = sqlite3_value_int(a[2]);
    const auto goes = [&](std::string_view x) {
        return std::find(unwanted.begin(), unwanted.end(), x) != unwanted.end();
    };
    std::size_t first = 0, end = text.size();
    while ((sides & 1) != 0 && first < end && goes(text[first])) ++first;
    while ((sides & 2) != 0 && first < end && goes(text[end - 1])) --end;
    std::string out;
    for (std::size_t i = first; i < end; ++i) out += text[i];
    give(c, out);
}

void reverse(sqlite3_context* c, arguments a) {
    const std::vector<std::string_view> text = characters_of(text_of(a[0]));
    std::string out;
    for (auto x = text.rbegin(); x != text.rend(); ++x) out += *x;
    give(c, out);
}

void initcap(sqlite3_context* c, arguments a) {
    static const locale_t letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (letters == nullptr) refuse("this system has no C.UTF-8 locale");
    std::string out;
    bool inside = false;
    for (const std::string_view x : characters_of(text_of(a[0]))) {
        const auto letter = static_cast<wint_t>(code_point(x));
        append_utf8(out, static_cast<char32_t>(inside ? towlower_l(letter, letters)
                                                      : towupper_l(letter, letters)));
        inside = iswalnum_l(letter, letters) != 0;
    }
    give(c, out);
}

void split_part(sqlite3_context* c, arguments a) {
    const std::string_view text = text_of(a[0]), separator = text_of(a[1]);
    const sqlite3_int64 number = sqlite3_value_int64(a[2]);
    if (number == 0) refuse("split_part() counts parts from 1, or from -1 at the end: 0 is none");
    std::vector<std::string_view> parts;
    std::size_t at = 0;
    while (!separator.empty()) {
        const std::size_t next = text.find(separator, at);
        if (next == std::string_view::npos) break;
        parts.push_back(text.substr(at, next - at));
        at = next + separator.size();
    }
    parts.push_back(text.substr(at));
    const auto count = static_cast<sqlite3_int64>(parts.size());
    const sqlite3_int64 index = number > 0 ? number - 1 : count + number;
    give(c, index >= 0 && index < count ? parts[static_cast<std::size_t>(index)] : "");
}

void translate(sqlite3_context* c, arguments a) {
    const std::vector<std::string_view> from = characters_of(text_of(a[1]));
    const std::vector<std::string_view> to = characters_of(text_of(a[2]));
    std::string out;
    for (const std::string_view x : characters_of(text_of(a[0]))) {
        const auto at = std::find(from.begin(), from.end(), x) - from.begin();
        if (at == static_cast<std::ptrdiff_t>(from.size()))
            out += x;
        else if (at < static_cast<std::ptrdiff_t>(to.size()))
            out += to[static_cast<std::size_t>(at)];
    }
    give(c, out);
}

void ascii(sqlite3_context* c, arguments a) {
    const std::vector<std::string_view> text = characters_of(text_of(a[0]));
    sqlite3_result_int64(c, text.empty() ? 0 : static_cast<sqlite3_int64>(code_point(text[0])));
}

void chr(sqlite3_context* c, arguments a) {
    const sqlite3_int64 n = sqlite3_value_int64(a[0]);
    if (n <= 0 || n > 0x10FFFF || (n >= 0xD800 && n <= 0xDFFF))
        refuse("chr() takes the number of a character: 1 to 1114111, without surrogates");
    std::string out;
    append_utf8(out, static_cast<char32_t>(n));
    give(c, out);
}

/// A decimal with this many fraction digits; -1: an instant.
void text(sqlite3_context* c, arguments a) {
    const sqlite3_int64 v = sqlite3_value_int64(a[0]);
    if (sqlite3_value_type(a[0]) != SQLITE_INTEGER) refuse("integer overflow");
    const int scale = sqlite3_value_int(a[1]);
    give(c, scale < 0 ? schema::format_time(timestamp{v}, R"(YYYY-MM-DD HH24:MI:SS)") +
                            schema::fraction_of(timestamp{v}) + "+00"
                      : decimal::from_unscaled(v, scale).to_string());
}

void to_char(sqlite3_context* c, arguments a) {
    give(c, schema::format_time(timestamp{sqlite3_value_int64(a[0])}, text_of(a[1])));
}

void add_interval(sqlite3_context* c, arguments a) {
    sqlite3_result_int64(c, schema::added(timestamp{sqlite3_value_int64(a[0])},
                                          {sqlite3_value_int64(a[1]), sqlite3_value_int64(a[2]),
                                           sqlite3_value_int64(a[3])})
                                .micros_since_epoch);
}

}  // namespace

void add_text_functions(sqlite3* db) {
    add_function(db, "sw_repeat", 2, strict<repeat>);
    add_function(db, "sw_lpad", 3, strict<pad<true>>);
    add_function(db, "sw_rpad", 3, strict<pad<false>>);
    add_function(db, "sw_trim", 3, strict<trim>);
    add_function(db, "sw_reverse", 1, strict<reverse>);
    add_function(db, "sw_initcap", 1, strict<initcap>);
    add_function(db, "sw_split_part", 3, strict<split_part>);
    add_function(db, "sw_translate", 3, strict<translate>);
    add_function(db, "sw_ascii", 1, strict<ascii>);
    add_function(db, "sw_chr", 1, strict<chr>);
    add_function(db, "sw_text", 2, strict<text>);
    add_function(db, "sw_to_char", 2, strict<to_char>);
    add_function(db, "sw_add_interval", 4, strict<add_interval>);
}

}  // namespace shardwise::engine::sqlite
