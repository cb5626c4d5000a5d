// SPDX-License-Identifier: MIT
// Random tables with their rows: column types of docs/types.md, NULLs, composite keys, all sharding
// strategies, children that live with their parents, a reference table; skewed values, duplicates,
// extremes. Made from a seed; plain values.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "shardwise/cluster/options.hpp"

namespace shardwise::test {

/// What the types mean to the query writer: i integer, h huge integer, d decimal, f double, t text,
/// b boolean, D date, T instant, u UUID, x bytes, j JSON.
struct random_column {
    std::string name;
    char type = 'i';
    std::string sql;  ///< "numeric(8,2)"
    bool nullable = false;
    std::uint8_t scale = 0;
    std::vector<std::string> literals{};  ///< some of its values, as SQL
};

struct random_table {
    std::string name;
    std::vector<random_column> columns;
    std::vector<std::string> primary_key;
    std::vector<std::string> shard_key;  ///< none: a reference table
    std::string parent;                  ///< colocated with this table
    bool foreign_key = false;            ///< the shard key refers to the parent's
    std::string strategy;
    std::vector<std::int64_t> null_bucket;  ///< one, or none
    bool stored_bucket = true;
    std::vector<std::vector<value>> rows;  ///< values by column

    std::size_t position_of(const std::string& column) const;
    std::string create_text() const;
};

/// What values may be drawn.
struct value_limits {
    bool infinities = false;  ///< not on MariaDB
    bool nans = false;        ///< PostgreSQL only
};

struct random_schema {
    std::vector<random_table> tables;

    static random_schema from_seed(std::uint64_t seed, value_limits limits);

    const random_table& at(const std::string& name) const;
    /// The cluster file; `shards` with names and URLs. Of more than one shard the second gets no
    /// rows. The schema text is to be found in `schema_file`.
    std::string cluster_file(const std::vector<shard_url>& shards,
                             const std::string& schema_file) const;
    std::string create_text() const;
    /// INSERT statements for the tables that `sql` names, their parents included.
    std::string insert_text(const std::string& sql) const;
};

/// A value as SQL; empty: it cannot be written.
std::string literal_of(const random_column& c, const value& v);

}  // namespace shardwise::test
