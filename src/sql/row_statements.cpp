// SPDX-License-Identifier: MIT
// The unit of work's statements on single rows.
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "shardwise/base/error.hpp"
#include "sql/compiler.hpp"
#include "sql/versioned_statements.hpp"

namespace shardwise::sql {
namespace {

/// Text of a statement on one table; parameters are numbered as they come.
class row_text {
public:
    row_text(const schema::table& t, const dialect& d) : table_(t), dialect_(d) {}

    row_text& operator<<(std::string_view sql) {
        out.text += sql;
        return *this;
    }
    void table() {
        check_identifier("table", table_.name);
        dialect_.identifier(out.text, table_.name);
    }
    const schema::column& column(schema::column_index i) {
        const schema::column& c = table_.columns.at(i);
        check_identifier("column", c.name);
        dialect_.identifier(out.text, c.name);
        return c;
    }
    void parameter(const schema::column& c) {
        out.parameters.push_back({c.type, c.scale});
        dialect_.parameter(out.text, static_cast<int>(out.parameters.size()));
    }
    /// Of a list whose types nothing else tells. Text of any length: a cast would cut it.
    void typed_parameter(schema::column_index i) {
        schema::column c = table_.columns.at(i);
        c.length = 0;
        parameter(c);
        out.text += "::";
        dialect_.type_name(out.text, c, false);
    }
    void equals_parameter(schema::column_index i) {
        const schema::column& c = column(i);
        *this << " = ";
        parameter(c);
    }
    void where_equal(std::span<const schema::column_index> columns) {
        bool first = true;
        for (const schema::column_index i : columns) {
            *this << (std::exchange(first, false) ? " WHERE " : " AND ");
            equals_parameter(i);
        }
    }
    void and_version(schema::column_index version) {
        *this << " AND ";
        equals_parameter(version);
    }
    void where_key() {
        if (table_.primary_key.empty())
            raise(error_info{.code = error_code::bad_model,
                             .message = fmt::format("table {} has no primary key", table_.name),
                             .table = table_.name});
        where_equal(table_.primary_key);
    }

    compiled out;

private:
    const schema::table& table_;
    const dialect& dialect_;
};

void check_columns(const schema::table& t, std::span<const schema::column_index> columns,
                   std::string_view verb) {
    if (columns.empty())
        raise(error_info{.code = error_code::bad_query,
                         .message = fmt::format("an {} of {} without columns", verb, t.name),
                         .table = t.name});
}

}  // namespace

compiled compile_insert(const schema::table& t, std::span<const schema::column_index> columns,
                        std::size_t rows, const dialect& d) {
    check_columns(t, columns, "INSERT");
    if (rows == 0 || rows > max_parameters(d) / columns.size())
        raise(error_info{.code = error_code::bad_query,
                         .message = fmt::format(
                             "an INSERT of {} rows into {}: 1 to {} are possible "
                             "in one statement on {}",
                             rows, t.name, max_parameters(d) / columns.size(), d.traits().name),
                         .table = t.name});
    row_text sql{t, d};
    sql << "INSERT INTO ";
    sql.table();
    sql << " (";
    bool first = true;
    for (const schema::column_index i : columns) {
        if (!std::exchange(first, false)) sql << ", ";
        sql.column(i);
    }
    sql << ") VALUES ";
    for (std::size_t row = 0; row < rows; ++row) {
        sql << (row == 0 ? "(" : ", (");
        first = true;
        for (const schema::column_index i : columns) {
            if (!std::exchange(first, false)) sql << ", ";
            sql.parameter(t.columns[i]);
        }
        sql << ")";
    }
    return std::move(sql.out);
}

compiled compile_update(const schema::table& t, std::span<const schema::column_index> columns,
                        const dialect& d) {
    check_columns(t, columns, "UPDATE");
    row_text sql{t, d};
    sql << "UPDATE ";
    sql.table();
    bool first = true;
    for (const schema::column_index i : columns) {
        sql << (std::exchange(first, false) ? " SET " : ", ");
        sql.equals_parameter(i);
    }
    sql.where_key();
    return std::move(sql.out);
}

compiled compile_delete(const schema::table& t, const dialect& d) {
    row_text sql{t, d};
    sql << "DELETE FROM ";
    sql.table();
    sql.where_key();
    return std::move(sql.out);
}

compiled compile_versioned_update(const schema::table& t,
                                  std::span<const schema::column_index> columns,
                                  schema::column_index version, const dialect& d) {
    std::vector<schema::column_index> all(columns.begin(), columns.end());
    all.push_back(version);
    row_text sql{t, d};
    sql.out = compile_update(t, all, d);
    sql.and_version(version);
    return std::move(sql.out);
}

compiled compile_versioned_delete(const schema::table& t, schema::column_index version,
                                  const dialect& d) {
    row_text sql{t, d};
    sql.out = compile_delete(t, d);
    sql.and_version(version);
    return std::move(sql.out);
}

namespace {

/// SET a = sw_rows.a FROM (VALUES ($1::type, ...), ...) AS sw_rows (...): a join that finds each
/// row by its key. No table has a name that begins so.
void join_new_rows(row_text& sql, std::span<const schema::column_index> set,
                   std::span<const schema::column_index> where, std::size_t rows) {
    sql << "UPDATE ";
    sql.table();
    for (std::size_t i = 0; i < set.size(); ++i) {
        sql << (i == 0 ? " SET " : ", ");
        sql.column(set[i]);
        sql << " = sw_rows.s" << std::to_string(i);
    }
    sql << " FROM (VALUES ";
    for (std::size_t row = 0; row < rows; ++row) {
        sql << (row == 0 ? "(" : ", (");
        for (std::size_t i = 0; i < set.size() + where.size(); ++i) {
            if (i != 0) sql << ", ";
            sql.typed_parameter(i < set.size() ? set[i] : where[i - set.size()]);
        }
        sql << ")";
    }
    sql << ") AS sw_rows (";
    for (std::size_t i = 0; i < set.size(); ++i) sql << "s" << std::to_string(i) << ", ";
    for (std::size_t i = 0; i < where.size(); ++i)
        sql << (i == 0 ? "w" : ", w") << std::to_string(i);
    sql << ")";
    for (std::size_t i = 0; i < where.size(); ++i) {
        sql << (i == 0 ? " WHERE " : " AND ");
        sql.table();
        sql << ".";
        sql.column(where[i]);
        sql << " = sw_rows.w" << std::to_string(i);
    }
}

/// SET a = CASE WHEN key = ? THEN ? ... END WHERE (key) IN ((?), ...): rows are found by ranges of
/// the key, and types are those of the columns.
void choose_by_key(row_text& sql, const schema::table& t, std::span<const schema::column_index> set,
                   std::span<const schema::column_index> where, std::size_t rows) {
    sql << "UPDATE ";
    sql.table();
    for (std::size_t i = 0; i < set.size(); ++i) {
        sql << (i == 0 ? " SET " : ", ");
        sql.column(set[i]);
        sql << " = CASE";
        for (std::size_t row = 0; row < rows; ++row) {
            sql << " WHEN ";
            for (std::size_t k = 0; k < t.primary_key.size(); ++k) {
                if (k != 0) sql << " AND ";
                sql.equals_parameter(t.primary_key[k]);
            }
            sql << " THEN ";
            sql.parameter(t.columns[set[i]]);
        }
        sql << " END";
    }
    sql << " WHERE (";
    for (std::size_t i = 0; i < where.size(); ++i) {
        if (i != 0) sql << ", ";
        sql.column(where[i]);
    }
    sql << ") IN (";
    for (std::size_t row = 0; row < rows; ++row) {
        sql << (row == 0 ? "(" : ", (");
        for (std::size_t i = 0; i < where.size(); ++i) {
            if (i != 0) sql << ", ";
            sql.parameter(t.columns[where[i]]);
        }
        sql << ")";
    }
    sql << ")";
}

}  // namespace

compiled compile_update_rows(const schema::table& t, std::span<const schema::column_index> columns,
                             std::optional<schema::column_index> version, std::size_t rows,
                             const dialect& d) {
    check_columns(t, columns, "UPDATE");
    std::vector<schema::column_index> set(columns.begin(), columns.end());
    std::vector<schema::column_index> where = t.primary_key;
    if (version) {
        set.push_back(*version);
        where.push_back(*version);
    }
    row_text sql{t, d};
    if (d.kind() == dialect_kind::mariadb)
        choose_by_key(sql, t, set, where, rows);
    else
        join_new_rows(sql, set, where, rows);
    return std::move(sql.out);
}

compiled compile_lock(const schema::table& t, std::span<const schema::column_index> key,
                      const dialect& d) {
    row_text sql{t, d};
    sql << "SELECT 1 FROM ";
    sql.table();
    sql.where_equal(key);
    sql << " FOR UPDATE";
    sql.out.columns.push_back({column_type::int64, 0});
    return std::move(sql.out);
}

compiled compile_find(const schema::table& t, const dialect& d) {
    row_text sql{t, d};
    sql << "SELECT ";
    bool first = true;
    for (schema::column_index i = 0; i < t.columns.size(); ++i) {
        if (t.columns[i].generated == schema::generation::bucket) continue;
        if (!std::exchange(first, false)) sql << ", ";
        const schema::column& c = sql.column(i);
        sql.out.columns.push_back({c.type, c.scale});
    }
    sql << " FROM ";
    sql.table();
    sql.where_key();
    return std::move(sql.out);
}

}  // namespace shardwise::sql
