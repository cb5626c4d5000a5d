// SPDX-License-Identifier: MIT
// The rest of expression_writer: numbers that are cut and rounded, exact quotients.
#include <fmt/format.h>

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

}  // namespace

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
    *this << (mariadb ? "" : "NULLIF(");
    operand(b, b.type);
    *this << (mariadb ? "" : ", 0)");
    if (how == rounding::half_away || how == rounding::towards_zero)
        *this << fmt::format(", {}", digits);
    *this << ")";
}

}  // namespace shardwise::sql
