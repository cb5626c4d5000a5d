// SPDX-License-Identifier: MIT
// The rest of expression_writer: arithmetic of dates and instants.
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

}  // namespace

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
    *this << "COALESCE(CAST(";
    operand(x, x.type);
    *this << " AS DATETIME(6))";
    if (months != 0) *this << fmt::format(" + INTERVAL {} MONTH", months);
    if (days != 0) *this << fmt::format(" + INTERVAL {} DAY", days);
    if (micros_of_day != 0) *this << fmt::format(" + INTERVAL {} MICROSECOND", micros_of_day);
    // MariaDB's sum is NULL when it leaves the years. A number that leaves 64 bits is an error.
    *this << ", CAST(9223372036854775807 + YEAR(";
    operand(x, x.type);
    *this << ") AS DATETIME(6)))";
}

void expression_writer::add_days(const expr& e) {
    const bool mariadb = dialect_.kind() == dialect_kind::mariadb;
    *this << (mariadb ? "COALESCE(DATE_ADD(" : "(");
    operand(*e.operands[0], e.type);
    *this << (mariadb ? ", INTERVAL " : " + ");
    if (dialect_.kind() == dialect_kind::postgres) *this << "CAST(";
    operand(*e.operands[1], e.operands[1]->type);
    if (dialect_.kind() == dialect_kind::postgres) *this << " AS int)";
    *this << (mariadb ? " DAY)" : ")");
    if (!mariadb) return;
    // As in add_interval(). A NULL, which a window function also is before it is computed, has to
    // come before the large number.
    *this << ", CAST(YEAR(";
    operand(*e.operands[0], e.type);
    *this << ") + 0 * ";
    operand(*e.operands[1], e.operands[1]->type);
    *this << " + 9223372036854775807 AS DATE))";
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

}  // namespace shardwise::sql
