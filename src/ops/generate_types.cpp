// SPDX-License-Identifier: MIT
// Column types of databases -> column types of models. What is offered here is what adopt() takes
// (cluster/stored_types.cpp): values come and go unchanged, or are refused aloud.
#include <fmt/format.h>

#include <algorithm>

#include "catalog/found_type.hpp"
#include "ops/generate_draft.hpp"

namespace shardwise::ops {

namespace {

using catalog::bare_type;
using catalog::sizes_of;

bool holds(std::string_view type, std::string_view part) {
    return type.find(part) != std::string_view::npos;
}

member_type stored_as(column_type type, std::string note = {}) {
    schema::column c;
    c.type = type;
    return {c, {}, std::move(note)};
}

member_type with_length(column_type type, std::string_view found) {
    member_type m = stored_as(type);
    const int length = sizes_of(found).first;
    if (length > 0) m.column->length = static_cast<std::uint32_t>(length);
    return m;
}

member_type refused(std::string_view found, std::string_view way_out) {
    return {{},
            fmt::format("is {}, which no column type keeps unchanged; {}",
                        found.empty() ? "of no type" : found, way_out),
            {}};
}

member_type decimal_of(std::string_view found) {
    const auto [precision, scale] = sizes_of(found);
    if (precision < 1 || precision > 38 || scale > precision || scale < -1)
        return refused(found, "give it digits: numeric(P,S) with P up to 38 and S up to P");
    member_type m = stored_as(column_type::decimal);
    m.column->precision = static_cast<std::uint8_t>(precision);
    m.column->scale = static_cast<std::uint8_t>(std::max(scale, 0));
    return m;
}

member_type postgres_type(std::string_view found) {
    if (found == "boolean") return stored_as(column_type::boolean);
    if (found == "smallint") return stored_as(column_type::int16);
    if (found == "integer") return stored_as(column_type::int32);
    if (found == "bigint") return stored_as(column_type::int64);
    if (found == "double precision") return stored_as(column_type::float64);
    if (found == "text") return stored_as(column_type::text);
    if (bare_type(found) == "character varying") return with_length(column_type::text, found);
    if (found == "bytea") return stored_as(column_type::blob);
    if (found == "uuid") return stored_as(column_type::uuid);
    if (found == "date") return stored_as(column_type::date);
    if (found == "timestamp with time zone") return stored_as(column_type::timestamp);
    if (found == "timestamp without time zone")
        return stored_as(column_type::timestamp, "has no time zone and is taken as UTC");
    if (found == "json") return stored_as(column_type::json);
    if (found == "jsonb")
        return stored_as(column_type::json, "is jsonb: the server writes the text in its own way");
    if (bare_type(found) == "numeric") return decimal_of(found);
    if (bare_type(found) == "real") return refused(found, "make it double precision");
    if (bare_type(found) == "character") return refused(found, "make it character varying");
    if (bare_type(found) == "timestamp")
        return refused(found, "make it timestamptz without digits");
    return refused(found, "make it text, or a type of docs/types.md");
}

member_type mariadb_type(std::string_view found, bool json) {
    if (holds(found, "unsigned"))
        return refused(found, "make it a signed type that is wide enough");
    const std::string_view name = bare_type(found);
    if (found == "tinyint(1)") return stored_as(column_type::boolean);
    if (name == "tinyint" || name == "smallint") return stored_as(column_type::int16);
    if (name == "int" || name == "mediumint") return stored_as(column_type::int32);
    if (name == "bigint") return stored_as(column_type::int64);
    if (found == "double") return stored_as(column_type::float64);
    if (json && name == "longtext") return stored_as(column_type::json);
    if (name == "varchar") return with_length(column_type::text, found);
    if (name == "tinytext" || name == "text" || name == "mediumtext" || name == "longtext")
        return stored_as(column_type::text);
    if (name == "varbinary") return with_length(column_type::blob, found);
    if (name == "tinyblob" || name == "blob" || name == "mediumblob" || name == "longblob")
        return stored_as(column_type::blob);
    if (found == "binary(16)")
        return stored_as(column_type::uuid, "is binary(16), which is taken as a UUID");
    if (found == "date") return stored_as(column_type::date);
    if (found == "datetime(6)" || found == "timestamp(6)") return stored_as(column_type::timestamp);
    if (name == "decimal") return decimal_of(found);
    if (name == "datetime" || name == "timestamp")
        return refused(found, "make it datetime(6): fewer digits would be cut off silently");
    if (name == "float") return refused(found, "make it double");
    if (name == "char" || name == "enum" || name == "set") return refused(found, "make it varchar");
    return refused(found, "make it varchar, or a type of docs/types.md");
}

/// By SQLite's rules of affinity. Its integers have 64 bits whatever the type says.
member_type sqlite_type(std::string_view found, bool json) {
    if (holds(found, "int")) return stored_as(column_type::int64);
    if (holds(found, "char") || holds(found, "clob") || holds(found, "text"))
        return json ? stored_as(column_type::json) : with_length(column_type::text, found);
    if (found.empty() || holds(found, "blob")) return stored_as(column_type::blob);
    if (holds(found, "real") || holds(found, "floa") || holds(found, "doub"))
        return stored_as(column_type::float64);
    return refused(found,
                   "make it INTEGER, REAL, TEXT or BLOB (docs/types.md says how numbers "
                   "with digits, days and instants are kept)");
}

}  // namespace

member_type member_type_of(const catalog::found_column& c, sql::dialect_kind engine, bool json) {
    member_type m = engine == sql::dialect_kind::postgres  ? postgres_type(c.type)
                    : engine == sql::dialect_kind::mariadb ? mariadb_type(c.type, json)
                                                           : sqlite_type(c.type, json);
    if (m.column && m.column->type == column_type::text && m.column->length > 10'485'760)
        m.column->length = 0;
    if (!m.column) return m;
    m.column->name = c.name;
    m.column->nullable = c.nullable;
    return m;
}

}  // namespace shardwise::ops
