// SPDX-License-Identifier: MIT
#include "plan/rules/compute_locally.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "plan/expressions.hpp"
#include "sql/rewrite.hpp"

namespace shardwise::plan {
namespace {

local_column local_column_of(const schema::column& c) {
    return {c.name, {c.type, c.precision, c.scale, c.nullable}};
}

/// One appearance of a table: which of its columns are needed and which conditions are its own.
struct appearance {
    sql::table_ref at;
    /// An outer join can put NULLs in the place of its rows: conditions of the WHERE may need them.
    bool optional = false;
    std::vector<schema::column_index> columns;
    std::vector<const sql::expr*> conditions;
    std::shared_ptr<const schema::table> table;

    std::uint16_t position_of(schema::column_index c) const {
        return static_cast<std::uint16_t>(std::find(columns.begin(), columns.end(), c) -
                                          columns.begin());
    }
};

class taker_apart {
public:
    explicit taker_apart(const sql::select& s) : s_(s) {
        appearances_.push_back({s.from, false, {}, {}, {}});
        for (const sql::join& j : s.joins)
            appearances_.push_back({j.joined, j.kind == sql::join_kind::left, {}, {}, {}});
    }

    local_statement run() {
        find_columns();
        find_conditions();
        local_statement out;
        for (std::size_t i = 0; i < appearances_.size(); ++i) {
            appearance& a = appearances_[i];
            std::vector<local_column> columns;
            for (const schema::column_index c : a.columns)
                columns.push_back(local_column_of(a.at.table->columns[c]));
            a.table = local_table(fmt::format("rows{}", i + 1), columns);
            out.sources.push_back({rows_of(a), a.table});
        }
        out.query = over_local_tables();
        return out;
    }

private:
    appearance* find(const sql::column_ref& c) {
        const auto at = std::find_if(appearances_.begin(), appearances_.end(), [&](const auto& a) {
            return a.at == sql::table_ref{c.table, c.alias};
        });
        return at == appearances_.end() ? nullptr : &*at;
    }

    void find_columns() {
        for (const sql::expr_ptr& e : sql::expressions_of(s_))
            sql::for_each_node(e, [&](const sql::expr& x) {
                if (x.kind != sql::expr_kind::column) return;
                if (appearance* const a = find(x.ref)) need(*a, x.ref.column);
            });
        // Rows without a needed column still count.
        for (appearance& a : appearances_)
            if (a.columns.empty()) need(a, a.at.table->primary_key.front());
    }

    static void need(appearance& a, schema::column_index c) {
        if (std::find(a.columns.begin(), a.columns.end(), c) == a.columns.end())
            a.columns.push_back(c);
    }

    void find_conditions() {
        std::vector<const sql::expr*> where;
        add_conjuncts(s_.where, where);
        for (const sql::expr* e : where) {
            appearance* const a = only_appearance_in(*e);
            if (a != nullptr && !a->optional) a->conditions.push_back(e);
        }
        for (const sql::join& j : s_.joins) {
            std::vector<const sql::expr*> on;
            add_conjuncts(j.on, on);
            for (const sql::expr* e : on) {
                appearance* const a = only_appearance_in(*e);
                if (a == nullptr) continue;
                // The ON of a LEFT JOIN chooses among the joined rows only, that of an inner join
                // among the rows of all its tables.
                const bool joined = a->at == j.joined;
                if (joined || (j.kind == sql::join_kind::inner && !a->optional))
                    a->conditions.push_back(e);
            }
        }
    }

    /// The one appearance that all columns of `e` belong to; nullptr: none or several.
    appearance* only_appearance_in(const sql::expr& e) {
        appearance* found = nullptr;
        bool one = true;
        retain(&e);
        sql::for_each_node(sql::expr_ptr(&e), [&](const sql::expr& x) {
            if (x.kind != sql::expr_kind::column) return;
            appearance* const a = find(x.ref);
            one = one && a != nullptr && (found == nullptr || found == a);
            found = a;
        });
        return one ? found : nullptr;
    }

    /// The appearance by itself: the table under its own name.
    static sql::select_ptr rows_of(const appearance& a) {
        const sql::replacement plain = [](const sql::expr_ptr& e) -> sql::expr_ptr {
            if (e->kind != sql::expr_kind::column) return {};
            return sql::column({e->ref.table, e->ref.column, 0});
        };
        std::vector<sql::expr_ptr> items;
        for (const schema::column_index c : a.columns)
            items.push_back(sql::column({a.at.table, c, 0}));
        sql::select_ptr rows = sql::make_select(*a.at.table, items.data(), items.size());
        for (const sql::expr* e : a.conditions) {
            retain(e);
            rows = sql::add_where(rows, sql::rewrite(sql::expr_ptr(e), plain));
        }
        return rows;
    }

    sql::select_ptr over_local_tables() {
        const sql::replacement local = [this](const sql::expr_ptr& e) -> sql::expr_ptr {
            if (e->kind != sql::expr_kind::column) return {};
            const appearance* const a = find(e->ref);
            return sql::column({a->table.get(), a->position_of(e->ref.column), 0});
        };
        const shared<sql::select> q = sql::clone(s_);
        q->from = {appearances_.front().table.get(), 0};
        for (std::size_t i = 0; i < q->joins.size(); ++i) {
            q->joins[i].joined = {appearances_[i + 1].table.get(), 0};
            q->joins[i].on = sql::rewrite(q->joins[i].on, local);
        }
        for (sql::select_item& i : q->items) i.expression = sql::rewrite(i.expression, local);
        q->where = sql::rewrite(q->where, local);
        for (sql::expr_ptr& g : q->group_by) g = sql::rewrite(g, local);
        q->having = sql::rewrite(q->having, local);
        for (sql::ordering& o : q->order_by) o.by = sql::rewrite(o.by, local);
        return sql::freeze(q);
    }

    const sql::select& s_;
    std::vector<appearance> appearances_;
};

}  // namespace

std::shared_ptr<const schema::table> local_table(std::string name,
                                                 const std::vector<local_column>& columns) {
    auto t = std::make_shared<schema::table>();
    t->name = std::move(name);
    t->placed.kind = schema::distribution_kind::reference;
    for (const local_column& given : columns) {
        schema::column c;
        c.name = given.name;
        c.type = given.type.type;
        c.precision = given.type.precision;
        c.scale = given.type.scale;
        c.nullable = given.type.nullable;
        t->columns.push_back(std::move(c));
    }
    return t;
}

local_statement compute_locally(const sql::select& s) { return taker_apart(s).run(); }

}  // namespace shardwise::plan
