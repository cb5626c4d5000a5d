// SPDX-License-Identifier: MIT
// The statements of a plan's parts, compiled once for each dialect and different AST, and interned
// by each endpoint. Free functions; pure but for the endpoint's statement registry.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/engine.hpp"
#include "plan/plan.hpp"

namespace shardwise::exec {

struct execution;

/// What one shard is asked: exactly one of the three. Belongs to the plan.
struct request {
    sharding::shard_index shard = 0;
    const sql::select* query = nullptr;
    const sql::change* change = nullptr;
    const plan::bound_values* bound = nullptr;
    const plan::node* leaf = nullptr;  ///< of a scatter
};

/// `leaf` is a scatter.
std::vector<request> requests_of(const plan::node& leaf, const execution& how);
std::vector<request> requests_of(const plan::change_plan& p);

/// Compiles requests, remembering the last ones: parts that share an AST share the text.
class request_compiler {
public:
    explicit request_compiler(bool streaming) : streaming_(streaming) {}

    struct ready {
        engine::statement_ptr statement;
        std::span<const arg> args;  ///< views into the compiler or the plan
    };
    ready prepare(const request& r, engine::engine& endpoint);

private:
    struct known {
        const void* ast;
        const sql::dialect* dialect;
        std::unique_ptr<const sql::compiled> text;
        std::vector<arg> args;
    };
    const known& compiled(const request& r, const sql::dialect& d);

    bool streaming_;
    std::vector<known> known_;
};

}  // namespace shardwise::exec
