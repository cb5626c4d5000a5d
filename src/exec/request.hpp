// SPDX-License-Identifier: MIT
// The statements of a plan's parts, compiled once for each dialect and different AST, and interned
// by each endpoint. Free functions; pure but for the endpoint's statement registry.
#pragma once

#include <memory>
#include <vector>

#include "engine/engine.hpp"
#include "plan/plan.hpp"

namespace shardwise::exec {

/// What one shard is asked: exactly one of the two.
struct request {
    sharding::shard_index shard = 0;
    sql::select_ptr query;
    sql::change_ptr change;
};

std::vector<request> requests_of(const plan::scatter& s);
std::vector<request> requests_of(const plan::change_plan& p);

/// Compiles requests, remembering the last ones: parts that share an AST share the text.
class request_compiler {
public:
    explicit request_compiler(bool streaming) : streaming_(streaming) {}

    struct ready {
        engine::statement_ptr statement;
        std::vector<arg> args;  ///< views into the compiler
    };
    ready prepare(const request& r, engine::engine& endpoint);

private:
    struct known {
        const void* ast;
        const sql::dialect* dialect;
        std::unique_ptr<const sql::compiled> text;
    };
    const sql::compiled& compiled(const request& r, const sql::dialect& d);

    bool streaming_;
    std::vector<known> known_;
};

}  // namespace shardwise::exec
