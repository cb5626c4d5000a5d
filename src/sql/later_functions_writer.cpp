// SPDX-License-Identifier: MIT
// The rest of expression_writer: exact quotients, arithmetic of dates, and what only shardwise's
// SQLite driver computes (engine/driver/sqlite/text_functions.cpp and its neighbours).
#include <fmt/format.h>

#include <array>
#include <string>

#include "shardwise/base/error.hpp"
#include "sql/expression_writer.hpp"
#include "sql/typing.hpp"

namespace shardwise::sql {
namespace {

std::int64_t setting(const expr& e, std::size_t operand) {
    return e.operands[operand]->literal.view().integer();
}

int scale_of(const sql_type& t) { return t.type == column_type::decimal ? t.scale : 0; }

struct local_name {
    function callee;
    std::string_view name;
};
constexpr std::array local_names{
    local_name{function::repeat, "sw_repeat"},
    local_name{function::pad_left, "sw_lpad"},
    local_name{function::pad_right, "sw_rpad"},
    local_name{function::trim_of, "sw_trim"},
    local_name{function::initcap, "sw_initcap"},
    local_name{function::split_part, "sw_split_part"},
    local_name{function::translate, "sw_translate"},
    local_name{function::ascii, "sw_ascii"},
    local_name{function::chr, "sw_chr"},
    local_name{function::to_decimal, "sw_to_decimal"},
    local_name{function::power, "sw_power"},
    local_name{function::square_root, "sw_sqrt"},
    local_name{function::exponential, "sw_exp"},
    local_name{function::logarithm, "sw_ln"},
    local_name{function::logarithm_10, "sw_log"},
    local_name{function::json_get, "sw_json_get"},
    local_name{function::json_text, "sw_json_text"},
};

}  // namespace

void expression_writer::later_function(const expr& e) {
    const bool sqlite = dialect_.kind() == dialect_kind::sqlite;
    switch (e.callee) {
        case function::trunc:
            return cut(e);
        case function::quotient:
            return quotient(e);
        case function::reverse:
            return arguments(sqlite ? "sw_reverse" : "REVERSE", e);
        case function::add_interval:
            return add_interval(e);
        case function::add_days:
            return add_days(e);
        case function::days_between: {
            const bool mariadb = dialect_.kind() == dialect_kind::mariadb;
            if (mariadb) return arguments("DATEDIFF", e);
            *this << (sqlite ? "(" : "CAST(");
            operand(*e.operands[0], {column_type::date});
            *this << " - ";
            operand(*e.operands[1], {column_type::date});
            *this << (sqlite ? ")" : " AS bigint)");
            return;
        }
        case function::epoch:
            return epoch(e);
        default:
            return local_function(e);
    }
}

/// Towards zero.
void expression_writer::cut(const expr& e) {
    const expr& x = *e.operands[0];
    if (is_integer(x.type.type)) return atom(x);
    const bool mariadb = dialect_.kind() == dialect_kind::mariadb;
    const int digits = scale_of(e.type);
    if (dialect_.kind() == dialect_kind::sqlite && x.type.type == column_type::decimal) {
        const int dropped = x.type.scale - digits;
        if (dropped == 0) return atom(x);
        *this << "(";
        operand(x, x.type);
        *this << " / 1" << std::string(static_cast<std::size_t>(dropped), '0') << ")";
        return;
    }
    const bool real = x.type.type == column_type::float64;
    *this << (mariadb                                   ? "TRUNCATE("
              : dialect_.kind() == dialect_kind::sqlite ? "sw_trunc("
                                                        : "TRUNC(");
    operand(x, x.type);
    if (mariadb || !real) *this << fmt::format(", {}", digits);
    *this << ")";
}

/// A double to the nearest whole number, halves to the even one, as PostgreSQL does.
void expression_writer::half_even(const expr& x) {
    const auto value = [&] { operand(x, x.type); };
    if (dialect_.kind() != dialect_kind::mariadb) {
        *this << (dialect_.kind() == dialect_kind::sqlite ? "sw_round(" : "ROUND(");
        value();
        *this << ")";
        return;
    }
    *this << "(FLOOR(";
    value();
    *this << ") + CASE WHEN ";
    value();
    *this << " - FLOOR(";
    value();
    *this << ") < 0.5 THEN 0 WHEN ";
    value();
    *this << " - FLOOR(";
    value();
    *this << ") > 0.5 THEN 1 ELSE MOD(ABS(FLOOR(";
    value();
    *this << ")), 2) END)";
}

/// A decimal (halves away from zero) or a double (halves to even) as an integer.
void expression_writer::whole_number(const expr& x) {
    const bool real = x.type.type == column_type::float64;
    switch (dialect_.kind()) {
        case dialect_kind::postgres:
            *this << "CAST(";
            operand(x, x.type);
            *this << " AS bigint)";
            return;
        case dialect_kind::mariadb:
            if (real) {
                *this << "CAST(";
                half_even(x);
                *this << " AS SIGNED)";
                return;
            }
            // Not CAST: it leaves 64 bits without an error.
            *this << "(ROUND(";
            operand(x, x.type);
            *this << ", 0) DIV 1)";
            return;
        case dialect_kind::sqlite:
            break;
    }
    if (real) {
        *this << "sw_whole(";
        operand(x, x.type);
        *this << ")";
    } else if (x.type.scale == 0) {
        atom(x);
    } else {
        *this << "sw_ROUND_DIV(";
        operand(x, x.type);
        *this << ", 1" << std::string(x.type.scale, '0') << ")";
    }
}

/// a / b cut to so many digits, as if the quotient had all of its digits.
void expression_writer::quotient(const expr& e) {
    const expr &a = *e.operands[0], &b = *e.operands[1];
    const std::int64_t digits = setting(e, 2);
    const auto how = static_cast<rounding>(setting(e, 3));
    if (dialect_.kind() == dialect_kind::sqlite) {
        *this << "sw_quotient(";
        operand(a, a.type);
        *this << fmt::format(", {}, ", scale_of(a.type));
        operand(b, b.type);
        *this << fmt::format(", {}, {}, {})", scale_of(b.type), digits, static_cast<int>(how));
        return;
    }
    const bool mariadb = dialect_.kind() == dialect_kind::mariadb;
    switch (how) {
        case rounding::half_away:
            *this << "ROUND(";
            break;
        case rounding::towards_zero:
            *this << (mariadb ? "TRUNCATE(" : "TRUNC(");
            break;
        case rounding::down:
            *this << "FLOOR(";
            break;
        case rounding::up:
            *this << "CEILING(";
            break;
    }
    // MariaDB's quotient has four digits more than its dividend.
    *this << "CAST(";
    operand(a, a.type);
    *this << (mariadb ? " AS DECIMAL(65,20))" : " AS numeric)") << " / ";
    *this << "NULLIF(";
    operand(b, b.type);
    *this << ", 0)";
    if (how == rounding::half_away || how == rounding::towards_zero)
        *this << fmt::format(", {}", digits);
    *this << ")";
}

void expression_writer::add_interval(const expr& e) {
    const expr& x = *e.operands[0];
    const std::int64_t months = setting(e, 1), days = setting(e, 2), micros_of_day = setting(e, 3);
    switch (dialect_.kind()) {
        case dialect_kind::sqlite:
            *this << "sw_add_interval(";
            micros(x);
            *this << fmt::format(", {}, {}, {})", months, days, micros_of_day);
            return;
        case dialect_kind::postgres:
            *this << "(CAST(";
            operand(x, x.type);
            *this << fmt::format(" AS timestamptz) + INTERVAL '{} months {} days {} microseconds')",
                                 months, days, micros_of_day);
            return;
        case dialect_kind::mariadb:
            break;
    }
    *this << "(CAST(";
    operand(x, x.type);
    *this << " AS DATETIME(6))";
    if (months != 0) *this << fmt::format(" + INTERVAL {} MONTH", months);
    if (days != 0) *this << fmt::format(" + INTERVAL {} DAY", days);
    if (micros_of_day != 0) *this << fmt::format(" + INTERVAL {} MICROSECOND", micros_of_day);
    *this << ")";
}

void expression_writer::add_days(const expr& e) {
    const bool mariadb = dialect_.kind() == dialect_kind::mariadb;
    *this << (mariadb ? "DATE_ADD(" : "(");
    operand(*e.operands[0], e.type);
    *this << (mariadb ? ", INTERVAL " : " + ");
    if (dialect_.kind() == dialect_kind::postgres) *this << "CAST(";
    operand(*e.operands[1], e.operands[1]->type);
    if (dialect_.kind() == dialect_kind::postgres) *this << " AS int)";
    *this << (mariadb ? " DAY)" : ")");
}

void expression_writer::epoch(const expr& e) {
    const expr& x = *e.operands[0];
    switch (dialect_.kind()) {
        case dialect_kind::sqlite:
            return micros(x);
        case dialect_kind::postgres:
            *this << "CAST(EXTRACT(EPOCH FROM ";
            operand(x, x.type);
            *this << ") AS numeric(38,6))";
            return;
        case dialect_kind::mariadb:
            *this << "CAST(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', CAST(";
            operand(x, x.type);
            *this << " AS DATETIME(6))) * 0.000001 AS DECIMAL(38,6))";
    }
}

void expression_writer::local_function(const expr& e) {
    if (dialect_.kind() != dialect_kind::sqlite)
        raise(error_code::not_supported,
              fmt::format("{} is computed in the client, {} is not asked for it", word_of(e.callee),
                          traits_.name));
    const expr& x = *e.operands[0];
    if (e.callee == function::to_text) {
        *this << "sw_text(";
        operand(x, x.type);
        *this << fmt::format(", {})", x.type.type == column_type::decimal ? int{x.type.scale} : -1);
        return;
    }
    if (e.callee == function::to_char) {
        *this << "sw_to_char(";
        micros(x);
        *this << ", ";
        operand(*e.operands[1], e.operands[1]->type);
        *this << ")";
        return;
    }
    for (const local_name& l : local_names)
        if (l.callee == e.callee) return arguments(l.name, e);
    raise(error_code::internal, "a function without a writer");
}

/// sw_string_agg(text, separator, distinct, directions, keys...)
void expression_writer::joined_texts(const expr& e) {
    if (dialect_.kind() != dialect_kind::sqlite)
        raise(error_code::not_supported,
              fmt::format("string_agg() is computed in the client, {} is not asked for it",
                          traits_.name));
    *this << "sw_string_agg(";
    operand(*e.operands[0], e.type);
    *this << ", ";
    operand(*e.operands[1], e.type);
    std::string directions;
    for (const window_spec::direction& d : e.window->order) {
        directions += d.descending ? 'd' : 'a';
        directions += d.nulls_first ? 'f' : 'l';
    }
    *this << (e.negated ? ", 1, '" : ", 0, '") << directions << "'";
    for (std::size_t i = 2; i < e.operands.size(); ++i) {
        *this << ", ";
        operand(*e.operands[i], e.operands[i]->type);
    }
    *this << ")";
}

}  // namespace shardwise::sql
