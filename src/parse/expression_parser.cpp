// SPDX-License-Identifier: MIT
#include "parse/expression_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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
    if (form != "AEXPR_OP") text_.unsupported_kind(n, form);
    if (!n.has("lexpr")) return sign(n, op);
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

sql::expr_ptr expression_parser::function(const tree_node& n) {
    struct known_function {
        std::string_view name;
        sql::aggregate meaning;
    };
    static constexpr std::array known{
        known_function{"sum", sql::aggregate::sum}, known_function{"avg", sql::aggregate::avg},
        known_function{"min", sql::aggregate::min}, known_function{"max", sql::aggregate::max}};

    const std::vector<std::string> names = n.strings("funcname");
    const std::string called = fmt::format("{}", fmt::join(names, "."));
    text_.only(n, fmt::format("{}()", called),
               {"funcname", "args", "agg_star", "agg_distinct", "funcformat", "location"});
    const bool distinct = n.flag("agg_distinct");
    if (called == "count") return count(n, distinct);
    const auto* const found = std::find_if(
        known.begin(), known.end(), [&](const known_function& f) { return f.name == called; });
    if (found == known.end())
        text_.unsupported(n, fmt::format("the function {}()", called),
                          "count, sum, avg, min and max can be used");
    const std::vector<tree_node> arguments = n.children("args");
    if (arguments.size() != 1 || n.flag("agg_star"))
        text_.wrong(n, fmt::format("{}() takes one expression", called));
    // The least and the greatest of different values are those of all values.
    if (distinct && found->meaning != sql::aggregate::min && found->meaning != sql::aggregate::max)
        text_.unsupported(n, fmt::format("{}(DISTINCT ...)", called));
    const sql::expr_ptr x = expression(arguments.front());
    return text_.placed(n, [&] { return sql::call(found->meaning, x); });
}

sql::expr_ptr expression_parser::count(const tree_node& n, bool distinct) {
    const std::vector<tree_node> arguments = n.children("args");
    if (n.flag("agg_star"))
        return text_.placed(n, [&] { return sql::call(sql::aggregate::count_all, {}); });
    if (arguments.size() != 1) text_.wrong(n, "count() takes * or one expression");
    const sql::expr_ptr x = expression(arguments.front());
    const bool counts_rows =
        !distinct && x->kind == sql::expr_kind::constant && !x->literal.is_null();
    return text_.placed(n, [&] {
        if (counts_rows) return sql::call(sql::aggregate::count_all, {});
        return sql::call(distinct ? sql::aggregate::count_distinct : sql::aggregate::count, x);
    });
}

}  // namespace shardwise::parse
