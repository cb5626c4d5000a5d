// SPDX-License-Identifier: MIT
// The rest of expression_parser: aggregates, window functions, functions of one row.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "parse/expression_parser.hpp"
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

struct named_window_function {
    std::string_view name;
    sql::window_function meaning;
};
constexpr std::array window_functions{
    named_window_function{"row_number", sql::window_function::row_number},
    named_window_function{"rank", sql::window_function::rank},
    named_window_function{"dense_rank", sql::window_function::dense_rank},
    named_window_function{"ntile", sql::window_function::ntile},
    named_window_function{"lag", sql::window_function::lag},
    named_window_function{"lead", sql::window_function::lead},
    named_window_function{"first_value", sql::window_function::first_value},
    named_window_function{"last_value", sql::window_function::last_value},
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
    named_function{"floor", sql::function::floor},
    named_function{"ceil", sql::function::ceiling},
    named_function{"ceiling", sql::function::ceiling},
    named_function{"round", sql::function::round},
};

struct named_unit {
    std::string_view name;
    sql::time_unit meaning;
};
constexpr std::array units{
    named_unit{"year", sql::time_unit::year},     named_unit{"quarter", sql::time_unit::quarter},
    named_unit{"month", sql::time_unit::month},   named_unit{"week", sql::time_unit::week},
    named_unit{"day", sql::time_unit::day},       named_unit{"hour", sql::time_unit::hour},
    named_unit{"minute", sql::time_unit::minute}, named_unit{"second", sql::time_unit::second},
    named_unit{"dow", sql::time_unit::weekday},   named_unit{"doy", sql::time_unit::year_day},
};

template <class Names>
const typename Names::value_type* find(const Names& names, std::string_view wanted) {
    const auto at = std::find_if(names.begin(), names.end(),
                                 [&](const auto& known) { return known.name == wanted; });
    return at == names.end() ? nullptr : &*at;
}

// Bits of WindowDef.frameOptions (PostgreSQL's parsenodes.h). DO NOT CHANGE.
constexpr int frame_given = 0x00001, frame_range = 0x00002, frame_rows = 0x00004,
              start_unbounded = 0x00020, end_unbounded = 0x00100, start_current = 0x00200,
              end_current = 0x00400, start_preceding = 0x00800, end_preceding = 0x01000,
              start_following = 0x02000, end_following = 0x04000, frame_between = 0x00010;

}  // namespace

sql::expr_ptr expression_parser::function(const tree_node& n) {
    std::vector<std::string> names = n.strings("funcname");
    // EXTRACT, SUBSTRING ... FROM, TRIM and the like are written by the grammar as pg_catalog.name.
    if (names.size() == 2 && names.front() == "pg_catalog") names.erase(names.begin());
    const std::string called = fmt::format("{}", fmt::join(names, "."));
    text_.only(n, fmt::format("{}()", called),
               {"funcname", "args", "agg_star", "agg_distinct", "agg_filter", "over", "funcformat",
                "location"});
    if (n.has("over")) return window(n, called);
    if (called == "count" || find(aggregates, called) != nullptr) return aggregate(n, called);
    if (n.flag("agg_distinct") || n.flag("agg_star") || n.has("agg_filter"))
        text_.wrong(n, fmt::format("{}() is no aggregate: *, DISTINCT and FILTER do not go with it",
                                   called));
    return row_function(n, called);
}

sql::expr_ptr expression_parser::aggregate(const tree_node& n, const std::string& name) {
    const bool distinct = n.flag("agg_distinct");
    if (name == "count") return count(n, distinct);
    const named_aggregate& known = *find(aggregates, name);
    const std::vector<tree_node> list = n.children("args");
    if (list.size() != 1 || n.flag("agg_star"))
        text_.wrong(n, fmt::format("{}() takes one expression", name));
    const sql::aggregate f = distinct ? known.distinct : known.plain;
    if (f == sql::aggregate::count_all) text_.unsupported(n, fmt::format("{}(DISTINCT ...)", name));
    const sql::expr_ptr x = filtered(n, expression(list.front()));
    return text_.placed(n, [&] { return sql::call(f, x); });
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
    const sql::expr_ptr given = expression(list.front());
    const bool counts_rows = !distinct && !n.has("agg_filter") &&
                             given->kind == sql::expr_kind::constant && !given->literal.is_null();
    const sql::expr_ptr x = filtered(n, given);
    return text_.placed(n, [&] {
        if (counts_rows) return sql::call(sql::aggregate::count_all, {});
        return sql::call(distinct ? sql::aggregate::count_distinct : sql::aggregate::count, x);
    });
}

sql::frame expression_parser::frame_of(const tree_node& over) {
    const int bits = over.has("frameOptions") ? over.at("frameOptions").get<int>() : 0;
    sql::frame f;
    if ((bits & frame_given) == 0) return f;
    constexpr int known = frame_given | frame_range | frame_rows | frame_between | start_unbounded |
                          end_unbounded | start_current | end_current | start_preceding |
                          end_preceding | start_following | end_following;
    if ((bits & ~known) != 0) text_.unsupported(over, "GROUPS or EXCLUDE in a window's frame");
    f.what = (bits & frame_rows) != 0 ? sql::frame::unit::rows : sql::frame::unit::range;
    const auto rows = [&](const char* member) {
        const tree_node at = over.child(member);
        const sql::expr_ptr e = expression(at);
        if (e->kind != sql::expr_kind::constant || e->literal.view().kind() != kind::integer ||
            e->literal.view().integer() < 0)
            text_.wrong(at, "a frame's offset is a whole number of rows, at least 0");
        return e->literal.view().integer();
    };
    using edge = sql::frame::edge;
    f.from = (bits & start_current) != 0     ? edge::current
             : (bits & start_unbounded) != 0 ? edge::unbounded
                                             : edge::offset;
    if (f.from == edge::offset)
        f.from_rows = (bits & start_preceding) != 0 ? -rows("startOffset") : rows("startOffset");
    f.to = (bits & end_current) != 0     ? edge::current
           : (bits & end_unbounded) != 0 ? edge::unbounded
                                         : edge::offset;
    if (f.to == edge::offset)
        f.to_rows = (bits & end_preceding) != 0 ? -rows("endOffset") : rows("endOffset");
    return f;
}

sql::expr_ptr expression_parser::window(const tree_node& n, const std::string& name) {
    const tree_node over = n.child("over");
    text_.only(
        over, "OVER",
        {"partitionClause", "orderClause", "frameOptions", "startOffset", "endOffset", "location"});
    std::vector<sql::expr_ptr> partitions;
    for (const tree_node& p : over.children("partitionClause")) partitions.push_back(expression(p));
    std::vector<sql::ordering> order;
    for (const tree_node& wrapped : over.children("orderClause")) {
        const tree_node t = wrapped.inner();
        sql::ordering by;
        by.by = expression(t.child("node"));
        by.descending = t.text("sortby_dir") == "SORTBY_DESC";
        const std::string nulls = t.text("sortby_nulls");
        by.nulls_first =
            nulls == "SORTBY_NULLS_DEFAULT" ? by.descending : nulls == "SORTBY_NULLS_FIRST";
        order.push_back(std::move(by));
    }
    const sql::window_description w{partitions.data(), partitions.size(), order.data(),
                                    order.size(), frame_of(over)};
    if (name == "count" || find(aggregates, name) != nullptr) {
        const sql::expr_ptr call = aggregate(n, name);
        return text_.placed(n, [&] { return sql::over(call, w); });
    }
    const named_window_function* const known = find(window_functions, name);
    if (known == nullptr)
        text_.unsupported(n, fmt::format("the window function {}()", name),
                          "row_number, rank, dense_rank, ntile, lag, lead, first_value, last_value "
                          "and the aggregates can be used");
    const std::vector<sql::expr_ptr> list = arguments_of(n);
    return text_.placed(n, [&] { return sql::over(known->meaning, list.data(), list.size(), w); });
}

std::vector<sql::expr_ptr> expression_parser::arguments_of(const tree_node& n) {
    std::vector<sql::expr_ptr> list;
    for (const tree_node& x : n.children("args")) list.push_back(expression(x));
    return list;
}

sql::expr_ptr expression_parser::row_function(const tree_node& n, const std::string& name) {
    if (name == "extract" || name == "date_part" || name == "date_trunc")
        return time_function(n, name);
    if (name == "now" || name == "transaction_timestamp" || name == "statement_timestamp") {
        // One instant for all shards: the client's.
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        const timestamp at{std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
        return sql::constant(arg{at});
    }
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
    const named_function* const known = find(functions, name);
    if (known == nullptr) {
        std::string all;
        for (const named_function& f : functions) all += fmt::format("{}, ", f.name);
        text_.unsupported(n, fmt::format("the function {}()", name),
                          all + "position, extract, date_trunc, mod and now can be used");
    }
    return text_.placed(n, [&] { return sql::call(known->meaning, x.data(), x.size()); });
}

sql::expr_ptr expression_parser::time_function(const tree_node& n, const std::string& name) {
    const std::vector<tree_node> list = n.children("args");
    if (list.size() != 2 || list.front().kind() != "A_Const")
        text_.wrong(n, fmt::format("{}() takes a unit and a date or timestamp", name));
    const literal unit = literal_of(text_, list.front().inner());
    const named_unit* const known = find(units, unit.text);
    if (known == nullptr)
        text_.unsupported(
            list.front(), fmt::format("the unit \"{}\"", unit.text),
            "year, quarter, month, week, day, hour, minute, second, dow and doy can be "
            "used");
    const sql::expr_ptr x = expression(list.back());
    return text_.placed(n, [&] {
        return name == "date_trunc" ? sql::truncate(known->meaning, x)
                                    : sql::extract(known->meaning, x);
    });
}

}  // namespace shardwise::parse
