// SPDX-License-Identifier: MIT
// How many shards a statement may ask: what the call says, else the policy of the session or the
// cluster.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <set>

#include "orm/reading.hpp"
#include "plan/explain.hpp"
#include "shardwise/base/error.hpp"
#include "sql/ast.hpp"
#include "sql/rewrite.hpp"

namespace shardwise::orm {
namespace {

void add_key(const schema::table& t, std::set<std::string>& to) {
    std::vector<std::string> columns;
    for (const schema::column_index c : t.placed.shard_key) columns.push_back(t.columns[c].name);
    if (!columns.empty()) to.insert(fmt::format("{}.{}", t.name, fmt::join(columns, " and ")));
}

void add_keys(const sql::select& s, std::set<std::string>& to) {
    if (s.find_derived(s.from.table) == nullptr) add_key(*s.from.table, to);
    for (const sql::join& j : s.joins)
        if (s.find_derived(j.joined.table) == nullptr) add_key(*j.joined.table, to);
    sql::for_each_query(s, [&](const sql::select& inner) { add_keys(inner, to); });
}

std::set<std::string> keys_of(const sql::select_ptr& q) {
    std::set<std::string> keys;
    add_keys(*q, keys);
    return keys;
}

/// Those of what it reads, too.
std::set<std::string> keys_of(const sql::change_ptr& c) {
    std::set<std::string> keys;
    add_key(*c->target, keys);
    const auto add_queries = [&](const sql::expr_ptr& e) {
        sql::for_each_node(e, [&](const sql::expr& x) {
            if (x.query) add_keys(*x.query, keys);
        });
    };
    if (c->inserted && c->inserted->source) add_keys(*c->inserted->source, keys);
    for (const sql::change::assignment& a : c->assignments) add_queries(a.to);
    add_queries(c->where);
    return keys;
}

/// How many shards the statement's rows may live on, or are read from. Every copy of a reference
/// table is written: nothing could narrow that.
std::size_t shards_of(const plan::change_plan& p) {
    std::size_t written = p.replicated ? 0 : p.where.shards.size();
    if (p.listed) written = std::min(written, p.listed->inserted->rows.size());
    return p.found ? std::max(written, p.found->rows.where.shards.size()) : written;
}

explanation explained(session_core::state& s, const sql::select_ptr& q, deadline until) {
    return plan::explain(s.make_full_plan(q, until), *s.db.view(), s.db.dialects());
}

explanation explained(session_core::state& s, const sql::change_ptr& c, deadline until) {
    const plan::change_plan p = s.make_full_plan(c, until);
    explanation what = plan::explain(p, *s.db.view(), s.db.dialects());
    if (p.replicated && p.found) what.reason = p.found->rows.where.reason;
    return what;
}

struct limit {
    std::size_t most;
    bool said;  ///< by the call
};

[[noreturn]] void refuse(const explanation& what, std::size_t shards, const limit& allowed,
                         const std::set<std::string>& keys) {
    raise({.code = error_code::too_many_shards,
           .message = fmt::format(
               "this statement asks {} of {} shards ({}), and {} {}; rows are placed by {}: add a "
               "condition on it, or allow it with all_shards or at_most_shards(n)",
               shards, what.shard_count, what.reason,
               allowed.said ? "the call allows" : "the fan-out policy allows", allowed.most,
               fmt::join(keys, ", ")),
           .statement = what.statements.empty() ? std::string{} : what.statements.front().sql});
}

void tell(const explanation& what, std::size_t shards) {
    std::fputs(fmt::format("shardwise: a statement asks {} of {} shards ({}): {}\n", shards,
                           what.shard_count, what.reason,
                           what.statements.empty() ? "" : what.statements.front().sql)
                   .c_str(),
               stderr);
}

/// `shards`: how many will be asked.
template <class Statement>
void check(session_core::state& s, std::size_t shards, const Statement& q, reach how_far,
           deadline until) {
    const fan_out& rule = s.options.fan_out ? *s.options.fan_out : s.db.options().fan_out;
    const bool said = how_far.most != 0;
    if (!said && rule.scatters == fan_out::policy::allow) return;
    const std::size_t most = said ? how_far.most : std::max<std::size_t>(1, rule.few);
    if (shards <= most) return;
    // With the reason, which cached plans do not have.
    const explanation what = explained(s, q, until);
    if (said || rule.scatters == fan_out::policy::refuse)
        refuse(what, shards, {most, said}, keys_of(q));
    if (rule.on_scatter != nullptr)
        rule.on_scatter(rule.context, what);
    else
        tell(what, shards);
}

}  // namespace

void check_reach(session_core::state& s, const plan::plan& p, const sql::select_ptr& q,
                 reach how_far, deadline until) {
    check(s, p.where.shards.size(), q, how_far, until);
}

void check_reach(session_core::state& s, const plan::change_plan& p, const sql::change_ptr& c,
                 reach how_far, deadline until) {
    check(s, shards_of(p), c, how_far, until);
}

}  // namespace shardwise::orm
