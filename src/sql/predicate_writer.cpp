// SPDX-License-Identifier: MIT
// The rest of expression_writer: lists, patterns, aggregates, ordering, assignments.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "shardwise/base/error.hpp"
#include "sql/constants.hpp"
#include "sql/expression_writer.hpp"
#include "sql/typing.hpp"

namespace shardwise::sql {
namespace {

constexpr std::size_t longest_unpadded_list = 8;

/// Lists of similar length share one text, so that caches of prepared statements find it again.
std::size_t padded_length(std::size_t count) {
    if (count <= longest_unpadded_list) return count;
    return std::max(count, std::min(std::bit_ceil(count), longest_in_list));
}

/// PostgreSQL's stand-ins for these have no OVER.
void refuse_window_of(const expr& x) {
    if (x.type.type != column_type::uuid && x.type.type != column_type::blob) return;
    raise(error_code::not_supported,
          "MIN and MAX of UUIDs and bytes over a window are not supported");
}

[[noreturn]] void refuse(const schema::table& t, std::string message) {
    raise(
        error_info{.code = error_code::bad_query, .message = std::move(message), .table = t.name});
}

}  // namespace

void expression_writer::in_list(const expr& e) {
    if (e.list.empty()) {
        *this << (e.negated ? "1 = 1" : "1 = 0");
        return;
    }
    const sql_type as = comparison_type(e.operands, e.list);
    operand(*e.operands[0], as);
    *this << (e.negated ? " NOT IN (" : " IN (");
    const std::size_t count = pad_lists_ ? padded_length(e.list.size()) : e.list.size();
    for (std::size_t i = 0; i < count; ++i) {
        if (i != 0) *this << ", ";
        constant(e.list[std::min(i, e.list.size() - 1)], as);
    }
    *this << ")";
}

void expression_writer::between(const expr& e) {
    const sql_type as = comparison_type(e.operands);
    const bool collated = as.type == column_type::text;
    const auto bound = [&](const expr& x) {
        if (collated) *this << "(";
        operand(x, as);
        if (collated) *this << traits_.byte_collation << ")";
    };
    operand(*e.operands[0], as);
    *this << (e.negated ? " NOT BETWEEN " : " BETWEEN ");
    bound(*e.operands[1]);
    *this << " AND ";
    bound(*e.operands[2]);
}

void expression_writer::like(const expr& e) {
    const sql_type text{column_type::text};
    operand(*e.operands[0], text);
    *this << (e.negated ? " NOT LIKE " : " LIKE ");
    operand(*e.operands[1], text);
    *this << traits_.like_collation << traits_.like_escape;
}

void expression_writer::aggregate_call(const expr& e) {
    aggregate_body(e, [] {});
}

/// `after` follows each call of an aggregate function: OVER.
void expression_writer::aggregate_body(const expr& e, const std::function<void()>& after) {
    // What is aggregated are rows, not groups: keys do not stand for it.
    const bool keys = std::exchange(keys_enabled_, e.kind == expr_kind::window && keys_enabled_);
    const bool distinct =
        e.function == aggregate::sum_distinct || e.function == aggregate::avg_distinct;
    const auto call = [&](std::string_view before, std::string_view end) {
        *this << before;
        if (distinct) *this << "DISTINCT ";
        whole(*e.operands[0]);
        *this << ")";
        after();
        *this << end;
    };
    switch (e.function) {
        case aggregate::count_all:
            *this << "COUNT(*)";
            after();
            break;
        case aggregate::count:
            call("COUNT(", "");
            break;
        case aggregate::count_distinct:
            *this << "COUNT(DISTINCT ";
            in_byte_order(*e.operands[0]);
            *this << ")";
            break;
        case aggregate::sum:
        case aggregate::sum_distinct: {
            // PostgreSQL's sum of narrow integers is a bigint; the result type is a decimal.
            const bool widen = traits_.narrow_arithmetic && is_integer(e.operands[0]->type.type);
            call(widen ? "CAST(SUM(" : "SUM(", widen ? " AS numeric)" : "");
            break;
        }
        case aggregate::sum_integer: {
            const bool mariadb = dialect_.kind() == dialect_kind::mariadb;
            if (traits_.scaled_decimals)
                call("SUM(", "");
            else
                call("CAST(SUM(", mariadb ? " AS SIGNED)" : " AS bigint)");
            break;
        }
        case aggregate::string_join:
            joined_texts(e);
            break;
        case aggregate::percentile_cont:
        case aggregate::percentile_disc:
        case aggregate::mode:
            of_ordered_set(e);
            break;
        case aggregate::avg:
        case aggregate::avg_distinct: {
            const sql_type& x = e.operands[0]->type;
            call("(CAST(SUM(", fmt::format(" AS {})", traits_.double_type));
            if (traits_.scaled_decimals && x.type == column_type::decimal && x.scale > 0)
                *this << " / 1" << std::string(x.scale, '0') << ".0";
            call(" / COUNT(", ")");
            break;
        }
        case aggregate::min:
        case aggregate::max:
            if (e.kind == expr_kind::window && traits_.narrow_arithmetic)
                refuse_window_of(*e.operands[0]);
            extreme(e);
            after();
            break;
        case aggregate::var_pop:
        case aggregate::var_samp:
        case aggregate::stddev_pop:
        case aggregate::stddev_samp:
            distribution(e);
            after();
            break;
    }
    keys_enabled_ = keys;
}

/// Of doubles: the engines agree but for the last digits.
void expression_writer::distribution(const expr& e) {
    const auto name = [&]() -> std::string_view {
        switch (e.function) {
            case aggregate::var_pop:
                return "VAR_POP";
            case aggregate::var_samp:
                return "VAR_SAMP";
            case aggregate::stddev_pop:
                return "STDDEV_POP";
            default:
                return "STDDEV_SAMP";
        }
    };
    if (traits_.scaled_decimals) *this << "sw_";
    *this << name() << "(";
    const expr& x = *e.operands[0];
    if (x.type.type == column_type::float64) {
        whole(x);
    } else {
        *this << "CAST(";
        whole(x);
        *this << " AS " << traits_.double_type << ")";
        if (traits_.scaled_decimals && x.type.type == column_type::decimal && x.type.scale > 0)
            *this << " / 1" << std::string(x.type.scale, '0') << ".0";
    }
    *this << ")";
}

void expression_writer::extreme(const expr& e) {
    if (traits_.narrow_arithmetic && postgres_extreme(e)) return;
    *this << (e.function == aggregate::min ? "MIN(" : "MAX(");
    in_byte_order(*e.operands[0]);
    *this << ")";
}

void expression_writer::distinct_from(const expr& e) {
    const sql_type as = comparison_type(e.operands);
    // MariaDB's <=> is "not distinct from".
    const bool mariadb = dialect_.kind() == dialect_kind::mariadb;
    if (mariadb && !e.negated) *this << "NOT (";
    operand(*e.operands[0], as);
    if (mariadb)
        *this << " <=> ";
    else if (dialect_.kind() == dialect_kind::sqlite)
        *this << (e.negated ? " IS " : " IS NOT ");
    else
        *this << (e.negated ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ");
    operand(*e.operands[1], as);
    if (mariadb && !e.negated) *this << ")";
}

/// MariaDB finds NULL among dates that an aggregate gave to be unequal instead of unknown: looks
/// for their seconds.
expr_ptr looked_up_by_seconds(const expr& e) {
    const auto seconds = [](const expr_ptr& x) { return call(function::epoch, &x, 1); };
    const shared<select> rows = clone(*e.query);
    rows->items[0].expression = seconds(rows->items[0].expression);
    return in_query(seconds(e.operands[0]), freeze(rows), e.negated);
}

void expression_writer::in_query(const expr& e) {
    const column_type found = e.query->items[0].expression->type.type;
    const bool of_time = found == column_type::date || found == column_type::timestamp;
    if (dialect_.kind() == dialect_kind::mariadb && of_time && e.query->branches.empty() &&
        e.query->items[0].expression->has_aggregate && !e.operands[0]->is_null_literal())
        return in_query(*looked_up_by_seconds(e));
    const expr_ptr pair[] = {e.operands[0], e.query->items[0].expression};
    sql_type as = comparison_type(pair);
    // The subquery writes its item as it is, a constant with its trailing zeros.
    if (as.type == column_type::decimal) as.scale = std::max(as.scale, pair[1]->type.scale);
    operand(*e.operands[0], as);
    *this << (e.negated ? " NOT IN " : " IN ");
    const bool limited = e.query->limit || e.query->offset != 0;
    if (!limited) return query(*e.query);
    // MariaDB has no LIMIT right inside of IN.
    *this << "(SELECT ";
    identifier("sw_value");
    *this << " FROM ";
    query(*e.query, {"sw_value"});
    *this << " AS ";
    identifier("sw_rows");
    *this << ")";
}

/// SQLite takes the first of several rows without a word; sw_only() refuses them.
void expression_writer::scalar_query(const expr& e) {
    if (dialect_.kind() != dialect_kind::sqlite) return query(*e.query);
    *this << "(SELECT sw_only(";
    identifier("sw_value");
    *this << ") FROM ";
    query(*e.query, {"sw_value"});
    *this << ")";
}

/// PostgreSQL 15 has no MIN and MAX of booleans, UUIDs and bytes.
bool expression_writer::postgres_extreme(const expr& e) {
    const expr& x = *e.operands[0];
    const bool least = e.function == aggregate::min;
    const auto call = [&](std::string_view before, std::string_view after) {
        *this << before;
        whole(x);
        *this << after;
        return true;
    };
    switch (x.type.type) {
        case column_type::boolean:
            return call(least ? "BOOL_AND(" : "BOOL_OR(", ")");
        case column_type::uuid:
            return call(least ? "CAST(MIN(CAST(" : "CAST(MAX(CAST(",
                        " AS text) COLLATE \"C\") AS uuid)");
        case column_type::blob:
            return call(least ? "DECODE(MIN(ENCODE(" : "DECODE(MAX(ENCODE(",
                        ", 'hex') COLLATE \"C\"), 'hex')");
        default:
            return false;
    }
}

void expression_writer::order_term(const ordering& o, bool may_be_null) {
    const std::size_t start = out_.text.size(), bound = out_.values.size();
    atom_in_byte_order(*o.by);
    const std::string x = out_.text.substr(start);
    out_.text.resize(start);
    const std::size_t after = out_.values.size();
    const int times = dialect_.order_term(out_.text, x, o.descending, o.nulls_first,
                                          may_be_null || scope_->nullable(*o.by));
    if (traits_.numbered_parameters) return;
    for (int again = 1; again < times; ++again)
        for (std::size_t i = bound; i < after; ++i) {
            const value repeated = out_.values[i];
            const typed as = out_.parameters[i];
            const parameter_source source = out_.sources[i];
            out_.values.push_back(repeated);
            out_.parameters.push_back(as);
            out_.sources.push_back(source);
        }
}

void expression_writer::assigned(const expr& e, const schema::table& t, const schema::column& c) {
    if (e.kind == expr_kind::constant) {
        const bound_constant b = bind_assigned(e.literal, t, c, traits_);
        return parameter(b.bound, b.as,
                         {parameter_source::origin::assigned, &e.literal, {}, &t, &c});
    }
    const column_type from = e.type.type;
    const bool exact_target = is_integer(c.type) || c.type == column_type::decimal;
    const int scale = from == column_type::decimal ? e.type.scale : 0;
    const int kept = c.type == column_type::decimal ? c.scale : 0;
    if (exact_target && (from == column_type::float64 || scale > kept))
        refuse(t, fmt::format("column {}.{} of type {} would round the {} it is set to", t.name,
                              c.name, name_of(c.type),
                              from == column_type::float64
                                  ? std::string{"floating-point number"}
                                  : fmt::format("{} fraction digits", scale)));
    const sql_type as{c.type, c.precision, c.scale, c.nullable};
    if (traits_.scaled_decimals &&
        (c.type == column_type::decimal || c.type == column_type::float64))
        operand(e, as);
    else
        whole(e);
}

}  // namespace shardwise::sql
