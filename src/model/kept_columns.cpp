// SPDX-License-Identifier: MIT
#include "model/kept_columns.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <shared_mutex>

#include "sql/ast.hpp"

namespace shardwise::model {
namespace {

struct keeping_entities {
    std::shared_mutex mutex;
    std::vector<const entity*> all;
};

keeping_entities& keeping() {
    static keeping_entities known;
    return known;
}

bool declares(const schema::table& declared, const schema::table& t) {
    return declared.name == t.name && std::all_of(declared.columns.begin(), declared.columns.end(),
                                                  [&](const schema::column& c) {
                                                      const auto at = t.find_column(c.name);
                                                      return at && t.columns[*at].type == c.type;
                                                  });
}

/// The struct whose columns stand behind this table; nullptr: none.
const entity* keeper_of(const schema::table& t) {
    keeping_entities& known = keeping();
    const std::shared_lock lock(known.mutex);
    for (const entity* e : known.all)
        if (&e->table == &t) return e;
    for (const entity* e : known.all)
        if (declares(e->table, t)) return e;
    return nullptr;
}

/// `value`: what to set, given the column as it is now.
template <class Value>
sql::change_ptr set_unless_set(const sql::change_ptr& c, const entity& e,
                               std::optional<schema::column_index> mine, const Value& value) {
    if (!mine) return c;
    const auto at = c->target->find_column(e.table.columns[*mine].name);
    if (!at) return c;
    const bool by_hand = std::any_of(c->assignments.begin(), c->assignments.end(),
                                     [&](const auto& a) { return a.column == *at; });
    return by_hand ? c : sql::add_set(c, *at, value(sql::column({c->target, *at, 0})));
}

}  // namespace

void remember_kept(const entity& e) {
    keeping_entities& known = keeping();
    const std::unique_lock lock(known.mutex);
    known.all.push_back(&e);
}

sql::change_ptr keeping_columns(const sql::change_ptr& c) {
    if (c->what == sql::change::verb::erase || c->assignments.empty()) return c;
    const entity* const e = keeper_of(*c->target);
    if (e == nullptr) return c;
    const sql::change_ptr raised = set_unless_set(c, *e, e->version, [](const sql::expr_ptr& read) {
        return sql::binary(sql::op::add, read, sql::constant(arg{std::int64_t{1}}));
    });
    return set_unless_set(raised, *e, e->change_time, [](const sql::expr_ptr&) {
        return sql::constant(arg{timestamp::now()});
    });
}

}  // namespace shardwise::model
