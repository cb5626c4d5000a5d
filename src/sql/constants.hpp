// SPDX-License-Identifier: MIT
// Constants as they are bound: adapted to what they meet, never rounded. Pure functions.
#pragma once

#include "schema/table.hpp"
#include "sql/ast.hpp"
#include "sql/compiler.hpp"
#include "sql/dialect.hpp"

namespace shardwise::sql {

struct bound_constant {
    value bound;
    typed as;
};

/// The same without a copy: `bound` may point into what was given.
struct bound_view {
    arg bound;
    typed as;
};

/// `v` where a value of type `as` is meant. With scaled decimals (SQLite) numbers that meet
/// decimals are bound with the scale of `as`; throws bad_query when they do not fit 18 digits.
bound_constant bind_constant(const value& v, const sql_type& as, const dialect_traits& traits);
bound_view bind_constant(const arg& v, const sql_type& as, const dialect_traits& traits);

/// `v` as it is kept in column `c`. Throws value_not_storable when it would be changed.
bound_constant bind_assigned(const value& v, const schema::table& t, const schema::column& c,
                             const dialect_traits& traits);
bound_view bind_assigned(const arg& v, const schema::table& t, const schema::column& c,
                         const dialect_traits& traits);

/// Most digits of a decimal where it is kept as a scaled 64-bit integer.
inline constexpr int most_scaled_digits = 18;

}  // namespace shardwise::sql
