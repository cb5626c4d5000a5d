// SPDX-License-Identifier: MIT
// CSV records -> rows of one table: which field is which column, values by column type, generated
// ids, and the shard of each row. What a row has wrong becomes a reject; what the header has wrong
// is thrown. One thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/core.hpp"
#include "ops/csv_reader.hpp"
#include "ops/row_batch.hpp"
#include "schema/table.hpp"

namespace shardwise::ops {

class row_maker {
public:
    /// Throws bad_input or unknown_column with the header's place.
    row_maker(cluster_layer::core& db, const schema::table& t, const csv_record& header,
              const std::string& file);

    /// Columns of the INSERT, in the order of a row's cells.
    const std::vector<engine::connection::bulk_column>& columns() const noexcept {
        return columns_;
    }
    const schema::table& table() const noexcept { return table_; }
    /// Generated ids decide where a row lives (or must be equal on all shards): an interrupted
    /// batch must be finished with the same ones.
    bool ids_are_kept() const noexcept { return ids_are_kept_; }
    bool needs_directory() const noexcept { return directory_; }

    /// Appends a row. With `kept` ids are taken from there instead of being made.
    void add(row_batch& to, const csv_record& record, std::int64_t row,
             std::string_view* kept = nullptr);
    /// Decides the shard of each row that is not rejected; asks the directory when there is one.
    void place(row_batch& batch);

    bool is_blank(const csv_record& record) const noexcept {
        return record.blank() && field_count_ > 1;
    }

private:
    enum class origin : std::uint8_t { field, id, bucket, null };
    struct source {
        schema::column_index column;
        origin from;
        std::size_t field;
    };

    void map_header(const csv_record& header, const std::string& file);
    void map_column(schema::column_index c, std::optional<std::size_t> field,
                    const std::string& place);
    arg read(const source& s, const csv_field& field, row_batch& to) const;
    arg make_id(const source& s, row_batch& to, std::string_view* kept);
    void place_row(row_batch& batch, std::size_t i, const plan::cluster_view& view,
                   const plan::directory_entries& entries);
    plan::directory_entries look_up(row_batch& batch);
    void key_of(row_batch& batch, std::size_t i);
    void check_storable(std::span<const arg> cells, sharding::shard_index shard) const;

    cluster_layer::core& db_;
    const schema::table& table_;
    std::vector<engine::connection::bulk_column> columns_;
    std::vector<source> sources_;
    std::vector<std::size_t> key_cells_;  ///< cells of the shard key
    std::optional<std::size_t> bucket_cell_;
    std::size_t field_count_ = 0;
    bool ids_are_kept_ = false;
    bool directory_ = false;
    std::vector<sharding::shard_index> kinds_;  ///< reference: one shard of each engine
    std::vector<arg> key_;
};

/// "column price: ..." without the value.
std::string reason_of(const error& e);

}  // namespace shardwise::ops
