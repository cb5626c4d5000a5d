// SPDX-License-Identifier: MIT
#include "parse/expression_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "parse/column_types.hpp"
#include "parse/operators.hpp"
#include "parse/select_parser.hpp"
#include "schema/calendar.hpp"
#include "sql/typing.hpp"

namespace shardwise::parse {

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
    if (kind == "A_Expr") return operation(n);
    if (kind == "BoolExpr") return {n, logic(n), {}};
    if (kind == "NullTest") return {n, null_test(n), {}};
    if (kind == "FuncCall") return {n, function(n), {}};
    if (kind == "TypeCast") return cast(n);
    if (kind == "GroupingFunc") return {n, grouping(n), {}};
    if (kind == "SQLValueFunction") return {n, instant_of_clock(n), {}};
    if (kind == "CollateClause") {
        if (n.strings("collname").back() != "C" && n.strings("collname").back() != "POSIX")
            text_.unsupported(n, "this COLLATE",
                              "text is in the order of its bytes: COLLATE \"C\"");
        return parse(n.child("arg"));
    }
    if (kind == "ParamRef") return {n, parameter(n), {}};
    if (kind == "SubLink") return {n, subquery(n), {}};
    if (kind == "CaseExpr") return {n, case_of(n), {}};
    if (kind == "CoalesceExpr") return {n, coalesce(n), {}};
    if (kind == "MinMaxExpr") return {n, extreme_of(n), {}};
    if (kind == "BooleanTest") return {n, truth_test(n), {}};
    text_.unsupported_kind(n, kind);
}

sql::expr_ptr expression_parser::settle(const term& t, const sql::sql_type* beside) const {
    if (t.span)
        text_.unsupported(t.at, "an interval by itself",
                          "it can be added to a date or timestamp, or subtracted");
    if (t.is_duration)
        text_.unsupported(t.at, "the difference of timestamps by itself",
                          "extract(epoch FROM a - b) gives its seconds");
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

std::vector<sql::expr_ptr> expression_parser::alike(const std::vector<tree_node>& cells) {
    return settle_together(terms_of(cells), meeting::compared);
}

namespace {

bool is_numeric_without_digits(const tree_node& cast) {
    const tree_node type = cast.child("typeName");
    return type.strings("names").back() == "numeric" && !type.has("typmods");
}

}  // namespace

/// Numbers, dates and conditions as PostgreSQL writes them.
sql::expr_ptr expression_parser::as_text(const tree_node& n, const sql::expr_ptr& x) const {
    if (x->is_null_literal() || x->type.type == column_type::text) return x;
    return text_.placed(n, [&] {
        const bool own =
            x->type.type == column_type::decimal || x->type.type == column_type::timestamp;
        return own ? sql::call(sql::function::to_text, &x, 1)
                   : sql::cast(x, column_type::text, 0, 0);
    });
}

sql::expr_ptr expression_parser::cast_to(const tree_node& n, const sql::expr_ptr& x) {
    if (is_numeric_without_digits(n)) {
        if (sql::is_integer(x->type.type))
            return text_.placed(n, [&] { return sql::cast(x, column_type::decimal, 38, 0); });
        if (sql::family_of(x->type.type) == sql::type_family::number) return x;
    }
    schema::column target;
    target.name = "CAST";
    try {
        set_type(target, n.child("typeName"));
    } catch (const error& e) {
        text_.fail(n, error_code::not_supported, e.message());
    }
    if (target.length != 0) text_.unsupported(n, "CAST to a text of limited length");
    if (target.type == column_type::text) return as_text(n, x);
    const bool real = x->type.type == column_type::float64;
    if (real && target.type == column_type::decimal)
        return rounded(n, x, target.scale, sql::rounding::half_away);
    if (real && sql::is_integer(target.type)) {
        const sql::expr_ptr whole = rounded(n, x, 0, sql::rounding::half_away);
        // What is a double in PostgreSQL, too, rounds halves to even.
        const bool exact =
            whole->kind != sql::expr_kind::function || whole->callee != sql::function::to_decimal;
        return text_.placed(n, [&] { return sql::cast(exact ? whole : x, target.type, 0, 0); });
    }
    return text_.placed(n,
                        [&] { return sql::cast(x, target.type, target.precision, target.scale); });
}

expression_parser::term expression_parser::cast(const tree_node& n) {
    text_.only(n, "a cast", {"arg", "typeName", "location"});
    if (const auto span = interval_of(n)) return {n, {}, {}, span};
    if (n.child("arg").kind() != "A_Const") return {n, cast_to(n, expression(n.child("arg"))), {}};
    if (is_numeric_without_digits(n)) {
        const sql::sql_type number{column_type::decimal};
        const literal l = literal_of(text_, n.child("arg").inner());
        const value v = value_of(text_, n.child("arg"), l, &number);
        return {n, text_.placed(n, [&] { return sql::constant(v.view()); }), {}};
    }
    const value v = value_of_cast(text_, n);
    return {n, text_.placed(n, [&] { return sql::constant(v.view()); }), {}};
}

expression_parser::term expression_parser::operation(const tree_node& n) {
    text_.only(n, "an operator", {"kind", "name", "lexpr", "rexpr", "location"});
    const std::string form = n.text("kind");
    const std::vector<std::string> name = n.strings("name");
    if (name.size() != 1) text_.unsupported(n, "OPERATOR(...)", "write the operator alone");
    const std::string& op = name.front();
    if (form == "AEXPR_IN") return {n, in_list(n, op), {}};
    if (form == "AEXPR_LIKE" || form == "AEXPR_ILIKE") return {n, like(n, op), {}};
    if (form == "AEXPR_BETWEEN" || form == "AEXPR_BETWEEN_SYM") return {n, between(n, false), {}};
    if (form == "AEXPR_NOT_BETWEEN" || form == "AEXPR_NOT_BETWEEN_SYM")
        return {n, between(n, true), {}};
    if (form == "AEXPR_DISTINCT") return {n, distinct_from(n, false), {}};
    if (form == "AEXPR_NOT_DISTINCT") return {n, distinct_from(n, true), {}};
    if (form == "AEXPR_NULLIF") return {n, null_if(n), {}};
    if (form == "AEXPR_OP_ANY") return {n, any_of(n, op, false), {}};
    if (form == "AEXPR_OP_ALL") return {n, any_of(n, op, true), {}};
    if (form != "AEXPR_OP") text_.unsupported_kind(n, form);
    if (!n.has("lexpr")) return {n, sign(n, op), {}};
    if (op == "||") return {n, concat(n), {}};
    if (op == "->" || op == "->>" || op == "#>" || op == "#>>")
        return {n, json_operator(n, op), {}};
    if (n.child("lexpr").kind() == "RowExpr") return {n, row_comparison(n, op), {}};
    if (op == "^") {
        const sql::expr_ptr x[] = {expression(n.child("lexpr")), expression(n.child("rexpr"))};
        return {n, text_.placed(n, [&] { return sql::call(sql::function::power, x, 2); }), {}};
    }
    const auto* const known = std::find_if(operators.begin(), operators.end(),
                                           [&](const operator_name& o) { return o.name == op; });
    if (known == operators.end())
        text_.unsupported(n, fmt::format("the operator {}", op),
                          op.find('~') != std::string::npos
                              ? "regular expressions differ between engines: use LIKE"
                              : "the engines do not share it; use + - * / % and comparisons");
    return binary(n, known->meaning, op);
}

sql::expr_ptr expression_parser::compared(const tree_node& n, sql::op o, const term& a,
                                          const term& b) {
    const std::array terms{a, b};
    std::vector<sql::expr_ptr> sides = settle_together(terms, meeting::compared);
    return text_.placed(n, [&] {
        meet_as_instants(sides);
        return sql::binary(o, sides[0], sides[1]);
    });
}

expression_parser::term expression_parser::binary(const tree_node& n, sql::op o,
                                                  std::string_view sign) {
    const std::array terms{parse(n.child("lexpr")), parse(n.child("rexpr"))};
    if (auto time = time_arithmetic(n, sign, terms[0], terms[1])) return *std::move(time);
    if (is_comparison(o)) return {n, compared(n, o, terms[0], terms[1]), {}};
    const std::vector<sql::expr_ptr> sides = settle_together(terms, meeting::calculated);
    if (o == sql::op::divide) return {n, divide(n, sides[0], sides[1]), {}};
    return {n, text_.placed(n, [&] { return sql::binary(o, sides[0], sides[1]); }), {}};
}

sql::expr_ptr expression_parser::sign(const tree_node& n, std::string_view op) {
    const sql::expr_ptr x = expression(n.child("rexpr"));
    if (op == "-") return text_.placed(n, [&] { return sql::unary(sql::op::minus, x); });
    if (op != "+" || sql::family_of(x->type.type) != sql::type_family::number)
        text_.unsupported(n, fmt::format("the operator {} before this operand", op));
    return x;
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
    const std::vector<std::string> op = n.strings("operName");
    const bool in = type == "ANY_SUBLINK" && (op.empty() || op.back() == "=");
    const bool not_in = type == "ALL_SUBLINK" && !op.empty() && op.back() == "<>";
    if (type != "ANY_SUBLINK" && type != "ALL_SUBLINK")
        text_.unsupported(n, "ARRAY with a subquery", "there are no arrays here: use a join");
    const tree_node test = n.child("testexpr");
    if (test.kind() == "RowExpr" || (!in && !not_in))
        return quantified(n, query, op.empty() ? "=" : op.back(), type == "ALL_SUBLINK");
    const sql::expr_ptr x = settle(
        parse(test), query->items.empty() ? nullptr : &query->items.front().expression->type);
    return text_.placed(n, [&] { return sql::in_query(x, query, not_in); });
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
            conditions.push_back(compared(when, sql::op::eq, sides[0], sides[1]));
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

/// NULLs are passed over, as in PostgreSQL: the first that no other one surpasses.
sql::expr_ptr expression_parser::extreme_of(const tree_node& n) {
    text_.only(n, "GREATEST or LEAST", {"op", "args", "location"});
    const auto x = settle_together(terms_of(n.children("args")), meeting::compared);
    const bool greatest = n.text("op") != "IS_LEAST";
    return text_.placed(n, [&] { return sql::extreme(greatest, x.data(), x.size()); });
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
    const sql::expr_ptr sides[] = {expression(n.child("lexpr")), expression(n.child("rexpr"))};
    const bool text = std::any_of(std::begin(sides), std::end(sides), [](const auto& x) {
        return x->is_null_literal() || x->type.type == column_type::text;
    });
    if (!text) text_.wrong(n, "|| joins texts: cast one side to text");
    const sql::expr_ptr parts[] = {as_text(n, sides[0]), as_text(n, sides[1])};
    return text_.placed(n, [&] { return sql::call(sql::function::concat, parts, 2); });
}

/// GROUPING(a, b): a bit for each key, 1 where the grouping set is without it.
sql::expr_ptr expression_parser::grouping(const tree_node& n) {
    if (grouping_set_ == nullptr)
        text_.wrong(n, "GROUPING() needs GROUPING SETS, ROLLUP or CUBE in GROUP BY");
    const auto among = [](const std::vector<sql::expr_ptr>& keys, const sql::expr_ptr& x) {
        return std::any_of(keys.begin(), keys.end(), [&](const sql::expr_ptr& key) {
            return sql::same_expression(*key, *x);
        });
    };
    std::int64_t bits = 0;
    for (const tree_node& key : n.children("args")) {
        const sql::expr_ptr x = expression(key);
        if (!grouping_keys_->empty() && !among(*grouping_keys_, x))
            text_.wrong(key, "GROUPING() takes keys of GROUP BY");
        bits = bits * 2 + (among(*grouping_set_, x) ? 0 : 1);
    }
    return sql::constant(arg{bits});
}

sql::expr_ptr expression_parser::instant_of_clock(const tree_node& n) const {
    const std::string op = n.text("op");
    if (op == "SVFOP_CURRENT_DATE") {
        const std::int64_t micros = text_.now().micros_since_epoch;
        return sql::constant(arg{date{static_cast<std::int32_t>(micros / schema::micros_per_day)}});
    }
    if (op.starts_with("SVFOP_CURRENT_TIMESTAMP") || op.starts_with("SVFOP_LOCALTIMESTAMP"))
        return sql::constant(arg{text_.now()});
    text_.unsupported(n, "CURRENT_TIME, CURRENT_USER and the like");
}

/// document -> key, -> index, #> '{a,0}'; with another > the text.
sql::expr_ptr expression_parser::json_operator(const tree_node& n, std::string_view op) {
    sql::expr_ptr x = expression(n.child("lexpr"));
    const sql::expr_ptr by = expression(n.child("rexpr"));
    const bool text = op.ends_with(">>");
    const auto step = [&](const sql::expr_ptr& key, sql::json_step how, bool last) {
        const sql::expr_ptr parts[] = {x, key, sql::constant(arg{static_cast<std::int64_t>(how)})};
        x = text_.placed(n, [&] {
            return sql::call(last && text ? sql::function::json_text : sql::function::json_get,
                             parts, 3);
        });
    };
    if (!op.starts_with('#')) {
        const bool index = sql::is_integer(by->type.type) && !by->is_null_literal();
        step(by, index ? sql::json_step::index : sql::json_step::key, true);
        return x;
    }
    if (by->kind != sql::expr_kind::constant || by->type.type != column_type::text)
        text_.unsupported(n, "a path that is no literal", "write '{key,0,key}'");
    const std::string_view path = by->literal.view().text();
    if (!path.starts_with('{') || !path.ends_with('}') ||
        path.find_first_of("\"\\") != std::string_view::npos)
        text_.unsupported(n, "this path", "write '{key,0,key}'");
    std::string_view rest = path.substr(1, path.size() - 2);
    while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        std::string_view key = rest.substr(0, comma);
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
        while (key.starts_with(' ')) key.remove_prefix(1);
        while (key.ends_with(' ')) key.remove_suffix(1);
        step(sql::constant(arg{key}), sql::json_step::path, rest.empty());
    }
    return x;
}

}  // namespace shardwise::parse
