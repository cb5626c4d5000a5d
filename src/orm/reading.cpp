// SPDX-License-Identifier: MIT
#include "orm/reading.hpp"

#include "exec/row_buffer.hpp"
#include "model/entity.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::orm {

exec::execution how_to_run(session_core::state& s, deadline until, exec::held_memory* held) {
    exec::execution e{s.transactions, s.db.tasks(), until};
    e.costs = &s.db.costs();
    e.row_counts = &s.db.row_counts();
    e.held = held;
    return e;
}

void check_locks_nothing(const sql::select& q, const char* call) {
    if (q.lock == sql::row_lock::none) return;
    raise({.code = error_code::not_supported,
           .message = std::string(call) +
                      " takes no for_update(): read the objects with all(), first(), one() or "
                      "local()",
           .table = q.from.table->name});
}

void begin_locking(session_core::state& s, const plan::plan& p, sql::row_lock lock,
                   deadline until) {
    if (lock == sql::row_lock::none) return;
    s.check_may_write();
    for (const shard_index shard : p.where.shards)
        if (lock != sql::row_lock::wait && s.db.endpoint(shard).embedded())
            raise({.code = error_code::not_supported,
                   .message = "SQLite locks files, not rows: for_update() waits there, without "
                              "nowait or skip_locked",
                   .shard = s.db.shard_name(shard)});
    for (const shard_index shard : p.where.shards) s.transactions.begin(shard, until);
}

void read_rows(session_core::state& s, const plan::plan& p, const exec::execution& how,
               const read_target& to) {
    s.guarded([&] {
        const auto source = exec::open(p, how);
        std::vector<arg> row(p.root->columns.size());
        const bool known = plan::rows_have_a_shard(*p.root);
        while (source->next(row)) {
            if (to.accept && !to.accept(row)) return;
            const std::size_t bytes = exec::bytes_of(row);
            if (to.objects == nullptr) {
                if (how.held) how.held->add(1, bytes, "the result");
                to.rows.append(row);
                continue;
            }
            bound_table& t = *to.objects;
            // A RIGHT or FULL JOIN: a row of the other side, without an object.
            if (row[t.key().front()].is_null()) continue;
            const shard_index shard =
                known ? source->shard_of_row() : s.shard_of(t, row, how.limit);
            if (how.held)
                how.held->add(1, bytes + sizeof(record) + t.entity().size, "the list of objects");
            record_ptr r = s.adopt(t, shard, row);
            if (!r) continue;
            to.rows.records.push_back(std::move(r));
            ++to.rows.rows;
        }
    });
}

row_set_ptr published(shared<row_set> rows) {
    row_set* const done = rows.get();
    retain(done);
    return row_set_ptr(done);
}

}  // namespace shardwise::orm
