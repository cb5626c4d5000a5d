// SPDX-License-Identifier: MIT
// Constants that stand beside a shard key column, turned into the values that the strategy places
// by: a decimal or double 2.0 compared with an integer key is the key 2, 2.5 is no key. Pure.
#pragma once

#include "schema/table.hpp"

namespace shardwise::plan {

/// What `column = constant` says about the column.
struct key_literal {
    enum class verdict : std::uint8_t {
        point,    ///< the column is exactly `at`
        never,    ///< no value of the column equals the constant (NULL included)
        unknown,  ///< the servers might compare in a way that we cannot predict
    };
    verdict what = verdict::unknown;
    arg at;  ///< may point into the constant
};

key_literal equal_to(const schema::column& c, const arg& constant);

/// One end of an interval. For integers always included and in the column's own kind.
struct key_bound {
    enum class verdict : std::uint8_t { at, open, empty };
    verdict what = verdict::open;  ///< open: says nothing; empty: no value can satisfy it
    arg at;
    bool included = true;
};

/// column > constant, or >= when `included`.
key_bound above(const schema::column& c, const arg& constant, bool included);
/// column < constant, or <=.
key_bound below(const schema::column& c, const arg& constant, bool included);

/// Doubles below this compare with integers as the numbers that they are, on every engine.
inline constexpr double exact_real_limit = 9007199254740992.0;  // 2^53

}  // namespace shardwise::plan
