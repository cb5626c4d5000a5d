// SPDX-License-Identifier: MIT
// How keys find their bucket. A strategy is a pure, immutable function: any thread, no I/O. Buckets
// are what shards own and what moves between them; which shard owns a bucket is the shard map's
// matter (src/sharding/shard_map.hpp), so growing a cluster never changes a strategy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shardwise/schema/value.hpp"

namespace shardwise {

/// A slice of a table's key space: 0 .. bucket_count-1. hash: one of 1024; modulo: the residue;
/// range: the interval; list: the group; directory: what its table says.
using bucket_id = std::uint32_t;

/// A set of buckets of one strategy.
class bucket_set {
public:
    bucket_set() = default;
    static bucket_set none(std::uint32_t bucket_count);
    static bucket_set all(std::uint32_t bucket_count);

    void add(bucket_id b);  ///< b < bucket_count
    bool contains(bucket_id b) const noexcept;
    bool empty() const noexcept;
    bool is_all() const noexcept;
    std::uint32_t size() const noexcept;  ///< number of members
    std::uint32_t bucket_count() const noexcept { return bucket_count_; }
    /// The only member, if there is exactly one.
    std::optional<bucket_id> single() const noexcept;
    std::vector<bucket_id> to_vector() const;

    bucket_set& operator&=(const bucket_set& other);
    bucket_set& operator|=(const bucket_set& other);
    friend bool operator==(const bucket_set&, const bucket_set&) = default;

private:
    std::uint32_t bucket_count_ = 0;
    std::vector<std::uint64_t> words_;
};

/// An interval of one key column; a null pointer is an open end.
struct key_range {
    const arg* low = nullptr;
    bool low_included = true;
    const arg* high = nullptr;
    bool high_included = true;
};

/// Derive from this for a placement of your own (strategy "custom"). Placement must depend on the
/// key's value alone - never on the platform, the process or the width of a C++ integer - and must
/// never change once rows are stored by it.
class sharding_strategy {
public:
    virtual ~sharding_strategy() = default;

    virtual std::uint32_t bucket_count() const noexcept = 0;

    /// The bucket of a key whose `count` columns are not NULL and have the kinds of the table's key
    /// columns: the caller converts first, since hash places 5 and 5.0 in different buckets. Throws
    /// unroutable_key when no bucket is declared for it (a range or list with a gap), bad_value for
    /// a kind it cannot place. Empty: only a lookup can tell (directory).
    virtual std::optional<bucket_id> bucket_of(const arg* key, std::size_t count) const = 0;

    /// The buckets that can hold keys inside the range of a single-column key; empty: cannot tell,
    /// so all of them. The ends have the kind of the key column, or a kind
    /// that is not a whole number (id > 1.5): a strategy may conclude whole keys from whole ends.
    virtual std::optional<bucket_set> buckets_in(const key_range& range) const;

    /// n when all rows of bucket b have key % n == b (floored); 0 when buckets are not residues.
    virtual std::uint32_t modulus() const noexcept { return 0; }

    /// For EXPLAIN and `shardwise status`: "modulo(2)", "hash(1024)".
    virtual std::string describe() const = 0;
};

}  // namespace shardwise
