// SPDX-License-Identifier: MIT
// Big-endian integers, as the PostgreSQL protocol has them. Pure functions.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

namespace shardwise::engine::postgres {

template <typename Integer>
Integer swapped(Integer v) noexcept {
    if constexpr (std::endian::native == std::endian::big || sizeof(Integer) == 1) return v;
    if constexpr (sizeof(Integer) == 2)
        return static_cast<Integer>(__builtin_bswap16(static_cast<std::uint16_t>(v)));
    else if constexpr (sizeof(Integer) == 4)
        return static_cast<Integer>(__builtin_bswap32(static_cast<std::uint32_t>(v)));
    else
        return static_cast<Integer>(__builtin_bswap64(static_cast<std::uint64_t>(v)));
}

/// `data` may be unaligned.
template <typename Integer>
Integer load(const char* data) noexcept {
    static_assert(std::is_integral_v<Integer>);
    Integer v;
    std::memcpy(&v, data, sizeof v);
    return swapped(v);
}

template <typename Integer>
void store(char* to, Integer v) noexcept {
    static_assert(std::is_integral_v<Integer>);
    v = swapped(v);
    std::memcpy(to, &v, sizeof v);
}

template <typename Integer>
void append(std::string& to, Integer v) {
    char octets[sizeof v];
    store(octets, v);
    to.append(octets, sizeof octets);
}

}  // namespace shardwise::engine::postgres
