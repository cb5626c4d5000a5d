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
    function callee;
    std::string_view name;
    std::size_t fewest, most;
};
constexpr std::array signatures{
    signature{function::lower, "lower()", 1, 1},
    signature{function::upper, "upper()", 1, 1},
    signature{function::length, "length()", 1, 1},
    signature{function::substring, "substring()", 2, 3},
    signature{function::trim, "trim()", 1, 1},
    signature{function::trim_left, "ltrim()", 1, 1},
    signature{function::trim_right, "rtrim()", 1, 1},
    signature{function::replace, "replace()", 3, 3},
    signature{function::concat, "||", 2, 1000},
    signature{function::position, "position()", 2, 2},
    signature{function::absolute, "abs()", 1, 1},
    signature{function::floor, "floor()", 1, 1},
    signature{function::ceiling, "ceil()", 1, 1},
    signature{function::round, "round()", 1, 2},
    signature{function::coalesce, "COALESCE", 1, 1000},
    signature{function::trunc, "trunc()", 1, 2},
    signature{function::quotient, "a rounded quotient", 4, 4},
    signature{function::reverse, "reverse()", 1, 1},
    signature{function::add_interval, "adding an interval", 4, 4},
    signature{function::add_days, "adding days", 2, 2},
    signature{function::days_between, "the difference of dates", 2, 2},
    signature{function::epoch, "extract(epoch)", 1, 1},
    signature{function::repeat, "repeat()", 2, 2},
    signature{function::pad_left, "lpad()", 3, 3},
    signature{function::pad_right, "rpad()", 3, 3},
    signature{function::trim_of, "trim()", 3, 3},
    signature{function::initcap, "initcap()", 1, 1},
    signature{function::split_part, "split_part()", 3, 3},
    signature{function::translate, "translate()", 3, 3},
    signature{function::ascii, "ascii()", 1, 1},
    signature{function::chr, "chr()", 1, 1},
    signature{function::to_text, "CAST to text", 1, 1},
    signature{function::to_char, "to_char()", 2, 2},
    signature{function::to_decimal, "CAST to a decimal", 2, 2},
    signature{function::power, "power()", 2, 2},
    signature{function::square_root, "sqrt()", 1, 1},
    signature{function::exponential, "exp()", 1, 1},
    signature{function::logarithm, "ln()", 1, 1},
    signature{function::logarithm_10, "log()", 1, 1},
    signature{function::json_get, "->", 3, 3},
    signature{function::json_text, "->>", 3, 3},
};

const signature& signature_of(function f) {
    return *std::find_if(signatures.begin(), signatures.end(),
                         [&](const signature& s) { return s.callee == f; });
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

void check_time(std::string_view name, const expr& x) {
    if (x.is_null_literal() || x.type.type == column_type::date ||
        x.type.type == column_type::timestamp)
        return;
    refuse(fmt::format("{} needs a date or a timestamp, not {}", name, name_of(x.type.type)));
}

void check_date(std::string_view name, const expr& x) {
    if (x.is_null_literal() || x.type.type == column_type::date) return;
    refuse(fmt::format("{} needs a date, not {}", name, name_of(x.type.type)));
}

/// A constant among the arguments that says how, not on what.
std::int64_t setting(std::string_view name, const expr& x) {
    if (x.kind != expr_kind::constant || x.literal.view().kind() != kind::integer)
        refuse(fmt::format("{} needs a constant number there", name));
    return x.literal.view().integer();
}

sql_type text_type(bool nullable) { return {column_type::text, 0, 0, nullable}; }
/// What PostgreSQL keeps in an int4.
sql_type integer_type(bool nullable) { return {column_type::int64, narrow_integer, 0, nullable}; }
sql_type real_type(bool nullable) { return {column_type::float64, 0, 0, nullable}; }

/// Whole numbers of decimals.
sql_type whole_type(const expr& x) {
    sql_type t = x.type;
    if (t.type == column_type::decimal) {
        t.precision = static_cast<std::uint8_t>(std::clamp(t.precision - t.scale + 1, 1, 38));
        t.scale = 0;
    } else if (is_integer(t.type)) {
        t.precision = is_narrow_integer(t) ? narrow_integer : std::uint8_t{0};
        t.type = column_type::int64;
    }
    return t;
}

sql_type type_of_digits(std::string_view name, const expr& digits, bool nullable) {
    const std::int64_t n = setting(name, digits);
    if (n < 0 || n > most_digits)
        refuse(fmt::format("{} to {} digits: 0 to {} are possible", name, n, most_digits));
    return {column_type::decimal, most_digits, static_cast<std::uint8_t>(n), nullable};
}

sql_type type_of_round(std::span<const expr_ptr> arguments) {
    const expr& x = *arguments[0];
    if (x.type.type == column_type::float64) {
        if (arguments.size() == 2 && setting("round()", *arguments[1]) != 0)
            refuse(
                "a double has no decimal digits that it could be rounded to: cast it to a decimal "
                "first");
        return x.type;
    }
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

sql_type type_of_text_function(function f, std::string_view name,
                               std::span<const expr_ptr> arguments, bool nullable) {
    switch (f) {
        case function::ascii:
            check_family(name, *arguments[0], type_family::text);
            return integer_type(nullable);
        case function::chr:
            check_integer(name, *arguments[0]);
            break;
        case function::repeat:
            check_family(name, *arguments[0], type_family::text);
            check_integer(name, *arguments[1]);
            break;
        case function::pad_left:
        case function::pad_right:
            check_family(name, *arguments[0], type_family::text);
            check_integer(name, *arguments[1]);
            check_family(name, *arguments[2], type_family::text);
            break;
        case function::trim_of:
            check_family(name, *arguments[0], type_family::text);
            check_family(name, *arguments[1], type_family::text);
            setting(name, *arguments[2]);
            break;
        case function::split_part:
            check_family(name, *arguments[0], type_family::text);
            check_family(name, *arguments[1], type_family::text);
            check_integer(name, *arguments[2]);
            break;
        case function::to_char:
            check_time(name, *arguments[0]);
            check_family(name, *arguments[1], type_family::text);
            break;
        default:
            break;
    }
    return text_type(nullable);
}

sql_type type_of_json_function(function f, std::string_view name,
                               std::span<const expr_ptr> arguments) {
    if (!arguments[0]->is_null_literal() && arguments[0]->type.type != column_type::json)
        refuse(fmt::format("{} needs a JSON document, not {}", name,
                           name_of(arguments[0]->type.type)));
    const bool index = setting(name, *arguments[2]) == static_cast<int>(json_step::index);
    if (index)
        check_integer(name, *arguments[1]);
    else
        check_family(name, *arguments[1], type_family::text);
    return {f == function::json_get ? column_type::json : column_type::text, 0, 0, true};
}

/// The later functions.
sql_type type_of_more(function f, std::string_view name, std::span<const expr_ptr> arguments,
                      bool nullable) {
    switch (f) {
        case function::quotient:
            for (const expr_ptr& x : arguments.first(2)) {
                check_family(name, *x, type_family::number);
                if (x->type.type == column_type::float64)
                    refuse("only exact numbers have a quotient that can be rounded exactly");
            }
            setting(name, *arguments[3]);
            return type_of_digits(name, *arguments[2], true);
        case function::add_interval:
            check_time(name, *arguments[0]);
            for (const expr_ptr& x : arguments.subspan(1)) setting(name, *x);
            return {column_type::timestamp, 0, 0, nullable};
        case function::add_days:
            check_date(name, *arguments[0]);
            if (!is_integer(arguments[1]->type.type)) refuse("days are added as a whole number");
            return {column_type::date, 0, 0, nullable};
        case function::days_between:
            check_date(name, *arguments[0]);
            check_date(name, *arguments[1]);
            return integer_type(nullable);
        case function::epoch:
            check_time(name, *arguments[0]);
            return {column_type::decimal, 18, 6, nullable};
        case function::to_text:
            if (arguments[0]->type.type != column_type::decimal &&
                arguments[0]->type.type != column_type::timestamp)
                refuse(fmt::format("{} of {} has another function", name,
                                   name_of(arguments[0]->type.type)));
            return text_type(nullable);
        case function::to_decimal:
            if (arguments[0]->type.type != column_type::float64)
                refuse("only doubles are made decimals by their first digits");
            return type_of_digits(name, *arguments[1], nullable);
        case function::power:
        case function::square_root:
        case function::exponential:
        case function::logarithm:
        case function::logarithm_10:
            for (const expr_ptr& x : arguments) check_family(name, *x, type_family::number);
            return real_type(nullable);
        case function::json_get:
        case function::json_text:
            return type_of_json_function(f, name, arguments);
        default:
            return type_of_text_function(f, name, arguments, nullable);
    }
}

bool has_time(column_type t) { return t == column_type::timestamp; }

}  // namespace

bool is_local(const expr& e) noexcept {
    if (e.kind == expr_kind::function) return e.callee >= function::repeat;
    if (e.kind == expr_kind::aggregate) return e.function >= aggregate::string_join;
    if (e.kind != expr_kind::window) return false;
    const window_spec& w = *e.window;
    // MariaDB 10.11 takes all rows of a partition for peers in cume_dist(), if other windows are
    // near.
    if (!w.of_aggregate &&
        (w.function == window_function::cume_dist || w.function == window_function::percent_rank))
        return true;
    const bool far = w.rows.from == frame::edge::offset || w.rows.to == frame::edge::offset;
    if (w.rows.what == frame::unit::groups || (w.rows.what == frame::unit::range && far))
        return true;
    const bool shifts = w.function == window_function::lag || w.function == window_function::lead;
    return !w.of_aggregate && shifts && w.arguments == 3;
}

std::string_view word_of(function f) noexcept { return signature_of(f).name; }

sql_type type_of_function(function f, std::span<const expr_ptr> arguments) {
    const signature& s = signature_of(f);
    if (arguments.size() < s.fewest || arguments.size() > s.most)
        refuse(fmt::format("{} does not take {} arguments", s.name, arguments.size()));
    const bool nullable = any_nullable(arguments);
    switch (f) {
        case function::lower:
        case function::upper:
        case function::reverse:
        case function::initcap:
        case function::translate:
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
            const sql_type& t = arguments[0]->type;
            return is_integer(t.type) ? whole_type(*arguments[0]) : t;
        }
        case function::floor:
        case function::ceiling:
            check_family(s.name, *arguments[0], type_family::number);
            return whole_type(*arguments[0]);
        case function::round:
            check_family(s.name, *arguments[0], type_family::number);
            return type_of_round(arguments);
        case function::trunc:
            check_family(s.name, *arguments[0], type_family::number);
            if (arguments[0]->type.type == column_type::float64) return arguments[0]->type;
            return type_of_round(arguments);
        default:
            return type_of_more(f, s.name, arguments, nullable);
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
    if (truncated && part >= time_unit::weekday)
        refuse("date_trunc() takes year, quarter, month, week, day, hour, minute or second");
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
        if (is_integer(common.type) && is_integer(x->type.type)) {
            const bool narrow = is_narrow_integer(common) && is_narrow_integer(x->type);
            if (common.type != x->type.type) common.type = column_type::int64;
            if (common.type == column_type::int64)
                common.precision = narrow ? narrow_integer : std::uint8_t{0};
            continue;
        }
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
            // As all integers that are computed with: in 64 bits.
            t.type = column_type::int64;
            t.precision = to.type == column_type::int64   ? std::uint8_t{0}
                          : to.type == column_type::int32 ? narrow_integer
                                                          : short_integer;
            fits = number || from == column_type::boolean;
            break;
        case column_type::float64:
            fits = number;
            break;
        case column_type::decimal:
            fits = is_integer(from) || from == column_type::decimal;
            break;
        case column_type::text:
            fits = from == column_type::text || is_integer(from) || from == column_type::date ||
                   from == column_type::boolean;
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
        case window_function::percent_rank:
        case window_function::cume_dist:
            takes("percent_rank() and cume_dist()", 0, 0);
            return {column_type::float64};
        case window_function::ntile:
            takes("ntile()", 1, 1);
            if (arguments[0]->kind != expr_kind::constant || !is_integer(arguments[0]->type.type) ||
                arguments[0]->literal.view().integer() < 1)
                refuse("ntile() needs a constant number of groups, at least 1");
            return {column_type::int64};
        case window_function::lag:
        case window_function::lead:
            takes("lag() and lead()", 1, 3);
            if (arguments.size() >= 2 && (arguments[1]->kind != expr_kind::constant ||
                                          !is_integer(arguments[1]->type.type) ||
                                          arguments[1]->literal.view().integer() < 0))
                refuse("lag() and lead() need a constant number of rows, at least 0");
            break;
        case window_function::first_value:
        case window_function::last_value:
            takes("first_value() and last_value()", 1, 1);
            break;
        case window_function::nth_value:
            takes("nth_value()", 2, 2);
            if (setting("nth_value()", *arguments[1]) < 1)
                refuse("nth_value() needs a constant number, at least 1");
            break;
    }
    sql_type t = arguments[0]->type;
    if (arguments.size() == 3) {
        const expr_ptr either[] = {arguments[0], arguments[2]};
        t = type_of_alternatives("lag() and lead()", either);
    }
    t.nullable = true;
    return t;
}

}  // namespace shardwise::sql
