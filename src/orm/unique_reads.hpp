// SPDX-License-Identifier: MIT
// SELECT by the values of a cluster-wide unique constraint: the lookup table (unique_changes.hpp)
// tells the row's key, and so its shard. Rows may change between the two reads: an answer without
// rows counts only when the lookup table still says the same.
#pragma once

#include "orm/reading.hpp"

namespace shardwise::orm {

/// The constraint of whose columns the statement pins all, and which finds its only row. nullptr:
/// there is none, or the statement may give rows where it finds none (aggregates, joins).
const schema::unique_constraint* pinned_by(const sql::select& q);

/// The plan of `q` for reading rows.
class located_plan {
public:
    /// Asks the lookup table when `q` would go to several shards and pins a constraint.
    located_plan(session_core::state& s, const sql::select_ptr& q, deadline until);

    const plan::plan& operator*() const noexcept { return plan_; }
    const plan::plan* operator->() const noexcept { return &plan_; }
    /// After the plan's answer: the row is somewhere else by now, and this is another plan.
    bool moved(bool found_rows);

private:
    /// The condition on the row's key, or one that nothing fulfils.
    sql::expr_ptr look_up();
    void follow();

    session_core::state& s_;
    sql::select_ptr statement_;
    deadline until_;
    plan::plan plan_;
    const schema::unique_constraint* by_ = nullptr;
    std::vector<value> key_;  ///< as the lookup table says; empty: there is no such row
    int asked_ = 0;
};

}  // namespace shardwise::orm
