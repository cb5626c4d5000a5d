// SPDX-License-Identifier: MIT
// The rest of expression_parser: intervals and arithmetic of dates and instants, EXTRACT.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "parse/expression_parser.hpp"
#include "parse/operators.hpp"
#include "schema/calendar.hpp"
#include "schema/time_pattern.hpp"
#include "sql/typing.hpp"

namespace shardwise::parse {

namespace {

struct named_unit {
    std::string_view name;
    sql::time_unit meaning;
};
constexpr std::array units{
    named_unit{"year", sql::time_unit::year},
    named_unit{"quarter", sql::time_unit::quarter},
    named_unit{"month", sql::time_unit::month},
    named_unit{"week", sql::time_unit::week},
    named_unit{"day", sql::time_unit::day},
    named_unit{"hour", sql::time_unit::hour},
    named_unit{"minute", sql::time_unit::minute},
    named_unit{"second", sql::time_unit::second},
    named_unit{"dow", sql::time_unit::weekday},
    named_unit{"doy", sql::time_unit::year_day},
    named_unit{"isodow", sql::time_unit::iso_weekday},
    named_unit{"isoyear", sql::time_unit::iso_year},
};

bool is_date(const sql::expr_ptr& x) {
    return x && !x->is_null_literal() && x->type.type == column_type::date;
}
bool is_instant(const sql::expr_ptr& x) {
    return x && !x->is_null_literal() && x->type.type == column_type::timestamp;
}

sql::expr_ptr number(std::int64_t n) { return sql::constant(arg{n}); }

sql::expr_ptr seconds_of(const sql::expr_ptr& instant) {
    return sql::call(sql::function::epoch, &instant, 1);
}

/// Bits of INTERVAL '1' DAY (PostgreSQL's utils/timestamp.h). DO NOT CHANGE.
std::string_view unit_of_mask(std::int64_t mask) {
    switch (mask) {
        case 1 << 2:
            return "year";
        case 1 << 1:
            return "month";
        case 1 << 3:
            return "day";
        case 1 << 10:
            return "hour";
        case 1 << 11:
            return "minute";
        case 1 << 12:
            return "second";
        default:
            return "";
    }
}

}  // namespace

std::optional<schema::interval> expression_parser::interval_of(const tree_node& cast) const {
    const tree_node type = cast.child("typeName");
    if (type.strings("names").empty() || type.strings("names").back() != "interval")
        return std::nullopt;
    const tree_node given = cast.child("arg");
    if (given.kind() != "A_Const")
        text_.unsupported(cast, "a CAST to interval", "write interval '1 day'");
    std::string_view unit;
    if (type.has("typmods")) {
        const std::vector<tree_node> mods = type.children("typmods");
        if (mods.size() > 1)
            text_.unsupported(cast, "an interval with a precision", "write interval '1.5 seconds'");
        unit = unit_of_mask(mods.front().inner().integer());
        if (unit.empty() && mods.front().inner().integer() != 0x7FFF)
            text_.unsupported(cast, "an interval from one unit to another",
                              "write interval '1 day 2 hours'");
    }
    const auto span = schema::parse_interval(literal_of(text_, given.inner()).text, unit);
    if (!span)
        text_.wrong(given, "this is no interval: write '1 day', '2 hours 30 minutes', '01:30:00'");
    return span;
}

sql::expr_ptr expression_parser::add_interval(const tree_node& n, const sql::expr_ptr& to,
                                              const schema::interval& span) const {
    return text_.placed(n, [&] {
        if (to->kind == sql::expr_kind::constant) {
            const arg v = to->literal.view();
            const timestamp start =
                v.kind() == kind::date
                    ? timestamp{v.to_date().days_since_epoch * schema::micros_per_day}
                    : v.to_timestamp();
            return sql::constant(arg{schema::added(start, span)});
        }
        const sql::expr_ptr parts[] = {to, number(span.months), number(span.days),
                                       number(span.micros)};
        return sql::call(sql::function::add_interval, parts, 4);
    });
}

std::optional<expression_parser::term> expression_parser::time_arithmetic(const tree_node& n,
                                                                          std::string_view op,
                                                                          const term& a,
                                                                          const term& b) {
    const bool plus = op == "+", minus = op == "-";
    if (a.span && b.span && (plus || minus)) {
        const schema::interval other = minus ? schema::negated(*b.span) : *b.span;
        return term{n,
                    {},
                    {},
                    schema::interval{a.span->months + other.months, a.span->days + other.days,
                                     a.span->micros + other.micros}};
    }
    if (op == "*" && (a.span || b.span)) {
        const schema::interval span = a.span ? *a.span : *b.span;
        const sql::expr_ptr by = settle(a.span ? b : a, nullptr);
        if (by->kind != sql::expr_kind::constant || by->literal.view().kind() != kind::integer)
            text_.unsupported(n, "an interval times anything but a whole number",
                              "add so many days to a date, or compare extract(epoch FROM ...)");
        const std::int64_t times = by->literal.view().integer();
        if (times > 1'000'000 || times < -1'000'000) text_.wrong(n, "this interval is too long");
        return term{n,
                    {},
                    {},
                    schema::interval{span.months * times, span.days * times, span.micros * times}};
    }
    if (a.is_duration || b.is_duration) {
        const auto seconds = [&](const term& t) {
            if (t.is_duration) return t.expression;
            if (!t.span || t.span->months != 0)
                text_.unsupported(t.at, "comparing a length of time with this",
                                  "compare it with an interval of days, hours and smaller units");
            return sql::constant(arg{
                decimal::from_unscaled(t.span->days * schema::micros_per_day + t.span->micros, 6)});
        };
        const auto* const known =
            std::find_if(operators.begin(), operators.end(),
                         [&](const operator_name& o) { return o.name == op; });
        if (known == operators.end() || !is_comparison(known->meaning)) return std::nullopt;
        const sql::expr_ptr x = seconds(a), y = seconds(b);
        return term{n, text_.placed(n, [&] { return sql::binary(known->meaning, x, y); }), {}};
    }
    if (!plus && !minus) return std::nullopt;
    if (b.span && (is_date(a.expression) || is_instant(a.expression)))
        return term{
            n, add_interval(n, a.expression, minus ? schema::negated(*b.span) : *b.span), {}};
    if (a.span && plus && (is_date(b.expression) || is_instant(b.expression)))
        return term{n, add_interval(n, b.expression, *a.span), {}};
    const bool time = is_date(a.expression) || is_instant(a.expression) || is_date(b.expression) ||
                      is_instant(b.expression);
    if (!time || a.span || b.span) return std::nullopt;
    // '2024-01-31' beside a date or an instant that it is subtracted from or that is subtracted.
    const auto settled = [&](const term& t, const term& beside) {
        const bool text = t.written && t.written->what == literal::form::text && minus;
        return settle(t, text && beside.expression ? &beside.expression->type : nullptr);
    };
    const sql::expr_ptr x = settled(a, b), y = settled(b, a);
    return text_.placed(n, [&]() -> term {
        const auto days = [&](const sql::expr_ptr& to, const sql::expr_ptr& count) {
            if (to->kind == sql::expr_kind::constant && count->kind == sql::expr_kind::constant &&
                !count->is_null_literal()) {
                const std::int64_t by = count->literal.view().integer() * (minus ? -1 : 1);
                const timestamp t =
                    schema::added(timestamp{to->literal.view().to_date().days_since_epoch *
                                            schema::micros_per_day},
                                  {0, by, 0});
                return sql::constant(arg{date{static_cast<std::int32_t>(
                    t.micros_since_epoch / schema::micros_per_day -
                    (t.micros_since_epoch % schema::micros_per_day < 0 ? 1 : 0))}});
            }
            const sql::expr_ptr parts[] = {to, minus ? sql::unary(sql::op::minus, count) : count};
            return sql::call(sql::function::add_days, parts, 2);
        };
        if (is_date(x) && sql::is_integer(y->type.type) && !y->is_null_literal())
            return {n, days(x, y), {}};
        if (plus && is_date(y) && sql::is_integer(x->type.type) && !x->is_null_literal())
            return {n, days(y, x), {}};
        const sql::expr_ptr pair[] = {x, y};
        if (minus && is_date(x) && is_date(y))
            return {n, sql::call(sql::function::days_between, pair, 2), {}};
        const bool instants = (is_date(x) || is_instant(x)) && (is_date(y) || is_instant(y));
        if (!minus || !instants)
            text_.wrong(n, fmt::format("cannot {} {} and {}", plus ? "add" : "subtract",
                                       name_of(x->type.type), name_of(y->type.type)));
        term t{n, sql::binary(sql::op::subtract, seconds_of(x), seconds_of(y)), {}};
        t.is_duration = true;
        return t;
    });
}

/// Seconds and their parts have a fraction.
sql::expr_ptr expression_parser::part_of_seconds(const tree_node& n, std::string_view unit,
                                                 const sql::expr_ptr& x) const {
    return text_.placed(n, [&] {
        const sql::expr_ptr start = sql::truncate(sql::time_unit::minute, x);
        const sql::expr_ptr seconds =
            sql::binary(sql::op::subtract, seconds_of(x), seconds_of(start));
        if (unit == "second") return seconds;
        const std::int64_t factor = unit.starts_with("milli") ? 1000 : 1'000'000;
        const sql::expr_ptr many = sql::binary(sql::op::multiply, seconds, number(factor));
        return factor == 1000 ? many : sql::cast(many, column_type::int64, 0, 0);
    });
}

namespace {

/// Whole months from y to x, both instants; negative when y is later.
sql::expr_ptr whole_months(const sql::expr_ptr& x, const sql::expr_ptr& y) {
    const auto months = [](const sql::expr_ptr& t) {
        return sql::binary(
            sql::op::add,
            sql::binary(sql::op::multiply, sql::extract(sql::time_unit::year, t), number(12)),
            sql::extract(sql::time_unit::month, t));
    };
    const auto into_month = [](const sql::expr_ptr& t) {
        return sql::binary(sql::op::subtract, seconds_of(t),
                           seconds_of(sql::truncate(sql::time_unit::month, t)));
    };
    // 1 when the last month is not whole.
    const auto broken = [&](const sql::expr_ptr& later, const sql::expr_ptr& earlier) {
        const sql::expr_ptr cases[] = {
            sql::binary(sql::op::lt, into_month(later), into_month(earlier)), number(1)};
        return sql::conditional(cases, 2, number(0));
    };
    const sql::expr_ptr apart = sql::binary(sql::op::subtract, months(x), months(y));
    const sql::expr_ptr cases[] = {sql::binary(sql::op::ge, x, y),
                                   sql::binary(sql::op::subtract, apart, broken(x, y))};
    return sql::conditional(cases, 2, sql::binary(sql::op::add, apart, broken(y, x)));
}

}  // namespace

/// extract(year FROM age(x, y)): age() itself would be an interval.
sql::expr_ptr expression_parser::part_of_age(const tree_node& n, std::string_view unit,
                                             const tree_node& age) {
    const std::vector<tree_node> list = age.children("args");
    if (list.empty() || list.size() > 2) text_.wrong(age, "age() takes one or two timestamps");
    if (unit != "year" && unit != "month")
        text_.unsupported(n, fmt::format("the {} of age()", unit),
                          "its year and month can be used; subtract dates for days");
    const auto instant = [&](const tree_node& at) {
        const sql::sql_type beside{column_type::timestamp};
        const sql::expr_ptr x = settle(parse(at), &beside);
        if (!is_date(x) && !is_instant(x)) text_.wrong(at, "age() takes dates and timestamps");
        return is_date(x) ? sql::cast(x, column_type::timestamp, 0, 0) : x;
    };
    const sql::expr_ptr last = instant(list.back());
    const std::int64_t now = text_.now().micros_since_epoch;
    const sql::expr_ptr first =
        list.size() == 2 ? instant(list.front())
                         : sql::constant(arg{timestamp{now - now % schema::micros_per_day}});
    return text_.placed(n, [&] {
        const sql::expr_ptr months = whole_months(first, last);
        return sql::binary(unit == "year" ? sql::op::divide : sql::op::modulo, months, number(12));
    });
}

sql::expr_ptr expression_parser::time_function(const tree_node& n, const std::string& name) {
    const std::vector<tree_node> list = n.children("args");
    if (list.size() != 2 || list.front().kind() != "A_Const")
        text_.wrong(n, fmt::format("{}() takes a unit and a date or timestamp", name));
    std::string unit = literal_of(text_, list.front().inner()).text;
    for (char& c : unit)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (unit != "century" && unit.size() > 3 && unit.ends_with('s') && !unit.starts_with("m"))
        unit.pop_back();
    const bool cut = name == "date_trunc";
    if (!cut && list.back().kind() == "FuncCall" &&
        list.back().inner().strings("funcname").back() == "age")
        return part_of_age(n, unit, list.back().inner());
    const term of = parse(list.back());
    if (!cut && unit == "epoch") {
        if (of.is_duration) return of.expression;
        const sql::expr_ptr x = settle(of, nullptr);
        return text_.placed(n, [&] { return seconds_of(x); });
    }
    const auto* const known = std::find_if(units.begin(), units.end(),
                                           [&](const named_unit& u) { return u.name == unit; });
    const bool fraction = unit == "second" || unit == "milliseconds" || unit == "microseconds";
    if (known == units.end() && !(fraction && !cut))
        text_.unsupported(
            list.front(), fmt::format("the unit \"{}\"", unit),
            "year, quarter, month, week, day, hour, minute, second, dow, doy, isodow, "
            "isoyear and epoch can be used");
    if (!cut && unit == "day" && of.is_duration) {  // whole days, towards zero
        const sql::expr_ptr parts[] = {of.expression, number(86'400), number(0),
                                       number(static_cast<int>(sql::rounding::towards_zero))};
        return text_.placed(n, [&] {
            return sql::cast(sql::call(sql::function::quotient, parts, 4), column_type::int64, 0,
                             0);
        });
    }
    const sql::expr_ptr x = settle(of, nullptr);
    if (fraction && !cut && is_instant(x)) return part_of_seconds(n, unit, x);
    return text_.placed(n, [&] {
        if (!cut) return sql::extract(known->meaning, x);
        // PostgreSQL makes an instant of a date first.
        return sql::truncate(known->meaning,
                             is_date(x) ? sql::cast(x, column_type::timestamp, 0, 0) : x);
    });
}

}  // namespace shardwise::parse
