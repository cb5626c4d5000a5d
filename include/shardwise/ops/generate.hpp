// SPDX-License-Identifier: MIT
// Writes structs and mappings for the tables of a database that exists already: one header that
// compiles as it is, and whose tables adopt() takes (docs/guide/existing-databases.md). Reads the
// database's catalog only, and changes nothing.
#pragma once

#include <string>
#include <vector>

#include "shardwise/cluster/options.hpp"

namespace shardwise {

struct generate_options {
    std::string namespace_name = "model";  ///< of the structs: "shop" or "shop::model"
    std::vector<std::string> tables = {};  ///< none: all of the database (PostgreSQL: its schema)
    /// How tables are distributed, as a cluster file says it. What is said of no table is decided
    /// (decision 0071) and written as a comment.
    std::vector<cluster_config::table_distribution> distribution = {};
};

/// Something of the database that the header does not have; it stands there as a comment, too.
struct left_out {
    std::string table;  ///< empty: of the database
    std::string what;
};

struct generated_model {
    std::string header;  ///< C++ source text
    std::vector<std::string> tables;
    std::vector<left_out> missing;
};

/// `url` as in a cluster. Throws not_supported, with all reasons and the ways out, when the model
/// would be wrong: no primary key, a column that rows cannot do without and that no column type
/// keeps unchanged, text that is not compared by its bytes, a foreign key that the distribution
/// which was said tears apart.
generated_model generate_model(const std::string& url, const generate_options& options = {});

}  // namespace shardwise
