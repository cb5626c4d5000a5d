// SPDX-License-Identifier: MIT
// All rows of one table on one shard, in the order of the primary key, as they arrive. One thread.
#pragma once

#include <span>
#include <vector>

#include "cluster/core.hpp"
#include "schema/table.hpp"

namespace shardwise::ops {

class verify_stream {
public:
    /// Sends the query; nothing is waited for. `link` must outlive it. A row is the columns of the
    /// primary key, then `columns`.
    verify_stream(cluster_layer::core& db, sharding::shard_index shard, engine::connection& link,
                  const schema::table& t, std::span<const schema::column_index> columns);
    ~verify_stream();
    verify_stream(verify_stream&& other) noexcept;
    verify_stream& operator=(verify_stream&&) = delete;

    /// To the following row; false at the end. Throws when the shard's order of keys is not ours:
    /// merging would find nonsense then.
    bool advance();
    bool ended() const noexcept { return ended_; }
    std::span<const arg> key() const noexcept { return std::span(row_).first(key_size_); }
    std::span<const arg> columns() const noexcept { return std::span(row_).subspan(key_size_); }
    sharding::shard_index shard() const noexcept { return shard_; }

private:
    void fetch_row();
    void check_order();

    cluster_layer::core& db_;
    sharding::shard_index shard_;
    engine::connection* link_;
    const schema::table& table_;
    engine::statement_ptr statement_;
    std::size_t key_size_;
    std::vector<arg> row_;
    std::vector<value> last_key_;
    bool ended_ = false;
};

/// <0, 0, >0 in the order of the shards. Primary keys hold no NULL.
int compare_keys(std::span<const arg> a, std::span<const arg> b);

/// "42", "('ab', 7)"
std::string display_key(std::span<const arg> key);

}  // namespace shardwise::ops
