// SPDX-License-Identifier: MIT
// The strategies that shardwise brings, described as data (stored in the catalog, written in
// cluster files) and built from it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/table.hpp"
#include "shardwise/sharding/strategy.hpp"

namespace shardwise::sharding {

/// Frozen: rows are stored by it. DO NOT CHANGE.
inline constexpr std::uint32_t hash_bucket_count = 1024;

using strategy_ptr = std::shared_ptr<const sharding_strategy>;

/// The parameters of a strategy. Only the fields of its kind are used.
struct strategy_spec {
    schema::strategy_kind kind = schema::strategy_kind::hash;
    std::uint32_t modulus = 0;  ///< modulo: 1..65536; directory: number of buckets
    /// range: ascending upper bounds, exclusive; n bounds make n+1 buckets.
    std::vector<value> bounds;
    /// list: the keys of each bucket.
    std::vector<std::vector<value>> lists;
    /// list: where keys go that are in no list; empty: they are refused.
    std::optional<bucket_id> default_bucket;
    std::string custom_name;  ///< custom: the name under which the program registers it
    friend bool operator==(const strategy_spec&, const strategy_spec&) = default;
};

/// Throws bad_config: modulus 0, unsorted bounds, a key in two lists, mixed kinds, ... `custom` is
/// refused here: the program supplies the object.
strategy_ptr make_strategy(const strategy_spec& spec);

/// Throws bad_config when rows whose shard key has columns of these types cannot be placed by
/// `spec`: doubles and JSON never, several columns only by hash and directory, modulo only whole
/// numbers, range and list only the kind of their bounds and keys. To be asked when a table is
/// declared; bucket_of() refuses the same keys one by one.
void check_shard_key(const strategy_spec& spec, const std::vector<column_type>& columns);

/// One line of JSON, stable: it is stored in the catalog. Integers are numbers, text is a string,
/// other keys are {"uuid": "..."}, {"date": ...}, {"timestamp": ...}, {"decimal": ...} and
/// {"blob": hexadecimal}. Throws bad_config for keys that are no shard keys (real, JSON, NULL) and
/// text that is not UTF-8.
std::string to_json(const strategy_spec& spec);
/// Throws bad_config.
strategy_spec spec_from_json(std::string_view text);

/// The frozen hash, also used by the tests of other layers and by expression-mode tables; what is
/// hashed for each kind is written down in hash_buckets.cpp. One integer, boolean, date or
/// timestamp: swh1 of distributed.md section 7. Everything else, and composite keys: the first 32
/// bits of SHA-256 over the canonical bytes. Result < hash_bucket_count. Throws bad_value for reals
/// and JSON, no_shard_key for NULL. An integer and a decimal of the same value have different
/// buckets: convert keys to the type of their column first. DO NOT CHANGE.
bucket_id hash_bucket(const arg* key, std::size_t count);

/// The same hash of one column as SQL, for `dialect` ("postgres", "mariadb", "sqlite") and a column
/// stored as docs/types.md says: adopted tables without sw_bucket select by it, and verify checks
/// it on the server. `column` is the already quoted column. Empty where it cannot be said: decimals
/// everywhere, and text, bytes and uuids on SQLite, which has no SHA-256. The text is constant for
/// equal arguments and gives NULL for NULL.
std::string hash_bucket_sql(std::string_view column, column_type type, std::string_view dialect);

}  // namespace shardwise::sharding
