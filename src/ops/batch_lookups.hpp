// SPDX-License-Identifier: MIT
// The lookup rows (schema/unique_lookup.hpp) of a batch: made before the batch is loaded, written
// in its transaction, and which rows of the file have to go when databases refuse some of their
// parts. One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ops/row_maker.hpp"
#include "ops/shard_loader.hpp"
#include "schema/unique_lookup.hpp"

namespace shardwise::ops {

class batch_lookups {
public:
    batch_lookups(cluster_layer::core& db, const row_maker& rows);

    /// Rejects rows whose values their lookup table could not store.
    void make(row_batch& batch);
    /// Shard by shard, and on each in the order of the values, as sessions do: who wants the same
    /// values waits for the first of them, and never in a circle.
    void load(row_batch& batch, std::vector<shard_loader>& shards);
    /// After load() and the loading of the rows: rejects those rows of which is certain that they
    /// cannot be loaded, at least the first refused one. False when any was refused: the batch is
    /// to be loaded again, because what was refused in part must leave nothing behind, and a row
    /// that lost against a refused one may be loaded now.
    bool settle(row_batch& batch, const std::vector<shard_loader>& shards);

private:
    struct entry {
        std::uint32_t row;
        sharding::shard_index shard;
        bucket_id bucket;
        std::string values;  ///< plan::encode_key()
    };
    struct refused_entry {
        std::uint32_t position;  ///< in entries
        std::string reason;
    };
    struct lookup {
        const schema::unique_constraint* constraint;
        const schema::table* table;
        std::vector<std::size_t> sources;  ///< cells of the owner's row
        std::vector<engine::connection::bulk_column> columns;
        std::vector<entry> entries;                      ///< by shard, values, row
        std::map<std::uint32_t, refused_entry> refused;  ///< by row
    };
    /// Cells of a key that each shard checks by itself. Nothing: the database fills a part of it.
    using own_key = std::optional<std::vector<std::size_t>>;
    using refusals = std::map<std::uint32_t, refused_row>;
    using holders = std::map<std::string, std::uint32_t>;

    void make_entry(lookup& l, std::span<const arg> cells, std::uint32_t row,
                    const plan::cluster_view& view) const;
    void load_on(shard_loader& shard, sharding::shard_index index, lookup& l, row_batch& batch);
    std::optional<std::size_t> cell_of(schema::column_index c) const;
    void add_own_key(const std::vector<schema::column_index>& columns);
    std::vector<std::string> own_keys_of(row_batch& batch, std::uint32_t row) const;
    holders holders_of(row_batch& batch, const std::set<std::uint32_t>& refused,
                       const refusals& own) const;
    std::optional<std::string> certain_reason(row_batch& batch, std::uint32_t row,
                                              const holders& who, const refusals& own) const;

    cluster_layer::core& db_;
    const row_maker& rows_;
    std::vector<lookup> lookups_;  ///< by the name of the table
    std::vector<own_key> own_keys_;
};

}  // namespace shardwise::ops
