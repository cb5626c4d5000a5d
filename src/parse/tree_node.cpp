// SPDX-License-Identifier: MIT
#include "parse/tree_node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace shardwise::parse {

namespace {

/// The parser's member as a user would say it; its own name for rare ones.
std::string_view clause_of(std::string_view member) {
    struct clause {
        std::string_view member;
        std::string_view said;
    };
    static constexpr clause clauses[] = {
        {"schemaname", "a schema name (the URL of the shard says it)"},
        {"catalogname", "a database name (the URL of the shard says it)"},
        {"inhRelations", "INHERITS or PARTITION OF"},
        {"partspec", "PARTITION BY"},
        {"partbound", "PARTITION OF"},
        {"ofTypename", "OF a type"},
        {"options", "WITH options"},
        {"accessMethod", "USING an access method"},
        {"tablespacename", "TABLESPACE"},
        {"tableSpace", "TABLESPACE"},
        {"indexspace", "TABLESPACE"},
        {"collClause", "COLLATE"},
        {"collation", "COLLATE"},
        {"compression", "COMPRESSION"},
        {"deferrable", "DEFERRABLE"},
        {"initdeferred", "INITIALLY DEFERRED"},
        {"skip_validation", "NOT VALID"},
        {"is_no_inherit", "NO INHERIT"},
        {"nulls_not_distinct", "NULLS NOT DISTINCT"},
        {"including", "INCLUDE"},
        {"indexIncludingParams", "INCLUDE"},
        {"where_clause", "WHERE"},
        {"whereClause", "WHERE"},
        {"concurrent", "CONCURRENTLY"},
        {"expr", "an expression"},
        {"opclass", "an operator class"},
        {"arrayBounds", "an array"},
        {"setof", "SETOF"},
        {"fk_del_set_cols", "ON DELETE SET NULL of some columns"},
        {"alias", "an alias"},
    };
    for (const clause& c : clauses)
        if (c.member == member) return c.said;
    return member;
}

}  // namespace

std::size_t tree_node::location_of(const nlohmann::json& node, std::size_t fallback) {
    // -1: a node that the grammar makes up, or one that says no place.
    const auto location = [&](const nlohmann::json& n) {
        const auto found = n.value("location", std::int64_t{-1});
        return found < 0 ? fallback : static_cast<std::size_t>(found);
    };
    if (node.contains("location")) return location(node);
    if (node.size() == 1 && node.begin().value().is_object()) return location(node.begin().value());
    return fallback;
}

std::vector<tree_node> tree_node::children(const char* member) const {
    std::vector<tree_node> found;
    if (!has(member)) return found;
    for (const nlohmann::json& element : at(member)) found.emplace_back(*source_, element, offset_);
    return found;
}

std::int64_t tree_node::integer() const {
    const nlohmann::json& ival = at("ival");
    if (ival.contains("ival")) return ival.at("ival").get<std::int64_t>();
    const std::string_view text = source_->text();
    const bool negative = text.substr(offset_, 1) == "-";
    const std::size_t start = negative ? source_->first_word(offset_ + 1) : offset_;
    std::int64_t digits = 0;
    const auto [end, failure] =
        std::from_chars(text.data() + start, text.data() + text.size(), digits);
    if (failure != std::errc{} || digits < 0 || (!negative && digits != 0))
        refuse("write this number plainly, as 5 or -5, without parentheses");
    return negative ? -digits : 0;
}

std::vector<std::string> tree_node::strings(const char* member) const {
    std::vector<std::string> found;
    for (const tree_node& element : children(member)) found.push_back(element.inner().text("sval"));
    return found;
}

void tree_node::allow_only(std::string_view what,
                           std::initializer_list<std::string_view> members) const {
    for (const auto& [name, ignored] : node_->items())
        if (std::find(members.begin(), members.end(), name) == members.end())
            refuse(fmt::format("{} with {} is not supported: leave it out", what, clause_of(name)));
}

}  // namespace shardwise::parse
