// SPDX-License-Identifier: MIT
// Builders of functions, CASE, CAST and windows.
#include <vector>

#include "sql/building.hpp"
#include "sql/typing.hpp"

namespace shardwise::sql {
namespace {

/// The same value as `to`, where its own type differs in more than nullability.
expr_ptr converted(const expr_ptr& x, const sql_type& to) {
    if (x->is_null_literal() || (x->type.type == to.type && x->type.scale == to.scale)) return x;
    if (is_integer(x->type.type) && is_integer(to.type)) return x;
    return cast(x, to.type, to.precision, to.scale);
}

void add_window(building& b, const window_description& w, window_spec& spec) {
    for (std::size_t i = 0; i < w.partition_count; ++i) {
        const expr& key = given(w.partition_by[i]);
        if (key.has_window) refuse_query("windows cannot be partitioned by a window function");
        if (key.type.type == column_type::json)
            refuse_query("windows cannot be partitioned by a JSON document");
        b.operand(w.partition_by[i]);
    }
    spec.partitions = w.partition_count;
    for (std::size_t i = 0; i < w.order_count; ++i) {
        const ordering& o = w.order_by[i];
        const expr& key = given(o.by);
        if (key.has_window) refuse_query("a window cannot be ordered by a window function");
        if (key.type.type == column_type::json)
            refuse_query("a window cannot be ordered by a JSON document");
        b.operand(o.by);
        spec.order.push_back({o.descending, o.nulls_first});
    }
    spec.rows = w.rows;
    const bool counted = w.rows.from == frame::edge::offset || w.rows.to == frame::edge::offset;
    if (counted && w.rows.what == frame::unit::range && w.order_count != 1)
        refuse_query("RANGE with an offset needs one ORDER BY key in the window");
    if (w.rows.what == frame::unit::groups && w.order_count == 0)
        refuse_query("GROUPS needs an ORDER BY in the window");
}

}  // namespace

expr_ptr call(function f, const expr_ptr* arguments, std::size_t count) {
    building b{expr_kind::function};
    b.node->callee = f;
    for (std::size_t i = 0; i < count; ++i) given(arguments[i]);
    const sql_type type = type_of_function(f, {arguments, count});
    const bool alike =
        f == function::coalesce || (f >= function::power && f <= function::logarithm_10);
    for (std::size_t i = 0; i < count; ++i)
        b.operand(alike ? converted(arguments[i], type) : arguments[i]);
    b.node->type = type;
    b.node->has_local = b.node->has_local || is_local(*b.node);
    return b.owner;
}

expr_ptr filtered(const expr_ptr& aggregate_call, const expr_ptr& condition) {
    const expr& of = given(aggregate_call);
    if (of.kind != expr_kind::aggregate)
        refuse_query("a filter belongs to one aggregate, not to what is computed from it");
    check_condition("FILTER", given(condition));
    // Aggregates pass over NULLs, so what is not wanted becomes NULL.
    if (is_local(of)) {
        const expr_ptr wanted[] = {condition, of.operands.front()};
        building b{expr_kind::aggregate};
        b.operand(conditional(wanted, 2, {}));
        for (std::size_t i = 1; i < of.operands.size(); ++i) b.operand(of.operands[i]);
        b.node->function = of.function;
        b.node->negated = of.negated;
        b.node->window = of.window;
        b.node->type = of.type;
        b.node->has_aggregate = b.node->has_local = true;
        return b.owner;
    }
    const bool rows = of.function == aggregate::count_all;
    const expr_ptr cases[] = {condition,
                              rows ? constant(arg{std::int64_t{1}}) : of.operands.front()};
    return call(rows ? aggregate::count : of.function, conditional(cases, 2, {}));
}

expr_ptr string_agg(const expr_ptr& x, const expr_ptr& separator, bool distinct, const ordering* by,
                    std::size_t count) {
    building b{expr_kind::aggregate};
    if (given(x).has_aggregate || given(separator).has_aggregate)
        refuse_query("an aggregate cannot stand inside another aggregate");
    b.operand(x);
    b.operand(separator);
    b.node->function = aggregate::string_join;
    b.node->type = type_of_aggregate(aggregate::string_join, x.get());
    type_of_aggregate(aggregate::string_join, separator.get());
    window_spec spec;
    for (std::size_t i = 0; i < count; ++i) {
        const expr& key = given(by[i].by);
        if (key.has_aggregate || key.has_window)
            refuse_query("string_agg() cannot be ordered by an aggregate or a window function");
        if (key.type.type == column_type::json)
            refuse_query("string_agg() cannot be ordered by a JSON document");
        if (distinct && !same_expression(key, *x))
            refuse_query("string_agg(DISTINCT) can only be ordered by the text that it joins");
        b.operand(by[i].by);
        spec.order.push_back({by[i].descending, by[i].nulls_first});
    }
    b.node->negated = distinct;
    b.node->window = std::make_shared<const window_spec>(std::move(spec));
    b.node->has_aggregate = b.node->has_local = true;
    return b.owner;
}

expr_ptr ordered_set(aggregate f, double fraction, const expr_ptr& x, bool descending) {
    if (given(x).has_aggregate) refuse_query("an aggregate cannot stand inside another aggregate");
    if (!(fraction >= 0 && fraction <= 1))
        refuse_query("the fraction of a percentile is between 0 and 1");
    building b{expr_kind::aggregate};
    const bool number = family_of(x->type.type) == type_family::number;
    b.operand(f == aggregate::percentile_cont && number ? cast(x, column_type::float64, 0, 0) : x);
    b.operand(constant(arg{fraction}));
    b.node->function = f;
    b.node->negated = descending;
    b.node->type = type_of_aggregate(f, x.get());
    b.node->has_aggregate = b.node->has_local = true;
    return b.owner;
}

expr_ptr extract(time_unit part, const expr_ptr& from) {
    building b{expr_kind::extract};
    b.operand(from);
    b.node->unit = part;
    b.node->type = type_of_part(part, *from, false);
    return b.owner;
}

expr_ptr truncate(time_unit to, const expr_ptr& x) {
    building b{expr_kind::truncate};
    b.operand(x);
    b.node->unit = to;
    b.node->type = type_of_part(to, *x, true);
    return b.owner;
}

expr_ptr conditional(const expr_ptr* cases, std::size_t count, const expr_ptr& otherwise) {
    if (count < 2 || count % 2 != 0) refuse_query("CASE needs pairs of a condition and a value");
    std::vector<expr_ptr> values;
    for (std::size_t i = 0; i < count; i += 2) {
        check_condition("WHEN", given(cases[i]));
        given(cases[i + 1]);
        values.push_back(cases[i + 1]);
    }
    if (otherwise) values.push_back(otherwise);
    sql_type type = type_of_alternatives("CASE", values);
    type.nullable = type.nullable || !otherwise;
    building b{expr_kind::conditional};
    for (std::size_t i = 0; i < count; i += 2) {
        b.operand(cases[i]);
        b.operand(converted(cases[i + 1], type));
    }
    if (otherwise) b.operand(converted(otherwise, type));
    b.node->has_otherwise = static_cast<bool>(otherwise);
    b.node->type = type;
    return b.owner;
}

expr_ptr cast(const expr_ptr& x, column_type to, std::uint8_t precision, std::uint8_t scale) {
    const sql_type type = type_of_cast(given(x), {to, precision, scale, false});
    building b{expr_kind::cast};
    b.operand(x);
    b.node->type = type;
    return b.owner;
}

expr_ptr distinct_from(const expr_ptr& a, const expr_ptr& c, bool negated) {
    check_comparable("compare", given(a), given(c));
    building b{expr_kind::distinct_from};
    b.operand(a);
    b.operand(c);
    b.node->negated = negated;
    b.is_condition(false);
    return b.owner;
}

expr_ptr over(const expr_ptr& aggregate_call, const window_description& w) {
    const expr& inner = given(aggregate_call);
    if (inner.kind != expr_kind::aggregate) refuse_query("OVER needs an aggregate or a function");
    switch (inner.function) {
        case aggregate::percentile_cont:
        case aggregate::percentile_disc:
        case aggregate::mode:
            refuse_query("percentiles and mode() over a window are not supported");
        case aggregate::string_join:
            refuse_query("string_agg() over a window is not supported");
        case aggregate::count_distinct:
        case aggregate::sum_distinct:
        case aggregate::avg_distinct:
            refuse_query("DISTINCT cannot stand in an aggregate over a window");
        case aggregate::var_pop:
        case aggregate::var_samp:
        case aggregate::stddev_pop:
        case aggregate::stddev_samp:
            refuse_query("variance and standard deviation over a window are not supported");
        default:
            break;
    }
    building b{expr_kind::window};
    window_spec spec;
    spec.of_aggregate = true;
    spec.arguments = inner.operands.size();
    for (const expr_ptr& x : inner.operands) b.operand(x);
    add_window(b, w, spec);
    b.node->function = inner.function;
    b.node->type = inner.type;
    b.node->has_window = true;
    b.node->window = std::make_shared<const window_spec>(std::move(spec));
    b.node->has_local = b.node->has_local || is_local(*b.node);
    return b.owner;
}

expr_ptr over(window_function f, const expr_ptr* arguments, std::size_t count,
              const window_description& w) {
    building b{expr_kind::window};
    window_spec spec;
    spec.function = f;
    spec.arguments = count;
    for (std::size_t i = 0; i < count; ++i)
        if (given(arguments[i]).has_window)
            refuse_query("a window function cannot stand inside another one");
    b.node->type = type_of_window(f, {arguments, count});
    for (std::size_t i = 0; i < count; ++i)
        b.operand(count == 3 && i != 1 ? converted(arguments[i], b.node->type) : arguments[i]);
    add_window(b, w, spec);
    if (w.order_count == 0 && f != window_function::row_number)
        refuse_query("this window function needs an ORDER BY in its window");
    b.node->has_window = true;
    b.node->window = std::make_shared<const window_spec>(std::move(spec));
    b.node->has_local = b.node->has_local || is_local(*b.node);
    return b.owner;
}

}  // namespace shardwise::sql
