// SPDX-License-Identifier: MIT
#include "model/row_version.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <shared_mutex>

#include "sql/ast.hpp"

namespace shardwise::model {
namespace {

struct versioned_entities {
    std::shared_mutex mutex;
    std::vector<const entity*> all;
};

versioned_entities& versioned() {
    static versioned_entities known;
    return known;
}

bool declares(const schema::table& declared, const schema::table& t) {
    return declared.name == t.name && std::all_of(declared.columns.begin(), declared.columns.end(),
                                                  [&](const schema::column& c) {
                                                      const auto at = t.find_column(c.name);
                                                      return at && t.columns[*at].type == c.type;
                                                  });
}

std::optional<schema::column_index> version_of(const schema::table& t) {
    versioned_entities& known = versioned();
    const std::shared_lock lock(known.mutex);
    for (const entity* e : known.all)
        if (&e->table == &t) return e->version;
    for (const entity* e : known.all)
        if (declares(e->table, t)) return t.find_column(e->table.columns[*e->version].name);
    return std::nullopt;
}

}  // namespace

void remember_versioned(const entity& e) {
    versioned_entities& known = versioned();
    const std::unique_lock lock(known.mutex);
    known.all.push_back(&e);
}

sql::change_ptr raising_version(const sql::change_ptr& c) {
    if (c->what == sql::change::verb::erase || c->assignments.empty()) return c;
    const auto version = version_of(*c->target);
    if (!version) return c;
    const bool by_hand = std::any_of(c->assignments.begin(), c->assignments.end(),
                                     [&](const auto& a) { return a.column == *version; });
    if (by_hand) return c;
    const sql::expr_ptr read = sql::column({c->target, *version, 0});
    return sql::add_set(c, *version,
                        sql::binary(sql::op::add, read, sql::constant(arg{std::int64_t{1}})));
}

}  // namespace shardwise::model
