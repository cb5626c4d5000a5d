// SPDX-License-Identifier: MIT
#include "sql/shape.hpp"

#include <bit>
#include <cstring>
#include <string_view>

#include "sql/typing.hpp"

namespace shardwise::sql {
namespace {

std::uint64_t address(const void* p) noexcept { return std::bit_cast<std::uintptr_t>(p); }

/// Bytes side by side, the first one lowest.
template <class... T>
std::uint64_t packed(T... parts) noexcept {
    std::uint64_t word = 0;
    int shift = 0;
    ((word |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(parts)) << shift, shift += 8),
     ...);
    return word;
}

/// A kind that this file does not know must not be taken for one that it does.
bool is_known(expr_kind kind) noexcept {
    switch (kind) {
        case expr_kind::column:
        case expr_kind::constant:
        case expr_kind::unary:
        case expr_kind::binary:
        case expr_kind::in_list:
        case expr_kind::is_null:
        case expr_kind::like:
        case expr_kind::between:
        case expr_kind::aggregate:
        case expr_kind::function:
        case expr_kind::extract:
        case expr_kind::truncate:
        case expr_kind::conditional:
        case expr_kind::cast:
        case expr_kind::distinct_from:
            return true;
        case expr_kind::in_query:
        case expr_kind::exists:
        case expr_kind::scalar_query:
        case expr_kind::window:
            return false;
    }
    return false;
}

/// The texts of others depend on the values of their constants.
bool is_known(function f) noexcept {
    switch (f) {
        case function::lower:
        case function::upper:
        case function::length:
        case function::trim:
        case function::trim_left:
        case function::trim_right:
        case function::replace:
        case function::concat:
        case function::position:
        case function::absolute:
        case function::floor:
        case function::ceiling:
        case function::coalesce:
        case function::reverse:
        case function::add_days:
        case function::days_between:
        case function::epoch:
            return true;
        default:
            return false;
    }
}

bool is_zero(const arg& v) noexcept {
    switch (v.kind()) {
        case kind::integer:
            return v.integer() == 0;
        case kind::real:
            return v.real() == 0.0;
        case kind::decimal:
            return v.as_decimal().low() == 0 && v.as_decimal().high() == 0;
        default:
            return false;
    }
}

bool equal_values(const arg& a, const arg& b) {
    if (a.kind() == kind::integer && b.kind() == kind::integer) return a.integer() == b.integer();
    if (a.kind() == kind::text && b.kind() == kind::text) return a.text() == b.text();
    return same(a, b);
}

}  // namespace

// The structured bindings below name every member of a node. When one of them no longer compiles, a
// member was added: write it into the shape, or say why it follows from the others. When in doubt
// set known_ = false where it is used.

statement_shape::statement_shape(const select& s, std::span<const std::uint64_t> salt) {
    for (const std::uint64_t word : salt) put(word);
    put(s);
}

statement_shape::statement_shape(const change& c, std::span<const std::uint64_t> salt) {
    for (const std::uint64_t word : salt) put(word);
    put(c);
}

std::uint64_t statement_shape::hash() const noexcept {
    constexpr std::uint64_t odd = 0x9E3779B97F4A7C15ULL;  // 2^64 / golden ratio
    std::uint64_t h = size_ * odd;
    for (std::size_t i = 0; i < size_; ++i) {
        h = (h ^ words_[i]) * odd;
        h ^= h >> 29;
    }
    return h;
}

void statement_shape::put(std::uint64_t word) noexcept {
    if (size_ == most_words) {
        known_ = false;
        return;
    }
    words_[size_++] = word;
}

void statement_shape::put(const table_ref& t) noexcept {
    const auto& [table, alias] = t;
    put(address(table));
    put(alias);
}

void statement_shape::put(const select& s) {
    const auto& [from, joins, derived_tables, items, where, group_by, having, order_by, limit,
                 offset, distinct, lock, branches, recursive, references] = s;
    if (!derived_tables.empty() || !branches.empty() || recursive) known_ = false;
    put(from);
    put(joins.size());
    for (const join& j : joins) {
        const auto& [kind, joined, on] = j;
        put(static_cast<std::uint64_t>(kind));
        put(joined);
        put(on);
    }
    put(items.size());
    for (const select_item& i : items) {
        const auto& [expression, name] = i;
        put(name.size());
        for (std::size_t at = 0; at < name.size(); at += sizeof(std::uint64_t)) {
            std::uint64_t word = 0;
            const std::string_view part = std::string_view(name).substr(at, sizeof word);
            std::memcpy(&word, part.data(), part.size());
            put(word);
        }
        put(expression);
    }
    put(where);
    put(group_by.size());
    for (const expr_ptr& e : group_by) put(e);
    put(having);
    put(order_by.size());
    for (const ordering& o : order_by) {
        const auto& [by, descending, nulls_first] = o;
        put(packed(descending, nulls_first));
        put(by);
    }
    put(packed(distinct, limit.has_value(), lock));
    put(static_cast<std::uint64_t>(limit.value_or(0)));
    put(static_cast<std::uint64_t>(offset));
}

void statement_shape::put(const change& c) {
    const auto& [what, target, assignments, where, returning, inserted, references] = c;
    if (inserted || !returning.empty()) known_ = false;
    put(static_cast<std::uint64_t>(what));
    put(address(target));
    put(assignments.size());
    for (const change::assignment& a : assignments) {
        const auto& [column, to] = a;
        put(column);
        put(to);
    }
    put(where);
}

void statement_shape::put(const expr_ptr& e) {
    if (!known_) return;
    if (e)
        put_node(*e);
    else
        put(~std::uint64_t{0});  // no node begins so
}

void statement_shape::put_node(const expr& e) {
    // depth and the has_... follow from the operands.
    const auto& [kind, operation, function, callee, unit, negated, has_otherwise, ref, made,
                 literal, list, operands, query, window, type, depth, has_aggregate, has_window,
                 has_query, has_local, references] = e;
    const auto& [result, precision, scale, nullable] = type;
    known_ = known_ && is_known(kind) && !query && !window && !has_local && !made;
    if (kind == expr_kind::function) known_ = known_ && is_known(callee);
    put(packed(kind, operation, function, negated, result, precision, scale, nullable));
    put(packed(callee, unit, has_otherwise));
    if (kind == expr_kind::column) {
        const auto& [table, column, alias] = ref;
        put(address(table));
        put(static_cast<std::uint64_t>(column) << 8 | alias);
    } else if (ref.table != nullptr) {
        known_ = false;
    }
    if (kind == expr_kind::constant)
        put_constant(literal);
    else if (!literal.is_null())
        known_ = false;
    put(list.size() << 32 | operands.size());
    if (list.size() > most_constants) known_ = false;
    if (!known_) return;
    for (const value& v : list) put_constant(v);
    for (const expr_ptr& x : operands) put(x);
}

void statement_shape::put_constant(const value& v) {
    if (constant_count_ == most_constants) known_ = false;
    if (!known_) return;
    const arg mine = v.view();
    std::uint8_t scale = 0, shortest = 0;
    if (mine.kind() == kind::decimal) {
        const decimal d = mine.as_decimal();
        scale = static_cast<std::uint8_t>(d.scale());
        shortest = static_cast<std::uint8_t>(without_trailing_zeros(d).scale());
    }
    std::uint64_t equal = 0;  // to which of the earlier ones: a bit each
    for (std::size_t i = 0; i < constant_count_; ++i)
        if (equal_values(constants_[i]->view(), mine)) equal |= std::uint64_t{1} << i;
    put(packed(mine.kind(), scale, shortest, is_zero(mine)));
    put(equal);
    constants_[constant_count_++] = &v;
}

}  // namespace shardwise::sql
