// SPDX-License-Identifier: MIT
// SQL text in a session: parsed against the cluster's tables, then run as any other statement.
#include "shardwise/orm/sql_text.hpp"

#include <fmt/format.h>

#include "orm/known_tables.hpp"
#include "orm/row_set.hpp"
#include "orm/session_state.hpp"
#include "plan/explain.hpp"
#include "shardwise/base/error.hpp"
#include "sql/typing.hpp"

namespace shardwise::orm {
namespace {

parse::statement parsed(const session_core::state& s, std::string_view text,
                        const sql_argument* arguments, std::size_t count) {
    std::vector<parse::named_value> values;
    for (std::size_t i = 0; i < count; ++i)
        values.push_back({std::string(arguments[i].name), value(arguments[i].is)});
    return parse::parse_statement(text, known_tables(s.db), values);
}

[[noreturn]] void refuse(std::string message) {
    raise(error_info{.code = error_code::bad_query, .message = std::move(message)});
}

void check_row(const parse::statement& s, const codec* const* columns, std::size_t count) {
    const auto& items = std::get<sql::select_ptr>(s.parsed)->items;
    if (items.size() != count)
        refuse(fmt::format("the statement has {} columns, the row has {} members", items.size(),
                           count));
    for (std::size_t i = 0; i < count; ++i) {
        const column_type type = items[i].expression->type.type;
        if (items[i].expression->is_null_literal() ||
            sql::family_of(type) == sql::family_of(columns[i]->type))
            continue;
        refuse(fmt::format("column {} (\"{}\") is {}, member {} of the row is made for {}", i + 1,
                           s.headings[i], name_of(type), i + 1, name_of(columns[i]->type)));
    }
}

}  // namespace

row_set_ptr session_core::select_text(std::string_view text, const sql_argument* arguments,
                                      std::size_t count, const codec* const* columns,
                                      std::size_t column_count) {
    state_->check_usable("sql()");
    const parse::statement s = parsed(*state_, text, arguments, count);
    const auto* const query = std::get_if<sql::select_ptr>(&s.parsed);
    if (query == nullptr) refuse("an UPDATE or DELETE has no rows: call sql() without a row type");
    check_row(s, columns, column_count);
    return select(*query);
}

sql_result session_core::run_text(std::string_view text, const sql_argument* arguments,
                                  std::size_t count) {
    state_->check_usable("sql()");
    parse::statement s = parsed(*state_, text, arguments, count);
    sql_result out;
    if (const auto* const change = std::get_if<sql::change_ptr>(&s.parsed)) {
        out.changed = run(*change);
        return out;
    }
    const row_set_ptr rows = select(std::get<sql::select_ptr>(s.parsed));
    out.headings = std::move(s.headings);
    out.rows.reserve(rows->rows);
    for (std::size_t i = 0; i < rows->rows; ++i) {
        const arg* const row = row_at(*rows, i);
        std::vector<value>& kept = out.rows.emplace_back();
        kept.reserve(rows->width);
        for (std::size_t c = 0; c < rows->width; ++c) kept.emplace_back(row[c]);
    }
    return out;
}

explanation session_core::explain_text(std::string_view text, const sql_argument* arguments,
                                       std::size_t count) {
    const parse::statement s = parsed(*state_, text, arguments, count);
    return std::visit([&](const auto& statement) { return explain(statement); }, s.parsed);
}

}  // namespace shardwise::orm
