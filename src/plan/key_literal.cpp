// SPDX-License-Identifier: MIT
#include "plan/key_literal.hpp"

#include <cmath>
#include <limits>

#include "base/int128.hpp"

namespace shardwise::plan {
namespace {

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

/// floor(constant) and whether the constant is that integer.
struct floored {
    bool known = false;
    int128 floor = 0;
    bool exact = false;
};

floored floor_of(const arg& v) {
    switch (v.kind()) {
        case kind::integer:
            return {true, v.integer(), true};
        case kind::real: {
            const double d = v.real();
            if (!(std::fabs(d) < exact_real_limit)) return {};
            const double f = std::floor(d);
            return {true, static_cast<std::int64_t>(f), f == d};
        }
        case kind::decimal: {
            const decimal d = v.as_decimal();
            const auto high = static_cast<uint128>(static_cast<std::uint64_t>(d.high()));
            const auto unscaled = static_cast<int128>((high << 64) | d.low());
            int128 unit = 1;
            for (int i = 0; i < d.scale(); ++i) unit *= 10;
            int128 quotient = unscaled / unit;
            const bool exact = quotient * unit == unscaled;
            if (!exact && unscaled < 0) --quotient;
            return {true, quotient, exact};
        }
        default:
            return {};
    }
}

/// A decimal or integer constant in the scale of a decimal column.
key_literal decimal_equal(const schema::column& c, const arg& v) {
    using enum key_literal::verdict;
    if (v.kind() != kind::decimal && v.kind() != kind::integer) return {};
    decimal d = v.kind() == kind::decimal ? v.as_decimal() : decimal(v.integer());
    if (d.scale() > c.scale && d.rounded(c.scale) != d) return {never, {}};
    if (d.scale() == c.scale) return {point, arg{d}};
    // Too many digits for the wider scale: more than the column can hold.
    try {
        return {point, arg{d.rescaled(c.scale)}};
    } catch (const std::exception&) {
        return {never, {}};
    }
}

key_literal real_equal(const arg& v) {
    if (v.kind() == kind::real) return {key_literal::verdict::point, v};
    if (v.kind() == kind::integer && v.integer() > -(std::int64_t{1} << 53) &&
        v.integer() < (std::int64_t{1} << 53))
        return {key_literal::verdict::point, arg{static_cast<double>(v.integer())}};
    return {};
}

key_bound integer_bound(int128 at, bool is_low) {
    if (is_low) {
        if (at > highest) return {key_bound::verdict::empty, {}, true};
        if (at <= lowest) return {};
    } else {
        if (at < lowest) return {key_bound::verdict::empty, {}, true};
        if (at >= highest) return {};
    }
    return {key_bound::verdict::at, arg{static_cast<std::int64_t>(at)}, true};
}

}  // namespace

key_literal equal_to(const schema::column& c, const arg& constant) {
    using enum key_literal::verdict;
    if (constant.is_null()) return {never, {}};
    switch (kind_of(c.type)) {
        case kind::integer: {
            const floored f = floor_of(constant);
            if (!f.known) return {};
            if (!f.exact || f.floor < lowest || f.floor > highest) return {never, {}};
            return {point, arg{static_cast<std::int64_t>(f.floor)}};
        }
        case kind::decimal:
            return decimal_equal(c, constant);
        case kind::real:
            return real_equal(constant);
        case kind::json:
            return {};
        default:
            if (constant.kind() != kind_of(c.type)) return {};
            return {point, constant};
    }
}

key_bound above(const schema::column& c, const arg& constant, bool included) {
    if (constant.is_null()) return {key_bound::verdict::empty, {}, true};
    if (kind_of(c.type) == kind::integer) {
        const floored f = floor_of(constant);
        if (!f.known) return {};
        return integer_bound(f.exact && included ? f.floor : f.floor + 1, true);
    }
    const key_literal same_kind = equal_to(c, constant);
    if (same_kind.what != key_literal::verdict::point) return {};
    return {key_bound::verdict::at, same_kind.at, included};
}

key_bound below(const schema::column& c, const arg& constant, bool included) {
    if (constant.is_null()) return {key_bound::verdict::empty, {}, true};
    if (kind_of(c.type) == kind::integer) {
        const floored f = floor_of(constant);
        if (!f.known) return {};
        return integer_bound(f.exact && !included ? f.floor - 1 : f.floor, false);
    }
    const key_literal same_kind = equal_to(c, constant);
    if (same_kind.what != key_literal::verdict::point) return {};
    return {key_bound::verdict::at, same_kind.at, included};
}

}  // namespace shardwise::plan
