// SPDX-License-Identifier: MIT
#include "sql/ast.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "shardwise/base/error.hpp"
#include "sql/building.hpp"
#include "sql/typing.hpp"

namespace shardwise::sql {
namespace {

[[noreturn]] void refuse(std::string message) { refuse_query(std::move(message)); }

template <class Node>
void add_reference(const Node* p) noexcept {
    p->references.add();
}

template <class Node>
void drop_reference(const Node* p) noexcept {
    if (p->references.drop()) delete p;
}

void check_row_condition(std::string_view clause, const expr& x) {
    check_condition(clause, x);
    if (x.has_aggregate)
        refuse(fmt::format("{} looks at single rows and cannot hold an aggregate{}", clause,
                           clause == "WHERE" ? ": use having" : ""));
    if (x.has_window)
        refuse(fmt::format("{} cannot hold a window function: filter a derived table", clause));
}

expr_ptr and_also(const expr_ptr& present, const expr_ptr& more) {
    return present ? binary(op::conj, present, more) : more;
}

template <class Node, class Step>
shared<const Node> changed(const shared<const Node>& from, Step step) {
    if (!from) refuse("a statement is missing");
    auto* const copy = new Node(*from);
    shared<const Node> owner{copy};
    step(*copy);
    return owner;
}

}  // namespace

void retain(const expr* p) noexcept { add_reference(p); }
void release(const expr* p) noexcept { drop_reference(p); }
void retain(const select* p) noexcept { add_reference(p); }
void release(const select* p) noexcept { drop_reference(p); }
void retain(const derived* p) noexcept { add_reference(p); }
void release(const derived* p) noexcept { drop_reference(p); }
void retain(const change* p) noexcept { add_reference(p); }
void release(const change* p) noexcept { drop_reference(p); }

const derived* select::find_derived(const schema::table* t) const noexcept {
    for (const derived_ptr& d : derived_tables)
        if (&d->table == t) return d.get();
    return nullptr;
}

bool same_expression(const expr& a, const expr& b) {
    if (&a == &b) return true;
    const auto same_nodes = [](const expr_ptr& x, const expr_ptr& y) {
        return same_expression(*x, *y);
    };
    const auto same_window = [&] {
        return a.window && b.window ? *a.window == *b.window : !a.window && !b.window;
    };
    return a.kind == b.kind && a.operation == b.operation && a.function == b.function &&
           a.callee == b.callee && a.unit == b.unit && a.negated == b.negated &&
           a.has_otherwise == b.has_otherwise && a.ref == b.ref && a.literal == b.literal &&
           a.list == b.list && a.query == b.query && a.type.type == b.type.type &&
           a.type.scale == b.type.scale && same_window() &&
           std::equal(a.operands.begin(), a.operands.end(), b.operands.begin(), b.operands.end(),
                      same_nodes);
}

expr_ptr column(const column_ref& c) {
    if (c.table == nullptr) refuse("a column without a table");
    if (c.column >= c.table->columns.size())
        raise(error_info{
            .code = error_code::unknown_column,
            .message = fmt::format("table {} has no column number {}", c.table->name, c.column),
            .table = c.table->name});
    const schema::column& declared = c.table->columns[c.column];
    building b{expr_kind::column};
    b.node->ref = c;
    b.node->type = {declared.type, declared.precision, declared.scale, declared.nullable};
    return b.owner;
}

expr_ptr constant(const arg& v) {
    building b{expr_kind::constant};
    b.node->literal = value{v};
    b.node->type = type_of_constant(v);
    return b.owner;
}

expr_ptr unary(op o, const expr_ptr& x) {
    building b{expr_kind::unary};
    b.operand(x);
    b.node->operation = o;
    b.node->type = type_of_unary(o, *x);
    return b.owner;
}

expr_ptr binary(op o, const expr_ptr& a, const expr_ptr& c) {
    building b{expr_kind::binary};
    b.operand(a);
    b.operand(c);
    b.node->operation = o;
    b.node->type = type_of_binary(o, *a, *c);
    return b.owner;
}

expr_ptr in_list(const expr_ptr& x, const arg* values, std::size_t count, bool negated) {
    if (count > longest_in_list)
        refuse(fmt::format("an IN list of {} values: at most {} are possible, ask in parts", count,
                           longest_in_list));
    building b{expr_kind::in_list};
    b.operand(x);
    b.node->negated = negated;
    b.node->list.reserve(count);
    bool nullable = count > 0 && x->type.nullable;
    if (x->type.type == column_type::json) refuse("JSON documents cannot be looked up by IN");
    for (std::size_t i = 0; i < count; ++i) {
        if (values[i].is_null())
            nullable = true;
        else if (!x->is_null_literal() &&
                 family_of(type_of_constant(values[i]).type) != family_of(x->type.type))
            refuse(fmt::format("cannot look for {} among values of type {}",
                               name_of(values[i].kind()), name_of(x->type.type)));
        b.node->list.emplace_back(values[i]);
    }
    b.is_condition(nullable);
    return b.owner;
}

expr_ptr is_null(const expr_ptr& x, bool negated) {
    building b{expr_kind::is_null};
    b.operand(x);
    b.node->negated = negated;
    b.is_condition(false);
    return b.owner;
}

expr_ptr like(const expr_ptr& x, const expr_ptr& pattern, bool negated) {
    building b{expr_kind::like};
    b.operand(x);
    b.operand(pattern);
    for (const expr* side : {x.get(), pattern.get()})
        if (!side->is_null_literal() && side->type.type != column_type::text)
            refuse(fmt::format("LIKE needs text, not {}", name_of(side->type.type)));
    if (pattern->kind == expr_kind::constant && !pattern->literal.is_null()) {
        const arg v = pattern->literal.view();
        const std::string_view text = v.text();
        const std::size_t last = text.find_last_not_of('\\');
        const std::size_t run = text.size() - (last == std::string_view::npos ? 0 : last + 1);
        if (run % 2 != 0) refuse("a LIKE pattern cannot end with a single backslash: double it");
    }
    b.node->negated = negated;
    b.is_condition(b.nullable_operands());
    return b.owner;
}

expr_ptr pattern_with_escape(std::string_view pattern, std::string_view escape) {
    std::string out;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (!escape.empty() && pattern.substr(i).starts_with(escape)) {
            i += escape.size();
            if (i >= pattern.size()) refuse("a LIKE pattern ends with its escape character");
            out += '\\';
        } else if (pattern[i] == '\\') {
            out += '\\';
        }
        out += pattern[i];
    }
    return constant(arg{std::string_view{out}});
}

expr_ptr extreme(bool greatest, const expr_ptr* values, std::size_t count) {
    if (count == 1) return values[0];
    const op better = greatest ? op::ge : op::le;
    std::vector<expr_ptr> cases;
    for (std::size_t i = 0; i < count; ++i) {
        expr_ptr best = is_null(values[i], true);
        for (std::size_t j = 0; j < count; ++j)
            if (j != i)
                best = binary(op::conj, best,
                              binary(op::disj, is_null(values[j], false),
                                     binary(better, values[i], values[j])));
        cases.push_back(best);
        cases.push_back(values[i]);
    }
    return conditional(cases.data(), cases.size(), {});
}

expr_ptr between(const expr_ptr& x, const expr_ptr& low, const expr_ptr& high, bool negated) {
    building b{expr_kind::between};
    b.operand(x);
    b.operand(low);
    b.operand(high);
    check_comparable("compare", *x, *low);
    check_comparable("compare", *x, *high);
    check_comparable("compare", *low, *high);
    b.node->negated = negated;
    b.is_condition(b.nullable_operands());
    return b.owner;
}

expr_ptr call(aggregate f, const expr_ptr& x) {
    if (x && x->has_aggregate) refuse("an aggregate cannot stand inside another aggregate");
    return call_over_groups(f, x);
}

expr_ptr call_over_groups(aggregate f, const expr_ptr& x) {
    building b{expr_kind::aggregate};
    b.node->function = f;
    if (f != aggregate::count_all) b.operand(x);
    b.node->type = type_of_aggregate(f, x.get());
    b.node->has_aggregate = true;
    return b.owner;
}

select_ptr make_select(const schema::table& from, const expr_ptr* items, std::size_t count) {
    auto* const s = new select;
    select_ptr owner{s};
    s->from = {&from, 0};
    if (items == nullptr) {
        for (std::size_t i = 0; i < from.columns.size(); ++i) {
            if (from.columns[i].generated == schema::generation::bucket) continue;
            s->items.push_back({column({&from, static_cast<std::uint16_t>(i), 0}), {}});
        }
    }
    for (std::size_t i = 0; items != nullptr && i < count; ++i) {
        given(items[i]);
        s->items.push_back({items[i], {}});
    }
    if (s->items.empty()) refuse("a SELECT without columns");
    return owner;
}

select_ptr add_where(const select_ptr& from, const expr_ptr& condition) {
    check_row_condition("WHERE", given(condition));
    return changed(from, [&](select& s) { s.where = and_also(s.where, condition); });
}

select_ptr add_join(const select_ptr& from, join_kind kind, const schema::table& joined,
                    std::uint8_t alias, const expr_ptr& on) {
    if (kind == join_kind::cross) {
        if (on) refuse("a CROSS JOIN has no condition");
    } else {
        check_row_condition("ON", given(on));
    }
    return changed(from, [&](select& s) {
        const table_ref added{&joined, alias};
        const bool taken =
            s.from == added || std::any_of(s.joins.begin(), s.joins.end(),
                                           [&](const join& j) { return j.joined == added; });
        if (taken)
            refuse(fmt::format("table {} appears twice: give the second appearance an alias",
                               joined.name));
        s.joins.push_back({kind, added, on});
    });
}

select_ptr add_group(const select_ptr& from, const expr_ptr* by, std::size_t count) {
    return changed(from, [&](select& s) {
        for (std::size_t i = 0; i < count; ++i) {
            const expr& key = given(by[i]);
            if (key.has_aggregate) refuse("rows cannot be grouped by an aggregate");
            if (key.has_window) refuse("rows cannot be grouped by a window function");
            if (key.has_query) refuse("rows cannot be grouped by a subquery: use a derived table");
            if (key.kind == expr_kind::constant) refuse("rows cannot be grouped by a constant");
            if (key.type.type == column_type::json)
                refuse("rows cannot be grouped by a JSON document");
            s.group_by.push_back(by[i]);
        }
    });
}

select_ptr add_having(const select_ptr& from, const expr_ptr& condition) {
    check_condition("HAVING", given(condition));
    if (condition->has_window) refuse("HAVING cannot hold a window function");
    return changed(from, [&](select& s) { s.having = and_also(s.having, condition); });
}

select_ptr add_order(const select_ptr& from, const ordering* by, std::size_t count) {
    return changed(from, [&](select& s) {
        for (std::size_t i = 0; i < count; ++i) {
            const expr& key = given(by[i].by);
            if (key.kind == expr_kind::constant) refuse("rows cannot be ordered by a constant");
            if (key.type.type == column_type::json)
                refuse("rows cannot be ordered by a JSON document");
            s.order_by.push_back(by[i]);
        }
    });
}

select_ptr set_lock(const select_ptr& from, row_lock lock) {
    return changed(from, [&](select& s) { s.lock = lock; });
}

select_ptr set_limit(const select_ptr& from, std::int64_t limit) {
    if (limit < 0) refuse(fmt::format("LIMIT {} is negative", limit));
    return changed(from, [&](select& s) { s.limit = limit; });
}

select_ptr set_offset(const select_ptr& from, std::int64_t offset) {
    if (offset < 0) refuse(fmt::format("OFFSET {} is negative", offset));
    return changed(from, [&](select& s) { s.offset = offset; });
}

select_ptr set_distinct(const select_ptr& from) {
    return changed(from, [&](select& s) { s.distinct = true; });
}

shared<select> clone(const select& s) { return shared<select>{new select(s)}; }

select_ptr freeze(const shared<select>& s) noexcept {
    if (s) retain(s.get());
    return select_ptr{s.get()};
}

}  // namespace shardwise::sql
