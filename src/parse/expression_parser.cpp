// SPDX-License-Identifier: MIT
#include "parse/expression_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "parse/column_types.hpp"
#include "parse/select_parser.hpp"
#include "sql/typing.hpp"

namespace shardwise::parse {

namespace {

struct operator_name {
    std::string_view name;
    sql::op meaning;
};

constexpr std::array operators{
    operator_name{"=", sql::op::eq},       operator_name{"<>", sql::op::ne},
    operator_name{"<", sql::op::lt},       operator_name{"<=", sql::op::le},
    operator_name{">", sql::op::gt},       operator_name{">=", sql::op::ge},
    operator_name{"+", sql::op::add},      operator_name{"-", sql::op::subtract},
    operator_name{"*", sql::op::multiply}, operator_name{"/", sql::op::divide},
    operator_name{"%", sql::op::modulo},
};

bool is_comparison(sql::op o) {
    return o == sql::op::eq || o == sql::op::ne || o == sql::op::lt || o == sql::op::le ||
           o == sql::op::gt || o == sql::op::ge;
}

}  // namespace

sql::expr_ptr expression_parser::expression(const tree_node& wrapped) {
    return settle(parse(wrapped), nullptr);
}

sql::expr_ptr expression_parser::value_for(const schema::column& target, const tree_node& wrapped) {
    const sql::sql_type type{target.type, target.precision, target.scale, target.nullable};
    return settle(parse(wrapped), &type);
}

expression_parser::term expression_parser::parse(const tree_node& wrapped) {
    // As deep as the AST may be; the stack must not decide.
    if (++depth_ > sql::deepest_expression)
        text_.wrong(wrapped, fmt::format("the expression is nested deeper than {} levels: use IN "
                                         "for long lists of alternatives",
                                         sql::deepest_expression));
    term t = parse_node(wrapped.kind(), wrapped.inner());
    --depth_;
    return t;
}

expression_parser::term expression_parser::parse_node(const std::string& kind, const tree_node& n) {
    if (kind == "A_Const") return {n, {}, literal_of(text_, n)};
    if (kind == "ColumnRef") return {n, scope_.column(n), {}};
    if (kind == "A_Expr") return {n, operation(n), {}};
    if (kind == "BoolExpr") return {n, logic(n), {}};
    if (kind == "NullTest") return {n, null_test(n), {}};
    if (kind == "FuncCall") return {n, function(n), {}};
    if (kind == "TypeCast") return {n, cast(n), {}};
    if (kind == "ParamRef") return {n, parameter(n), {}};
    if (kind == "SubLink") return {n, subquery(n), {}};
    if (kind == "CaseExpr") return {n, case_of(n), {}};
    if (kind == "CoalesceExpr") return {n, coalesce(n), {}};
    if (kind == "MinMaxExpr") return {n, extreme_of(n), {}};
    if (kind == "BooleanTest") return {n, truth_test(n), {}};
    text_.unsupported_kind(n, kind);
}

sql::expr_ptr expression_parser::settle(const term& t, const sql::sql_type* beside) const {
    if (!t.written) return t.expression;
    const value v = value_of(text_, t.at, *t.written, beside);
    return text_.placed(t.at, [&] { return sql::constant(v.view()); });
}

std::vector<sql::expr_ptr> expression_parser::settle_together(std::span<const term> terms,
                                                              meeting how) const {
    sql::expr_ptr model;
    for (const term& t : terms)
        if (t.expression && !t.expression->is_null_literal()) {
            model = t.expression;
            break;
        }
    for (const term& t : terms)
        if (!model && t.written && t.written->what != literal::form::text &&
            t.written->what != literal::form::null)
            model = settle(t, nullptr);
    // '1 day' added to a date is no date: it stays text, which the AST refuses in clear words.
    if (how == meeting::calculated && model &&
        sql::family_of(model->type.type) != sql::type_family::number)
        model = {};
    std::vector<sql::expr_ptr> settled;
    for (const term& t : terms) settled.push_back(settle(t, model ? &model->type : nullptr));
    return settled;
}

sql::expr_ptr expression_parser::cast(const tree_node& n) {
    text_.only(n, "a cast", {"arg", "typeName", "location"});
    if (n.child("arg").kind() != "A_Const") {
        const sql::expr_ptr x = expression(n.child("arg"));
        schema::column target;
        target.name = "CAST";
        try {
            set_type(target, n.child("typeName"));
        } catch (const error& e) {
            text_.fail(n, error_code::not_supported, e.message());
        }
        if (target.length != 0) text_.unsupported(n, "CAST to a text of limited length");
        return text_.placed(
            n, [&] { return sql::cast(x, target.type, target.precision, target.scale); });
    }
    const value v = value_of_cast(text_, n);
    return text_.placed(n, [&] { return sql::constant(v.view()); });
}

sql::expr_ptr expression_parser::operation(const tree_node& n) {
    text_.only(n, "an operator", {"kind", "name", "lexpr", "rexpr", "location"});
    const std::string form = n.text("kind");
    const std::vector<std::string> name = n.strings("name");
    if (name.size() != 1) text_.unsupported(n, "OPERATOR(...)", "write the operator alone");
    const std::string& op = name.front();
    if (form == "AEXPR_IN") return in_list(n, op);
    if (form == "AEXPR_LIKE") return like(n, op);
    if (form == "AEXPR_BETWEEN") return between(n, false);
    if (form == "AEXPR_NOT_BETWEEN") return between(n, true);
    if (form == "AEXPR_DISTINCT") return distinct_from(n, false);
    if (form == "AEXPR_NOT_DISTINCT") return distinct_from(n, true);
    if (form == "AEXPR_NULLIF") return null_if(n);
    if (form != "AEXPR_OP") text_.unsupported_kind(n, form);
    if (!n.has("lexpr")) return sign(n, op);
    if (op == "||") return concat(n);
    const auto* const known = std::find_if(operators.begin(), operators.end(),
                                           [&](const operator_name& o) { return o.name == op; });
    if (known == operators.end())
        text_.unsupported(n, fmt::format("the operator {}", op),
                          "the engines do not share it; use + - * / % and comparisons");
    return binary(n, known->meaning);
}

sql::expr_ptr expression_parser::binary(const tree_node& n, sql::op o) {
    const std::array terms{parse(n.child("lexpr")), parse(n.child("rexpr"))};
    const std::vector<sql::expr_ptr> sides =
        settle_together(terms, is_comparison(o) ? meeting::compared : meeting::calculated);
    return text_.placed(n, [&] { return sql::binary(o, sides[0], sides[1]); });
}

sql::expr_ptr expression_parser::sign(const tree_node& n, std::string_view op) {
    const sql::expr_ptr x = expression(n.child("rexpr"));
    if (op == "-") return text_.placed(n, [&] { return sql::unary(sql::op::minus, x); });
    if (op != "+" || sql::family_of(x->type.type) != sql::type_family::number)
        text_.unsupported(n, fmt::format("the operator {} before this operand", op));
    return x;
}

sql::expr_ptr expression_parser::like(const tree_node& n, std::string_view op) {
    const tree_node pattern = n.child("rexpr");
    if (pattern.kind() == "FuncCall" && pattern.inner().strings("funcname").back() == "like_escape")
        text_.unsupported(n, "LIKE with ESCAPE", "the escape character is the backslash");
    const sql::expr_ptr x = expression(n.child("lexpr"));
    const sql::expr_ptr p = expression(pattern);
    return text_.placed(n, [&] { return sql::like(x, p, op == "!~~"); });
}

sql::expr_ptr expression_parser::between(const tree_node& n, bool negated) {
    const std::vector<tree_node> ends = n.child("rexpr").inner().children("items");
    const std::array terms{parse(n.child("lexpr")), parse(ends.at(0)), parse(ends.at(1))};
    const std::vector<sql::expr_ptr> x = settle_together(terms, meeting::compared);
    return text_.placed(n, [&] { return sql::between(x[0], x[1], x[2], negated); });
}

sql::expr_ptr expression_parser::in_list(const tree_node& n, std::string_view op) {
    std::vector<term> terms{parse(n.child("lexpr"))};
    for (const tree_node& item : n.child("rexpr").inner().children("items"))
        terms.push_back(parse(item));
    const std::vector<sql::expr_ptr> x = settle_together(terms, meeting::compared);
    const bool negated = op == "<>";
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

/// x IN (a, b + 1): x = a OR x = b + 1.
sql::expr_ptr expression_parser::any_equal(const tree_node& n,
                                           std::span<const sql::expr_ptr> terms) {
    std::vector<sql::expr_ptr> equalities;
    for (std::size_t i = 1; i < terms.size(); ++i)
        equalities.push_back(
            text_.placed(n, [&] { return sql::binary(sql::op::eq, terms[0], terms[i]); }));
    return joined(n, sql::op::disj, equalities);
}

sql::expr_ptr expression_parser::joined(const tree_node& at, sql::op o,
                                        std::span<const sql::expr_ptr> terms) const {
    if (terms.size() == 1) return terms.front();
    const std::size_t half = terms.size() / 2;
    const sql::expr_ptr left = joined(at, o, terms.first(half));
    const sql::expr_ptr right = joined(at, o, terms.subspan(half));
    return text_.placed(at, [&] { return sql::binary(o, left, right); });
}

sql::expr_ptr expression_parser::logic(const tree_node& n) {
    text_.only(n, "a condition", {"boolop", "args", "location"});
    std::vector<sql::expr_ptr> parts;
    for (const tree_node& part : n.children("args")) parts.push_back(expression(part));
    if (n.text("boolop") == "NOT_EXPR")
        return text_.placed(n, [&] { return sql::unary(sql::op::neg, parts.at(0)); });
    return joined(n, n.text("boolop") == "AND_EXPR" ? sql::op::conj : sql::op::disj, parts);
}

sql::expr_ptr expression_parser::null_test(const tree_node& n) {
    text_.only(n, "IS NULL", {"arg", "nulltesttype", "location"});
    const sql::expr_ptr x = expression(n.child("arg"));
    return text_.placed(n,
                        [&] { return sql::is_null(x, n.text("nulltesttype") == "IS_NOT_NULL"); });
}

sql::expr_ptr expression_parser::parameter(const tree_node& n) const {
    const auto number = n.at("number").get<std::size_t>();
    if (number < 1 || number > parameters_.size())
        text_.wrong(n, fmt::format("the parameter ${} has no value: {} are given", number,
                                   parameters_.size()));
    return text_.placed(n, [&] { return sql::constant(parameters_[number - 1].view()); });
}

sql::expr_ptr expression_parser::subquery(const tree_node& n) {
    text_.only(n, "a subquery", {"subLinkType", "testexpr", "operName", "subselect", "location"});
    const std::string type = n.text("subLinkType");
    select_parser inner(text_, n, scope_, parameters_);
    const sql::select_ptr query = inner.parse(n.child("subselect").inner());
    if (type == "EXISTS_SUBLINK") return text_.placed(n, [&] { return sql::exists(query, false); });
    if (type == "EXPR_SUBLINK") return text_.placed(n, [&] { return sql::scalar(query); });
    if (type != "ANY_SUBLINK" || n.has("operName"))
        text_.unsupported(n, "ANY, ALL or ARRAY with a subquery", "use IN, EXISTS, min or max");
    const tree_node test = n.child("testexpr");
    if (test.kind() == "RowExpr")
        text_.unsupported(test, "a row (a, b) IN a subquery", "use EXISTS");
    const sql::expr_ptr x = settle(
        parse(test), query->items.empty() ? nullptr : &query->items.front().expression->type);
    return text_.placed(n, [&] { return sql::in_query(x, query, false); });
}

sql::expr_ptr expression_parser::truth_test(const tree_node& n) {
    text_.only(n, "IS TRUE", {"arg", "booltesttype", "location"});
    const sql::expr_ptr x = expression(n.child("arg"));
    const std::string type = n.text("booltesttype");
    return text_.placed(n, [&] {
        sql::check_condition("IS TRUE, IS FALSE or IS UNKNOWN", *x);
        const bool negated = type.find("_NOT_") != std::string::npos;
        if (type.ends_with("UNKNOWN")) return sql::is_null(x, negated);
        const sql::expr_ptr truth = sql::constant(arg{type.ends_with("TRUE")});
        return sql::distinct_from(x, truth, !negated);
    });
}

sql::expr_ptr expression_parser::case_of(const tree_node& n) {
    text_.only(n, "CASE", {"arg", "args", "defresult", "location"});
    std::vector<sql::expr_ptr> conditions;
    std::vector<term> values;
    for (const tree_node& wrapped : n.children("args")) {
        const tree_node when = wrapped.inner();
        if (n.has("arg")) {
            const std::array sides{parse(n.child("arg")), parse(when.child("expr"))};
            const auto x = settle_together(sides, meeting::compared);
            conditions.push_back(
                text_.placed(when, [&] { return sql::binary(sql::op::eq, x[0], x[1]); }));
        } else {
            conditions.push_back(expression(when.child("expr")));
        }
        values.push_back(parse(when.child("result")));
    }
    if (n.has("defresult")) values.push_back(parse(n.child("defresult")));
    const std::vector<sql::expr_ptr> results = settle_together(values, meeting::compared);
    std::vector<sql::expr_ptr> cases;
    for (std::size_t i = 0; i < conditions.size(); ++i) {
        cases.push_back(conditions[i]);
        cases.push_back(results[i]);
    }
    const sql::expr_ptr otherwise = n.has("defresult") ? results.back() : sql::expr_ptr{};
    return text_.placed(n, [&] { return sql::conditional(cases.data(), cases.size(), otherwise); });
}

std::vector<expression_parser::term> expression_parser::terms_of(
    const std::vector<tree_node>& list) {
    std::vector<term> terms;
    for (const tree_node& x : list) terms.push_back(parse(x));
    return terms;
}

sql::expr_ptr expression_parser::coalesce(const tree_node& n) {
    const auto x = settle_together(terms_of(n.children("args")), meeting::compared);
    return text_.placed(n, [&] { return sql::call(sql::function::coalesce, x.data(), x.size()); });
}

/// NULLs are passed over, as in PostgreSQL: the others are compared one after the other.
sql::expr_ptr expression_parser::extreme_of(const tree_node& n) {
    text_.only(n, "GREATEST or LEAST", {"op", "args", "location"});
    const auto x = settle_together(terms_of(n.children("args")), meeting::compared);
    const sql::op better = n.text("op") == "IS_LEAST" ? sql::op::le : sql::op::ge;
    return text_.placed(n, [&] {
        sql::expr_ptr best = x.at(0);
        for (std::size_t i = 1; i < x.size(); ++i) {
            const sql::expr_ptr cases[] = {sql::is_null(best, false),       x[i],
                                           sql::is_null(x[i], false),       best,
                                           sql::binary(better, best, x[i]), best};
            best = sql::conditional(cases, std::size(cases), x[i]);
        }
        return best;
    });
}

sql::expr_ptr expression_parser::null_if(const tree_node& n) {
    const std::array terms{parse(n.child("lexpr")), parse(n.child("rexpr"))};
    const auto x = settle_together(terms, meeting::compared);
    return text_.placed(n, [&] {
        const sql::expr_ptr cases[] = {sql::binary(sql::op::ne, x[0], x[1]), x[0],
                                       sql::is_null(x[1], false), x[0]};
        return sql::conditional(cases, std::size(cases), {});
    });
}

sql::expr_ptr expression_parser::distinct_from(const tree_node& n, bool negated) {
    const std::array terms{parse(n.child("lexpr")), parse(n.child("rexpr"))};
    const auto x = settle_together(terms, meeting::compared);
    return text_.placed(n, [&] { return sql::distinct_from(x[0], x[1], negated); });
}

sql::expr_ptr expression_parser::concat(const tree_node& n) {
    const sql::expr_ptr parts[] = {expression(n.child("lexpr")), expression(n.child("rexpr"))};
    return text_.placed(n, [&] { return sql::call(sql::function::concat, parts, 2); });
}

}  // namespace shardwise::parse
