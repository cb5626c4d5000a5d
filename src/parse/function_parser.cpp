// SPDX-License-Identifier: MIT
// The rest of expression_parser: aggregates, window functions, functions of one row.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "parse/expression_parser.hpp"
#include "sql/building.hpp"
#include "sql/typing.hpp"

namespace shardwise::parse {

namespace {

struct named_aggregate {
    std::string_view name;
    sql::aggregate plain, distinct;
};
// The least and the greatest of different values are those of all values; AND and OR of conditions
// are their least and greatest.
constexpr std::array aggregates{
    named_aggregate{"sum", sql::aggregate::sum, sql::aggregate::sum_distinct},
    named_aggregate{"avg", sql::aggregate::avg, sql::aggregate::avg_distinct},
    named_aggregate{"min", sql::aggregate::min, sql::aggregate::min},
    named_aggregate{"max", sql::aggregate::max, sql::aggregate::max},
    named_aggregate{"bool_and", sql::aggregate::min, sql::aggregate::min},
    named_aggregate{"every", sql::aggregate::min, sql::aggregate::min},
    named_aggregate{"bool_or", sql::aggregate::max, sql::aggregate::max},
    named_aggregate{"var_pop", sql::aggregate::var_pop, sql::aggregate::count_all},
    named_aggregate{"var_samp", sql::aggregate::var_samp, sql::aggregate::count_all},
    named_aggregate{"variance", sql::aggregate::var_samp, sql::aggregate::count_all},
    named_aggregate{"stddev_pop", sql::aggregate::stddev_pop, sql::aggregate::count_all},
    named_aggregate{"stddev_samp", sql::aggregate::stddev_samp, sql::aggregate::count_all},
    named_aggregate{"stddev", sql::aggregate::stddev_samp, sql::aggregate::count_all},
};

struct named_ordered_set {
    std::string_view name;
    sql::aggregate meaning;
};
constexpr std::array ordered_sets{
    named_ordered_set{"percentile_cont", sql::aggregate::percentile_cont},
    named_ordered_set{"percentile_disc", sql::aggregate::percentile_disc},
    named_ordered_set{"mode", sql::aggregate::mode},
};

struct named_function {
    std::string_view name;
    sql::function meaning;
};
constexpr std::array functions{
    named_function{"lower", sql::function::lower},
    named_function{"upper", sql::function::upper},
    named_function{"length", sql::function::length},
    named_function{"char_length", sql::function::length},
    named_function{"character_length", sql::function::length},
    named_function{"substring", sql::function::substring},
    named_function{"substr", sql::function::substring},
    named_function{"btrim", sql::function::trim},
    named_function{"trim", sql::function::trim},
    named_function{"ltrim", sql::function::trim_left},
    named_function{"rtrim", sql::function::trim_right},
    named_function{"replace", sql::function::replace},
    named_function{"abs", sql::function::absolute},
};

/// Aggregates that PostgreSQL has and that are not here, and the way out.
constexpr std::array others{
    std::pair<std::string_view, std::string_view>{
        "array_agg", "there are no arrays here: use string_agg(), or read the rows in order"},
    std::pair<std::string_view, std::string_view>{"json_agg",
                                                  "use string_agg(), or read the rows in order"},
    std::pair<std::string_view, std::string_view>{"jsonb_agg",
                                                  "use string_agg(), or read the rows in order"},
    std::pair<std::string_view, std::string_view>{
        "json_object_agg", "read the rows and build the document in the program"},
    std::pair<std::string_view, std::string_view>{"corr", "compute it from sums in the program"},
    std::pair<std::string_view, std::string_view>{"covar_pop",
                                                  "compute it from sums in the program"},
    std::pair<std::string_view, std::string_view>{"covar_samp",
                                                  "compute it from sums in the program"},
    std::pair<std::string_view, std::string_view>{"bit_and", "read the values and combine them"},
    std::pair<std::string_view, std::string_view>{"bit_or", "read the values and combine them"},
};

template <class Names>
const typename Names::value_type* find(const Names& names, std::string_view wanted) {
    const auto at = std::find_if(names.begin(), names.end(),
                                 [&](const auto& known) { return known.name == wanted; });
    return at == names.end() ? nullptr : &*at;
}

void refuse_other_aggregates(const statement_text& text, const tree_node& n,
                             std::string_view called) {
    for (const auto& [name, way_out] : others)
        if (name == called) text.unsupported(n, fmt::format("the aggregate {}()", called), way_out);
    if (n.flag("agg_within_group") && find(ordered_sets, called) == nullptr)
        text.unsupported(n, "WITHIN GROUP", "use window functions in a subquery");
}

}  // namespace

bool expression_parser::is_aggregate(std::string_view name) {
    return name == "count" || name == "string_agg" || find(aggregates, name) != nullptr ||
           find(ordered_sets, name) != nullptr;
}

sql::expr_ptr expression_parser::function(const tree_node& n) {
    std::vector<std::string> names = n.strings("funcname");
    // EXTRACT, SUBSTRING ... FROM, TRIM and the like are written by the grammar as pg_catalog.name.
    if (names.size() == 2 && names.front() == "pg_catalog") names.erase(names.begin());
    const std::string called = fmt::format("{}", fmt::join(names, "."));
    text_.only(n, fmt::format("{}()", called),
               {"funcname", "args", "agg_star", "agg_distinct", "agg_filter", "agg_order", "over",
                "agg_within_group", "funcformat", "location"});
    refuse_other_aggregates(text_, n, called);
    if (find(ordered_sets, called) != nullptr) return ordered_set(n, called);
    if (n.has("over")) return window(n, called);
    if (is_aggregate(called)) return aggregate(n, called);
    if (n.has("agg_order"))
        text_.wrong(n, fmt::format("{}() is no aggregate: ORDER BY does not go with it", called));
    if (n.flag("agg_distinct") || n.flag("agg_star") || n.has("agg_filter"))
        text_.wrong(n, fmt::format("{}() is no aggregate: *, DISTINCT and FILTER do not go with it",
                                   called));
    return row_function(n, called);
}

sql::expr_ptr expression_parser::aggregate(const tree_node& n, const std::string& name) {
    const bool distinct = n.flag("agg_distinct");
    if (name == "string_agg") return string_agg(n);
    if (n.has("agg_order") && !n.has("over"))
        text_.unsupported(n, fmt::format("ORDER BY in {}()", name), "the order does not matter");
    if (name == "count") return count(n, distinct);
    const named_aggregate& known = *find(aggregates, name);
    const std::vector<tree_node> list = n.children("args");
    if (list.size() != 1 || n.flag("agg_star"))
        text_.wrong(n, fmt::format("{}() takes one expression", name));
    const sql::aggregate f = distinct ? known.distinct : known.plain;
    if (f == sql::aggregate::count_all) text_.unsupported(n, fmt::format("{}(DISTINCT ...)", name));
    const sql::expr_ptr x = filtered(n, expression(list.front()));
    return text_.placed(n, [&] {
        // PostgreSQL's sum of integers of 32 bits is an integer, which divides without a fraction.
        const bool narrow = name == "sum" && sql::is_narrow_integer(x->type);
        // Over a window what is added may be groups.
        const auto make = [&](sql::aggregate a) {
            return n.has("over") ? sql::call_over_groups(a, x) : sql::call(a, x);
        };
        if (narrow && !distinct) return make(sql::aggregate::sum_integer);
        const sql::expr_ptr call = make(f);
        return narrow ? sql::cast(call, column_type::int64, 0, 0) : call;
    });
}

/// percentile_cont(0.5) WITHIN GROUP (ORDER BY x)
sql::expr_ptr expression_parser::ordered_set(const tree_node& n, const std::string& name) {
    if (!n.flag("agg_within_group"))
        text_.wrong(n, fmt::format("{0}() needs WITHIN GROUP: {0}({1}) WITHIN GROUP (ORDER BY x)",
                                   name, name == "mode" ? "" : "0.5"));
    if (n.has("over")) text_.unsupported(n, fmt::format("{}() over a window", name));
    const sql::aggregate f = find(ordered_sets, name)->meaning;
    const bool takes_fraction = f != sql::aggregate::mode;
    const std::vector<sql::expr_ptr> list = arguments_of(n);
    const std::vector<sql::ordering> order = order_of(n.children("agg_order"));
    if (list.size() != (takes_fraction ? 1 : 0) || order.size() != 1)
        text_.wrong(n, fmt::format("{}() takes {} and one ORDER BY", name,
                                   takes_fraction ? "one fraction" : "nothing"));
    double fraction = 0;
    if (takes_fraction) {
        const sql::expr_ptr& given = list.front();
        if (given->kind != sql::expr_kind::constant || given->is_null_literal() ||
            sql::family_of(given->type.type) != sql::type_family::number)
            text_.unsupported(n, fmt::format("{}() of a computed fraction or of several", name),
                              "write one number between 0 and 1");
        const arg v = given->literal.view();
        fraction = v.kind() == kind::real ? v.real() : std::stod(to_display(v));
    }
    const sql::expr_ptr x = filtered(n, order.front().by);
    return text_.placed(n,
                        [&] { return sql::ordered_set(f, fraction, x, order.front().descending); });
}

/// FILTER (WHERE c): aggregates pass over NULLs, so what is not wanted becomes NULL.
sql::expr_ptr expression_parser::filtered(const tree_node& n, const sql::expr_ptr& x) {
    if (!n.has("agg_filter")) return x;
    const sql::expr_ptr cases[] = {expression(n.child("agg_filter")), x};
    return text_.placed(n, [&] { return sql::conditional(cases, 2, {}); });
}

sql::expr_ptr expression_parser::count(const tree_node& n, bool distinct) {
    const std::vector<tree_node> list = n.children("args");
    if (n.flag("agg_star")) {
        if (!n.has("agg_filter"))
            return text_.placed(n, [&] { return sql::call(sql::aggregate::count_all, {}); });
        const sql::expr_ptr x = filtered(n, sql::constant(arg{std::int64_t{1}}));
        return text_.placed(n, [&] { return sql::call(sql::aggregate::count, x); });
    }
    if (list.size() != 1) text_.wrong(n, "count() takes * or one expression");
    if (distinct && list.front().kind() == "RowExpr") return count_rows_of(n, list.front());
    const sql::expr_ptr given = expression(list.front());
    const bool counts_rows = !distinct && !n.has("agg_filter") &&
                             given->kind == sql::expr_kind::constant && !given->literal.is_null();
    const sql::expr_ptr x = filtered(n, given);
    return text_.placed(n, [&] {
        if (n.has("over") && x->has_aggregate)
            return sql::call_over_groups(sql::aggregate::count, x);
        if (counts_rows) return sql::call(sql::aggregate::count_all, {});
        return sql::call(distinct ? sql::aggregate::count_distinct : sql::aggregate::count, x);
    });
}

std::vector<sql::expr_ptr> expression_parser::arguments_of(const tree_node& n) {
    std::vector<sql::expr_ptr> list;
    for (const tree_node& x : n.children("args")) list.push_back(expression(x));
    return list;
}

sql::expr_ptr expression_parser::row_function(const tree_node& n, const std::string& name) {
    if (name == "extract" || name == "date_part" || name == "date_trunc")
        return time_function(n, name);
    if (name == "now" || name == "transaction_timestamp" || name == "statement_timestamp")
        return sql::constant(arg{text_.now()});
    std::vector<sql::expr_ptr> x = arguments_of(n);
    if (name == "position" || name == "strpos") {  // both have the text first
        if (x.size() != 2) text_.wrong(n, "position() takes a part and a text");
        std::swap(x[0], x[1]);
        return text_.placed(n,
                            [&] { return sql::call(sql::function::position, x.data(), x.size()); });
    }
    if (name == "mod") {
        if (x.size() != 2) text_.wrong(n, "mod() takes two numbers");
        return text_.placed(n, [&] { return sql::binary(sql::op::modulo, x[0], x[1]); });
    }
    if (name == "round" || name == "trunc" || name == "floor" || name == "ceil" ||
        name == "ceiling")
        return rounding_function(n, name, x);
    const sql::expr_ptr other = text_.placed(n, [&] {
        const sql::expr_ptr of_text = text_function(n, name, x);
        return of_text ? of_text : other_function(n, name, x);
    });
    if (other) return other;
    const named_function* const known = find(functions, name);
    if (known == nullptr)
        text_.unsupported(n, fmt::format("the function {}()", name),
                          "docs/types.md names those that are the same on all engines");
    return text_.placed(n, [&] { return sql::call(known->meaning, x.data(), x.size()); });
}

}  // namespace shardwise::parse
