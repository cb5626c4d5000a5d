// SPDX-License-Identifier: MIT
#include "catalog/own_tables.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>
#include <chrono>
#include <thread>

#include "base/utf8.hpp"
#include "schema/names.hpp"
#include "shardwise/base/error.hpp"
#include "sql/ddl_compiler.hpp"

namespace shardwise::catalog {

namespace {

schema::column column_of(const own_column& given) {
    schema::column c;
    c.name = given.name;
    c.type = given.type;
    c.length = given.length;
    return c;
}

bool lost_a_race(const error& e) {
    return e.code() == error_code::unique_violation || e.code() == error_code::statement_failed ||
           e.code() == error_code::deadlock || e.code() == error_code::serialization_failure ||
           e.code() == error_code::lock_timeout;
}

}  // namespace

schema::table own_table(std::string_view name, std::span<const own_column> columns) {
    schema::table t;
    t.name = name;
    for (const own_column& c : columns) t.columns.push_back(column_of(c));
    t.primary_key = {0};
    t.placed.kind = schema::distribution_kind::reference;
    return t;
}

const schema::table& identity_table() {
    static const schema::table t = [] {
        // "only_row" is always 1: the primary key lets one of two processes write the row.
        schema::table identity =
            own_table(identity_table_name, std::array{own_column{"only_row", column_type::int16},
                                                      own_column{"format", column_type::int32},
                                                      own_column{"cluster_id", column_type::text},
                                                      own_column{"cluster_name", column_type::text},
                                                      own_column{"shard_name", column_type::text},
                                                      own_column{"members", column_type::text},
                                                      own_column{"state", column_type::text},
                                                      own_column{"stamp_id", column_type::text}});
        return identity;
    }();
    return t;
}

const schema::table& catalog_table() {
    static const schema::table t =
        own_table(catalog_table_name, std::array{own_column{"key", column_type::text, 255},
                                                 own_column{"version", column_type::int64},
                                                 own_column{"body", column_type::text}});
    return t;
}

const schema::table& worker_table() {
    static const schema::table t =
        own_table(worker_table_name, std::array{own_column{"worker", column_type::int16},
                                                own_column{"owner", column_type::text},
                                                own_column{"until_ms", column_type::int64},
                                                own_column{"expires_at", column_type::int64}});
    return t;
}

std::string directory_table_name(std::string_view group) {
    std::string name = std::string(directory_prefix) + std::string(group);
    if (name.size() <= schema::longest_name) return name;
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(group.data()), group.size(), digest.data());
    std::string suffix = "_";
    for (std::size_t i = 0; i < 6; ++i) suffix += fmt::format("{:02x}", digest[i]);
    std::size_t kept = schema::longest_name - directory_prefix.size() - suffix.size();
    while (kept > 0 && !is_valid_utf8(group.substr(0, kept))) --kept;
    return fmt::format("{}{}{}", directory_prefix, group.substr(0, kept), suffix);
}

schema::table directory_table(const schema::table& root) {
    schema::table t = own_table(directory_table_name(root.name), {});
    t.primary_key.clear();
    for (std::size_t i = 0; i < root.placed.shard_key.size(); ++i) {
        schema::column key = root.columns.at(root.placed.shard_key[i]);
        key.name = fmt::format("k{}", i);
        key.nullable = false;
        key.generated = schema::generation::none;
        key.default_sql.clear();
        t.columns.push_back(std::move(key));
        t.primary_key.push_back(static_cast<schema::column_index>(i));
    }
    t.columns.push_back(column_of({"bucket", column_type::int32}));
    return t;
}

void create_own_table(engine::connection& c, const schema::table& t, const sql::dialect& d,
                      deadline limit) {
    constexpr int attempts = 5;
    for (int attempt = 1;; ++attempt) {
        try {
            for (const std::string& text : sql::create_statements(t, d))
                engine::run(c, text, limit);
            return;
        } catch (const error& e) {
            if (attempt == attempts || !lost_a_race(e) || limit.passed()) throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20 * attempt));
        if (table_exists(c, t.name, d, limit)) return;
    }
}

bool table_exists(engine::connection& c, std::string_view name, const sql::dialect& d,
                  deadline limit) {
    own_statement s(d);
    switch (d.kind()) {
        case sql::dialect_kind::sqlite:
            s.raw("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower(")
                .bind(name)
                .raw(")");
            break;
        case sql::dialect_kind::postgres:
            s.raw(
                 "SELECT 1::bigint FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
                 "ON n.oid = c.relnamespace WHERE n.nspname = current_schema() "
                 "AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = ")
                .bind(name);
            break;
        case sql::dialect_kind::mariadb:
            s.raw(
                 "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() "
                 "AND table_name = ")
                .bind(name);
            break;
    }
    bool found = false;
    s.gives({column_type::int64}).run(c, limit, [&](std::span<const arg>) { found = true; });
    return found;
}

std::int64_t insert_own_row(engine::connection& c, std::string_view table,
                            std::span<const own_column> columns, std::span<const value> values,
                            const sql::dialect& d, deadline limit) {
    own_statement s(d);
    s.raw("INSERT INTO ").name(table).raw(" (");
    for (std::size_t i = 0; i < columns.size(); ++i)
        s.raw(i == 0 ? "" : ", ").name(columns[i].name);
    s.raw(") VALUES (");
    for (std::size_t i = 0; i < columns.size(); ++i)
        s.raw(i == 0 ? "" : ", ").bind(values[i].view(), columns[i].type);
    s.raw(")");
    return s.run(c, limit);
}

own_statement& own_statement::raw(std::string_view sql) {
    statement_.text += sql;
    return *this;
}

own_statement& own_statement::name(std::string_view identifier) {
    dialect_.identifier(statement_.text, identifier);
    return *this;
}

own_statement& own_statement::names(std::span<const std::string_view> identifiers) {
    bool first = true;
    for (const std::string_view identifier : identifiers) {
        if (!first) raw(", ");
        first = false;
        name(identifier);
    }
    return *this;
}

own_statement& own_statement::bind(const arg& v, column_type type, std::uint8_t scale) {
    values_.emplace_back(v);
    statement_.parameters.push_back({type, scale});
    dialect_.parameter(statement_.text, static_cast<int>(values_.size()));
    return *this;
}

own_statement& own_statement::gives(std::initializer_list<column_type> types) {
    for (const column_type type : types) statement_.columns.push_back({type, 0});
    return *this;
}

std::int64_t own_statement::run(engine::connection& c, deadline limit,
                                const std::function<void(std::span<const arg>)>& on_row) {
    statement_.prepare = false;
    std::vector<arg> args;
    args.reserve(values_.size());
    for (const value& v : values_) args.push_back(v.view());
    return engine::run(c, statement_, args, limit, on_row);
}

}  // namespace shardwise::catalog
