// SPDX-License-Identifier: MIT
#include "plan/rules/compute_locally.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>

#include "base/ascii.hpp"
#include "plan/rules/reduce_sources.hpp"
#include "sql/rewrite.hpp"

namespace shardwise::plan {
namespace {

local_column local_column_of(const schema::column& c) {
    return {c.name, {c.type, c.precision, c.scale, c.nullable}};
}

/// One appearance of a table: which of its columns are needed and which conditions are its own.
struct appearance : source_place {
    const sql::derived* made = nullptr;
    /// Nothing is fetched: no table at all, or the rows of WITH RECURSIVE so far.
    bool given = false;
    std::vector<schema::column_index> columns;
    std::shared_ptr<const schema::table> table;

    std::uint16_t position_of(schema::column_index c) const {
        return static_cast<std::uint16_t>(std::find(columns.begin(), columns.end(), c) -
                                          columns.begin());
    }
};

/// A statement inside the statement that takes nothing from around it: asked by itself.
struct inner_statement {
    const sql::select* query;
    std::shared_ptr<const schema::table> table;
    bool one_row;  ///< of EXISTS: whether there is any
};

class taker_apart {
public:
    taker_apart(const sql::select& s, bool push_filter) : s_(s), push_filter_(push_filter) {}

    local_statement run() {
        if (s_.recursive) names_.push_back(s_.recursive->name);
        if (!s_.branches.empty() && !s_.recursive) return parts_of_set_operation();
        explore(s_);
        local_statement out;
        for (appearance& a : appearances_)
            if (!a.given) out.sources.push_back(source_of(a));
        for (inner_statement& i : inner_) {
            const shared<sql::select> copy = sql::clone(*i.query);
            if (i.one_row && copy->branches.empty() && !copy->limit) copy->limit = 1;
            sql::select_ptr rows = sql::freeze(copy);
            out.sources.push_back({std::move(rows), i.table});
        }
        out.query = localized(s_);
        return out;
    }

private:
    // ------------------------------------------------------------ what is there

    void explore(const sql::select& s) {
        std::vector<appearance> here{appearance_of(s, s.from)};
        for (const sql::join& j : s.joins) here.push_back(appearance_of(s, j.joined));
        if (push_filter_) {
            std::vector<source_place*> own;
            for (appearance& a : here) own.push_back(&a);
            reduce_sources(s, own);
        }
        const std::size_t first = appearances_.size();
        for (appearance& a : here) add(std::move(a));
        for (const sql::expr_ptr& e : sql::expressions_of(s))
            sql::for_each_node(e, [&](const sql::expr& x) {
                if (x.kind == sql::expr_kind::column) need(x.ref);
                if (x.query) explore_inner(x);
            });
        for (std::size_t i = first; i < appearances_.size(); ++i)
            if (appearances_[i].columns.empty())  // rows without a needed column still count
                need(appearances_[i], first_column(appearances_[i]));
        for (const sql::set_branch& b : s.branches) explore(*b.query);
    }

    appearance appearance_of(const sql::select& s, const sql::table_ref& t) const {
        appearance a;
        a.at = t;
        a.made = s.find_derived(t.table);
        a.derived = a.made != nullptr;
        a.given = t.table == &sql::no_table() || t.table == s_.recursive.get();
        return a;
    }

    /// ANY and ALL stand for two statements over the same tables: their rows are fetched once,
    /// those that one of the statements needs.
    void add(appearance a) {
        appearance* const known = find({a.at.table, 0, a.at.alias});
        if (known == nullptr) {
            appearances_.push_back(std::move(a));
            return;
        }
        std::erase_if(known->conditions, [&](const sql::expr_ptr& mine) {
            return std::none_of(
                a.conditions.begin(), a.conditions.end(),
                [&](const sql::expr_ptr& e) { return sql::same_expression(*e, *mine); });
        });
    }

    void explore_inner(const sql::expr& x) {
        if (!sql::columns_from_outside(*x.query).empty()) return explore(*x.query);
        std::vector<local_column> columns;
        for (const sql::select_item& i : x.query->items)
            columns.push_back({fmt::format("c{}", columns.size() + 1), i.expression->type});
        for (local_column& c : columns) c.type.nullable = true;
        inner_.push_back({x.query.get(), local_table(unused("subquery"), columns),
                          x.kind == sql::expr_kind::exists});
    }

    /// The scratch database has one name space, the statement has several.
    std::string unused(std::string name) {
        const auto taken = [&] {
            return std::any_of(names_.begin(), names_.end(),
                               [&](const std::string& n) { return equal_ignoring_case(n, name); });
        };
        const std::string base = name;
        for (std::size_t n = 2; taken(); ++n) name = fmt::format("{}{}", base, n);
        names_.push_back(name);
        return name;
    }

    static schema::column_index first_column(const appearance& a) {
        const auto& key = a.at.table->primary_key;
        return key.empty() ? schema::column_index{0} : key.front();
    }

    void need(const sql::column_ref& c) {
        if (appearance* const a = find(c)) need(*a, c.column);
    }
    static void need(appearance& a, schema::column_index c) {
        if (std::find(a.columns.begin(), a.columns.end(), c) == a.columns.end())
            a.columns.push_back(c);
    }

    appearance* find(const sql::column_ref& c) {
        const auto at = std::find_if(appearances_.begin(), appearances_.end(), [&](const auto& a) {
            return a.at == sql::table_ref{c.table, c.alias};
        });
        return at == appearances_.end() ? nullptr : &*at;
    }

    // ------------------------------------------------------------ what is fetched

    local_source source_of(appearance& a) {
        std::vector<local_column> columns;
        if (a.made != nullptr) {  // all its columns
            a.columns.clear();
            for (std::size_t i = 0; i < a.at.table->columns.size(); ++i)
                a.columns.push_back(static_cast<schema::column_index>(i));
        }
        for (const schema::column_index c : a.columns)
            columns.push_back(local_column_of(a.at.table->columns[c]));
        a.table = local_table(unused(a.at.table->name), columns);
        return {a.made != nullptr ? a.made->query : rows_of(a), a.table};
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
        for (const sql::expr_ptr& e : a.conditions)
            rows = sql::add_where(rows, sql::rewrite(e, plain));
        return rows;
    }

    // ------------------------------------------------------------ the statement over what was
    // fetched

    sql::table_ref local(const sql::table_ref& t) {
        const appearance& a = *find({t.table, 0, t.alias});
        return a.given ? t : sql::table_ref{a.table.get(), 0};
    }

    /// One result for each expression: DISTINCT is ordered by the very item that it selects.
    sql::expr_ptr localized(const sql::expr_ptr& e) {
        if (!e) return e;
        const auto known = localized_.find(e.get());
        if (known != localized_.end()) return known->second;
        return localized_.emplace(e.get(), rewritten(e)).first->second;
    }

    sql::expr_ptr rewritten(const sql::expr_ptr& e) {
        return sql::rewrite(e, [this](const sql::expr_ptr& x) -> sql::expr_ptr {
            if (x->kind == sql::expr_kind::column) {
                const appearance* const a = find(x->ref);
                if (a->given) return x;
                return sql::column({a->table.get(), a->position_of(x->ref.column), 0});
            }
            if (!x->query) return {};
            std::vector<sql::expr_ptr> operands;
            for (const sql::expr_ptr& o : x->operands) operands.push_back(localized(o));
            return sql::with_query(*x, std::move(operands), inner(*x->query));
        });
    }

    sql::select_ptr inner(const sql::select& q) {
        for (const inner_statement& i : inner_)
            if (i.query == &q) return all_of(*i.table);
        return localized(q);
    }

    sql::select_ptr localized(const sql::select& s) {
        const shared<sql::select> q = sql::clone(s);
        q->derived_tables.clear();
        q->from = local(s.from);
        for (sql::join& j : q->joins) {
            j.joined = local(j.joined);
            j.on = localized(j.on);
        }
        for (sql::select_item& i : q->items) i.expression = localized(i.expression);
        q->where = localized(q->where);
        for (sql::expr_ptr& g : q->group_by) g = localized(g);
        q->having = localized(q->having);
        for (sql::ordering& o : q->order_by) o.by = localized(o.by);
        for (sql::set_branch& b : q->branches) b.query = localized(*b.query);
        return sql::freeze(q);
    }

    // ------------------------------------------------------------ UNION, INTERSECT, EXCEPT

    local_statement parts_of_set_operation() {
        local_statement out;
        const auto part = [&](const sql::select_ptr& rows) {
            std::vector<local_column> columns;
            for (const sql::select_item& i : rows->items) {
                columns.push_back({fmt::format("c{}", columns.size() + 1), i.expression->type});
                columns.back().type.nullable = true;
            }
            out.sources.push_back({rows, local_table(unused("part"), columns)});
            return all_of(*out.sources.back().table);
        };
        const shared<sql::select> first = sql::clone(s_);
        first->branches.clear();
        out.query = part(sql::freeze(first));
        for (const sql::set_branch& b : s_.branches)
            out.query = sql::combine(out.query, b.operation, part(b.query));
        return out;
    }

    static sql::select_ptr all_of(const schema::table& t) {
        return sql::make_select(t, nullptr, 0);
    }

    const sql::select& s_;
    const bool push_filter_;
    std::vector<std::string> names_;
    std::map<const sql::expr*, sql::expr_ptr> localized_;
    std::deque<appearance> appearances_;
    std::vector<inner_statement> inner_;
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

local_statement compute_locally(const sql::select& s, bool push_filter) {
    return taker_apart(s, push_filter).run();
}

}  // namespace shardwise::plan
