// SPDX-License-Identifier: MIT
// Pages by key. The rows after (v1, v2, ...) in the order k1, k2, ... are asked for in segments:
//
//   k1 = v1 AND k2 = v2 AND k3 > v3      ORDER BY k3
//   k1 = v1 AND k2 > v2                  ORDER BY k2, k3
//   k1 > v1                              ORDER BY k1, k2, k3
//
// one after the other until the page is full, most often one or two of them. Each is a range of an
// index over (k1, k2, k3) on every engine, in any mixture of directions, and NULLs are segments of
// their own; a row comparison or an OR is a range on some engines only.
#include <fmt/format.h>

#include <algorithm>

#include "orm/cursor_text.hpp"
#include "orm/reading.hpp"
#include "plan/shape.hpp"
#include "shardwise/base/error.hpp"
#include "sql/compiler.hpp"
#include "sql/rewrite.hpp"

namespace shardwise::orm {
namespace {

using purpose = plan::plan_cache::purpose;

[[noreturn]] void refuse(error_code code, std::string message) {
    raise({.code = code, .message = "page(): " + std::move(message)});
}

struct sort_column {
    sql::ordering by;
    bool nullable = false;
    std::size_t item = 0;  ///< where its value stands in a row
};

void check_pages(const sql::select& s) {
    if (!s.limit || *s.limit < 1)
        refuse(error_code::bad_query, "the query needs limit(n), the number of rows of a page");
    if (s.offset != 0) refuse(error_code::not_supported, "OFFSET has no meaning beside a cursor");
    const bool rows_of_tables =
        !s.distinct && s.branches.empty() && s.derived_tables.empty() && !plan::is_aggregation(s);
    if (!rows_of_tables)
        refuse(error_code::not_supported,
               "groups, DISTINCT, UNION and derived tables have no key to go on from; use OFFSET");
    for (const sql::expr_ptr& e : sql::expressions_of(s))
        if (e->has_window)
            refuse(error_code::not_supported,
                   "a window function would see only the rows after the cursor; use OFFSET");
    for (const sql::join& j : s.joins)
        if (j.kind == sql::join_kind::right || j.kind == sql::join_kind::full)
            refuse(error_code::not_supported,
                   "RIGHT and FULL JOIN give rows without a key to go on from; use OFFSET");
}

/// The statement's order made unique, its columns selected.
class paged {
public:
    explicit paged(const sql::select_ptr& given) : statement_(sql::clone(*given)) {
        check_pages(*given);
        for (const sql::join& j : given->joins) outer_ = outer_ || j.kind == sql::join_kind::left;
        for (const sql::ordering& o : given->order_by) add(o);
        const bool descending = !columns_.empty() && columns_.back().by.descending;
        add_key(given->from, descending);
        for (const sql::join& j : given->joins) add_key(j.joined, descending);
        statement_->order_by.clear();
        statement_->limit = *given->limit + 1;
        for (sort_column& c : columns_) c.item = item_of(c.by.by);
        base_ = sql::freeze(statement_);
    }

    const std::vector<sort_column>& columns() const noexcept { return columns_; }

    /// Different for different orders: tables, expressions with their constants, directions.
    std::string signature() const {
        const shared<sql::select> keys = sql::clone(*base_);
        keys->items.clear();
        keys->where = {};
        keys->limit.reset();
        for (const sort_column& c : columns_) keys->items.push_back({c.by.by, {}});
        const sql::compiled text =
            sql::compile(*sql::freeze(keys), sql::dialect_for(sql::dialect_kind::sqlite));
        std::string out = text.text;
        for (const value& v : text.values) out += "," + to_display(v.view());
        for (const sort_column& c : columns_) {
            out += c.by.descending ? " desc" : " asc";
            out += c.by.nulls_first ? " first" : " last";
        }
        return out;
    }

    /// The statements whose rows come after `last`, in their order; all rows when it is empty.
    std::vector<sql::select_ptr> segments(const std::vector<value>& last) const {
        if (last.empty()) return {ordered(base_, 0)};
        std::vector<sql::select_ptr> out;
        for (std::size_t i = columns_.size(); i-- > 0;) {
            sql::select_ptr within = base_;
            for (std::size_t k = 0; k < i; ++k)
                within = sql::add_where(within, equal(columns_[k], last[k].view()));
            add_after(within, i, last[i].view(), out);
        }
        return out;
    }

private:
    void add(const sql::ordering& o) {
        const bool known = std::any_of(columns_.begin(), columns_.end(), [&](const auto& c) {
            return sql::same_expression(*c.by.by, *o.by);
        });
        if (known) return;  // equal values are in order already
        // A row without a partner has NULLs in columns that have none.
        columns_.push_back({o, o.by->type.nullable || outer_, 0});
    }

    /// Rows of one table differ in its primary key, on several shards in its shard key, too.
    void add_key(const sql::table_ref& t, bool descending) {
        std::vector<schema::column_index> key = t.table->primary_key;
        key.insert(key.end(), t.table->placed.shard_key.begin(), t.table->placed.shard_key.end());
        for (const schema::column_index c : key)
            add({sql::column({t.table, c, t.alias}), descending, descending});
    }

    std::size_t item_of(const sql::expr_ptr& e) {
        auto& items = statement_->items;
        for (std::size_t i = 0; i < items.size(); ++i)
            if (sql::same_expression(*items[i].expression, *e)) return i;
        items.push_back({e, {}});
        return items.size() - 1;
    }

    static sql::expr_ptr equal(const sort_column& c, const arg& v) {
        return v.is_null() ? sql::is_null(c.by.by, false)
                           : sql::binary(sql::op::eq, c.by.by, sql::constant(v));
    }

    /// The rows of `within` whose column i comes after `v`.
    void add_after(const sql::select_ptr& within, std::size_t i, const arg& v,
                   std::vector<sql::select_ptr>& out) const {
        const sort_column& c = columns_[i];
        if (v.is_null()) {
            if (c.by.nulls_first)
                out.push_back(ordered(sql::add_where(within, sql::is_null(c.by.by, true)), i));
            return;
        }
        const sql::op beyond = c.by.descending ? sql::op::lt : sql::op::gt;
        out.push_back(
            ordered(sql::add_where(within, sql::binary(beyond, c.by.by, sql::constant(v))), i));
        if (c.nullable && !c.by.nulls_first)
            out.push_back(ordered(sql::add_where(within, sql::is_null(c.by.by, false)), i + 1));
    }

    /// ORDER BY from column i on: those before it are fixed.
    sql::select_ptr ordered(const sql::select_ptr& s, std::size_t i) const {
        std::vector<sql::ordering> terms;
        for (std::size_t k = std::min(i, columns_.size() - 1); k < columns_.size(); ++k)
            terms.push_back(columns_[k].by);
        return sql::add_order(s, terms.data(), terms.size());
    }

    shared<sql::select> statement_;
    sql::select_ptr base_;
    std::vector<sort_column> columns_;
    bool outer_ = false;
};

std::vector<value> last_values(const paged& p, std::string_view order, std::string_view cursor) {
    if (cursor.empty()) return {};
    std::vector<value> values = read_cursor(order, cursor);
    const std::vector<sort_column>& columns = p.columns();
    bool fits = values.size() == columns.size();
    for (std::size_t i = 0; fits && i < values.size(); ++i)
        fits = values[i].is_null() ? columns[i].nullable
                                   : values[i].kind() == kind_of(columns[i].by.by->type.type);
    if (!fits)
        refuse(error_code::bad_value,
               "the values of this cursor are not of the types of the query's order");
    return values;
}

}  // namespace

row_set_ptr session_core::page(const model::entity* e, const sql::select_ptr& q, page_place& place,
                               reach how_far) {
    state& s = *state_;
    const turn in_call(s, "page()");
    check_locks_nothing(*q, "page()");
    bound_table* const objects = e ? &s.bind(*e) : nullptr;
    const deadline until = s.limit();
    if (s.options.autoflush) s.flush(state::ending::keep_open, until);
    const paged wanted(q);
    const std::string order = wanted.signature();
    std::vector<value> last = last_values(wanted, order, place.next);
    const std::vector<sql::select_ptr> segments = wanted.segments(last);
    exec::held_memory held(s.limits());
    auto rows = shared<row_set>(new row_set);
    std::int64_t left = *q->limit;
    place.more = false;
    const auto accept = [&](std::span<const arg> row) {
        if (left == 0) {
            place.more = true;
            return false;
        }
        last.clear();
        for (const sort_column& c : wanted.columns()) last.emplace_back(row[c.item]);
        --left;
        return true;
    };
    for (const sql::select_ptr& segment : segments) {
        if (place.more) break;
        const plan::plan p = s.make_plan(segment, purpose::rows, until);
        check_reach(s, p, segment, how_far, until);
        rows->width = p.root->columns.size();
        read_rows(s, p, how_to_run(s, until, &held), {*rows, objects, accept});
    }
    if (e != nullptr) s.load_eagerly(*e, rows->records, until);
    if (!last.empty()) place.next = write_cursor(order, last);
    return published(std::move(rows));
}

}  // namespace shardwise::orm
