// SPDX-License-Identifier: MIT
#include "orm/conflict_update.hpp"

#include "sql/conditions.hpp"
#include "sql/rewrite.hpp"

namespace shardwise::orm {

sql::change_ptr conflict_update(const sql::change& c, std::span<const arg> row,
                                const sql::expr_ptr& is_there) {
    const auto with_values = [row](const sql::expr_ptr& e) {
        return sql::rewrite(e, [row](const sql::expr_ptr& x) -> sql::expr_ptr {
            if (x->kind != sql::expr_kind::column || x->ref.alias != sql::excluded_row) return {};
            return sql::constant(row[x->ref.column]);
        });
    };
    auto* const update = new sql::change(c);
    const sql::change_ptr owner{update};
    update->what = sql::change::verb::update;
    update->inserted.reset();
    update->returning.clear();
    for (sql::change::assignment& a : update->assignments) a.to = with_values(a.to);
    update->where = sql::both(is_there, with_values(c.where));
    return owner;
}

sql::change_ptr without_conflict(const sql::change& c) {
    auto* const plain = new sql::change(c);
    const sql::change_ptr owner{plain};
    plain->inserted->has_conflict = false;
    plain->assignments.clear();
    plain->where = {};
    return owner;
}

}  // namespace shardwise::orm
