// SPDX-License-Identifier: MIT
#include "exec/request.hpp"

namespace shardwise::exec {
namespace {
/// Statements with more parameters (long IN lists) hardly ever come again with as many: they would
/// only push useful ones out of the servers' caches.
constexpr std::size_t most_cached_parameters = 256;
}  // namespace

std::vector<request> requests_of(const plan::scatter& s) {
    std::vector<request> out;
    out.reserve(s.parts.size());
    for (const plan::scatter::part& p : s.parts) out.push_back({p.shard, p.query, {}});
    return out;
}

std::vector<request> requests_of(const plan::change_plan& p) {
    std::vector<request> out;
    out.reserve(p.parts.size());
    for (const plan::change_plan::part& part : p.parts)
        out.push_back({part.shard, {}, part.change});
    return out;
}

const sql::compiled& request_compiler::compiled(const request& r, const sql::dialect& d) {
    const void* const ast = r.query ? static_cast<const void*>(r.query.get()) : r.change.get();
    for (const known& k : known_)
        if (k.ast == ast && k.dialect == &d) return *k.text;
    known_.push_back({ast, &d,
                      std::make_unique<const sql::compiled>(r.query ? sql::compile(*r.query, d)
                                                                    : sql::compile(*r.change, d))});
    return *known_.back().text;
}

request_compiler::ready request_compiler::prepare(const request& r, engine::engine& endpoint) {
    const sql::compiled& c = compiled(r, endpoint.dialect());
    engine::statement s;
    s.text = c.text;
    s.parameters.reserve(c.parameters.size());
    for (const sql::typed& t : c.parameters) s.parameters.push_back({t.type, t.scale});
    s.columns.reserve(c.columns.size());
    for (const sql::typed& t : c.columns) s.columns.push_back({t.type, t.scale});
    s.prepare = c.parameters.size() <= most_cached_parameters;
    s.streaming = streaming_;
    ready out{endpoint.prepare(std::move(s)), {}};
    out.args.reserve(c.values.size());
    for (const value& v : c.values) out.args.push_back(v.view());
    return out;
}

}  // namespace shardwise::exec
