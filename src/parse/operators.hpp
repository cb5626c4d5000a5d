// SPDX-License-Identifier: MIT
// The operators that both SQL text and the AST have. Pure.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "sql/ast.hpp"

namespace shardwise::parse {

struct operator_name {
    std::string_view name;
    sql::op meaning;
};

inline constexpr std::array operators{
    operator_name{"=", sql::op::eq},       operator_name{"<>", sql::op::ne},
    operator_name{"<", sql::op::lt},       operator_name{"<=", sql::op::le},
    operator_name{">", sql::op::gt},       operator_name{">=", sql::op::ge},
    operator_name{"+", sql::op::add},      operator_name{"-", sql::op::subtract},
    operator_name{"*", sql::op::multiply}, operator_name{"/", sql::op::divide},
    operator_name{"%", sql::op::modulo},
};

inline bool is_comparison(sql::op o) {
    return o == sql::op::eq || o == sql::op::ne || o == sql::op::lt || o == sql::op::le ||
           o == sql::op::gt || o == sql::op::ge;
}

/// A date beside an instant is its midnight.
void meet_as_instants(std::vector<sql::expr_ptr>& list);

}  // namespace shardwise::parse
