// SPDX-License-Identifier: MIT
#include <bit>
#include <limits>

#include "engine/driver/postgres/binary_codec.hpp"
#include "engine/driver/postgres/byte_order.hpp"
#include "engine/driver/postgres/epoch.hpp"
#include "engine/driver/postgres/numeric.hpp"

namespace shardwise::engine::postgres {
namespace {

template <typename Integer>
bool encode_integer(std::string& to, std::int64_t v) {
    if (v < std::numeric_limits<Integer>::min() || v > std::numeric_limits<Integer>::max())
        return false;
    append(to, static_cast<Integer>(v));
    return true;
}

bool is_integer(column_type type) noexcept {
    return type == column_type::int16 || type == column_type::int32 || type == column_type::int64;
}

/// Text columns of all kinds; a type that a user made is an enum, citext or the like, whose binary
/// form is its text, or refuses text by itself.
bool is_text(oid server) noexcept {
    return server == oids::text || server == oids::varchar || server == oids::bpchar ||
           server == oids::name || server >= oids::first_user_defined;
}

}  // namespace

oid oid_of(column_type type) noexcept {
    switch (type) {
        case column_type::boolean:
            return oids::boolean;
        case column_type::int16:
            return oids::int2;
        case column_type::int32:
            return oids::int4;
        case column_type::int64:
            return oids::int8;
        case column_type::float64:
            return oids::float8;
        case column_type::text:
            return oids::text;
        case column_type::blob:
            return oids::bytea;
        case column_type::uuid:
            return oids::uuid;
        case column_type::date:
            return oids::date;
        case column_type::timestamp:
            return oids::timestamptz;
        case column_type::decimal:
            return oids::numeric;
        case column_type::json:
            return oids::json;
    }
    return oids::text;
}

wire wire_of(column_type type) noexcept { return wire_for(oid_of(type), type); }

wire wire_for(oid server, column_type type) noexcept {
    switch (server) {
        case oids::boolean:
            return type == column_type::boolean ? wire::boolean : wire::none;
        case oids::int2:
            return is_integer(type) ? wire::int2 : wire::none;
        case oids::int4:
            return is_integer(type) ? wire::int4 : wire::none;
        case oids::int8:
            return is_integer(type) ? wire::int8 : wire::none;
        case oids::numeric:
            return is_integer(type) || type == column_type::decimal ? wire::numeric : wire::none;
        case oids::float8:
            return type == column_type::float64 ? wire::float8 : wire::none;
        case oids::bytea:
            return type == column_type::blob ? wire::raw : wire::none;
        case oids::uuid:
            return type == column_type::uuid ? wire::uuid : wire::none;
        case oids::date:
            return type == column_type::date ? wire::date : wire::none;
        case oids::timestamp:
        case oids::timestamptz:
            return type == column_type::timestamp ? wire::timestamp : wire::none;
        case oids::json:
            return type == column_type::json || type == column_type::text ? wire::raw : wire::none;
        case oids::jsonb:
            return type == column_type::json || type == column_type::text ? wire::jsonb
                                                                          : wire::none;
        default:
            break;
    }
    const bool textual = type == column_type::text || type == column_type::json;
    return textual && is_text(server) ? wire::raw : wire::none;
}

bool encode(std::string& to, const arg& v, wire as) {
    switch (as) {
        case wire::none:
            return false;
        case wire::boolean:
            to.push_back(v.to_boolean() ? '\1' : '\0');
            return true;
        case wire::int2:
            return encode_integer<std::int16_t>(to, v.to_integer());
        case wire::int4:
            return encode_integer<std::int32_t>(to, v.to_integer());
        case wire::int8:
            append(to, v.to_integer());
            return true;
        case wire::float8:
            append(to, std::bit_cast<std::uint64_t>(v.to_real()));
            return true;
        case wire::jsonb:
            to.push_back('\1');
            [[fallthrough]];
        case wire::raw:  // check_argument has seen the kind: text, bytes or json
            to.append(v.text());
            return true;
        case wire::uuid: {
            const uuid u = v.to_uuid();
            to.append(reinterpret_cast<const char*>(u.octets.data()), u.octets.size());
            return true;
        }
        case wire::date:
            append(to, v.to_date().days_since_epoch - epoch_days);
            return true;
        case wire::timestamp:
            append(to, v.to_timestamp().micros_since_epoch - epoch_micros);
            return true;
        case wire::numeric:
            encode_numeric(to, v.to_decimal());
            return true;
    }
    return false;
}

}  // namespace shardwise::engine::postgres
