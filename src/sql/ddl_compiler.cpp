// SPDX-License-Identifier: MIT
#include "sql/ddl_compiler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "schema/unique_lookup.hpp"
#include "shardwise/base/error.hpp"
#include "sql/check_text.hpp"
#include "sql/constraint_names.hpp"
#include "sql/default_literal.hpp"

namespace shardwise::sql {
namespace {

using column_list = std::span<const schema::column_index>;

constexpr std::uint64_t longest_mariadb_key = 3072;

/// Columns that an index covers: MariaDB gives them a type of limited length.
std::vector<bool> keyed_columns(const schema::table& t) {
    std::vector<bool> keyed(t.columns.size(), false);
    const auto mark = [&](column_list columns) {
        for (const schema::column_index i : columns) keyed.at(i) = true;
    };
    mark(t.primary_key);
    for (const schema::unique_constraint& u : t.uniques) mark(u.columns);
    for (const schema::index& i : t.indexes) mark(i.columns);
    for (const schema::foreign_key& f : t.foreign_keys) mark(f.columns);
    return keyed;
}

std::uint64_t key_bytes(const schema::column& c) {
    const std::uint64_t length = c.length == 0 ? 255 : c.length;
    switch (c.type) {
        case column_type::text:
            return 4 * length;
        case column_type::blob:
            return length;
        case column_type::uuid:
            return 16;
        case column_type::decimal:
            return c.precision / 2U + 2U;
        default:
            return 8;
    }
}

class table_writer {
public:
    table_writer(const schema::table& t, const dialect& d)
        : table_(t), dialect_(d), names_(t), keyed_(keyed_columns(t)) {
        check_identifier("table", t.name);
    }

    std::vector<std::string> create() {
        text_ = "CREATE TABLE IF NOT EXISTS ";
        dialect_.identifier(text_, table_.name);
        text_ += " (";
        for (std::size_t i = 0; i < table_.columns.size(); ++i)
            column(table_.columns[i], keyed_[i]);
        primary_key();
        for (const schema::unique_constraint& u : table_.uniques)
            if (!schema::needs_lookup(table_, u)) unique(u);
        for (const schema::foreign_key& f : table_.foreign_keys) foreign_key(f);
        for (const schema::check_constraint& c : table_.checks) check(c);
        const std::vector<schema::index> indexes = schema::indexes_of(table_);
        if (is(dialect_kind::mariadb))
            for (const schema::index& i : indexes) inline_index(i);
        text_ += "\n)";
        text_ += options();
        std::vector<std::string> statements{std::move(text_)};
        if (!is(dialect_kind::mariadb))
            for (const schema::index& i : indexes) statements.push_back(separate_index(i));
        return statements;
    }

private:
    bool is(dialect_kind kind) const noexcept { return dialect_.kind() == kind; }

    [[noreturn]] void refuse(error_code code, std::string message) const {
        raise(error_info{.code = code, .message = std::move(message), .table = table_.name});
    }

    std::string_view options() const {
        switch (dialect_.kind()) {
            case dialect_kind::sqlite:
                return " STRICT";
            case dialect_kind::mariadb:
                return " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin";
            case dialect_kind::postgres:
                break;
        }
        return "";
    }

    void line() {
        text_ += first_ ? "\n    " : ",\n    ";
        first_ = false;
    }

    void column(const schema::column& c, bool keyed) {
        check_identifier("column", c.name);
        line();
        dialect_.identifier(text_, c.name);
        text_ += ' ';
        dialect_.type_name(text_, c, keyed);
        if (!c.nullable) text_ += " NOT NULL";
        if (!c.default_sql.empty()) {
            text_ += " DEFAULT ";
            append_default(text_, table_, c, dialect_);
        }
        column_check(c);
    }

    /// What the column's type does not say by itself.
    void column_check(const schema::column& c) {
        std::string name;
        dialect_.identifier(name, c.name);
        if (c.type == column_type::json && is(dialect_kind::mariadb))
            text_ += fmt::format(" CHECK (json_valid({}))", name);
        if (is(dialect_kind::sqlite)) text_ += sqlite_check(c, name);
    }

    static std::string sqlite_check(const schema::column& c, const std::string& name) {
        switch (c.type) {
            case column_type::boolean:
                return fmt::format(" CHECK ({} IN (0, 1))", name);
            case column_type::int16:
                return fmt::format(" CHECK ({} BETWEEN -32768 AND 32767)", name);
            case column_type::int32:
                return fmt::format(" CHECK ({} BETWEEN -2147483648 AND 2147483647)", name);
            case column_type::json:
                // json_valid(NULL) is false before SQLite 3.45.
                return fmt::format(" CHECK ({}json_valid({}))",
                                   c.nullable ? name + " IS NULL OR " : std::string{}, name);
            case column_type::uuid:
                return fmt::format(" CHECK (length({}) = 16)", name);
            case column_type::decimal: {
                const std::string most(c.precision, '9');
                return fmt::format(" CHECK ({} BETWEEN -{} AND {})", name, most, most);
            }
            case column_type::text:
            case column_type::blob:
                return c.length == 0 ? std::string{}
                                     : fmt::format(" CHECK (length({}) <= {})", name, c.length);
            default:
                return {};
        }
    }

    void columns(std::string& out, column_list list) const {
        out += " (";
        bool first = true;
        std::uint64_t bytes = 0;
        for (const schema::column_index i : list) {
            if (!std::exchange(first, false)) out += ", ";
            dialect_.identifier(out, table_.columns.at(i).name);
            bytes += key_bytes(table_.columns[i]);
        }
        out += ')';
        if (is(dialect_kind::mariadb) && bytes > longest_mariadb_key)
            refuse(error_code::bad_model,
                   fmt::format("a key of table {} needs {} bytes: MariaDB indexes at most {}, "
                               "declare shorter columns",
                               table_.name, bytes, longest_mariadb_key));
    }

    void constraint(const std::string& given, column_list list, std::string_view suffix) {
        line();
        text_ += "CONSTRAINT ";
        dialect_.identifier(text_, names_.take(given, list, suffix));
    }

    void primary_key() {
        if (table_.primary_key.empty())
            refuse(error_code::bad_model, fmt::format("table {} has no primary key", table_.name));
        line();
        text_ += "PRIMARY KEY";
        columns(text_, table_.primary_key);
    }

    void unique(const schema::unique_constraint& u) {
        constraint(u.name, u.columns, "key");
        text_ += " UNIQUE";
        columns(text_, u.columns);
    }

    void foreign_key(const schema::foreign_key& f) {
        check_identifier("table", f.parent_table);
        constraint(f.name, f.columns, "fkey");
        text_ += " FOREIGN KEY";
        columns(text_, f.columns);
        text_ += " REFERENCES ";
        dialect_.identifier(text_, f.parent_table);
        text_ += " (";
        for (std::size_t i = 0; i < f.parent_columns.size(); ++i) {
            check_identifier("column", f.parent_columns[i]);
            if (i != 0) text_ += ", ";
            dialect_.identifier(text_, f.parent_columns[i]);
        }
        text_ += ") ON DELETE ";
        switch (f.on_delete) {
            case schema::delete_rule::restrict:
                text_ += "RESTRICT";
                break;
            case schema::delete_rule::cascade:
                text_ += "CASCADE";
                break;
            case schema::delete_rule::set_null:
                text_ += "SET NULL";
                break;
        }
    }

    void check(const schema::check_constraint& c) {
        constraint(c.name, {}, "check");
        text_ += " CHECK (";
        append_check(text_, table_, c, dialect_);
        text_ += ')';
    }

    void inline_index(const schema::index& i) {
        line();
        text_ += "KEY ";
        dialect_.identifier(text_, names_.take(i.name, i.columns, "idx"));
        columns(text_, i.columns);
    }

    std::string separate_index(const schema::index& i) {
        std::string out = "CREATE INDEX IF NOT EXISTS ";
        dialect_.identifier(out, names_.take(i.name, i.columns, "idx"));
        out += " ON ";
        dialect_.identifier(out, table_.name);
        columns(out, i.columns);
        return out;
    }

    const schema::table& table_;
    const dialect& dialect_;
    constraint_names names_;
    std::vector<bool> keyed_;
    std::string text_;
    bool first_ = true;
};

}  // namespace

std::vector<std::string> create_statements(const schema::table& t, const dialect& d) {
    return table_writer{t, d}.create();
}

std::vector<std::string> drop_statements(const schema::table& t, const dialect& d) {
    check_identifier("table", t.name);
    std::string text = "DROP TABLE IF EXISTS ";
    d.identifier(text, t.name);
    return {std::move(text)};
}

}  // namespace shardwise::sql
