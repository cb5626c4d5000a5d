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

/// What is wrong with a text column of such a collation: 'Bob' and 'bob' would be one on the server
/// and two in the hash of a shard key, in merged groups and in what is computed in the client.
std::string collation_fault(std::string_view column, std::string_view collation,
                            sql::dialect_kind engine);

/// For tables made by shardwise every difference of columns, keys, uniques, indexes and foreign
/// keys; not compared are the texts of CHECK and DEFAULT, which each server writes in its own way.
/// For adopted ones what would lose, change or refuse rows: further columns that must be given,
/// types that do not keep the values, another primary key.
std::vector<difference> compare(const schema::table& declared,
                                const std::optional<catalog::found_table>& found,
                                sql::dialect_kind engine, strictness how);

}  // namespace shardwise::cluster_layer
