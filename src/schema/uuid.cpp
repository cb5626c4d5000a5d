// SPDX-License-Identifier: MIT
#include "schema/bad_value.hpp"
#include "shardwise/schema/types.hpp"

namespace shardwise {
namespace {

constexpr std::size_t text_size = 36;

bool is_dash_position(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

[[noreturn]] void no_uuid(std::string_view text) {
    schema::bad_value("the text is not a UUID of the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
                      text);
}

}  // namespace

uuid uuid::parse(std::string_view text) {
    if (text.size() != text_size) no_uuid(text);
    uuid result;
    std::size_t nibble = 0;
    for (std::size_t i = 0; i < text_size; ++i) {
        if (is_dash_position(i)) {
            if (text[i] != '-') no_uuid(text);
            continue;
        }
        const int digit = hex_digit(text[i]);
        if (digit < 0) no_uuid(text);
        std::uint8_t& octet = result.octets[nibble / 2];
        octet = static_cast<std::uint8_t>(octet << 4 | digit);
        ++nibble;
    }
    return result;
}

std::string uuid::to_string() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(text_size);
    for (const std::uint8_t octet : octets) {
        if (is_dash_position(text.size())) text += '-';
        text += digits[octet >> 4];
        text += digits[octet & 0xF];
    }
    return text;
}

}  // namespace shardwise
