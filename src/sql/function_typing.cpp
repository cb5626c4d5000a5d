// SPDX-License-Identifier: MIT
// The types of functions, CASE and CAST, and what the engines would not answer alike.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "shardwise/base/error.hpp"
#include "sql/typing.hpp"

namespace shardwise::sql {
namespace {

constexpr int most_digits = 38;

[[noreturn]] void refuse(std::string message) {
    raise(error_info{.code = error_code::bad_query, .message = std::move(message)});
}

bool any_nullable(std::span<const expr_ptr> list) {
    return std::any_of(list.begin(), list.end(),
                       [](const expr_ptr& x) { return x->type.nullable; });
}

struct signature {
    std::string_view name;
    std::size_t fewest, most;
};

signature signature_of(function f) {
    switch (f) {
        case function::lower:
            return {"lower()", 1, 1};
        case function::upper:
            return {"upper()", 1, 1};
        case function::length:
            return {"length()", 1, 1};
        case function::substring:
            return {"substring()", 2, 3};
        case function::trim:
            return {"trim()", 1, 1};
        case function::trim_left:
            return {"ltrim()", 1, 1};
        case function::trim_right:
            return {"rtrim()", 1, 1};
        case function::replace:
            return {"replace()", 3, 3};
        case function::concat:
            return {"||", 2, 1000};
        case function::position:
            return {"position()", 2, 2};
        case function::absolute:
            return {"abs()", 1, 1};
        case function::floor:
            return {"floor()", 1, 1};
        case function::ceiling:
            return {"ceil()", 1, 1};
        case function::round:
            return {"round()", 1, 2};
        case function::coalesce:
            return {"COALESCE", 1, 1000};
    }
    return {"a function", 0, 0};
}

void check_family(std::string_view name, const expr& x, type_family wanted) {
    if (x.is_null_literal() || family_of(x.type.type) == wanted) return;
    refuse(fmt::format("{} needs {}, not {}", name,
                       wanted == type_family::text ? "text" : "a number", name_of(x.type.type)));
}

void check_integer(std::string_view name, const expr& x) {
    if (x.is_null_literal() || is_integer(x.type.type)) return;
    refuse(fmt::format("{} counts characters by integers, not by {}", name, name_of(x.type.type)));
}

sql_type text_type(bool nullable) { return {column_type::text, 0, 0, nullable}; }
sql_type integer_type(bool nullable) { return {column_type::int64, 0, 0, nullable}; }

/// Whole numbers of decimals.
sql_type whole_type(const expr& x) {
    sql_type t = x.type;
    if (t.type == column_type::decimal) {
        t.precision = static_cast<std::uint8_t>(std::clamp(t.precision - t.scale + 1, 1, 38));
        t.scale = 0;
    } else if (is_integer(t.type)) {
        t.type = column_type::int64;
    }
    return t;
}

sql_type type_of_round(std::span<const expr_ptr> arguments) {
    const expr& x = *arguments[0];
    if (x.type.type == column_type::float64)
        refuse(
            "doubles are not rounded in SQL, because the engines round halves differently: cast "
            "to a decimal first");
    std::int64_t digits = 0;
    if (arguments.size() == 2) {
        const expr& d = *arguments[1];
        if (d.kind != expr_kind::constant || d.literal.view().kind() != kind::integer)
            refuse("round() needs a constant number of digits");
        digits = d.literal.view().integer();
    }
    if (digits < 0 || digits > most_digits)
        refuse(fmt::format("round() to {} digits: 0 to {} are possible", digits, most_digits));
    sql_type t = whole_type(x);
    if (t.type != column_type::decimal || digits == 0) return t;
    t.scale = static_cast<std::uint8_t>(std::min<std::int64_t>(digits, x.type.scale));
    t.precision = static_cast<std::uint8_t>(std::min(t.precision + t.scale, most_digits));
    return t;
}

bool has_time(column_type t) { return t == column_type::timestamp; }

}  // namespace

sql_type type_of_function(function f, std::span<const expr_ptr> arguments) {
    const signature s = signature_of(f);
    if (arguments.size() < s.fewest || arguments.size() > s.most)
        refuse(fmt::format("{} does not take {} arguments", s.name, arguments.size()));
    const bool nullable = any_nullable(arguments);
    switch (f) {
        case function::lower:
        case function::upper:
        case function::trim:
        case function::trim_left:
        case function::trim_right:
        case function::replace:
        case function::concat:
            for (const expr_ptr& x : arguments) check_family(s.name, *x, type_family::text);
            return text_type(nullable);
        case function::length:
            check_family(s.name, *arguments[0], type_family::text);
            return integer_type(nullable);
        case function::position:
            check_family(s.name, *arguments[0], type_family::text);
            check_family(s.name, *arguments[1], type_family::text);
            return integer_type(nullable);
        case function::substring:
            check_family(s.name, *arguments[0], type_family::text);
            for (const expr_ptr& x : arguments.subspan(1)) check_integer(s.name, *x);
            return text_type(nullable);
        case function::absolute: {
            check_family(s.name, *arguments[0], type_family::number);
            sql_type t = arguments[0]->type;
            if (is_integer(t.type)) t.type = column_type::int64;
            return t;
        }
        case function::floor:
        case function::ceiling:
            check_family(s.name, *arguments[0], type_family::number);
            return whole_type(*arguments[0]);
        case function::round:
            check_family(s.name, *arguments[0], type_family::number);
            return type_of_round(arguments);
        case function::coalesce: {
            sql_type t = type_of_alternatives("COALESCE", arguments);
            t.nullable = std::all_of(arguments.begin(), arguments.end(),
                                     [](const expr_ptr& x) { return x->type.nullable; });
            return t;
        }
    }
    return {};
}

sql_type type_of_part(time_unit part, const expr& from, bool truncated) {
    const column_type type = from.type.type;
    if (type != column_type::date && type != column_type::timestamp)
        refuse(fmt::format("{} needs a date or a timestamp, not {}",
                           truncated ? "date_trunc()" : "EXTRACT", name_of(type)));
    const bool of_day =
        part == time_unit::hour || part == time_unit::minute || part == time_unit::second;
    if (of_day && !has_time(type)) refuse("a date has no hours, minutes and seconds");
    if (truncated && (part == time_unit::weekday || part == time_unit::year_day))
        refuse("date_trunc() takes year, quarter, month, week, day, hour, minute or second");
    if (!truncated && part == time_unit::week)
        refuse("EXTRACT(week) is not the same on all engines: use date_trunc('week', ...)");
    if (truncated) return from.type;
    return integer_type(from.type.nullable);
}

sql_type type_of_alternatives(std::string_view what, std::span<const expr_ptr> values) {
    bool known = false;
    sql_type common;
    for (const expr_ptr& x : values) {
        if (x->is_null_literal()) continue;
        if (!known) {
            common = x->type;
            known = true;
            continue;
        }
        if (family_of(common.type) != family_of(x->type.type))
            refuse(fmt::format("{} gives {} or {}: one type is needed", what, name_of(common.type),
                               name_of(x->type.type)));
        if (common.type == x->type.type && common.type != column_type::decimal) continue;
        const std::array pair{common, x->type};
        if (common.type == column_type::float64 || x->type.type == column_type::float64) {
            common = {column_type::float64};
        } else if (common.type == column_type::decimal || x->type.type == column_type::decimal) {
            int whole = 0, scale = 0;
            for (const sql_type& t : pair) {
                const bool decimal = t.type == column_type::decimal;
                whole = std::max(whole, decimal ? t.precision - t.scale : 19);
                scale = std::max(scale, decimal ? int{t.scale} : 0);
            }
            common = {column_type::decimal,
                      static_cast<std::uint8_t>(std::min(whole + scale, most_digits)),
                      static_cast<std::uint8_t>(scale)};
        } else {
            common.type = column_type::int64;
        }
    }
    common.nullable = !known || any_nullable(values);
    return common;
}

sql_type type_of_cast(const expr& x, const sql_type& to) {
    const column_type from = x.type.type;
    sql_type t = to;
    t.nullable = x.type.nullable;
    if (x.is_null_literal()) return t;
    const bool number = family_of(from) == type_family::number;
    bool fits = from == to.type;
    switch (to.type) {
        case column_type::int16:
        case column_type::int32:
        case column_type::int64:
            // Narrower integers would overflow differently.
            fits =
                (is_integer(from) || from == column_type::boolean) && to.type == column_type::int64;
            break;
        case column_type::float64:
            fits = number;
            break;
        case column_type::decimal:
            fits = is_integer(from) || from == column_type::decimal;
            break;
        case column_type::text:
            fits = from == column_type::text || is_integer(from) || from == column_type::date;
            break;
        case column_type::date:
        case column_type::timestamp:
            fits = from == column_type::date || from == column_type::timestamp;
            break;
        default:
            break;
    }
    if (!fits)
        refuse(
            fmt::format("CAST of {} to {} is not the same on all engines: convert in the "
                        "program",
                        name_of(from), name_of(to.type)));
    return t;
}

sql_type type_of_window(window_function f, std::span<const expr_ptr> arguments) {
    const auto takes = [&](std::string_view name, std::size_t fewest, std::size_t most) {
        if (arguments.size() < fewest || arguments.size() > most)
            refuse(fmt::format("{} does not take {} arguments", name, arguments.size()));
    };
    switch (f) {
        case window_function::row_number:
        case window_function::rank:
        case window_function::dense_rank:
            takes("row_number(), rank() and dense_rank()", 0, 0);
            return {column_type::int64};
        case window_function::ntile:
            takes("ntile()", 1, 1);
            if (arguments[0]->kind != expr_kind::constant || !is_integer(arguments[0]->type.type) ||
                arguments[0]->literal.view().integer() < 1)
                refuse("ntile() needs a constant number of groups, at least 1");
            return {column_type::int64};
        case window_function::lag:
        case window_function::lead:
            takes("lag() and lead()", 1, 2);
            if (arguments.size() == 2 && (arguments[1]->kind != expr_kind::constant ||
                                          !is_integer(arguments[1]->type.type) ||
                                          arguments[1]->literal.view().integer() < 0))
                refuse("lag() and lead() need a constant number of rows, at least 0");
            break;
        case window_function::first_value:
        case window_function::last_value:
            takes("first_value() and last_value()", 1, 1);
            break;
    }
    sql_type t = arguments[0]->type;
    t.nullable = true;
    return t;
}

}  // namespace shardwise::sql
