// SPDX-License-Identifier: MIT
// Compares a declared table with what a shard has. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/introspection.hpp"
#include "cluster/stored_types.hpp"
#include "schema/table.hpp"

namespace shardwise::cluster_layer {

struct difference {
    std::string what;
    bool healable = false;  ///< create_all adds it: a missing table or index
};

/// For tables made by shardwise every difference of columns, keys, uniques, indexes and foreign
/// keys; not compared are the texts of CHECK and DEFAULT, which each server writes in its own way.
/// For adopted ones what would lose, change or refuse rows: further columns that must be given,
/// types that do not keep the values, another primary key.
std::vector<difference> compare(const schema::table& declared,
                                const std::optional<catalog::found_table>& found,
                                sql::dialect_kind engine, strictness how);

}  // namespace shardwise::cluster_layer
