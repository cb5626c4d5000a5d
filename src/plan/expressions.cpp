// SPDX-License-Identifier: MIT
#include "plan/expressions.hpp"

#include <fmt/format.h>

#include "sql/typing.hpp"

namespace shardwise::plan {
namespace {

std::string_view sign_of(sql::op o) {
    switch (o) {
        case sql::op::eq:
            return "=";
        case sql::op::ne:
            return "<>";
        case sql::op::lt:
            return "<";
        case sql::op::le:
            return "<=";
        case sql::op::gt:
            return ">";
        case sql::op::ge:
            return ">=";
        case sql::op::conj:
            return "and";
        case sql::op::disj:
            return "or";
        case sql::op::neg:
            return "not ";
        case sql::op::add:
            return "+";
        case sql::op::subtract:
        case sql::op::minus:
            return "-";
        case sql::op::multiply:
            return "*";
        case sql::op::divide:
            return "/";
        case sql::op::modulo:
            return "%";
    }
    return "?";
}

std::string describe_call(const sql::expr& e) {
    const std::string x = e.operands.empty() || !e.operands[0] ? "*" : describe(*e.operands[0]);
    switch (e.function) {
        case sql::aggregate::count_all:
            return "count(*)";
        case sql::aggregate::count:
            return "count(" + x + ")";
        case sql::aggregate::count_distinct:
            return "count(distinct " + x + ")";
        case sql::aggregate::sum:
            return "sum(" + x + ")";
        case sql::aggregate::avg:
            return "avg(" + x + ")";
        case sql::aggregate::min:
            return "min(" + x + ")";
        case sql::aggregate::max:
            return "max(" + x + ")";
        case sql::aggregate::sum_distinct:
            return "sum(distinct " + x + ")";
        case sql::aggregate::avg_distinct:
            return "avg(distinct " + x + ")";
        case sql::aggregate::var_pop:
            return "var_pop(" + x + ")";
        case sql::aggregate::var_samp:
            return "var_samp(" + x + ")";
        case sql::aggregate::stddev_pop:
            return "stddev_pop(" + x + ")";
        case sql::aggregate::stddev_samp:
            return "stddev_samp(" + x + ")";
        case sql::aggregate::sum_integer:
            return "sum(" + x + ")";
        case sql::aggregate::string_join:
            return "string_agg(" + x + ")";
        case sql::aggregate::percentile_cont:
            return "percentile_cont(" + x + ")";
        case sql::aggregate::percentile_disc:
            return "percentile_disc(" + x + ")";
        case sql::aggregate::mode:
            return "mode(" + x + ")";
    }
    return x;
}

/// "lower" of "lower()".
std::string_view name_of(sql::function f) {
    if (f == sql::function::concat) return "concat";
    if (f == sql::function::coalesce) return "coalesce";
    const std::string_view word = sql::word_of(f);
    return word.ends_with("()") ? word.substr(0, word.size() - 2) : word;
}

std::string list_of(const sql::expr& e, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : ", ") + describe(*e.operands[i]);
    return out;
}

}  // namespace

void add_conjuncts(const sql::expr_ptr& e, std::vector<const sql::expr*>& out) {
    if (!e) return;
    if (e->kind == sql::expr_kind::binary && e->operation == sql::op::conj) {
        add_conjuncts(e->operands[0], out);
        add_conjuncts(e->operands[1], out);
    } else {
        out.push_back(e.get());
    }
}

std::string describe(const sql::expr& e) {
    const auto operand = [&](std::size_t i) { return describe(*e.operands[i]); };
    const std::string_view no = e.negated ? "not " : "";
    switch (e.kind) {
        case sql::expr_kind::column:
            return e.ref.table->name + "." + e.ref.table->columns[e.ref.column].name;
        case sql::expr_kind::constant:
            return "?";
        case sql::expr_kind::unary:
            return std::string(sign_of(e.operation)) + operand(0);
        case sql::expr_kind::binary:
            return fmt::format("({} {} {})", operand(0), sign_of(e.operation), operand(1));
        case sql::expr_kind::in_list:
            return fmt::format("{} {}in ({} values)", operand(0), no, e.list.size());
        case sql::expr_kind::is_null:
            return fmt::format("{} is {}null", operand(0), no);
        case sql::expr_kind::like:
            return fmt::format("{} {}like {}", operand(0), no, operand(1));
        case sql::expr_kind::between:
            return fmt::format("{} {}between {} and {}", operand(0), no, operand(1), operand(2));
        case sql::expr_kind::aggregate:
            return describe_call(e);
        case sql::expr_kind::function:
            return fmt::format("{}({})", name_of(e.callee), list_of(e, e.operands.size()));
        case sql::expr_kind::extract:
            return fmt::format("extract({})", operand(0));
        case sql::expr_kind::truncate:
            return fmt::format("date_trunc({})", operand(0));
        case sql::expr_kind::conditional:
            return "case";
        case sql::expr_kind::cast:
            return fmt::format("cast({} as {})", operand(0), shardwise::name_of(e.type.type));
        case sql::expr_kind::distinct_from:
            return fmt::format("{} is {}distinct from {}", operand(0), no, operand(1));
        case sql::expr_kind::in_query:
            return fmt::format("{} {}in (select)", operand(0), no);
        case sql::expr_kind::exists:
            return fmt::format("{}exists (select)", no);
        case sql::expr_kind::scalar_query:
            return "(select)";
        case sql::expr_kind::window:
            return fmt::format("window({})", list_of(e, e.window->arguments));
    }
    return "?";
}

std::string heading_of(const sql::select_item& item) {
    if (!item.name.empty()) return item.name;
    const sql::expr& e = *item.expression;
    if (e.kind == sql::expr_kind::column) return e.ref.table->columns[e.ref.column].name;
    return describe(e);
}

sql::typed typed_of(const sql::expr& e) { return {e.type.type, e.type.scale}; }

}  // namespace shardwise::plan
