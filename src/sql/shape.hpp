// SPDX-License-Identifier: MIT
// The shape of a statement: everything in its AST but the values of its constants. Two statements
// of equal shape have the same plan for the same kind of route and the same SQL text in every
// dialect; their parameters come from the same constants. Pure functions.
//
// What of a constant belongs to the shape, because planner and compiler look at it: its kind, the
// scale of a decimal as written and without trailing zeros, whether a number is zero, and which
// other constants of the statement it equals (grouped expressions and equated columns are found
// by comparing constants). LIMIT and OFFSET belong to it, and the number of values of an IN list.
//
// A shape is one row of words, which is both compared and hashed: nothing can be in one and not in
// the other. A new member of a node does not compile here until it is taken into account; a node
// that is not known makes the statement one without a shape, which is planned every time.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "sql/ast.hpp"

namespace shardwise::sql {

class statement_shape {
public:
    /// Statements with more constants or nodes have no shape: they hardly ever come again.
    static constexpr std::size_t most_constants = 32;
    static constexpr std::size_t most_words = 1024;

    /// `salt` tells apart what the caller keeps apart.
    statement_shape(const select& s, std::span<const std::uint64_t> salt);
    statement_shape(const change& c, std::span<const std::uint64_t> salt);
    statement_shape(const statement_shape&) = delete;

    /// False: something in the statement is not known here, or it is too large.
    bool known() const noexcept { return known_; }
    std::span<const std::uint64_t> words() const noexcept { return {words_.data(), size_}; }
    std::uint64_t hash() const noexcept;
    /// The constants in the order of the shape: equal shapes have as many, of the same kinds. A
    /// node that stands at two places is there twice. They point into the statement.
    std::span<const value* const> constants() const noexcept {
        return {constants_.data(), constant_count_};
    }

private:
    void put(std::uint64_t word) noexcept;
    void put(const table_ref& t) noexcept;
    void put(const select& s);
    void put(const change& c);
    void put(const expr_ptr& e);
    void put_node(const expr& e);
    void put_constant(const value& v);

    std::size_t size_ = 0;
    std::size_t constant_count_ = 0;
    bool known_ = true;
    // Not initialized: most of it is never used.
    std::array<std::uint64_t, most_words> words_;
    std::array<const value*, most_constants> constants_;
};

}  // namespace shardwise::sql
