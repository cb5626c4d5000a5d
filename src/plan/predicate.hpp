// SPDX-License-Identifier: MIT
// Conditions -> the part of the key space that can hold matching rows. A region is always a
// superset: it is built from parts (a box of key values, a set of buckets), each of which alone
// contains every matching row; AND intersects, OR takes the hull, NOT is pushed down to the
// comparisons with SQL's three-valued logic. Pure; one statement, one thread.
#pragma once

#include <forward_list>
#include <optional>
#include <string>
#include <vector>

#include "plan/colocation.hpp"
#include "plan/key_buckets.hpp"

namespace shardwise::plan {

/// What is known of one key column in all matching rows. Any bound or point means: not NULL.
struct column_region {
    /// Sorted, without duplicates; absent: not a finite set.
    std::optional<std::vector<arg>> points;
    std::optional<arg> low, high;
    bool low_included = true, high_included = true;
};

struct region {
    bool empty = false;
    std::vector<column_region> columns;  ///< one for each key column, or none: nothing known
    std::optional<bucket_set> buckets;   ///< absent: any

    bool pinned() const;               ///< every column has points
    std::size_t combinations() const;  ///< of a pinned region; saturates
};

/// More combinations of a composite key are not enumerated: all buckets.
inline constexpr std::size_t most_combinations = 4096;

/// Calls f(key) for each key of a pinned region, keys as spans in the order of the shard key.
template <class F>
void for_each_key(const region& r, F f) {
    std::vector<std::size_t> at(r.columns.size(), 0);
    std::vector<arg> key(r.columns.size());
    for (;;) {
        for (std::size_t i = 0; i < key.size(); ++i) {
            if (r.columns[i].points->empty()) return;
            key[i] = (*r.columns[i].points)[at[i]];
        }
        f(std::span<const arg>(key));
        std::size_t i = key.size();
        while (i > 0 && ++at[i - 1] == r.columns[i - 1].points->size()) at[--i] = 0;
        if (i == 0) return;
    }
}

/// Turns conditions into regions for one statement. The views in a region point into the statement
/// and into this object.
class predicate_analysis {
public:
    predicate_analysis(const key_scope& scope, key_buckets& keys) : scope_(scope), keys_(keys) {}

    /// Where `e` can be true.
    region of(const sql::expr& e) { return evaluate(e, false); }
    /// a AND b.
    region meet(region a, region b) const;
    /// The buckets of all keys in the region; absent: any.
    std::optional<bucket_set> buckets_of(const region& r) const;

private:
    region evaluate(const sql::expr& e, bool negated);
    region join(region a, region b) const;
    region binary(const sql::expr& e, bool negated);
    region comparison(sql::op o, const sql::expr& a, const sql::expr& b, bool as_real);
    region key_comparison(sql::op o, const key_column& k, const arg& constant);
    region remainder_comparison(sql::op o, const sql::expr& e, const arg& constant);
    region remainder_equals(const key_column& k, std::int64_t divisor, std::int64_t r) const;
    region in_list(const sql::expr& e, bool negated);
    region key_in(const key_column& k, const sql::expr& e);
    region key_not_in(const key_column& k, const sql::expr& e);
    region between(const sql::expr& e, bool negated);
    region is_null(const sql::expr& e, bool negated);
    region like(const sql::expr& e, bool negated);

    region nothing() const;
    region point_region(const key_column& k, std::vector<arg> points) const;
    region interval(const key_column& k, column_region r) const;
    region without(std::vector<arg> excluded) const;
    arg constant(const sql::expr& e, bool as_real) const;
    arg keep(std::string text);
    const sharding::shard_map& map() const noexcept { return keys_.map(); }

    const key_scope& scope_;
    key_buckets& keys_;
    std::forward_list<std::string> texts_;  ///< made here: ends of LIKE ranges
};

}  // namespace shardwise::plan
