// SPDX-License-Identifier: MIT
// The rest of expression_parser: LIKE, BETWEEN, IN, ANY and ALL, rows.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/utf8.hpp"
#include "parse/expression_parser.hpp"
#include "parse/operators.hpp"
#include "schema/calendar.hpp"
#include "sql/quantified.hpp"
#include "sql/rewrite.hpp"
#include "sql/typing.hpp"

namespace shardwise::parse {

/// A date beside an instant is its midnight.
namespace {

sql::expr_ptr as_instant(const sql::expr_ptr& x) {
    if (x->type.type != column_type::date) return x;
    if (x->kind == sql::expr_kind::constant)
        return sql::constant(
            arg{timestamp{x->literal.view().to_date().days_since_epoch * schema::micros_per_day}});
    return sql::cast(x, column_type::timestamp, 0, 0);
}

}  // namespace

void meet_as_instants(std::vector<sql::expr_ptr>& list) {
    const auto has = [&](column_type type) {
        return std::any_of(list.begin(), list.end(), [&](const sql::expr_ptr& x) {
            return !x->is_null_literal() && x->type.type == type;
        });
    };
    if (!has(column_type::date) || !has(column_type::timestamp)) return;
    for (sql::expr_ptr& x : list)
        if (!x->is_null_literal()) x = as_instant(x);
}

sql::expr_ptr expression_parser::like(const tree_node& n, std::string_view op) {
    tree_node pattern = n.child("rexpr");
    std::string mark = "\\";
    if (pattern.kind() == "FuncCall" &&
        pattern.inner().strings("funcname").back() == "like_escape") {
        const std::vector<tree_node> parts = pattern.inner().children("args");
        const sql::expr_ptr given = expression(parts.at(1));
        if (given->kind != sql::expr_kind::constant || given->is_null_literal() ||
            given->type.type != column_type::text ||
            count_code_points(given->literal.view().text()) > 1)
            text_.unsupported(parts.at(1), "LIKE with this ESCAPE", "write one character, or none");
        mark = given->literal.view().text();
        pattern = parts.at(0);
    }
    sql::expr_ptr x = expression(n.child("lexpr")), p = expression(pattern);
    if (mark != "\\") {
        if (p->kind != sql::expr_kind::constant)
            text_.unsupported(pattern, "LIKE of an expression with ESCAPE",
                              "the escape character is the backslash");
        if (!p->is_null_literal())
            p = text_.placed(
                n, [&] { return sql::pattern_with_escape(p->literal.view().text(), mark); });
    }
    const bool any_case = n.text("kind") == "AEXPR_ILIKE";
    return text_.placed(n, [&] {
        if (any_case) {
            x = sql::call(sql::function::lower, &x, 1);
            p = sql::call(sql::function::lower, &p, 1);
        }
        return sql::like(x, p, op.starts_with('!'));
    });
}

sql::expr_ptr expression_parser::between(const tree_node& n, bool negated) {
    const std::vector<tree_node> ends = n.child("rexpr").inner().children("items");
    const std::array terms{parse(n.child("lexpr")), parse(ends.at(0)), parse(ends.at(1))};
    std::vector<sql::expr_ptr> x = settle_together(terms, meeting::compared);
    const bool symmetric = n.text("kind").ends_with("_SYM");
    return text_.placed(n, [&] {
        meet_as_instants(x);
        const sql::expr_ptr straight = sql::between(x[0], x[1], x[2], negated);
        if (!symmetric) return straight;
        return sql::binary(negated ? sql::op::conj : sql::op::disj, straight,
                           sql::between(x[0], x[2], x[1], negated));
    });
}

sql::expr_ptr expression_parser::in_list(const tree_node& n, std::string_view op) {
    const tree_node left = n.child("lexpr");
    const bool negated = op == "<>";
    const std::vector<tree_node> items = n.child("rexpr").inner().children("items");
    if (left.kind() == "RowExpr") {
        std::vector<sql::expr_ptr> equalities;
        for (const tree_node& item : items) equalities.push_back(equal_rows(n, left, item));
        const sql::expr_ptr any = joined(n, sql::op::disj, equalities);
        return negated ? text_.placed(n, [&] { return sql::unary(sql::op::neg, any); }) : any;
    }
    std::vector<term> terms{parse(left)};
    for (const tree_node& item : items) terms.push_back(parse(item));
    return one_of(n, terms, negated);
}

/// The first is equal to one of the others, or to none.
sql::expr_ptr expression_parser::one_of(const tree_node& n, std::span<const term> terms,
                                        bool negated) {
    std::vector<sql::expr_ptr> x = settle_together(terms, meeting::compared);
    text_.placed(n, [&] { meet_as_instants(x); });
    const bool plain = std::all_of(x.begin() + 1, x.end(), [](const sql::expr_ptr& item) {
        return item->kind == sql::expr_kind::constant;
    });
    if (!plain) {
        const sql::expr_ptr any = any_equal(n, x);
        return negated ? text_.placed(n, [&] { return sql::unary(sql::op::neg, any); }) : any;
    }
    std::vector<arg> values;
    for (std::size_t i = 1; i < x.size(); ++i) values.push_back(x[i]->literal.view());
    return text_.placed(n,
                        [&] { return sql::in_list(x[0], values.data(), values.size(), negated); });
}

/// x = ANY (ARRAY[...]) and the like.
sql::expr_ptr expression_parser::any_of(const tree_node& n, std::string_view op, bool all) {
    const tree_node right = n.child("rexpr");
    if (right.kind() != "A_ArrayExpr")
        text_.unsupported(n, all ? "ALL of this" : "ANY of this",
                          "write IN (...) or ARRAY[...] with the values");
    const auto* const known = std::find_if(operators.begin(), operators.end(),
                                           [&](const operator_name& o) { return o.name == op; });
    if (known == operators.end() || !is_comparison(known->meaning))
        text_.unsupported(n, fmt::format("the operator {} with ANY or ALL", op));
    const term left = parse(n.child("lexpr"));
    std::vector<term> terms{left};
    for (const tree_node& item : right.inner().children("elements")) terms.push_back(parse(item));
    if (known->meaning == sql::op::eq && !all) return one_of(n, terms, false);
    if (known->meaning == sql::op::ne && all) return one_of(n, terms, true);
    std::vector<sql::expr_ptr> parts;
    for (std::size_t i = 1; i < terms.size(); ++i)
        parts.push_back(compared(n, known->meaning, left, terms[i]));
    if (parts.empty()) return sql::constant(arg{all});
    return joined(n, all ? sql::op::conj : sql::op::disj, parts);
}

sql::expr_ptr expression_parser::equal_rows(const tree_node& n, const tree_node& a,
                                            const tree_node& b) {
    const std::vector<tree_node> left = a.inner().children("args");
    if (b.kind() != "RowExpr" || b.inner().children("args").size() != left.size())
        text_.wrong(b, "rows are compared with rows of the same length");
    const std::vector<tree_node> right = b.inner().children("args");
    std::vector<sql::expr_ptr> all;
    for (std::size_t i = 0; i < left.size(); ++i)
        all.push_back(compared(n, sql::op::eq, parse(left[i]), parse(right[i])));
    return joined(n, sql::op::conj, all);
}

/// x > ANY (SELECT ...), (a, b) IN (SELECT ...): written with EXISTS, unknown where SQL says so.
sql::expr_ptr expression_parser::quantified(const tree_node& n, const sql::select_ptr& query,
                                            std::string_view op, bool all) {
    const auto* const known = std::find_if(operators.begin(), operators.end(),
                                           [&](const operator_name& o) { return o.name == op; });
    const tree_node test = n.child("testexpr");
    const bool row = test.kind() == "RowExpr";
    const bool equality = op == "=" || op == "<>";
    if (known == operators.end() || !is_comparison(known->meaning) || (row && !equality))
        text_.unsupported(n, fmt::format("the operator {} with ANY or ALL of a subquery", op),
                          "use EXISTS");
    const std::vector<tree_node> left =
        row ? test.inner().children("args") : std::vector<tree_node>{test};
    if (left.size() != query->items.size())
        text_.wrong(n, fmt::format("the subquery has {} columns, {} are needed",
                                   query->items.size(), left.size()));
    // A derived table does not see the rows around it: the comparison goes into the subquery then.
    const bool correlated = !sql::columns_from_outside(*query).empty();
    if (correlated && !sql::takes_conditions(*query))
        text_.unsupported(n,
                          "ANY or ALL of a UNION, of a part of the rows or of window functions in "
                          "a subquery that uses columns of the statement around it",
                          "use EXISTS");
    sql::select_ptr rows = query;
    if (!correlated) {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < left.size(); ++i) names.push_back(fmt::format("sw_c{}", i + 1));
        const std::vector<std::string_view> columns(names.begin(), names.end());
        rows = text_.placed(n, [&] {
            return sql::make_select(sql::make_derived("sw_any", query, columns.data()), nullptr, 0);
        });
    }
    std::vector<sql::expr_ptr> parts;
    for (std::size_t i = 0; i < left.size(); ++i) {
        const term mine = parse(left[i]), theirs{n, rows->items[i].expression, {}};
        if (mine.expression && mine.expression->has_aggregate) {
            if (row || correlated)
                text_.unsupported(n, "an aggregate beside ANY, ALL or IN of such a subquery",
                                  "compute the groups in a subquery in FROM");
            return quantified_group(n, rows, {known->meaning, all}, mine);
        }
        parts.push_back(compared(n, row ? sql::op::eq : known->meaning, mine, theirs));
    }
    sql::expr_ptr met = joined(n, sql::op::conj, parts);
    return text_.placed(n, [&] {
        if (row && op == "<>") met = sql::unary(sql::op::neg, met);
        return sql::met_by_rows(rows, met, all);
    });
}

/// count(*) >= ALL (SELECT ...): an aggregate cannot go into the subquery, but what decides comes
/// out of it: its least and greatest value, and whether it has rows and NULLs.
sql::expr_ptr expression_parser::quantified_group(const tree_node& n, const sql::select_ptr& rows,
                                                  quantifier q, const term& left) {
    const sql::expr_ptr column = rows->items[0].expression;
    const auto of_rows = [&](const sql::expr_ptr& aggregate) {
        const shared<sql::select> s = sql::clone(*rows);
        s->items = {{aggregate, {}}};
        return sql::scalar(sql::freeze(s));
    };
    const auto meets = [&](sql::aggregate bound) {
        return compared(n, q.meaning, left, {n, of_rows(sql::call(bound, column)), {}});
    };
    return text_.placed(n, [&] {
        const bool least = q.meaning == sql::op::lt || q.meaning == sql::op::le;
        sql::expr_ptr met;
        if (q.meaning == sql::op::eq || q.meaning == sql::op::ne)
            met = sql::binary(q.all ? sql::op::conj : sql::op::disj, meets(sql::aggregate::min),
                              meets(sql::aggregate::max));
        else
            met = meets(least == q.all ? sql::aggregate::min : sql::aggregate::max);
        const sql::expr_ptr count = of_rows(sql::call(sql::aggregate::count_all, {}));
        const sql::expr_ptr values = of_rows(sql::call(sql::aggregate::count, column));
        const sql::expr_ptr unknown = sql::binary(
            sql::op::disj, sql::binary(sql::op::lt, values, count),
            sql::binary(sql::op::conj, sql::is_null(met, false),
                        sql::binary(sql::op::gt, count, sql::constant(arg{std::int64_t{0}}))));
        const sql::expr_ptr cases[] = {q.all ? sql::unary(sql::op::neg, met) : met,
                                       sql::constant(arg{!q.all}), unknown, sql::constant(arg{})};
        return sql::conditional(cases, 4, sql::constant(arg{q.all}));
    });
}

/// (a, b) < (c, d): a < c OR (a = c AND b < d).
sql::expr_ptr expression_parser::row_comparison(const tree_node& n, std::string_view op) {
    const tree_node a = n.child("lexpr"), b = n.child("rexpr");
    const sql::expr_ptr equal = equal_rows(n, a, b);
    if (op == "=") return equal;
    if (op == "<>") return text_.placed(n, [&] { return sql::unary(sql::op::neg, equal); });
    const auto* const known = std::find_if(operators.begin(), operators.end(),
                                           [&](const operator_name& o) { return o.name == op; });
    if (known == operators.end() || !is_comparison(known->meaning))
        text_.unsupported(n, fmt::format("the operator {} between rows", op));
    const std::vector<tree_node> left = a.inner().children("args"),
                                 right = b.inner().children("args");
    const bool less = known->meaning == sql::op::lt || known->meaning == sql::op::le;
    sql::expr_ptr all;
    for (std::size_t i = left.size(); i-- > 0;) {
        const bool last = i + 1 == left.size();
        const sql::op o = last ? known->meaning : less ? sql::op::lt : sql::op::gt;
        const sql::expr_ptr mine = compared(n, o, parse(left[i]), parse(right[i]));
        if (last) {
            all = mine;
            continue;
        }
        const sql::expr_ptr same = compared(n, sql::op::eq, parse(left[i]), parse(right[i]));
        all = text_.placed(n, [&] {
            return sql::binary(sql::op::disj, mine, sql::binary(sql::op::conj, same, all));
        });
    }
    return all;
}

}  // namespace shardwise::parse
