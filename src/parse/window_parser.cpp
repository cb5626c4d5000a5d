// SPDX-License-Identifier: MIT
// The rest of expression_parser: OVER, WINDOW, frames; string_agg and count(DISTINCT (a, b)).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "parse/expression_parser.hpp"
#include "schema/calendar.hpp"
#include "sql/typing.hpp"

namespace shardwise::parse {

namespace {

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
    named_window_function{"nth_value", sql::window_function::nth_value},
    named_window_function{"percent_rank", sql::window_function::percent_rank},
    named_window_function{"cume_dist", sql::window_function::cume_dist},
};

// Bits of WindowDef.frameOptions (PostgreSQL's parsenodes.h). DO NOT CHANGE.
constexpr int frame_given = 0x00001, frame_range = 0x00002, frame_rows = 0x00004,
              frame_groups = 0x00008, start_unbounded = 0x00020, end_unbounded = 0x00100,
              start_current = 0x00200, end_current = 0x00400, start_preceding = 0x00800,
              end_preceding = 0x01000, start_following = 0x02000, end_following = 0x04000,
              frame_between = 0x00010;

bool has_frame(const tree_node& window) {
    return window.has("frameOptions") && (window.at("frameOptions").get<int>() & frame_given) != 0;
}

}  // namespace

/// What stands in the parentheses of OVER, names resolved.
struct expression_parser::window_parts {
    std::vector<sql::expr_ptr> partitions;
    std::vector<sql::ordering> order;
    sql::frame frame;
};

std::vector<sql::ordering> expression_parser::order_of(const std::vector<tree_node>& list) {
    std::vector<sql::ordering> order;
    for (const tree_node& wrapped : list) {
        const tree_node t = wrapped.inner();
        text_.only(t, "ORDER BY", {"node", "sortby_dir", "sortby_nulls", "location"});
        sql::ordering by;
        by.by = expression(t.child("node"));
        by.descending = t.text("sortby_dir") == "SORTBY_DESC";
        const std::string nulls = t.text("sortby_nulls");
        by.nulls_first =
            nulls == "SORTBY_NULLS_DEFAULT" ? by.descending : nulls == "SORTBY_NULLS_FIRST";
        order.push_back(std::move(by));
    }
    return order;
}

/// In the unit that the order key is kept in by an embedded database.
std::int64_t expression_parser::frame_offset(const tree_node& at, const sql::frame& f,
                                             const std::vector<sql::ordering>& order) {
    const term t = parse(at);
    if (f.what == sql::frame::unit::range) {
        if (order.size() != 1) text_.wrong(at, "RANGE with an offset needs one ORDER BY key");
        const sql::sql_type& key = order[0].by->type;
        if (t.span && (key.type == column_type::timestamp || key.type == column_type::date)) {
            const bool days = key.type == column_type::date;
            const schema::interval& i = *t.span;
            if (i.months != 0 || (days && i.micros % schema::micros_per_day != 0))
                text_.unsupported(at, "a RANGE of months", "use days and smaller units");
            const std::int64_t micros = i.days * schema::micros_per_day + i.micros;
            if (micros < 0) text_.wrong(at, "a frame's offset is at least 0");
            return days ? micros / schema::micros_per_day : micros;
        }
        const sql::expr_ptr e = settle(t, &key);
        const bool exact = sql::is_integer(key.type) || key.type == column_type::decimal;
        if (!exact || e->kind != sql::expr_kind::constant || e->is_null_literal() ||
            sql::family_of(e->type.type) != sql::type_family::number ||
            e->type.type == column_type::float64)
            text_.unsupported(at, "RANGE with this offset",
                              "the order key is an integer, a decimal, a date or a timestamp, the "
                              "offset a constant of its kind");
        return text_.placed(at, [&] {
            const int scale = key.type == column_type::decimal ? key.scale : 0;
            const decimal d = e->literal.view().to_decimal().rescaled(scale);
            if (d < decimal{0} || d.high() != 0 || static_cast<std::int64_t>(d.low()) < 0)
                text_.wrong(at, "a frame's offset is at least 0");
            return static_cast<std::int64_t>(d.low());
        });
    }
    const sql::expr_ptr e = settle(t, nullptr);
    if (e->kind != sql::expr_kind::constant || e->literal.view().kind() != kind::integer ||
        e->literal.view().integer() < 0)
        text_.wrong(at, "a frame's offset is a whole number of rows, at least 0");
    return e->literal.view().integer();
}

sql::frame expression_parser::frame_of(const tree_node& over,
                                       const std::vector<sql::ordering>& order) {
    sql::frame f;
    if (!has_frame(over)) return f;
    const int bits = over.at("frameOptions").get<int>();
    constexpr int known = frame_given | frame_range | frame_rows | frame_groups | frame_between |
                          start_unbounded | end_unbounded | start_current | end_current |
                          start_preceding | end_preceding | start_following | end_following;
    if ((bits & ~known) != 0)
        text_.unsupported(over, "EXCLUDE in a window's frame",
                          "the engines do not share it: subtract the row's own value");
    f.what = (bits & frame_rows) != 0     ? sql::frame::unit::rows
             : (bits & frame_groups) != 0 ? sql::frame::unit::groups
                                          : sql::frame::unit::range;
    const auto rows = [&](const char* member) {
        return frame_offset(over.child(member), f, order);
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

tree_node expression_parser::named_window(const tree_node& at, const std::string& name) const {
    const auto named = std::find_if(windows_.begin(), windows_.end(), [&](const tree_node& d) {
        return d.inner().text("name") == name;
    });
    if (named == windows_.end())
        text_.wrong(at, fmt::format("WINDOW does not define \"{}\"", name));
    return named->inner();
}

expression_parser::window_parts expression_parser::window_of(const tree_node& over) {
    text_.only(over, "OVER",
               {"name", "refname", "partitionClause", "orderClause", "frameOptions", "startOffset",
                "endOffset", "location"});
    // OVER w has a name, OVER (w ...) refers to one.
    return window_of_definition(over.has("name") ? named_window(over, over.text("name")) : over);
}

/// What a window refers to can be completed, not changed.
expression_parser::window_parts expression_parser::window_of_definition(const tree_node& d) {
    window_parts w;
    if (d.has("refname")) {
        const std::string base = d.text("refname");
        const tree_node named = named_window(d, base);
        if (++depth_ > 100) text_.wrong(d, "windows that name each other");
        w = window_of_definition(named);
        --depth_;
        if (d.has("partitionClause"))
            text_.wrong(d,
                        fmt::format("PARTITION BY of the window \"{}\" cannot be changed", base));
        if (d.has("orderClause") && !w.order.empty())
            text_.wrong(d, fmt::format("ORDER BY of the window \"{}\" cannot be changed", base));
        if (has_frame(named))
            text_.wrong(d,
                        fmt::format("the window \"{}\" has a frame, it cannot be completed: write "
                                    "OVER {} without parentheses",
                                    base, base));
    }
    for (const tree_node& p : d.children("partitionClause")) w.partitions.push_back(expression(p));
    for (sql::ordering& o : order_of(d.children("orderClause"))) w.order.push_back(std::move(o));
    w.frame = frame_of(d, w.order);
    return w;
}

/// PostgreSQL has them for aggregates of groups only, FILTER for all aggregates.
void expression_parser::check_window_call(const tree_node& n, const std::string& name) const {
    const auto refuse = [&](std::string_view what) {
        text_.wrong(n, fmt::format("{} does not go with {}() OVER", what, name));
    };
    if (n.flag("agg_distinct")) refuse("DISTINCT");
    if (n.has("agg_order")) refuse("ORDER BY between the arguments");
    if (n.has("agg_filter") && !is_aggregate(name)) refuse("FILTER");
}

sql::expr_ptr expression_parser::window(const tree_node& n, const std::string& name) {
    check_window_call(n, name);
    const window_parts parts = window_of(n.child("over"));
    const sql::window_description w{parts.partitions.data(), parts.partitions.size(),
                                    parts.order.data(), parts.order.size(), parts.frame};
    if (is_aggregate(name)) {
        const sql::expr_ptr call = aggregate(n, name);
        return text_.placed(n, [&] { return sql::over(call, w); });
    }
    const auto* const known =
        std::find_if(window_functions.begin(), window_functions.end(),
                     [&](const named_window_function& f) { return f.name == name; });
    if (known == window_functions.end())
        text_.unsupported(
            n, fmt::format("the window function {}()", name),
            "row_number, rank, dense_rank, percent_rank, cume_dist, ntile, lag, lead, "
            "first_value, last_value, nth_value and the aggregates can be used");
    std::vector<sql::expr_ptr> list = arguments_of(n);
    if (list.size() == 3) {  // lag(x, 1, otherwise): a literal takes the type of x
        const std::vector<tree_node> args = n.children("args");
        const std::array ends{parse(args[0]), parse(args[2])};
        const std::vector<sql::expr_ptr> settled = settle_together(ends, meeting::compared);
        list = {settled[0], list[1], settled[1]};
    }
    return text_.placed(n, [&] { return sql::over(known->meaning, list.data(), list.size(), w); });
}

// ------------------------------------------------------------ aggregates of their own kind

sql::expr_ptr expression_parser::string_agg(const tree_node& n) {
    const std::vector<sql::expr_ptr> list = arguments_of(n);
    if (list.size() != 2) text_.wrong(n, "string_agg() takes a text and a separator");
    const std::vector<sql::ordering> order = order_of(n.children("agg_order"));
    const sql::expr_ptr x = filtered(n, list[0]);
    const bool distinct = n.flag("agg_distinct");
    std::vector<sql::ordering> by;
    for (const sql::ordering& o : order) {
        by.push_back(o);
        if (distinct && sql::same_expression(*o.by, *list[0])) by.back().by = x;
    }
    return text_.placed(
        n, [&] { return sql::string_agg(x, list[1], distinct, by.data(), by.size()); });
}

/// count(DISTINCT (a, b)): a row that holds NULLs is one, too. Rows are told apart by a text in
/// which each part says how long it is.
sql::expr_ptr expression_parser::count_rows_of(const tree_node& n, const tree_node& row) {
    std::vector<sql::expr_ptr> parts{sql::constant(arg{std::string_view{""}}),
                                     sql::constant(arg{std::string_view{""}})};
    for (const tree_node& cell : row.inner().children("args")) {
        const sql::expr_ptr part = as_text(cell, expression(cell));
        text_.placed(cell, [&] {
            const sql::expr_ptr size =
                sql::cast(sql::call(sql::function::length, &part, 1), column_type::text, 0, 0);
            const sql::expr_ptr known[] = {size, sql::constant(arg{std::string_view{":"}}), part};
            const sql::expr_ptr either[] = {sql::call(sql::function::concat, known, 3),
                                            sql::constant(arg{std::string_view{"-"}})};
            parts.push_back(sql::call(sql::function::coalesce, either, 2));
        });
    }
    const sql::expr_ptr whole = text_.placed(
        n, [&] { return sql::call(sql::function::concat, parts.data(), parts.size()); });
    const sql::expr_ptr x = filtered(n, whole);
    return text_.placed(n, [&] { return sql::call(sql::aggregate::count_distinct, x); });
}

}  // namespace shardwise::parse
