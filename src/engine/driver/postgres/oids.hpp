// SPDX-License-Identifier: MIT
// The built-in types of PostgreSQL that the driver knows (pg_type.dat). DO NOT CHANGE.
#pragma once

namespace shardwise::engine::postgres {

using oid = unsigned int;

namespace oids {
inline constexpr oid boolean = 16;
inline constexpr oid bytea = 17;
inline constexpr oid character = 18;  ///< "char", one byte
inline constexpr oid name = 19;
inline constexpr oid int8 = 20;
inline constexpr oid int2 = 21;
inline constexpr oid int4 = 23;
inline constexpr oid text = 25;
inline constexpr oid object_id = 26;
inline constexpr oid json = 114;
inline constexpr oid float4 = 700;
inline constexpr oid float8 = 701;
inline constexpr oid unknown = 705;
inline constexpr oid bpchar = 1042;
inline constexpr oid varchar = 1043;
inline constexpr oid date = 1082;
inline constexpr oid timestamp = 1114;
inline constexpr oid timestamptz = 1184;
inline constexpr oid numeric = 1700;
inline constexpr oid uuid = 2950;
inline constexpr oid jsonb = 3802;
/// Types made by users and extensions start here: enums, citext, ...
inline constexpr oid first_user_defined = 16384;
}  // namespace oids

}  // namespace shardwise::engine::postgres
