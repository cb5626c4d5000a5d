// SPDX-License-Identifier: MIT
#include "parse/statement_parser.hpp"

#include <fmt/format.h>

#include "parse/change_parser.hpp"
#include "parse/raw_tree.hpp"
#include "parse/select_parser.hpp"
#include "parse/statement_text.hpp"

namespace shardwise::parse {

namespace {

bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// PostgreSQL's grammar knows no :name; its syntax error would not tell what is wrong.
[[noreturn]] void raise_syntax(const source_text& source, const error& e) {
    error_info info = e.info();
    const std::string_view text = source.text();
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        if (text[i] != ':' || !starts_name(text[i + 1]) || source.place(i) != info.place) continue;
        info.code = error_code::not_supported;
        info.message =
            "a named parameter (:name) is not supported in SQL text: write the value into the "
            "statement";
    }
    raise(std::move(info));
}

nlohmann::json statements_of(const source_text& source) {
    try {
        return raw_statements(source);
    } catch (const error& e) {
        raise_syntax(source, e);
    }
}

[[noreturn]] void refuse_kind(const statement_text& text, const tree_node& at,
                              std::string_view kind) {
    if (kind == "InsertStmt")
        text.unsupported(at, "INSERT", "add objects to a session, or use shardwise import");
    if (kind == "ExplainStmt") text.unsupported(at, "EXPLAIN", "give the statement alone");
    text.unsupported(at, fmt::format("a statement of this kind ({})", kind),
                     "SELECT, UPDATE and DELETE can be used");
}

}  // namespace

statement parse_statement(std::string_view sql, const table_lookup& tables) {
    const source_text source(sql, "");
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
    if (kind == "SelectStmt") return select_parser(text, tables).parse(only.inner());
    if (kind == "UpdateStmt") return parse_update(text, only.inner(), tables);
    if (kind == "DeleteStmt") return parse_delete(text, only.inner(), tables);
    refuse_kind(text, only, kind);
}

}  // namespace shardwise::parse
