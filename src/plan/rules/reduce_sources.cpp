// SPDX-License-Identifier: MIT
#include "plan/rules/reduce_sources.hpp"

#include <algorithm>
#include <functional>

#include "sql/rewrite.hpp"

namespace shardwise::plan {
namespace {

using places = std::span<source_place* const>;

void mark_outer_joins(const sql::select& s, places all) {
    for (std::size_t i = 0; i < s.joins.size(); ++i) {
        const sql::join_kind kind = s.joins[i].kind;
        source_place& joined = *all[i + 1];
        if (kind == sql::join_kind::left || kind == sql::join_kind::full) joined.optional = true;
        if (kind == sql::join_kind::right || kind == sql::join_kind::full) {
            joined.preserved = true;
            for (std::size_t k = 0; k <= i; ++k) all[k]->optional = true;
        }
    }
}

void for_each_conjunct(const sql::expr_ptr& e, const std::function<void(const sql::expr_ptr&)>& f) {
    if (!e) return;
    if (e->kind == sql::expr_kind::binary && e->operation == sql::op::conj) {
        for (const sql::expr_ptr& x : e->operands) for_each_conjunct(x, f);
    } else {
        f(e);
    }
}

/// The one place that all columns of `e` belong to; nullptr: none or several. A condition of an
/// inner statement on an outer row says nothing of whether that row is needed.
source_place* only_place_in(const sql::expr_ptr& e, places all) {
    source_place* found = nullptr;
    bool one = !e->has_query && !e->has_local;
    sql::for_each_node(e, [&](const sql::expr& x) {
        if (x.kind != sql::expr_kind::column) return;
        const auto at = std::find_if(all.begin(), all.end(), [&](const source_place* p) {
            return p->at == sql::table_ref{x.ref.table, x.ref.alias};
        });
        source_place* const p = at == all.end() ? nullptr : *at;
        one = one && p != nullptr && (found == nullptr || found == p);
        found = p;
    });
    return one && found != nullptr && !found->derived ? found : nullptr;
}

}  // namespace

void reduce_sources(const sql::select& s, places all) {
    mark_outer_joins(s, all);
    for_each_conjunct(s.where, [&](const sql::expr_ptr& e) {
        source_place* const p = only_place_in(e, all);
        if (p != nullptr && !p->optional) p->conditions.push_back(e);
    });
    for (const sql::join& j : s.joins)
        for_each_conjunct(j.on, [&](const sql::expr_ptr& e) {
            source_place* const p = only_place_in(e, all);
            if (p == nullptr || p->preserved) return;
            // The ON of a LEFT JOIN chooses among the joined rows only, that of an inner join among
            // the rows of all its tables.
            const bool joined = p->at == j.joined;
            if (joined || (j.kind == sql::join_kind::inner && !p->optional))
                p->conditions.push_back(e);
        });
}

}  // namespace shardwise::plan
