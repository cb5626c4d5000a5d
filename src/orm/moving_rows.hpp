// SPDX-License-Identifier: MIT
// The rows that a move writes: those whose shard key changes, and by their foreign keys those that
// live with them, several levels deep. What a row will be: the values that it has, then what its
// object was edited to, then what it takes over from the rows that it refers to. Nothing here talks
// to a server. One thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "orm/record.hpp"
#include "plan/router.hpp"

namespace shardwise::orm {

/// A foreign key between tables of one group, whose rows live together.
struct key_link {
    const schema::table* parent;
    const schema::table* child;
    std::vector<column_index> columns;
    std::vector<column_index> parent_columns;
};

/// `tables`: all of the cluster.
std::vector<key_link> links_between(std::span<const schema::table* const> tables);

struct moving_row {
    enum class origin : std::uint8_t { stored, given, followed };

    const schema::table* table = nullptr;  ///< as the cluster knows it, with all columns
    shard_index from = 0;
    plan::placement to;
    std::vector<value> before;    ///< by column; sw_bucket is NULL
    std::vector<value> after;     ///< the same
    std::vector<origin> sources;  ///< of `after`
    std::vector<record_ptr> objects;
    bool erased = false;  ///< its object is erased by the same flush
    bool linked = false;  ///< to another one of these rows
    bool changed() const { return !(before == after); }
    /// Deleted and inserted. Others are updated where they are.
    bool rewritten() const noexcept { return !erased && (linked || to.shard != from); }
    bool key_changed() const;
    void give(column_index c, const arg& v);
};

std::vector<arg> values_of(const std::vector<value>& row, std::span<const column_index> columns);
std::string encoded(const std::vector<arg>& key);

class moving_rows {
public:
    /// The row with these values, new or known.
    std::pair<std::size_t, bool> add(const schema::table& t, shard_index from,
                                     std::span<const arg> cells);
    /// The child refers to the parent.
    void link(std::size_t parent, std::size_t child, const key_link& by);
    /// What children take over. Throws shard_key_change where a row would have to follow two rows
    /// to different places, or lives with its parent by chance only.
    void follow();
    /// Positions of rows of this table: parents before their children.
    std::vector<std::size_t> parents_first(const schema::table& t) const;

    moving_row& operator[](std::size_t i) { return rows_[i]; }
    const moving_row& operator[](std::size_t i) const { return rows_[i]; }
    std::size_t size() const noexcept { return rows_.size(); }

private:
    struct edge {
        std::size_t parent;
        std::size_t child;
        const key_link* by;
    };
    /// Whether the child has changed.
    bool take_over(const edge& e);
    void check(const edge& e) const;

    std::vector<moving_row> rows_;
    std::vector<edge> edges_;
    std::unordered_map<std::string, std::size_t> known_;
};

/// A row by its table, shard and primary key.
std::string row_name(std::string_view table, shard_index shard, const std::vector<arg>& key);
/// The row that the object stands for.
std::string row_name(const record& r);

}  // namespace shardwise::orm
