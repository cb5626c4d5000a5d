// SPDX-License-Identifier: MIT
// Reading calls that give less, or more, than the rows: partial results and analyze().
#include <fmt/format.h>

#include "orm/reading.hpp"
#include "plan/explain.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {
namespace {

using purpose = plan::plan_cache::purpose;

[[noreturn]] void refuse_partial(std::string_view what) {
    raise({.code = error_code::not_supported,
           .message = fmt::format("partial(): {} would be wrong, not incomplete, without the rows "
                                  "of a shard; call all()",
                                  what)});
}

/// Passes for nodes whose rows are right without those of other shards.
struct part_check {
    void operator()(const plan::scatter&) const {}
    void operator()(const plan::local_query&) const {
        refuse_partial("a statement that is computed in the client");
    }
    void operator()(const plan::aggregate&) const { refuse_partial("an aggregate"); }
    void operator()(const plan::count_rows&) const { refuse_partial("a count"); }
    void operator()(const plan::limit& op) const {
        if (op.offset != 0) refuse_partial("OFFSET");
        below(op);
    }
    template <class Op>
    void operator()(const Op& op) const {
        below(op);
    }
    template <class Op>
    void below(const Op& op) const {
        std::visit(*this, op.input->op);
    }
};

}  // namespace

row_set_ptr session_core::partial(const model::entity* e, const sql::select_ptr& q,
                                  std::vector<missing_shard>& missing, reach how_far) {
    state& s = *state_;
    const turn in_call(s, "partial()");
    check_locks_nothing(*q, "partial()");
    if (s.transactions.active() || (s.options.autoflush && !s.changed.empty()))
        raise(error_code::bad_state,
              "partial() inside a transaction, or with changes that are not stored yet: a shard "
              "that fails ends it; commit or roll back first");
    const deadline until = s.limit();
    const plan::plan p = s.make_plan(q, purpose::rows, until);
    std::visit(part_check{}, p.root->op);
    check_reach(s, p, q, how_far, until);
    exec::held_memory held(s.limits());
    exec::execution how = how_to_run(s, until, &held);
    std::vector<exec::absent_shard> absent;
    how.missing = &absent;
    auto rows = shared<row_set>(new row_set);
    rows->width = p.root->columns.size();
    read_rows(s, p, how, {*rows, e ? &s.bind(*e) : nullptr});
    for (exec::absent_shard& a : absent)
        missing.push_back({s.db.shard_name(a.shard), std::move(a.why)});
    return published(std::move(rows));
}

explanation session_core::analyze(const sql::select_ptr& q, reach how_far) {
    state& s = *state_;
    const turn in_call(s, "analyze()");
    check_locks_nothing(*q, "analyze()");
    const deadline until = s.limit();
    if (s.options.autoflush) s.flush(state::ending::keep_open, until);
    const plan::plan p = s.make_full_plan(q, until);
    check_reach(s, p, q, how_far, until);
    exec::held_memory held(s.limits());
    plan::measurements measured;
    exec::execution how = how_to_run(s, until, &held);
    how.measured = &measured;
    s.guarded([&] {
        const auto source = exec::open(p, how);
        std::vector<arg> row(p.root->columns.size());
        while (source->next(row)) {
        }
    });
    explanation out = plan::explain(p, *s.db.view(), s.db.dialects(), &measured);
    out.reads = s.what_reads_see();
    out.held_rows = held.peak_rows();
    out.held_bytes = held.peak_bytes();
    out.scratch_bytes = held.scratch_bytes();
    return out;
}

void session_core::cancel() noexcept { state_->stop->stop(); }

}  // namespace shardwise::orm
