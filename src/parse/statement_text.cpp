// SPDX-License-Identifier: MIT
#include "parse/statement_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace shardwise::parse {

namespace {

struct wording {
    std::string_view parser;
    std::string_view said;
};

constexpr wording kinds[] = {
    {"SubLink", "a subquery"},
    {"RangeSubselect", "a subquery in FROM"},
    {"RangeFunction", "a function in FROM"},
    {"CaseExpr", "CASE"},
    {"CoalesceExpr", "COALESCE"},
    {"MinMaxExpr", "GREATEST or LEAST"},
    {"SQLValueFunction", "CURRENT_DATE, CURRENT_TIMESTAMP or the like"},
    {"BooleanTest", "IS TRUE, IS FALSE or IS UNKNOWN"},
    {"RowExpr", "a row (a, b)"},
    {"A_ArrayExpr", "an array"},
    {"A_Indirection", "a subscript or field"},
    {"CollateClause", "COLLATE"},
    {"SetToDefault", "DEFAULT"},
    {"MultiAssignRef", "SET (a, b) = ..."},
    {"GroupingFunc", "GROUPING"},
    {"NamedArgExpr", "a named argument"},
    {"CurrentOfExpr", "CURRENT OF"},
    {"AEXPR_ILIKE", "ILIKE"},
    {"AEXPR_SIMILAR", "SIMILAR TO"},
    {"AEXPR_DISTINCT", "IS DISTINCT FROM"},
    {"AEXPR_NOT_DISTINCT", "IS NOT DISTINCT FROM"},
    {"AEXPR_OP_ANY", "ANY"},
    {"AEXPR_OP_ALL", "ALL"},
    {"AEXPR_NULLIF", "NULLIF"},
    {"AEXPR_BETWEEN_SYM", "BETWEEN SYMMETRIC"},
    {"AEXPR_NOT_BETWEEN_SYM", "NOT BETWEEN SYMMETRIC"},
};

constexpr wording members_of_nodes[] = {
    {"schemaname", "a schema name"},
    {"catalogname", "a database name"},
    {"withClause", "WITH"},
    {"lockingClause", "FOR UPDATE or FOR SHARE"},
    {"windowClause", "WINDOW"},
    {"intoClause", "INTO"},
    {"valuesLists", "VALUES"},
    {"groupDistinct", "GROUP BY DISTINCT"},
    {"returningList", "RETURNING"},
    {"usingClause", "USING"},
    {"fromClause", "FROM"},
    {"isNatural", "NATURAL"},
    {"alias", "an alias"},
    {"join_using_alias", "an alias of USING"},
    {"colnames", "names for its columns"},
    {"indirection", "a subscript or field"},
    {"over", "OVER"},
    {"agg_filter", "FILTER"},
    {"agg_order", "ORDER BY"},
    {"agg_within_group", "WITHIN GROUP"},
    {"agg_distinct", "DISTINCT"},
    {"agg_star", "*"},
    {"func_variadic", "VARIADIC"},
    {"useOp", "USING"},
};

std::string_view said(std::span<const wording> words, std::string_view parser) {
    const auto found = std::find_if(words.begin(), words.end(),
                                    [&](const wording& w) { return w.parser == parser; });
    return found == words.end() ? parser : found->said;
}

}  // namespace

statement_text::statement_text(const source_text& source)
    : source_(source),
      now_{std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
               .count()} {}

void statement_text::fail(const tree_node& at, error_code code, std::string message) const {
    raise(error_info{
        .code = code, .message = std::move(message), .place = source_.place(at.offset())});
}

void statement_text::unsupported(const tree_node& at, std::string_view what,
                                 std::string_view way_out) const {
    fail(at, error_code::not_supported,
         fmt::format("{} is not supported in SQL text: {}", what, way_out));
}

void statement_text::unsupported_kind(const tree_node& at, std::string_view kind) const {
    if (kind == "ParamRef")
        unsupported(at, "a parameter ($1)", "write the value into the statement");
    unsupported(at, said(kinds, kind), "write it with comparisons, AND, OR, NOT and joins");
}

void statement_text::only(const tree_node& n, std::string_view what,
                          std::initializer_list<std::string_view> members) const {
    for (const auto& [name, ignored] : n.members())
        if (std::find(members.begin(), members.end(), name) == members.end())
            unsupported(n, fmt::format("{} with {}", what, said(members_of_nodes, name)));
}

void statement_text::raise_placed(const tree_node& at, const error& e) const {
    error_info info = e.info();
    if (info.place.empty()) info.place = source_.place(at.offset());
    raise(std::move(info));
}

}  // namespace shardwise::parse
