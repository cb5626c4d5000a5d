// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/numeric.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/int128.hpp"
#include "engine/driver/postgres/byte_order.hpp"
#include "schema/decimal_parts.hpp"

namespace shardwise::engine::postgres {
namespace {

using schema::decimal_digits;
using schema::decimal_limit;
using schema::power_of_ten;

constexpr std::uint16_t positive = 0x0000;
constexpr std::uint16_t negative = 0x4000;  // NaN and the infinities have other values
constexpr std::size_t header_size = 8;
constexpr int group_digits = 4;

/// value == magnitude * 10^exponent, negative or not
struct digits {
    uint128 magnitude = 0;
    int exponent = 0;
    int scale = 0;  ///< fraction digits that the server shows
    bool is_negative = false;
};

/// Takes the trailing decimal zeros of the last group off, so that the magnitude is as small as it
/// can be: a number of 38 digits must not overflow because its last group is padded.
bool add_last_group(digits& d, unsigned group) {
    int digits_here = group_digits;
    while (digits_here > 1 && group % 10 == 0) {
        group /= 10;
        --digits_here;
    }
    d.exponent += group_digits - digits_here;
    const uint128 factor = power_of_ten(digits_here);
    if (d.magnitude > (decimal_limit - 1 - group) / factor) return false;
    d.magnitude = d.magnitude * factor + group;
    return true;
}

bool read(const char* data, std::size_t size, digits& out) {
    if (size < header_size) return false;
    const auto groups = load<std::int16_t>(data);
    const auto weight = load<std::int16_t>(data + 2);
    const auto sign = load<std::uint16_t>(data + 4);
    out.scale = load<std::int16_t>(data + 6);
    if (groups < 0 || out.scale < 0 || (sign != positive && sign != negative)) return false;
    if (size != header_size + 2 * static_cast<std::size_t>(groups)) return false;
    out.is_negative = sign == negative;
    int used = groups;  // trailing zero groups are never sent, but would do no harm
    while (used > 0 && load<std::uint16_t>(data + header_size + 2 * (used - 1)) == 0) --used;
    for (int i = 0; i < used; ++i) {
        const auto group = load<std::uint16_t>(data + header_size + 2 * i);
        if (group > 9999) return false;
        if (i + 1 == used) {
            out.exponent = group_digits * (weight - i);
            return add_last_group(out, group);
        }
        if (out.magnitude > (decimal_limit - 1) / 10'000) return false;
        out.magnitude = out.magnitude * 10'000 + group;
    }
    return true;  // zero
}

/// Multiplies by 10^by while the result has at most 38 digits.
bool scale_up(uint128& magnitude, int by) {
    if (by < 0) return false;
    if (magnitude == 0) return true;
    if (by > decimal_digits || magnitude > (decimal_limit - 1) / power_of_ten(by)) return false;
    magnitude *= power_of_ten(by);
    return true;
}

int128 with_sign(const digits& d, uint128 magnitude) {
    const auto v = static_cast<int128>(magnitude);
    return d.is_negative ? -v : v;
}

}  // namespace

bool decode_numeric(const char* data, std::size_t size, decimal& out) {
    digits d;
    if (!read(data, size, d)) return false;
    const int needed = std::max(0, -d.exponent);
    int scale = std::max(needed, std::min(d.scale, decimal_digits));
    for (; scale >= needed && scale <= decimal_digits; --scale) {
        uint128 magnitude = d.magnitude;
        if (!scale_up(magnitude, d.magnitude == 0 ? 0 : scale + d.exponent)) continue;
        const int128 unscaled = with_sign(d, magnitude);
        out =
            decimal::from_parts(static_cast<std::int64_t>(unscaled >> 64),
                                static_cast<std::uint64_t>(static_cast<uint128>(unscaled)), scale);
        return true;
    }
    return false;
}

bool decode_numeric(const char* data, std::size_t size, std::int64_t& out) {
    digits d;
    if (!read(data, size, d)) return false;
    if (d.magnitude == 0) {
        out = 0;
        return true;
    }
    if (!scale_up(d.magnitude, d.exponent)) return false;
    const int128 v = with_sign(d, d.magnitude);
    if (v < std::numeric_limits<std::int64_t>::min() ||
        v > std::numeric_limits<std::int64_t>::max())
        return false;
    out = static_cast<std::int64_t>(v);
    return true;
}

void encode_numeric(std::string& to, const decimal& v) {
    // Groups from the right: the fraction is filled up with zeros to whole groups first. 38 digits
    // and 3 zeros do not fit 128 bits, so the lowest group is taken off by itself.
    uint128 rest = schema::magnitude_of(v);
    std::array<std::uint16_t, 12> groups{};  // lowest first
    std::size_t count = 0;
    const int odd = v.scale() % group_digits;
    if (odd != 0) {
        const uint128 part = power_of_ten(odd);
        groups[count++] =
            static_cast<std::uint16_t>(rest % part * power_of_ten(group_digits - odd));
        rest /= part;
    }
    for (; rest != 0; rest /= 10'000) groups[count++] = static_cast<std::uint16_t>(rest % 10'000);
    const int fraction_groups = (v.scale() + group_digits - 1) / group_digits;
    const int weight = static_cast<int>(count) - fraction_groups - 1;
    append(to, static_cast<std::int16_t>(count));
    append(to, static_cast<std::int16_t>(weight));
    append(to, schema::unscaled_of(v) < 0 ? negative : positive);
    append(to, static_cast<std::int16_t>(v.scale()));
    while (count > 0) append(to, groups[--count]);
}

}  // namespace shardwise::engine::postgres
