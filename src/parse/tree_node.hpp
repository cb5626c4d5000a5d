// SPDX-License-Identifier: MIT
// A node of the parse tree with the text that it came from. What is not asked for by name is
// refused: a member that this program does not know may change the meaning of the statement.
// Borrowed: the tree and the text outlive it. Any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "parse/source_text.hpp"

namespace shardwise::parse {

class tree_node {
public:
    tree_node(const source_text& source, const nlohmann::json& node, std::size_t fallback = 0)
        : source_(&source), node_(&node), offset_(location_of(node, fallback)) {}

    bool has(const char* member) const { return node_->contains(member); }
    const nlohmann::json& at(const char* member) const { return node_->at(member); }
    /// All members, by name and value.
    auto members() const { return node_->items(); }
    std::string text(const char* member) const { return node_->value(member, std::string()); }
    bool flag(const char* member) const { return node_->value(member, false); }

    /// The member as a node; without a location of its own it has this node's.
    tree_node child(const char* member) const { return {*source_, node_->at(member), offset_}; }
    /// The members of a list, which are {"<Kind>": {...}}; missing: empty.
    std::vector<tree_node> children(const char* member) const;
    /// The strings of a list of String nodes; missing: empty.
    std::vector<std::string> strings(const char* member) const;

    /// The whole number of an A_Const with "ival". libpg-query 15-4.0 leaves negative numbers out
    /// of its JSON as it does 0, so those are read from the text.
    std::int64_t integer() const;

    /// "ColumnRef" of {"ColumnRef": {...}}.
    std::string kind() const { return node_->empty() ? "" : node_->begin().key(); }
    /// The node inside {"ColumnRef": {...}}.
    tree_node inner() const { return {*source_, node_->begin().value(), offset_}; }

    std::size_t offset() const noexcept { return offset_; }
    [[noreturn]] void refuse(std::string message) const {
        source_->refuse(offset_, std::move(message));
    }
    /// Throws bad_input "<what> with <member> ..." when the node has any other member.
    void allow_only(std::string_view what, std::initializer_list<std::string_view> members) const;

private:
    /// Its own location, or that of the node wrapped in it.
    static std::size_t location_of(const nlohmann::json& node, std::size_t fallback);

    const source_text* source_;
    const nlohmann::json* node_;
    std::size_t offset_;
};

}  // namespace shardwise::parse
