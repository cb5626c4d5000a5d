// SPDX-License-Identifier: MIT
// The rest of expression_writer: functions that came later, and what only shardwise's SQLite driver
// computes (engine/driver/sqlite/text_functions.cpp and its neighbours).
#include <fmt/format.h>

#include <array>
#include <string>

#include "shardwise/base/error.hpp"
#include "sql/expression_writer.hpp"
#include "sql/typing.hpp"

namespace shardwise::sql {
namespace {

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

/// sw_ordered_set(x, fraction, what, descending)
void expression_writer::of_ordered_set(const expr& e) {
    if (dialect_.kind() != dialect_kind::sqlite)
        raise(error_code::not_supported,
              fmt::format("percentiles and mode() are computed in the client, {} is not asked for "
                          "them",
                          traits_.name));
    const char what = e.function == aggregate::percentile_cont   ? 'c'
                      : e.function == aggregate::percentile_disc ? 'd'
                                                                 : 'm';
    *this << "sw_ordered_set(";
    operand(*e.operands[0], e.type);
    *this << ", ";
    operand(*e.operands[1], e.operands[1]->type);
    *this << fmt::format(", '{}', {})", what, e.negated ? 1 : 0);
}

}  // namespace shardwise::sql
