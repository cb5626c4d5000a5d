// SPDX-License-Identifier: MIT
#include <bit>

#include "engine/driver/postgres/binary_codec.hpp"
#include "engine/driver/postgres/byte_order.hpp"
#include "engine/driver/postgres/epoch.hpp"
#include "engine/driver/postgres/numeric.hpp"
#include "engine/storable.hpp"

namespace shardwise::engine::postgres {
namespace {

template <typename Integer>
bool to_integer(const char* data, std::size_t size, arg& out) {
    if (size != sizeof(Integer)) return false;
    out = arg{static_cast<std::int64_t>(load<Integer>(data))};
    return true;
}

template <typename Integer>
bool to_decimal(const char* data, std::size_t size, arg& out) {
    if (size != sizeof(Integer)) return false;
    out = arg{decimal{static_cast<std::int64_t>(load<Integer>(data))}};
    return true;
}

/// Doubles hold integers of 53 bits exactly.
template <typename Integer>
bool integer_to_real(const char* data, std::size_t size, arg& out) {
    constexpr std::int64_t exact = std::int64_t{1} << 53;
    if (size != sizeof(Integer)) return false;
    const std::int64_t v = load<Integer>(data);
    if (v < -exact || v > exact) return false;
    out = arg{static_cast<double>(v)};
    return true;
}

bool to_boolean(const char* data, std::size_t size, arg& out) {
    if (size != 1) return false;
    out = arg{data[0] != 0};
    return true;
}

bool float4_to_real(const char* data, std::size_t size, arg& out) {
    if (size != 4) return false;
    out = arg{static_cast<double>(std::bit_cast<float>(load<std::uint32_t>(data)))};
    return true;
}

bool float8_to_real(const char* data, std::size_t size, arg& out) {
    if (size != 8) return false;
    out = arg{std::bit_cast<double>(load<std::uint64_t>(data))};
    return true;
}

bool numeric_to_integer(const char* data, std::size_t size, arg& out) {
    std::int64_t v = 0;
    if (!decode_numeric(data, size, v)) return false;
    out = arg{v};
    return true;
}

bool numeric_to_decimal(const char* data, std::size_t size, arg& out) {
    decimal v;
    if (!decode_numeric(data, size, v)) return false;
    out = arg{v};
    return true;
}

bool to_text(const char* data, std::size_t size, arg& out) {
    out = arg{std::string_view{data, size}};
    return true;
}

bool to_json(const char* data, std::size_t size, arg& out) {
    out = arg::of_json({data, size});
    return true;
}

/// Types made by users: the binary form of enums, citext and the like is their text. That of others
/// (composites, ranges) has counts and lengths in it, whose zero bytes give it away.
template <decoder Inner>
bool if_text(const char* data, std::size_t size, arg& out) {
    if (std::memchr(data, 0, size) != nullptr || !is_utf8({data, size})) return false;
    return Inner(data, size, out);
}

/// jsonb: one version byte, then the text.
template <decoder Inner>
bool after_version(const char* data, std::size_t size, arg& out) {
    if (size < 1 || data[0] != 1) return false;
    return Inner(data + 1, size - 1, out);
}

bool to_blob(const char* data, std::size_t size, arg& out) {
    out = arg::of_bytes(data, size);
    return true;
}

bool to_uuid(const char* data, std::size_t size, arg& out) {
    uuid u;
    if (size != u.octets.size()) return false;
    std::memcpy(u.octets.data(), data, size);
    out = arg{u};
    return true;
}

/// The server's infinities are the extreme numbers and fall outside of the calendar, too.
bool to_date(const char* data, std::size_t size, arg& out) {
    if (size != 4) return false;
    const std::int64_t days = std::int64_t{load<std::int32_t>(data)} + epoch_days;
    if (days < first_day || days > last_day) return false;
    out = arg{date{static_cast<std::int32_t>(days)}};
    return true;
}

bool to_timestamp(const char* data, std::size_t size, arg& out) {
    if (size != 8) return false;
    std::int64_t micros = 0;
    if (__builtin_add_overflow(load<std::int64_t>(data), epoch_micros, &micros)) return false;
    const timestamp t{micros};
    if (!in_calendar(t)) return false;
    out = arg{t};
    return true;
}

decoder integer_decoder(oid server) noexcept {
    switch (server) {
        case oids::int2:
            return to_integer<std::int16_t>;
        case oids::int4:
            return to_integer<std::int32_t>;
        case oids::int8:
            return to_integer<std::int64_t>;
        case oids::object_id:
            return to_integer<std::uint32_t>;
        case oids::numeric:
            return numeric_to_integer;
        default:
            return nullptr;
    }
}

decoder real_decoder(oid server) noexcept {
    switch (server) {
        case oids::float4:
            return float4_to_real;
        case oids::float8:
            return float8_to_real;
        case oids::int2:
            return integer_to_real<std::int16_t>;
        case oids::int4:
            return integer_to_real<std::int32_t>;
        case oids::int8:
            return integer_to_real<std::int64_t>;
        default:
            return nullptr;
    }
}

decoder decimal_decoder(oid server) noexcept {
    switch (server) {
        case oids::numeric:
            return numeric_to_decimal;
        case oids::int2:
            return to_decimal<std::int16_t>;
        case oids::int4:
            return to_decimal<std::int32_t>;
        case oids::int8:
            return to_decimal<std::int64_t>;
        default:
            return nullptr;
    }
}

template <decoder Inner>
decoder textual_decoder(oid server) noexcept {
    switch (server) {
        case oids::text:
        case oids::varchar:
        case oids::bpchar:
        case oids::name:
        case oids::character:
        case oids::unknown:
        case oids::json:
            return Inner;
        case oids::jsonb:
            return after_version<Inner>;
        default:
            return server >= oids::first_user_defined ? if_text<Inner> : nullptr;
    }
}

decoder when(bool matches, decoder d) noexcept { return matches ? d : nullptr; }

}  // namespace

decoder decoder_for(oid server, column_type declared) noexcept {
    switch (declared) {
        case column_type::boolean:
            return when(server == oids::boolean, to_boolean);
        case column_type::int16:
        case column_type::int32:
        case column_type::int64:
            return integer_decoder(server);
        case column_type::float64:
            return real_decoder(server);
        case column_type::text:
            return textual_decoder<to_text>(server);
        case column_type::blob:
            return when(server == oids::bytea, to_blob);
        case column_type::uuid:
            return when(server == oids::uuid, to_uuid);
        case column_type::date:
            return when(server == oids::date, to_date);
        case column_type::timestamp:
            return when(server == oids::timestamptz || server == oids::timestamp, to_timestamp);
        case column_type::decimal:
            return decimal_decoder(server);
        case column_type::json:
            return textual_decoder<to_json>(server);
    }
    return nullptr;
}

}  // namespace shardwise::engine::postgres
