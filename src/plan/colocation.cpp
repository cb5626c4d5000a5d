// SPDX-License-Identifier: MIT
#include "plan/colocation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "plan/equalities.hpp"
#include "plan/expressions.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::plan {
namespace {

struct appearance {
    sql::table_ref at;
    const sql::join* by = nullptr;  ///< nullptr: the FROM table
    bool outer() const {
        return by != nullptr && by->kind != sql::join_kind::inner &&
               by->kind != sql::join_kind::cross;
    }
};

sql::column_ref column_of(const sql::table_ref& t, schema::column_index i) {
    return {t.table, i, t.alias};
}

bool keys_equated(const sql::table_ref& a, const sql::table_ref& b, const equalities& known) {
    const auto &x = a.table->placed.shard_key, &y = b.table->placed.shard_key;
    if (x.size() != y.size()) return false;
    for (std::size_t i = 0; i < x.size(); ++i)
        if (!known.same(column_of(a, x[i]), column_of(b, y[i]))) return false;
    return true;
}

/// The parent columns name one row of the whole cluster: its primary key, or a unique constraint
/// that does not hold per shard only.
bool identifies_row(const schema::table& t, std::vector<schema::column_index> columns) {
    std::sort(columns.begin(), columns.end());
    const auto is = [&](std::vector<schema::column_index> other) {
        std::sort(other.begin(), other.end());
        return other == columns;
    };
    if (is(t.primary_key)) return true;
    return std::any_of(t.uniques.begin(), t.uniques.end(), [&](const auto& u) {
        return u.scope != schema::unique_scope::per_shard && is(u.columns);
    });
}

/// A foreign key of `child` to `parent` is equated column by column: the database enforces it on
/// each shard, so the child lives with the one parent it names.
bool foreign_key_equated(const sql::table_ref& child, const sql::table_ref& parent,
                         const equalities& known) {
    for (const schema::foreign_key& f : child.table->foreign_keys) {
        if (f.parent_table != parent.table->name || f.columns.empty()) continue;
        std::vector<schema::column_index> parents;
        bool all = f.columns.size() == f.parent_columns.size();
        for (std::size_t i = 0; all && i < f.columns.size(); ++i) {
            const auto p = parent.table->find_column(f.parent_columns[i]);
            all = p && known.same(column_of(child, f.columns[i]), column_of(parent, *p));
            if (p) parents.push_back(*p);
        }
        if (all && identifies_row(*parent.table, parents)) return true;
    }
    return false;
}

enum class link { none, keys, foreign_key };

link link_between(const appearance& a, const appearance& b, const equalities& known) {
    if (a.at.table->placed.root_table != b.at.table->placed.root_table) return link::none;
    if (keys_equated(a.at, b.at, known)) return link::keys;
    if (foreign_key_equated(a.at, b.at, known) || foreign_key_equated(b.at, a.at, known))
        return link::foreign_key;
    return link::none;
}

[[noreturn]] void refuse_join(const appearance& joined, const schema::table& anchor) {
    raise({.code = error_code::not_supported,
           .message = fmt::format(
               "tables \"{}\" and \"{}\" are joined on columns that do not tell that matching rows "
               "live on the same shard (all shard key columns of one colocation group would)",
               anchor.name, joined.at.table->name),
           .table = joined.at.table->name});
}

[[noreturn]] void refuse_outer(const schema::table& preserved, const schema::table& joined) {
    raise({.code = error_code::not_supported,
           .message = fmt::format(
               "\"{}\" LEFT JOIN \"{}\": rows of the reference table \"{}\" are on every shard and "
               "would come once per shard where nothing matches",
               preserved.name, joined.name, preserved.name),
           .table = preserved.name});
}

class scope_builder {
public:
    explicit scope_builder(const sql::select& s) : statement_(s) {
        tables_.push_back({s.from, nullptr});
        for (const sql::join& j : s.joins) tables_.push_back({j.joined, &j});
    }

    key_scope build() {
        check_outer_joins();
        for (const appearance& t : tables_) {
            if (t.at.table->is_reference()) continue;
            if (!scope_.anchor)
                place_first(t);
            else
                waiting_.push_back(t);
        }
        if (!scope_.anchor) return std::move(scope_);
        for (const sql::expr* e : conditions_of(statement_)) known_.learn(*e);
        while (place_one()) {
        }
        if (!waiting_.empty()) refuse_join(waiting_.front(), *scope_.anchor);
        add_equal_columns(scope_);
        for (key_scope& linked : scope_.linked) add_equal_columns(linked);
        return std::move(scope_);
    }

private:
    /// A LEFT JOIN of a sharded table needs a sharded table before it: see refuse_outer.
    void check_outer_joins() const {
        bool anchored = false;
        for (const appearance& t : tables_) {
            const bool sharded = !t.at.table->is_reference();
            if (sharded && t.outer() && !anchored)
                refuse_outer(*tables_.front().at.table, *t.at.table);
            anchored = anchored || sharded;
        }
    }

    void place_first(const appearance& t) {
        scope_.anchor = t.at.table;
        add_keys(scope_, t);
        placed_.push_back(t);
    }

    bool place_one() {
        for (auto t = waiting_.begin(); t != waiting_.end(); ++t) {
            equalities with_on = known_;
            if (t->outer()) with_on.learn(*t->by->on);
            for (const appearance& p : placed_) {
                const link found = link_between(*t, p, with_on);
                if (found == link::none) continue;
                // Only equal keys are equal; a foreign key says "same shard" and no more.
                if (found == link::keys) {
                    if (key_scope* const same = scope_with(p)) add_keys(*same, *t);
                } else {
                    scope_.linked.push_back({t->at.table, {}, {}});
                    add_keys(scope_.linked.back(), *t);
                }
                placed_.push_back(*t);
                waiting_.erase(t);
                return true;
            }
        }
        return false;
    }

    key_scope* scope_with(const appearance& t) {
        const sql::column_ref key = column_of(t.at, t.at.table->placed.shard_key.front());
        if (scope_.find(key)) return &scope_;
        for (key_scope& s : scope_.linked)
            if (s.find(key)) return &s;
        return nullptr;
    }

    static void add_keys(key_scope& to, const appearance& t) {
        const auto& key = t.at.table->placed.shard_key;
        for (std::size_t i = 0; i < key.size(); ++i)
            to.columns.push_back({column_of(t.at, key[i]), i, t.outer(), true});
    }

    bool is_outer(const sql::column_ref& c) const {
        return std::any_of(tables_.begin(), tables_.end(), [&](const appearance& t) {
            return t.outer() && t.at == sql::table_ref{c.table, c.alias};
        });
    }

    void add_equal_columns(key_scope& to) {
        const std::vector<key_column> keys = to.columns;
        for (const key_column& k : keys)
            for (const sql::column_ref& c : known_.partners(k.column))
                if (!to.find(c)) to.columns.push_back({c, k.key, is_outer(c), false});
    }

    const sql::select& statement_;
    std::vector<appearance> tables_;
    std::vector<appearance> placed_;
    std::vector<appearance> waiting_;
    equalities known_;
    key_scope scope_;
};

}  // namespace

const key_column* key_scope::find(const sql::column_ref& c) const noexcept {
    for (const key_column& k : columns)
        if (k.column == c) return &k;
    return nullptr;
}

std::vector<const sql::expr*> conditions_of(const sql::select& s) {
    std::vector<const sql::expr*> out;
    add_conjuncts(s.where, out);
    for (const sql::join& j : s.joins)
        if (j.kind == sql::join_kind::inner) add_conjuncts(j.on, out);
    return out;
}

key_scope scope_of(const sql::select& s) { return scope_builder(s).build(); }

key_scope scope_of(const sql::change& c) {
    key_scope scope;
    if (c.target->is_reference()) return scope;
    scope.anchor = c.target;
    equalities known;
    if (c.where) known.learn(*c.where);
    const auto& key = c.target->placed.shard_key;
    for (std::size_t i = 0; i < key.size(); ++i)
        scope.columns.push_back({{c.target, key[i], 0}, i, false, true});
    for (std::size_t i = 0; i < key.size(); ++i)
        for (const sql::column_ref& other : known.partners({c.target, key[i], 0}))
            if (!scope.find(other)) scope.columns.push_back({other, i, false, false});
    return scope;
}

}  // namespace shardwise::plan
