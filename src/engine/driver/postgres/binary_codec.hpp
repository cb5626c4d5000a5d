// SPDX-License-Identifier: MIT
// PostgreSQL's binary formats of single values, in both directions. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/driver/postgres/oids.hpp"
#include "shardwise/schema/value.hpp"

namespace shardwise::engine::postgres {

/// What a parameter of `type` is declared as.
oid oid_of(column_type type) noexcept;

/// The layout of a value on the wire.
enum class wire : std::uint8_t {
    none,  ///< a server type that cannot take this column type without loss or at all
    boolean,
    int2,
    int4,
    int8,
    float8,
    raw,    ///< the bytes as they are: text, bytea, json, enum labels
    jsonb,  ///< a version byte before the text
    uuid,
    date,
    timestamp,
    numeric,
};

/// The layout of a parameter that is declared as oid_of(type).
wire wire_of(column_type type) noexcept;

/// The layout in which values declared as `type` are given to a server column of type `server`
/// (COPY has no casts: what does not fit exactly would be misread, so the answer is none).
wire wire_for(oid server, column_type type) noexcept;

/// Appends the bytes of `v` (not NULL; checked by check_argument against its column type). False
/// when an integer is out of the range of `as`; nothing is appended then.
[[nodiscard]] bool encode(std::string& to, const arg& v, wire as);

/// Reads one value that is not NULL. Text, bytes and json become views of `data`. False when the
/// bytes are no value of the declared type: infinity, too large, digits that would be lost.
using decoder = bool (*)(const char* data, std::size_t size, arg& out);

/// How a result column of type `server` is read as `declared`; null when it cannot be. To be asked
/// once for each result, not for each row.
decoder decoder_for(oid server, column_type declared) noexcept;

}  // namespace shardwise::engine::postgres
