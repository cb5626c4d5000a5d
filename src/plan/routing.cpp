// SPDX-License-Identifier: MIT
#include "plan/routing.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "base/int128.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::plan {
namespace {

void put64(std::string& out, std::uint64_t v) {
    for (int shift = 56; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>((v >> shift) & 255));
}

void put_bytes(std::string& out, char tag, std::string_view bytes) {
    out.push_back(tag);
    put64(out, bytes.size());
    out += bytes;
}

/// A number that is exactly unscaled * 10^-scale: integral ones are written as the integer,
/// whatever kind they came as.
void put_decimal(std::string& out, int128 unscaled, int scale) {
    while (scale > 0 && unscaled % 10 == 0) {
        unscaled /= 10;
        --scale;
    }
    if (unscaled == 0) scale = 0;
    out.push_back('n');
    put64(out, static_cast<std::uint64_t>(static_cast<uint128>(unscaled) >> 64));
    put64(out, static_cast<std::uint64_t>(unscaled));
    out.push_back(static_cast<char>(scale));
}

/// The double as unscaled * 10^-scale when a decimal can hold exactly that.
bool put_exact_real(std::string& out, double v) {
    if (!std::isfinite(v)) return false;
    if (v == 0) {
        put_decimal(out, 0, 0);
        return true;
    }
    int exponent = 0;
    const double fraction = std::frexp(v, &exponent);
    auto mantissa = static_cast<std::int64_t>(std::ldexp(fraction, 53));
    exponent -= 53;
    while (mantissa % 2 == 0) {
        mantissa /= 2;
        ++exponent;
    }
    constexpr int digits = 38;
    int128 most = 1;
    for (int i = 0; i < digits; ++i) most *= 10;
    const int steps = exponent < 0 ? -exponent : exponent;
    const int factor = exponent < 0 ? 5 : 2;
    if (exponent < 0 && steps > digits) return false;
    int128 unscaled = mantissa;
    for (int i = 0; i < steps; ++i) {
        if (unscaled > most / factor || unscaled < -most / factor) return false;
        unscaled *= factor;
    }
    if (unscaled >= most || unscaled <= -most) return false;
    put_decimal(out, unscaled, exponent < 0 ? steps : 0);
    return true;
}

void encode(std::string& out, const arg& v) {
    switch (v.kind()) {
        case kind::null:
            out.push_back('0');
            return;
        case kind::boolean:
            out += v.boolean() ? "B1" : "B0";
            return;
        case kind::integer:
            put_decimal(out, v.integer(), 0);
            return;
        case kind::decimal: {
            const decimal d = v.as_decimal();
            const auto high = static_cast<uint128>(static_cast<std::uint64_t>(d.high()));
            put_decimal(out, static_cast<int128>((high << 64) | d.low()), d.scale());
            return;
        }
        case kind::real:
            if (put_exact_real(out, v.real())) return;
            out.push_back('r');
            put64(out, std::isnan(v.real()) ? ~std::uint64_t{0}
                                            : std::bit_cast<std::uint64_t>(v.real()));
            return;
        case kind::text:
            put_bytes(out, 't', v.text());
            return;
        case kind::blob:
            put_bytes(out, 'b', v.text());
            return;
        case kind::json:
            put_bytes(out, 'j', v.text());
            return;
        case kind::uuid: {
            out.push_back('u');
            for (const std::uint8_t octet : v.as_uuid().octets)
                out.push_back(static_cast<char>(octet));
            return;
        }
        case kind::date:
            out.push_back('d');
            put64(out, static_cast<std::uint64_t>(v.integer()));
            return;
        case kind::timestamp:
            out.push_back('s');
            put64(out, static_cast<std::uint64_t>(v.integer()));
            return;
    }
}

}  // namespace

std::string_view name_of(route_kind kind) noexcept {
    switch (kind) {
        case route_kind::none:
            return "none";
        case route_kind::one:
            return "one";
        case route_kind::some:
            return "some";
        case route_kind::all:
            return "all";
        case route_kind::any:
            return "any";
    }
    return "unknown";
}

const std::optional<bucket_id>* directory_entries::find(std::string_view group,
                                                        std::string_view key) const {
    const auto g = groups_.find(group);
    if (g == groups_.end()) return nullptr;
    const auto k = g->second.find(key);
    return k == g->second.end() ? nullptr : &k->second;
}

void directory_entries::add(std::string group, std::string key, std::optional<bucket_id> bucket) {
    groups_[std::move(group)].insert_or_assign(std::move(key), bucket);
}

std::string encode_key(const arg* key, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) encode(out, key[i]);
    return out;
}

const sharding::shard_map& cluster_view::map_of(const schema::table& t) const {
    const auto found = maps.find(t.placed.root_table);
    if (found == maps.end() || !found->second)
        raise({.code = error_code::internal,
               .message = fmt::format("table \"{}\" has no shard map for its group \"{}\"", t.name,
                                      t.placed.root_table),
               .table = t.name});
    return *found->second;
}

}  // namespace shardwise::plan
