// SPDX-License-Identifier: MIT
// What one execution of a cached plan adds to it: the statements as they are prepared on each shard
// and the values bound to them. Made by plan_cache; belongs to one execution, one thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/statement.hpp"
#include "sharding/shard_map.hpp"
#include "sql/ast.hpp"
#include "sql/dialect.hpp"

namespace shardwise::plan {

/// A statement in the dialects of all shards. Immutable, shared by all executions.
struct prepared_text {
    std::vector<engine::statement_ptr> statements;  ///< by shard
    std::vector<sql::dialect_kind> dialects;        ///< by shard
};

struct bound_values {
    std::shared_ptr<const prepared_text> text;
    /// The statement whose values are bound: the args point into it.
    sql::select_ptr query;
    sql::change_ptr change;
    /// By dialect kind: a value may be bound in another form on each. Empty for dialects that no
    /// shard of the route speaks.
    std::array<std::vector<arg>, 3> args;

    const engine::statement_ptr& statement(sharding::shard_index shard) const {
        return text->statements[shard];
    }
    std::span<const arg> args_for(sharding::shard_index shard) const {
        return args[static_cast<std::size_t>(text->dialects[shard])];
    }
};

}  // namespace shardwise::plan
