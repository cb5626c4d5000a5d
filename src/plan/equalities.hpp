// SPDX-License-Identifier: MIT
// Classes of columns and constants that are equal because conditions say so. Small and linear:
// statements equate a handful of columns.
#pragma once

#include <cstddef>
#include <vector>

#include "sql/ast.hpp"

namespace shardwise::plan {

class equalities {
public:
    /// Uses every `column = column` and `column = constant` among the top-level parts of `e`, when
    /// both sides are of a kind whose equality is exact.
    void learn(const sql::expr& e);

    bool same(const sql::column_ref& a, const sql::column_ref& b) const;

    /// The columns in the class of `c`, itself left out.
    std::vector<sql::column_ref> partners(const sql::column_ref& c) const;

private:
    struct member {
        sql::column_ref column;  ///< table nullptr: a constant
        const value* constant;
        std::size_t group;
    };
    std::size_t group_of(const sql::expr& side);
    const member* find(const sql::column_ref& c) const;

    std::vector<member> members_;
};

}  // namespace shardwise::plan
