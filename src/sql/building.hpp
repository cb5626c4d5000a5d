// SPDX-License-Identifier: MIT
// An expression node under construction. Used by the builders of sql/ast.hpp only.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "shardwise/base/error.hpp"
#include "sql/ast.hpp"

namespace shardwise::sql {

[[noreturn]] inline void refuse_query(std::string message) {
    raise(error_info{.code = error_code::bad_query, .message = std::move(message)});
}

inline const expr& given(const expr_ptr& x) {
    if (!x) refuse_query("an expression is missing");
    return *x;
}

/// A call whose rows may be groups: sum(count(*)) OVER (...). Only over() may take it.
expr_ptr call_over_groups(aggregate f, const expr_ptr& x);

/// Owned by the pointer from the start, so nothing leaks on a throw.
struct building {
    expr* node = new expr;
    expr_ptr owner{node};

    explicit building(expr_kind kind) { node->kind = kind; }

    void operand(const expr_ptr& x) {
        const expr& e = given(x);
        if (e.depth >= deepest_expression)
            refuse_query(
                fmt::format("the expression is nested deeper than {} levels: use in() for long "
                            "lists of alternatives",
                            deepest_expression));
        node->depth = std::max(node->depth, static_cast<std::uint16_t>(e.depth + 1));
        node->has_aggregate = node->has_aggregate || e.has_aggregate;
        node->has_window = node->has_window || e.has_window;
        node->has_query = node->has_query || e.has_query;
        node->has_local = node->has_local || e.has_local;
        node->operands.push_back(x);
    }
    bool nullable_operands() const {
        return std::any_of(node->operands.begin(), node->operands.end(),
                           [](const expr_ptr& x) { return x->type.nullable; });
    }
    void is_condition(bool nullable) { node->type = {column_type::boolean, 0, 0, nullable}; }
};

}  // namespace shardwise::sql
