// SPDX-License-Identifier: MIT
#include "plan/expressions.hpp"

#include <fmt/format.h>

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
    }
    return x;
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
