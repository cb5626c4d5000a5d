// SPDX-License-Identifier: MIT
#include "cluster/stored_types.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "catalog/found_type.hpp"

namespace shardwise::cluster_layer {

namespace {

using names = std::initializer_list<std::string_view>;

bool one_of(std::string_view found, names known) {
    return std::find(known.begin(), known.end(), found) != known.end();
}

using catalog::sizes_of;

bool keeps_decimal(const schema::column& c, std::string_view found, strictness how) {
    const auto s = sizes_of(found);
    const int scale = std::max(s.second, 0);
    if (how == strictness::own) return s.first == c.precision && scale == c.scale;
    if (s.first < 0) return true;  // numeric without limits
    return scale >= c.scale && s.first - scale >= c.precision - c.scale;
}

/// Narrower integers refuse what they cannot keep.
bool keeps_integer(column_type declared, std::string_view found, strictness how, names by_width) {
    const std::size_t most = declared == column_type::int16   ? 1
                             : declared == column_type::int32 ? 2
                                                              : 3;
    const std::size_t least = how == strictness::own ? most - 1 : 0;
    std::size_t width = 0;
    for (const std::string_view name : by_width) {
        if (width >= least && width < most && name == found) return true;
        ++width;
    }
    return false;
}

bool postgres_keeps(const schema::column& c, std::string_view found, strictness how) {
    const bool own = how == strictness::own;
    switch (c.type) {
        case column_type::boolean:
            return found == "boolean";
        case column_type::int16:
        case column_type::int32:
        case column_type::int64:
            return keeps_integer(c.type, found, how, {"smallint", "integer", "bigint"});
        case column_type::float64:
            return found == "double precision";
        case column_type::text:
            if (own)
                return found == (c.length == 0 ? std::string("text")
                                               : fmt::format("character varying({})", c.length));
            return found == "text" || catalog::bare_type(found) == "character varying";
        case column_type::blob:
            return found == "bytea";
        case column_type::uuid:
            return found == "uuid";
        case column_type::date:
            return found == "date";
        case column_type::timestamp:
            return found == "timestamp with time zone" ||
                   (!own && found == "timestamp without time zone");
        case column_type::decimal:
            return catalog::bare_type(found) == "numeric" && keeps_decimal(c, found, how);
        case column_type::json:
            return found == "json" || (!own && found == "jsonb");
    }
    return false;
}

bool mariadb_keeps_text(const schema::column& c, bool keyed, std::string_view found,
                        strictness how) {
    if (how == strictness::own)
        return keyed ? found == fmt::format("varchar({})", c.length == 0 ? 255 : c.length)
                     : found == "longtext";
    return catalog::bare_type(found) == "varchar" ||
           one_of(found, {"tinytext", "text", "mediumtext", "longtext"});
}

bool mariadb_keeps_blob(const schema::column& c, bool keyed, std::string_view found,
                        strictness how) {
    if (how == strictness::own)
        return keyed ? found == fmt::format("varbinary({})", c.length == 0 ? 255 : c.length)
                     : found == "longblob";
    return catalog::bare_type(found) == "varbinary" ||
           one_of(found, {"tinyblob", "blob", "mediumblob", "longblob"});
}

bool mariadb_keeps(const schema::column& c, bool keyed, std::string_view found, strictness how) {
    const bool own = how == strictness::own;
    switch (c.type) {
        case column_type::boolean:
            return own ? found == "tinyint(1)" : catalog::bare_type(found) == "tinyint";
        case column_type::int16:
        case column_type::int32:
        case column_type::int64:  // "bigint(20)": the number is a display width
            if (!own && catalog::bare_type(found) == "tinyint")
                return found.find("unsigned") == std::string_view::npos;
            if (!own && catalog::bare_type(found) == "mediumint")
                return c.type != column_type::int16 &&
                       found.find("unsigned") == std::string_view::npos;
            return found.find("unsigned") == std::string_view::npos &&
                   keeps_integer(c.type, catalog::bare_type(found), how,
                                 {"smallint", "int", "bigint"});
        case column_type::float64:
            return found == "double";
        case column_type::text:
            return mariadb_keeps_text(c, keyed, found, how);
        case column_type::blob:
            return mariadb_keeps_blob(c, keyed, found, how);
        case column_type::uuid:
            return found == "binary(16)";
        case column_type::date:
            return found == "date";
        case column_type::timestamp:  // fewer digits would be cut off silently
            return found == "datetime(6)" || (!own && found == "timestamp(6)");
        case column_type::decimal:
            return catalog::bare_type(found) == "decimal" &&
                   found.find("unsigned") == std::string_view::npos && keeps_decimal(c, found, how);
        case column_type::json:
            return found == "longtext" || (!own && found == "json");
    }
    return false;
}

/// Own tables are STRICT; others have an affinity, which follows from the type's text by SQLite's
/// rules.
bool sqlite_keeps(const schema::column& c, std::string_view found, strictness how) {
    const auto holds = [&](std::string_view part) {
        return found.find(part) != std::string_view::npos;
    };
    const bool own = how == strictness::own;
    switch (c.type) {
        case column_type::float64:
            return own ? found == "real"
                       : !holds("int") && (holds("real") || holds("floa") || holds("doub"));
        case column_type::text:
        case column_type::json:
            return own ? found == "text"
                       : !holds("int") && (holds("char") || holds("clob") || holds("text"));
        case column_type::blob:
        case column_type::uuid:
            return own ? found == "blob"
                       : found.empty() || (holds("blob") && !holds("int") && !holds("char") &&
                                           !holds("clob") && !holds("text"));
        default:
            return own ? found == "integer" : holds("int");
    }
}

}  // namespace

bool keeps(const schema::column& declared, bool keyed, std::string_view found,
           sql::dialect_kind engine, strictness how) {
    switch (engine) {
        case sql::dialect_kind::sqlite:
            return sqlite_keeps(declared, found, how);
        case sql::dialect_kind::postgres:
            return postgres_keeps(declared, found, how);
        case sql::dialect_kind::mariadb:
            return mariadb_keeps(declared, keyed, found, how);
    }
    return false;
}

}  // namespace shardwise::cluster_layer
