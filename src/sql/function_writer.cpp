// SPDX-License-Identifier: MIT
// The rest of expression_writer: functions, CASE, CAST, dates, windows. Names that begin with sw_
// are functions that shardwise's SQLite driver adds (engine/driver/sqlite/functions.cpp).
#include <fmt/format.h>

#include <string>

#include "sql/expression_writer.hpp"
#include "sql/typing.hpp"

namespace shardwise::sql {
namespace {

constexpr std::string_view micros_per_day = "86400000000";

std::string power_of_ten(int n) { return "1" + std::string(static_cast<std::size_t>(n), '0'); }

bool is_constant_of_at_least(const expr& e, std::int64_t least) {
    return e.kind == expr_kind::constant && e.literal.view().kind() == kind::integer &&
           e.literal.view().integer() >= least;
}

/// What EXTRACT of PostgreSQL calls it.
std::string_view field_of(time_unit u) {
    switch (u) {
        case time_unit::year:
            return "year";
        case time_unit::quarter:
            return "quarter";
        case time_unit::month:
            return "month";
        case time_unit::week:
            return "week";
        case time_unit::day:
            return "day";
        case time_unit::hour:
            return "hour";
        case time_unit::minute:
            return "minute";
        case time_unit::second:
            return "second";
        case time_unit::weekday:
            return "dow";
        case time_unit::year_day:
            return "doy";
        case time_unit::iso_weekday:
            return "isodow";
        case time_unit::iso_year:
            return "isoyear";
    }
    return "";
}

std::string_view mariadb_part(time_unit u) {
    switch (u) {
        case time_unit::year:
            return "YEAR(";
        case time_unit::quarter:
            return "QUARTER(";
        case time_unit::month:
            return "MONTH(";
        case time_unit::hour:
            return "HOUR(";
        case time_unit::minute:
            return "MINUTE(";
        case time_unit::second:
            return "SECOND(";
        case time_unit::weekday:
            return "(DAYOFWEEK(";
        case time_unit::year_day:
            return "DAYOFYEAR(";
        case time_unit::week:
            return "WEEKOFYEAR(";
        case time_unit::iso_weekday:
            return "(WEEKDAY(";
        case time_unit::iso_year:
            return "(YEARWEEK(";
        default:
            return "DAYOFMONTH(";
    }
}

std::string_view mariadb_format(time_unit u) {
    switch (u) {
        case time_unit::year:
            return "%Y-01-01";
        case time_unit::month:
            return "%Y-%m-01";
        case time_unit::hour:
            return "%Y-%m-%d %H:00:00";
        case time_unit::minute:
            return "%Y-%m-%d %H:%i:00";
        case time_unit::second:
            return "%Y-%m-%d %H:%i:%s";
        default:
            return "%Y-%m-%d";
    }
}

std::string bound(frame::edge e, std::int64_t rows, bool start) {
    if (e == frame::edge::current || (e == frame::edge::offset && rows == 0)) return "CURRENT ROW";
    if (e == frame::edge::unbounded) return start ? "UNBOUNDED PRECEDING" : "UNBOUNDED FOLLOWING";
    return rows < 0 ? fmt::format("{} PRECEDING", -rows) : fmt::format("{} FOLLOWING", rows);
}

}  // namespace

void expression_writer::arguments(std::string_view name, const expr& e) {
    *this << name << "(";
    for (std::size_t i = 0; i < e.operands.size(); ++i) {
        if (i != 0) *this << ", ";
        operand(*e.operands[i], e.callee == function::coalesce ? e.type : e.operands[i]->type);
    }
    *this << ")";
}

void expression_writer::function_call(const expr& e) {
    const bool postgres = dialect_.kind() == dialect_kind::postgres;
    const bool sqlite = dialect_.kind() == dialect_kind::sqlite;
    const expr& x = *e.operands[0];
    const auto wrapped = [&](std::string_view before, std::string_view after) {
        *this << before;
        operand(x, x.type);
        *this << after;
    };
    switch (e.callee) {
        case function::lower:
        case function::upper: {
            const std::string name = e.callee == function::lower ? "LOWER(" : "UPPER(";
            if (sqlite) return wrapped("sw_" + name, ")");
            if (!postgres) return wrapped(name, ")");
            // The column's own collation may know ASCII letters only.
            return wrapped("(" + name, " COLLATE \"und-x-icu\") COLLATE \"C\")");
        }
        case function::length:
            if (sqlite) return wrapped("LENGTH(", ")");
            return postgres ? wrapped("CAST(LENGTH(", ") AS bigint)")
                            : wrapped("CHAR_LENGTH(", ")");
        case function::substring:
            return substring(e);
        case function::trim:
            return wrapped(postgres ? "BTRIM(" : "TRIM(", ")");
        case function::trim_left:
            return wrapped("LTRIM(", ")");
        case function::trim_right:
            return wrapped("RTRIM(", ")");
        case function::replace:
            return arguments("REPLACE", e);
        case function::concat:
            return concat(e);
        case function::position:
            return position(e);
        case function::absolute:
            if (postgres && is_integer(x.type.type)) return wrapped("ABS(CAST(", " AS bigint))");
            return wrapped("ABS(", ")");
        case function::floor:
        case function::ceiling:
        case function::round:
            return rounded(e);
        case function::coalesce:
            return arguments("COALESCE", e);
        default:
            return later_function(e);
    }
}

void expression_writer::concat(const expr& e) {
    if (dialect_.kind() == dialect_kind::mariadb) return arguments("CONCAT", e);
    *this << "(";
    for (std::size_t i = 0; i < e.operands.size(); ++i) {
        if (i != 0) *this << " || ";
        operand(*e.operands[i], e.type);
    }
    *this << ")";
}

void expression_writer::position(const expr& e) {
    const expr &part = *e.operands[0], &text = *e.operands[1];
    const sql_type type{column_type::text};
    if (dialect_.kind() == dialect_kind::mariadb) {
        *this << "LOCATE(";
        operand(part, type);
        *this << traits_.byte_collation << ", ";
        operand(text, type);
        *this << ")";
        return;
    }
    const bool postgres = dialect_.kind() == dialect_kind::postgres;
    *this << (postgres ? "CAST(STRPOS(" : "INSTR(");
    operand(text, type);
    *this << ", ";
    operand(part, type);
    *this << (postgres ? ") AS bigint)" : ")");
}

/// PostgreSQL's rule (the standard's): a start before the first character uses up the count.
void expression_writer::substring(const expr& e) {
    const expr& from = *e.operands[1];
    const expr* const count = e.operands.size() > 2 ? e.operands[2].get() : nullptr;
    const auto number = [&](const expr& n) { operand(n, {column_type::int64}); };
    const bool simple = is_constant_of_at_least(from, 1) &&
                        (count == nullptr || is_constant_of_at_least(*count, 0));
    *this << "SUBSTR(";
    operand(*e.operands[0], e.type);
    *this << ", ";
    if (dialect_.kind() == dialect_kind::postgres) {
        *this << "CAST(";
        number(from);
        *this << " AS int)";
        if (count != nullptr) {
            // Negative counts are an error there only.
            *this << ", CAST(CASE WHEN ";
            number(*count);
            *this << " < 0 THEN 0 ELSE ";
            number(*count);
            *this << " END AS int)";
        }
    } else if (simple) {
        number(from);
        if (count != nullptr) {
            *this << ", ";
            number(*count);
        }
    } else {
        *this << "CASE WHEN ";
        number(from);
        *this << " < 1 THEN 1 ELSE ";
        number(from);
        *this << " END";
        if (count != nullptr) {
            *this << ", CASE WHEN ";
            number(*count);
            *this << " < 0 THEN 0 WHEN ";
            number(from);
            *this << " < 1 AND ";
            number(from);
            *this << " + ";
            number(*count);
            *this << " < 1 THEN 0 WHEN ";
            number(from);
            *this << " < 1 THEN ";
            number(from);
            *this << " + ";
            number(*count);
            *this << " - 1 ELSE ";
            number(*count);
            *this << " END";
        }
    }
    *this << ")";
}

void expression_writer::rounded(const expr& e) {
    const expr& x = *e.operands[0];
    if (is_integer(x.type.type)) return atom(x);
    const bool sqlite = dialect_.kind() == dialect_kind::sqlite;
    if (e.callee == function::round && x.type.type == column_type::float64) return half_even(x);
    const std::string_view name = e.callee == function::floor     ? "FLOOR("
                                  : e.callee == function::ceiling ? "CEILING("
                                                                  : "ROUND(";
    if (x.type.type == column_type::float64) {
        *this << (sqlite ? "sw_" : "") << name;
        operand(x, x.type);
        *this << ")";
        return;
    }
    const int dropped = x.type.scale - e.type.scale;
    if (sqlite) {
        if (dropped == 0) return atom(x);
        *this << "sw_" << name.substr(0, name.size() - 1) << "_DIV(";
        operand(x, x.type);
        *this << ", " << power_of_ten(dropped) << ")";
        return;
    }
    *this << name;
    operand(x, x.type);
    if (e.callee == function::round) *this << fmt::format(", {}", int{e.type.scale});
    *this << ")";
}

void expression_writer::conditional(const expr& e) {
    const std::size_t pairs = (e.operands.size() - (e.has_otherwise ? 1 : 0)) / 2;
    *this << "CASE";
    for (std::size_t i = 0; i < pairs; ++i) {
        *this << " WHEN ";
        const expr& condition = *e.operands[2 * i];
        if (condition.is_null_literal())
            constant(condition.literal, {column_type::boolean});
        else
            whole(condition);
        *this << " THEN ";
        operand(*e.operands[2 * i + 1], e.type);
    }
    if (e.has_otherwise) {
        *this << " ELSE ";
        operand(*e.operands.back(), e.type);
    }
    *this << " END";
}

void expression_writer::cast_to(const expr& x, std::string_view type) {
    *this << "CAST(";
    operand(x, x.type);
    *this << " AS " << type << ")";
}

namespace {

/// Of an integer that may not have so many; 0: all of its values fit.
int bits_to_check(const expr& e) {
    const expr& x = *e.operands[0];
    const bool fits = x.is_null_literal() || x.kind == expr_kind::extract ||
                      x.type.type == column_type::boolean || x.type.type == column_type::int16;
    if (e.type.type != column_type::int64 || fits) return 0;
    if (e.type.precision == short_integer) return 16;
    return e.type.precision == narrow_integer && x.type.type != column_type::int32 ? 32 : 0;
}

}  // namespace

void expression_writer::cast(const expr& e) {
    const int bits = bits_to_check(e);
    if (bits == 0) return cast_in_range(e);
    switch (dialect_.kind()) {
        case dialect_kind::sqlite:
            *this << "sw_integer(";
            cast_in_range(e);
            *this << fmt::format(", {})", bits);
            return;
        case dialect_kind::postgres:
            *this << "CAST(CAST(";
            cast_in_range(e);
            *this << (bits == 16 ? " AS smallint) AS bigint)" : " AS int) AS bigint)");
            return;
        case dialect_kind::mariadb: {
            // Shifted up, what has more bits leaves 64 bits, which is an error.
            const std::int64_t shift = std::int64_t{1} << (64 - bits);
            *this << "(";
            cast_in_range(e);
            *this << fmt::format(" * {0} DIV {0})", shift);
        }
    }
}

void expression_writer::cast_in_range(const expr& e) {
    const expr& x = *e.operands[0];
    const bool postgres = dialect_.kind() == dialect_kind::postgres;
    const bool sqlite = dialect_.kind() == dialect_kind::sqlite;
    if (x.is_null_literal()) return constant(x.literal, e.type);
    const bool same = x.type.type == e.type.type;
    switch (e.type.type) {
        case column_type::int64:
            if (sqlite && (is_integer(x.type.type) || x.type.type == column_type::boolean))
                return atom(x);
            if (postgres && x.type.type == column_type::boolean) {
                *this << "CAST(";
                cast_to(x, "int");
                *this << " AS bigint)";
                return;
            }
            if (x.type.type == column_type::decimal || x.type.type == column_type::float64)
                return whole_number(x);
            return cast_to(x, postgres ? "bigint" : "SIGNED");
        case column_type::float64:
            if (sqlite) return operand(x, e.type);
            return cast_to(x, traits_.double_type);
        case column_type::decimal: {
            if (sqlite) {
                const int dropped = (same ? x.type.scale : 0) - e.type.scale;
                if (dropped <= 0) return operand(x, e.type);
                *this << "sw_ROUND_DIV(";
                operand(x, x.type);
                *this << ", " << power_of_ten(dropped) << ")";
                return;
            }
            return cast_to(
                x, fmt::format("{}(38,{})", postgres ? "numeric" : "DECIMAL", int{e.type.scale}));
        }
        case column_type::text:
            if (same) return atom(x);
            if (x.type.type == column_type::boolean) {
                *this << "CASE ";
                atom(x);
                *this << " WHEN " << (postgres ? "true" : "1") << " THEN 'true' WHEN "
                      << (postgres ? "false" : "0") << " THEN 'false' END";
                return;
            }
            if (x.type.type == column_type::date) {
                *this << (sqlite ? "sw_date_text(" : postgres ? "TO_CHAR(" : "DATE_FORMAT(");
                operand(x, x.type);
                *this << (sqlite ? ")" : postgres ? ", 'YYYY-MM-DD')" : ", '%Y-%m-%d')");
                return;
            }
            return cast_to(x, dialect_.kind() == dialect_kind::mariadb ? "CHAR" : "TEXT");
        case column_type::date:
            if (same) return atom(x);
            if (!sqlite) return cast_to(x, "date");
            *this << "sw_FLOOR_DIV(";
            operand(x, x.type);
            *this << ", " << micros_per_day << ")";
            return;
        case column_type::timestamp:
            if (same) return atom(x);
            if (!sqlite) return cast_to(x, postgres ? "timestamptz" : "DATETIME(6)");
            return micros(x);
        default:
            atom(x);
    }
}

/// SQLite: microseconds since 1970 of a date or an instant.
void expression_writer::micros(const expr& x) {
    const bool days = x.type.type == column_type::date;
    *this << (days ? "(" : "");
    operand(x, x.type);
    if (days) *this << " * " << micros_per_day << ")";
}

void expression_writer::part_of_time(const expr& e) {
    const expr& x = *e.operands[0];
    switch (dialect_.kind()) {
        case dialect_kind::sqlite:
            *this << "sw_part('" << field_of(e.unit) << "', ";
            micros(x);
            *this << ")";
            return;
        case dialect_kind::postgres:
            *this << "CAST(FLOOR(EXTRACT(" << field_of(e.unit) << " FROM ";
            operand(x, x.type);
            *this << ")) AS bigint)";
            return;
        case dialect_kind::mariadb:
            *this << mariadb_part(e.unit);
            operand(x, x.type);
            *this << (e.unit == time_unit::weekday       ? ") - 1)"
                      : e.unit == time_unit::iso_weekday ? ") + 1)"
                      : e.unit == time_unit::iso_year    ? ", 3) DIV 100)"
                                                         : ")");
    }
}

void expression_writer::truncated_time(const expr& e) {
    const expr& x = *e.operands[0];
    const bool date = x.type.type == column_type::date;
    const auto value = [&] { operand(x, x.type); };
    switch (dialect_.kind()) {
        case dialect_kind::sqlite:
            *this << (date ? "sw_FLOOR_DIV(" : "") << "sw_truncate('" << field_of(e.unit) << "', ";
            micros(x);
            *this << ")";
            if (date) *this << ", " << micros_per_day << ")";
            return;
        case dialect_kind::postgres:
            *this << (date ? "CAST(" : "") << "DATE_TRUNC('" << field_of(e.unit) << "', ";
            value();
            *this << (date ? ") AS date)" : ")");
            return;
        case dialect_kind::mariadb:
            break;
    }
    *this << "CAST(";
    if (e.unit == time_unit::week) {
        *this << "DATE_SUB(DATE(";
        value();
        *this << "), INTERVAL WEEKDAY(";
        value();
        *this << ") DAY)";
    } else if (e.unit == time_unit::quarter) {
        // Not MAKEDATE: it takes the year 1 for 2001.
        *this << "DATE_ADD(DATE_FORMAT(";
        value();
        *this << ", '%Y-01-01'), INTERVAL QUARTER(";
        value();
        *this << ") - 1 QUARTER)";
    } else {
        *this << "DATE_FORMAT(";
        value();
        *this << ", '" << mariadb_format(e.unit) << "')";
    }
    *this << (date ? " AS DATE)" : " AS DATETIME(6))");
}

void expression_writer::window(const expr& e) {
    const window_spec& w = *e.window;
    if (w.of_aggregate) return aggregate_body(e, [&] { over(e); });
    const auto count = [&](std::string_view name) {
        // PostgreSQL takes an int there.
        *this << name;
        *this << std::to_string(e.operands[w.arguments - 1]->literal.view().integer()) << ")";
    };
    const auto shifted = [&](std::string_view name) {
        *this << name;
        operand(*e.operands[0], w.arguments == 3 ? e.type : e.operands[0]->type);
        if (w.arguments == 1) {
            *this << ")";
            return;
        }
        // PostgreSQL takes an int there.
        *this << fmt::format(", {}", e.operands[1]->literal.view().integer());
        if (w.arguments == 3) {
            *this << ", ";
            operand(*e.operands[2], e.type);
        }
        *this << ")";
    };
    switch (w.function) {
        case window_function::row_number:
            *this << "ROW_NUMBER()";
            break;
        case window_function::rank:
            *this << "RANK()";
            break;
        case window_function::dense_rank:
            *this << "DENSE_RANK()";
            break;
        case window_function::ntile:
            count("NTILE(");
            break;
        case window_function::lag:
            shifted("LAG(");
            break;
        case window_function::lead:
            shifted("LEAD(");
            break;
        case window_function::first_value:
            shifted("FIRST_VALUE(");
            break;
        case window_function::last_value:
            shifted("LAST_VALUE(");
            break;
        case window_function::nth_value:
            shifted("NTH_VALUE(");
            break;
        case window_function::percent_rank:
            *this << "PERCENT_RANK()";
            break;
        case window_function::cume_dist:
            *this << "CUME_DIST()";
            break;
    }
    over(e);
}

void expression_writer::over(const expr& e) {
    const window_spec& w = *e.window;
    *this << " OVER (";
    std::size_t at = w.arguments;
    for (std::size_t i = 0; i < w.partitions; ++i) {
        *this << (i == 0 ? "PARTITION BY " : ", ");
        in_byte_order(*e.operands[at++]);
    }
    for (std::size_t i = 0; i < w.order.size(); ++i) {
        *this << (i == 0 ? (w.partitions > 0 ? " ORDER BY " : "ORDER BY ") : ", ");
        order_term({e.operands[at++], w.order[i].descending, w.order[i].nulls_first});
    }
    const bool of_shares = !w.of_aggregate && (w.function == window_function::cume_dist ||
                                               w.function == window_function::percent_rank);
    if (w.rows.what != frame::unit::none && !of_shares)
        *this << (w.rows.what == frame::unit::rows    ? " ROWS"
                  : w.rows.what == frame::unit::range ? " RANGE"
                                                      : " GROUPS")
              << " BETWEEN " << bound(w.rows.from, w.rows.from_rows, true) << " AND "
              << bound(w.rows.to, w.rows.to_rows, false);
    *this << ")";
}

}  // namespace shardwise::sql
