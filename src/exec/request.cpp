// SPDX-License-Identifier: MIT
#include "exec/request.hpp"

#include "engine/statement_of.hpp"
#include "exec/executor.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::exec {
namespace {
/// Statements with more parameters (long IN lists) hardly ever come again with as many: they would
/// only push useful ones out of the servers' caches.
constexpr std::size_t most_cached_parameters = 256;
}  // namespace

std::vector<request> requests_of(const plan::node& leaf, const execution& how) {
    const auto& s = std::get<plan::scatter>(leaf.op);
    std::vector<request> out;
    if (s.cached) {
        if (how.bound == nullptr)
            raise(error_code::internal, "a cached plan was run without its values");
        out.reserve(how.bound_shards.size());
        for (const sharding::shard_index shard : how.bound_shards)
            out.push_back({shard, nullptr, nullptr, how.bound, &leaf});
        return out;
    }
    out.reserve(s.parts.size());
    for (const plan::scatter::part& p : s.parts)
        out.push_back({p.shard, p.query.get(), nullptr, nullptr, &leaf});
    return out;
}

std::vector<request> requests_of(const plan::change_plan& p) {
    std::vector<request> out;
    if (p.bound) {
        out.reserve(p.where.shards.size());
        for (const sharding::shard_index shard : p.where.shards)
            out.push_back({shard, nullptr, nullptr, &*p.bound, nullptr});
        return out;
    }
    out.reserve(p.parts.size());
    for (const plan::change_plan::part& part : p.parts)
        out.push_back({part.shard, nullptr, part.change.get(), nullptr, nullptr});
    return out;
}

const request_compiler::known& request_compiler::compiled(const request& r, const sql::dialect& d) {
    const void* const ast = r.query ? static_cast<const void*>(r.query) : r.change;
    for (const known& k : known_)
        if (k.ast == ast && k.dialect == &d) return k;
    known_.push_back({ast,
                      &d,
                      std::make_unique<const sql::compiled>(r.query ? sql::compile(*r.query, d)
                                                                    : sql::compile(*r.change, d)),
                      {}});
    known& added = known_.back();
    added.args.reserve(added.text->values.size());
    for (const value& v : added.text->values) added.args.push_back(v.view());
    return added;
}

request_compiler::ready request_compiler::prepare(const request& r, engine::engine& endpoint) {
    if (r.bound != nullptr) return {r.bound->statement(r.shard), r.bound->args_for(r.shard)};
    const known& k = compiled(r, endpoint.dialect());
    const sql::compiled& c = *k.text;
    engine::statement s = engine::statement_of(c);
    s.prepare = c.parameters.size() <= most_cached_parameters;
    s.streaming = streaming_;
    return {endpoint.prepare(std::move(s)), k.args};
}

}  // namespace shardwise::exec
