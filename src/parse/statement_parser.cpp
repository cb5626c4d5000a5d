// SPDX-License-Identifier: MIT
#include "parse/statement_parser.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "parse/change_parser.hpp"
#include "parse/quoted_text.hpp"
#include "parse/raw_tree.hpp"
#include "parse/select_parser.hpp"
#include "parse/statement_text.hpp"

namespace shardwise::parse {

namespace {

/// PostgreSQL's grammar knows $1, not :name. Blanks keep the places of what follows.
std::string with_numbers(std::string_view sql, std::span<const named_value> parameters) {
    std::string out;
    for (std::size_t i = 0; i < sql.size();) {
        const std::size_t quoted = end_of_quoted(sql, i);
        const bool named = quoted == i && sql[i] == ':' && i + 1 < sql.size() &&
                           starts_name(sql[i + 1]) && (i == 0 || sql[i - 1] != ':');
        if (!named) {
            const std::size_t end =
                quoted == std::string_view::npos ? sql.size() : std::max(quoted, i + 1);
            out += sql.substr(i, end - i);
            i = end;
            continue;
        }
        std::size_t end = i + 1;
        while (end < sql.size() && continues_name(sql[end])) ++end;
        const std::string_view name = sql.substr(i + 1, end - i - 1);
        const auto found = std::find_if(parameters.begin(), parameters.end(),
                                        [&](const named_value& p) { return p.name == name; });
        if (found == parameters.end())
            raise(error_info{.code = error_code::bad_query,
                             .message = fmt::format("the parameter :{} has no value", name),
                             .place = source_text(sql, "").place(i)});
        std::string number = fmt::format("${}", found - parameters.begin() + 1);
        number.resize(std::max(number.size(), end - i), ' ');
        out += number;
        i = end;
    }
    return out;
}

nlohmann::json statements_of(const source_text& source) { return raw_statements(source); }

[[noreturn]] void refuse_kind(const statement_text& text, const tree_node& at,
                              std::string_view kind) {
    if (kind == "ExplainStmt") text.unsupported(at, "EXPLAIN", "give the statement alone");
    text.unsupported(at, fmt::format("a statement of this kind ({})", kind),
                     "SELECT, INSERT, UPDATE and DELETE can be used");
}

}  // namespace

statement parse_statement(std::string_view sql, const table_lookup& tables,
                          std::span<const named_value> parameters) {
    const std::string numbered = with_numbers(sql, parameters);
    std::vector<value> values;
    for (const named_value& p : parameters) values.push_back(p.is);
    const source_text source(numbered, "");
    const statement_text text(source);
    const nlohmann::json statements = statements_of(source);
    if (statements.empty())
        raise(error_info{.code = error_code::bad_query,
                         .message = "there is no statement in the SQL text",
                         .place = source.place(0)});
    const auto start_of = [&](const nlohmann::json& s) {
        return source.first_word(s.value("stmt_location", std::size_t{0}));
    };
    const tree_node only(source, statements.front().at("stmt"), start_of(statements.front()));
    if (statements.size() > 1)
        text.unsupported(tree_node(source, statements[1].at("stmt"), start_of(statements[1])),
                         "a second statement", "send one at a time");
    const std::string kind = only.kind();
    if (kind == "SelectStmt") {
        select_parser parser(text, tables, values);
        const sql::select_ptr parsed = parser.parse(only.inner());
        return {parsed, parser.headings()};
    }
    if (kind == "InsertStmt") return parse_insert(text, only.inner(), tables, values);
    if (kind == "UpdateStmt") return parse_update(text, only.inner(), tables, values);
    if (kind == "DeleteStmt") return parse_delete(text, only.inner(), tables, values);
    refuse_kind(text, only, kind);
}

}  // namespace shardwise::parse
