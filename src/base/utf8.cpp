// SPDX-License-Identifier: MIT
#include "base/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace shardwise {
namespace {

/// Bytes at the front that are ASCII, counted in steps of eight.
std::size_t ascii_prefix(std::string_view text) noexcept {
    constexpr std::uint64_t high_bits = 0x8080808080808080;
    std::size_t size = 0;
    while (text.size() - size >= sizeof(std::uint64_t)) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, text.data() + size, sizeof eight);
        if ((eight & high_bits) != 0) break;
        size += sizeof eight;
    }
    return size;
}

/// What may follow a leading byte: how many bytes in all, and the range of the second one, which is
/// where overlong forms, surrogates and too large numbers show.
struct sequence {
    std::size_t size = 0;  ///< 0: no leading byte
    unsigned char second_min = 0x80;
    unsigned char second_max = 0xBF;
};

sequence sequence_of(unsigned char lead) noexcept {
    if (lead < 0x80) return {.size = 1};
    if (lead < 0xC2) return {};
    if (lead < 0xE0) return {.size = 2};
    if (lead == 0xE0) return {.size = 3, .second_min = 0xA0};
    if (lead == 0xED) return {.size = 3, .second_max = 0x9F};
    if (lead < 0xF0) return {.size = 3};
    if (lead == 0xF0) return {.size = 4, .second_min = 0x90};
    if (lead < 0xF4) return {.size = 4};
    if (lead == 0xF4) return {.size = 4, .second_max = 0x8F};
    return {};
}

bool starts_with_sequence(std::string_view text, const sequence& s) noexcept {
    if (s.size == 0 || text.size() < s.size) return false;
    if (s.size == 1) return true;
    const auto second = static_cast<unsigned char>(text[1]);
    if (second < s.second_min || second > s.second_max) return false;
    for (std::size_t i = 2; i < s.size; ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return false;
    return true;
}

}  // namespace

bool is_valid_utf8(std::string_view text) noexcept {
    while (true) {
        text.remove_prefix(ascii_prefix(text));
        // Fewer than eight bytes are left, or one of the next eight is not ASCII.
        for (int i = 0; i < 8; ++i) {
            if (text.empty()) return true;
            const sequence s = sequence_of(static_cast<unsigned char>(text.front()));
            if (!starts_with_sequence(text, s)) return false;
            text.remove_prefix(s.size);
        }
    }
}

std::size_t count_code_points(std::string_view text) noexcept {
    std::size_t count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1U : 0U;
    return count;
}

}  // namespace shardwise
