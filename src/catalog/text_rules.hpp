// SPDX-License-Identifier: MIT
// By which version of a library a shard's server knows letters. Order and equality do not depend on
// it (text compares by its bytes), lower() and upper() of PostgreSQL do: they ask ICU. Stateless.
#pragma once

#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "engine/engine.hpp"
#include "sql/dialect.hpp"

namespace shardwise::catalog {

struct text_rules {
    std::string shard;
    std::string version;  ///< "ICU 153.120"; empty where nothing depends on a library's version
};

/// The version of this server; empty on engines that have the rules built in.
std::string read_text_version(engine::connection& c, const sql::dialect& d, deadline limit);

/// A sentence naming the shards of each version when there are several; empty otherwise.
std::string differing_text_rules(const std::vector<text_rules>& shards);

}  // namespace shardwise::catalog
