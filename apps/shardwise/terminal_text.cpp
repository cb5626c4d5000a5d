// SPDX-License-Identifier: MIT
#include "terminal_text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace cli {

namespace {

struct character {
    char32_t code;
    std::size_t size;
};

/// The character at the start of `text`; empty when its bytes are not UTF-8.
std::optional<character> decode(std::string_view text) {
    const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = octet(0);
    if (lead < 0x80) return character{lead, 1};
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return std::nullopt;
    char32_t code = lead & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((octet(i) & 0xC0U) != 0x80) return std::nullopt;
        code = code << 6 | (octet(i) & 0x3FU);
    }
    constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < least[size] || surrogate || code > 0x10FFFF) return std::nullopt;
    return character{code, size};
}

/// Moves the cursor, hides text or turns its direction.
bool is_control(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

struct range {
    char32_t first, last;
};

template <std::size_t N>
bool is_in(const std::array<range, N>& ranges, char32_t c) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const range& r) { return c >= r.first && c <= r.last; });
}

// The ranges that names and messages have; a rare script may be aligned by a column too few.
constexpr std::array<range, 9> combining{{{0x300, 0x36F},
                                          {0x483, 0x489},
                                          {0x591, 0x5BD},
                                          {0x610, 0x61A},
                                          {0x64B, 0x65F},
                                          {0x200B, 0x200F},
                                          {0x20D0, 0x20FF},
                                          {0xFE00, 0xFE0F},
                                          {0xFE20, 0xFE2F}}};
constexpr std::array<range, 10> wide{{{0x1100, 0x115F},
                                      {0x2E80, 0x303E},
                                      {0x3041, 0xA4CF},
                                      {0xAC00, 0xD7A3},
                                      {0xF900, 0xFAFF},
                                      {0xFE30, 0xFE6F},
                                      {0xFF00, 0xFF60},
                                      {0xFFE0, 0xFFE6},
                                      {0x1F300, 0x1FAFF},
                                      {0x20000, 0x3FFFD}}};

void append_escaped(std::string& out, std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (const char c : bytes) {
        const auto octet = static_cast<unsigned char>(c);
        out += "\\x";
        out += digits[octet >> 4];
        out += digits[octet & 0xFU];
    }
}

std::string escaped(std::string_view text, bool keep_lines) {
    std::string out;
    while (!text.empty()) {
        const std::optional<character> c = decode(text);
        const std::size_t size = c ? c->size : 1;
        const bool plain = c && (!is_control(c->code) || (keep_lines && c->code == '\n'));
        if (plain)
            out += text.substr(0, size);
        else
            append_escaped(out, text.substr(0, size));
        text.remove_prefix(size);
    }
    return out;
}

bool ends_url(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\'' || c == '"'; }

void hide_user_info(std::string& text) {
    std::size_t at = 0;
    while ((at = text.find("://", at)) != std::string::npos) {
        at += 3;
        std::size_t end = at;
        while (end < text.size() && !ends_url(text[end])) ++end;
        // The last @: a password that is not escaped may hold some itself.
        const std::size_t host = text.substr(at, end - at).rfind('@');
        if (host == std::string::npos) continue;
        const std::size_t colon = text.find(':', at);
        if (colon < at + host) text.replace(colon + 1, at + host - colon - 1, "***");
    }
}

void hide_option(std::string& text, std::string_view option) {
    std::size_t at = 0;
    while ((at = text.find(option, at)) != std::string::npos) {
        at += option.size();
        std::size_t end = at;
        while (end < text.size() && text[end] != '&' && !ends_url(text[end])) ++end;
        text.replace(at, end - at, "***");
    }
}

}  // namespace

std::string printable(std::string_view text) { return escaped(text, false); }
std::string printable_lines(std::string_view text) { return escaped(text, true); }

std::size_t width_of(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const std::optional<character> c = decode(text);
        if (!c || !is_in(combining, c->code)) width += c && is_in(wide, c->code) ? 2 : 1;
        text.remove_prefix(c ? c->size : 1);
    }
    return width;
}

std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    const std::size_t first = number < 0 ? 1 : 0;
    for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, 1, ',');
    return digits;
}

std::string without_passwords(std::string text) {
    hide_user_info(text);
    for (const char* option : {"password=", "passwd=", "PASSWORD="}) hide_option(text, option);
    return text;
}

}  // namespace cli
