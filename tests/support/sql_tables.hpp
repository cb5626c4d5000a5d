// SPDX-License-Identifier: MIT
// Tables for the tests of the sql layer. Static storage: statements keep pointers to them.
#pragma once

#include <string>
#include <string_view>

#include "schema/table.hpp"
#include "sql/ast.hpp"

namespace shardwise::sql_test {

inline schema::column make_column(std::string name, column_type type, bool nullable = false,
                                  std::uint8_t precision = 0, std::uint8_t scale = 0) {
    schema::column c;
    c.name = std::move(name);
    c.type = type;
    c.nullable = nullable;
    c.precision = precision;
    c.scale = scale;
    return c;
}

inline schema::table make_users() {
    schema::table t;
    t.name = "users";
    t.columns = {make_column("id", column_type::int64),
                 make_column("name", column_type::text),
                 make_column("email", column_type::text, true),
                 make_column("age", column_type::int32),
                 make_column("level", column_type::int16),
                 make_column("score", column_type::float64),
                 make_column("balance", column_type::decimal, false, 10, 2),
                 make_column("active", column_type::boolean),
                 make_column("ref", column_type::uuid),
                 make_column("born", column_type::date, true),
                 make_column("created", column_type::timestamp),
                 make_column("photo", column_type::blob, true),
                 make_column("extra", column_type::json, true),
                 make_column("sw_bucket", column_type::int16)};
    t.columns.back().generated = schema::generation::bucket;
    t.primary_key = {0};
    return t;
}

inline schema::table make_orders() {
    schema::table t;
    t.name = "orders";
    t.columns = {make_column("user_id", column_type::int64),
                 make_column("number", column_type::int32),
                 make_column("price", column_type::decimal, false, 12, 2),
                 make_column("rate", column_type::decimal, true, 8, 4),
                 make_column("quantity", column_type::int16),
                 make_column("note", column_type::text, true)};
    t.primary_key = {0, 1};
    schema::foreign_key f;
    f.columns = {0};
    f.parent_table = "users";
    f.parent_columns = {"id"};
    f.on_delete = schema::delete_rule::cascade;
    t.foreign_keys.push_back(f);
    return t;
}

inline const schema::table& users() {
    static const schema::table t = make_users();
    return t;
}

inline const schema::table& orders() {
    static const schema::table t = make_orders();
    return t;
}

inline sql::expr_ptr col(const schema::table& t, std::string_view name, int alias = 0) {
    return sql::column({&t, t.column_at(name), static_cast<std::uint8_t>(alias)});
}
inline sql::expr_ptr user(std::string_view name, int alias = 0) {
    return col(users(), name, alias);
}
inline sql::expr_ptr order(std::string_view name) { return col(orders(), name); }

inline sql::expr_ptr lit(int v) { return sql::constant(arg{std::int64_t{v}}); }
inline sql::expr_ptr lit(double v) { return sql::constant(arg{v}); }
inline sql::expr_ptr lit(bool v) { return sql::constant(arg{v}); }
inline sql::expr_ptr lit(const char* v) { return sql::constant(arg{std::string_view{v}}); }
inline sql::expr_ptr dec(std::string_view v) { return sql::constant(arg{decimal::parse(v)}); }
inline sql::expr_ptr null() { return sql::constant(arg{}); }

}  // namespace shardwise::sql_test
