// SPDX-License-Identifier: MIT
// What is said about a cluster when it is opened. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "shardwise/cluster/limits.hpp"
#include "shardwise/schema/value.hpp"
#include "shardwise/sharding/strategy.hpp"

namespace shardwise {

struct shard_url {
    std::string name;  ///< unique in the cluster; kept on the shard, so it cannot be swapped
    std::string url;   ///< sqlite:///file, postgresql://..., mariadb://...

    shard_url() = default;
    /// A template, so that a list of two shards written as {{"a", "..."}, {"b", "..."}} cannot be
    /// taken for one shard whose strings are made of pairs of pointers.
    template <class Name, class Url>
    requires(std::is_convertible_v<Name, std::string>&& std::is_convertible_v<Url, std::string>)
        shard_url(Name&& shard_name, Url&& shard_address)
        : name(static_cast<Name&&>(shard_name)), url(static_cast<Url&&>(shard_address)) {}
};

/// The parameters of one root table's sharding strategy. Needed once, when the table is created (or
/// adopted); from then on they are read from the cluster's catalog, and differing ones are refused.
/// Without one: modulo(number of shards), hash over 1024 buckets; range, list, directory and custom
/// need one. (The initialisers let designated ones leave fields out without a warning.)
struct placement {
    std::string table = {};
    std::uint32_t modulus = 0;                     ///< modulo; directory: number of buckets
    std::vector<value> bounds = {};                ///< range: ascending, exclusive upper bounds
    std::vector<std::vector<value>> lists = {};    ///< list: the keys of each bucket
    std::optional<bucket_id> default_bucket = {};  ///< list: for keys in no list
    const sharding_strategy* custom = nullptr;     ///< custom: must outlive the cluster
    std::vector<std::string> owners = {};          ///< shard names by bucket; empty: spread evenly
};

/// All durations in milliseconds; 0 means no limit of its own unless said otherwise.
struct cluster_options {
    std::string name = "main";
    std::size_t pool_size = 8;  ///< connections per server
    std::int64_t pool_wait_ms = 5'000;
    std::int64_t connect_timeout_ms = 5'000;
    std::int64_t statement_timeout_ms = 30'000;  ///< deadline of each call, scatters included
    /// Server side. Deadlocks over two servers are seen by none of them: this ends them.
    std::int64_t lock_timeout_ms = 10'000;
    /// Servers end transactions that nobody goes on with after this time (a program that was
    /// stopped, a host that has vanished), so that others can decide about them.
    std::int64_t idle_transaction_timeout_ms = 60'000;
    /// How often this process looks for transactions over several shards that a dead one has left;
    /// 0: only at opening and in resolve().
    std::int64_t resolve_interval_ms = 5'000;
    std::vector<placement> placements{};
    /// Names of planner rules that are not to be used, with commas between them, or "all"
    /// (docs/pushdown.md): answers stay the same, more is fetched. For finding a rule at fault.
    /// What the environment variable SHARDWISE_WITHOUT_REWRITES names is off as well.
    std::string without_rewrites = {};
    shardwise::fan_out fan_out{};
    result_limits limits{};
};

/// Reads a cluster file (TOML, docs/guide/cluster-file.md). Throws bad_config naming
/// "file:line:column".
struct cluster_config {
    std::vector<shard_url> shards;
    cluster_options options;
    std::string schema_file;  ///< CREATE TABLE text, if the file names one; resolved path
    /// How the tables of the schema file are distributed.
    struct table_distribution {
        std::string table;
        std::string strategy;  ///< hash, modulo, range, list, directory; empty: see the others
        std::vector<std::string> shard_key;
        std::string colocated_with;
        bool reference = false;
        std::optional<std::uint32_t> null_bucket;
        bool stored_bucket = true;                  ///< hash: keep the bucket in sw_bucket
        std::vector<std::string> unique_per_shard;  ///< names or columns "a,b" of uniques
        std::vector<std::string> cluster_unique;    ///< the same: over all shards
        std::string place;                          ///< "cluster.toml:12", for messages
    };
    std::vector<table_distribution> tables;
    /// Opens the cluster also when its catalog knows these tables otherwise: a migration has
    /// changed them, or will (cluster::update_described).
    bool migrating = false;

    static cluster_config from_file(const std::string& path);
    /// `file_name` is for messages and for resolving relative paths.
    static cluster_config from_text(const std::string& toml, const std::string& file_name);
};

}  // namespace shardwise
