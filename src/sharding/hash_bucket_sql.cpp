// SPDX-License-Identifier: MIT
// hash_bucket() as SQL text. The integer form needs nothing but & >> * + % on 64 bits and is the
// same on all engines, negative numbers included: every shifted part is masked to the bits that it
// really has, so that MariaDB's logical shift (its >> works on BIGINT UNSIGNED) and the arithmetic
// one of the others agree, and no intermediate result reaches 2^63.
#include <fmt/format.h>

#include "sharding/strategies.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::sharding {

namespace {

enum class sql_engine { postgres, mariadb, sqlite };

sql_engine engine_of(std::string_view dialect) {
    if (dialect == "postgres") return sql_engine::postgres;
    if (dialect == "mariadb") return sql_engine::mariadb;
    if (dialect == "sqlite") return sql_engine::sqlite;
    raise(error_info{.code = error_code::internal,
                     .message = fmt::format("there is no SQL dialect '{}'", dialect)});
}

/// The column as the signed 64-bit integer that is hashed; empty for kinds that are not whole.
std::string whole_sql(std::string_view column, column_type type, sql_engine engine) {
    switch (type) {
        case column_type::boolean:
            if (engine == sql_engine::postgres) return fmt::format("{}::integer::bigint", column);
            return std::string(column);
        case column_type::int16:
        case column_type::int32:
        case column_type::int64:
            if (engine == sql_engine::postgres) return fmt::format("{}::bigint", column);
            return std::string(column);
        case column_type::date:
            if (engine == sql_engine::postgres)
                return fmt::format("({} - DATE '1970-01-01')::bigint", column);
            if (engine == sql_engine::mariadb)
                return fmt::format("DATEDIFF({}, '1970-01-01')", column);
            return std::string(column);
        case column_type::timestamp:
            if (engine == sql_engine::postgres)
                return fmt::format("(extract(epoch FROM {}) * 1000000)::bigint", column);
            if (engine == sql_engine::mariadb)
                return fmt::format("TIMESTAMPDIFF(MICROSECOND, '1970-01-01', {})", column);
            return std::string(column);
        default:
            return {};
    }
}

std::string swh1_sql(std::string_view x) {
    const std::string h = fmt::format(
        "((({0} & 2097151) * 1640531527 + (({0} >> 21) & 2097151) * 1181783497 + "
        "(({0} >> 42) & 4194303) * 1500450271) % 2147483647)",
        x);
    const std::string h2 = fmt::format("((({0} + ({0} >> 15)) * 1103515245) % 2147483647)", h);
    const std::string h3 = fmt::format("((({0} + ({0} >> 13)) * 1597334677) % 2147483647)", h2);
    return fmt::format("(({} >> 8) & 1023)", h3);
}

/// The column as the bytes that are hashed; empty where that is not offered.
std::string bytes_sql(std::string_view column, column_type type, sql_engine engine) {
    const bool postgres = engine == sql_engine::postgres;
    switch (type) {
        case column_type::text:
            return postgres ? fmt::format("convert_to({}, 'UTF8')", column)
                            : fmt::format("CONVERT({} USING utf8mb4)", column);
        case column_type::uuid:
            return postgres ? fmt::format("uuid_send({})", column) : std::string(column);
        case column_type::blob:
            return std::string(column);
        default:
            return {};
    }
}

}  // namespace

std::string hash_bucket_sql(std::string_view column, column_type type, std::string_view dialect) {
    const sql_engine engine = engine_of(dialect);
    if (const std::string x = whole_sql(column, type, engine); !x.empty()) return swh1_sql(x);
    const std::string data = bytes_sql(column, type, engine);
    if (data.empty()) return {};
    switch (engine) {
        case sql_engine::postgres:
            return fmt::format(
                "(('x' || left(encode(sha256({}), 'hex'), 8))::bit(32)::bigint & 1023)", data);
        case sql_engine::mariadb:
            return fmt::format("(CONV(LEFT(SHA2({}, 256), 8), 16, 10) & 1023)", data);
        case sql_engine::sqlite:
            break;
    }
    return {};
}

}  // namespace shardwise::sharding
