// SPDX-License-Identifier: MIT
#include "sql/expression_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "shardwise/base/error.hpp"
#include "sql/constants.hpp"
#include "sql/query_writer.hpp"
#include "sql/typing.hpp"

namespace shardwise::sql {
namespace {

std::string_view symbol(op o) {
    switch (o) {
        case op::eq:
            return " = ";
        case op::ne:
            return " <> ";
        case op::lt:
            return " < ";
        case op::le:
            return " <= ";
        case op::gt:
            return " > ";
        case op::ge:
            return " >= ";
        case op::add:
            return " + ";
        case op::subtract:
            return " - ";
        case op::multiply:
            return " * ";
        case op::divide:
            return " / ";
        case op::modulo:
            return " % ";
        case op::conj:
            return " AND ";
        case op::disj:
            return " OR ";
        default:
            return "";
    }
}

bool is_arithmetic(op o) { return o >= op::add && o <= op::modulo; }

std::string power_of_ten(int n) { return "1" + std::string(static_cast<std::size_t>(n), '0'); }

int scale_of(const sql_type& t) { return t.type == column_type::decimal ? t.scale : 0; }

/// PostgreSQL computes with this expression in fewer than 64 bits.
bool is_narrow(const expr& e) {
    return e.kind != expr_kind::constant &&
           (e.type.type == column_type::int16 || e.type.type == column_type::int32);
}

}  // namespace

void expression_writer::table(const scope::appearance& a) {
    if (a.made != nullptr) {
        std::vector<std::string> columns;
        for (const schema::column& c : a.made->table.columns) columns.push_back(c.name);
        // What stands in FROM does not see the tables beside it.
        const scope* const here = std::exchange(scope_, nullptr);
        query(*a.made->query, columns);
        scope_ = here;
    } else {
        identifier(a.ref.table->name);
        if (a.name == a.ref.table->name) return;
    }
    *this << " AS ";
    identifier(a.name);
}

void expression_writer::inside(const scope& inner, const std::function<void()>& write) {
    const scope* const outer = std::exchange(scope_, &inner);
    std::vector<key> keys = std::exchange(keys_, {});
    const bool enabled = std::exchange(keys_enabled_, false);
    const bool minimum = std::exchange(keys_as_minimum_, false);
    const bool qualified =
        std::exchange(qualified_, inner.around() != nullptr || inner.all().size() > 1);
    write();
    qualified_ = qualified;
    keys_enabled_ = enabled;
    keys_as_minimum_ = minimum;
    keys_ = std::move(keys);
    scope_ = outer;
}

void expression_writer::query(const select& s, const std::vector<std::string>& columns) {
    *this << "(";
    inside(scope(s, scope_), [&] { write_query(*this, s, columns); });
    *this << ")";
}

void expression_writer::branch(const select& s, bool compared) {
    inside(scope(s, scope_->around()), [&] { write_branch(*this, s, compared); });
}

void expression_writer::parameter(const value& v, typed as, const parameter_source& source) {
    out_.values.push_back(v);
    out_.parameters.push_back(as);
    out_.sources.push_back(source);
    dialect_.parameter(out_.text, static_cast<int>(out_.values.size()));
}

void expression_writer::use_keys(std::vector<const expr*> keys) {
    for (const expr* e : keys) keys_.push_back({e, {}});
    keys_enabled_ = !keys_.empty();
}

void expression_writer::whole(const expr& e) { any(e, true); }

void expression_writer::in_byte_order(const expr& e) {
    if (e.type.type == column_type::text)
        atom_in_byte_order(e);
    else
        whole(e);
}

void expression_writer::any(const expr& e, bool bare) {
    key* const k = matching_key(e);
    if (k == nullptr) return node(e, bare);
    const bool simple = e.kind == expr_kind::column && e.type.type != column_type::text;
    if (!bare && !simple) *this << "(";
    key_text(*k);
    if (!bare && !simple) *this << ")";
}

expression_writer::key* expression_writer::matching_key(const expr& e) {
    if (!keys_enabled_) return nullptr;
    const auto k = std::find_if(keys_.begin(), keys_.end(), [&](const key& candidate) {
        return same_expression(*candidate.expression, e);
    });
    return k == keys_.end() ? nullptr : &*k;
}

/// Keys are in byte order where they stand.
void expression_writer::key_text(key& k) {
    if (!k.text.empty()) {
        *this << k.text;
        return;
    }
    const std::size_t start = out_.text.size(), bound = out_.values.size();
    const bool as_minimum = keys_as_minimum_ && !k.expression->has_aggregate;
    if (as_minimum) *this << "MIN(";
    const bool is_text = k.expression->type.type == column_type::text;
    // PostgreSQL makes a varchar a text below its COLLATE where it is compared, and would then not
    // know the grouped expression again.
    const bool is_cast = is_text && dialect_.kind() == dialect_kind::postgres;
    if (is_cast) *this << "CAST(";
    const bool around = std::exchange(keys_as_minimum_, false);  // a key may hold another one
    node(*k.expression, !is_text || is_cast);
    keys_as_minimum_ = around;
    if (is_cast) *this << " AS text)";
    if (is_text) *this << traits_.byte_collation;
    if (as_minimum) *this << ")";
    if (traits_.numbered_parameters && out_.values.size() > bound) k.text = out_.text.substr(start);
}

void expression_writer::atom_in_byte_order(const expr& e) {
    if (key* const k = matching_key(e)) {
        key_text(*k);
        return;
    }
    atom(e);
    if (e.type.type == column_type::text) *this << traits_.byte_collation;
}

void expression_writer::node(const expr& e, bool bare) {
    switch (e.kind) {
        case expr_kind::column:
            return column(e);
        case expr_kind::constant:
            return constant(e.literal, e.type);
        case expr_kind::aggregate:
            return aggregate_call(e);
        case expr_kind::function:
            return function_call(e);
        case expr_kind::extract:
            return part_of_time(e);
        case expr_kind::truncate:
            return truncated_time(e);
        case expr_kind::conditional:
            return conditional(e);
        case expr_kind::cast:
            return cast(e);
        case expr_kind::scalar_query:
            return scalar_query(e);
        case expr_kind::window:
            return window(e);
        default:
            break;
    }
    if (!bare) *this << "(";
    switch (e.kind) {
        case expr_kind::unary:
            unary(e);
            break;
        case expr_kind::binary:
            binary(e);
            break;
        case expr_kind::in_list:
            in_list(e);
            break;
        case expr_kind::like:
            like(e);
            break;
        case expr_kind::between:
            between(e);
            break;
        case expr_kind::distinct_from:
            distinct_from(e);
            break;
        case expr_kind::in_query:
            in_query(e);
            break;
        case expr_kind::exists:
            *this << (e.negated ? "NOT EXISTS " : "EXISTS ");
            query(*e.query);
            break;
        default:
            if (columns_never_null_) *this << "COALESCE(";
            atom(*e.operands[0]);
            if (columns_never_null_) *this << ", NULL)";
            *this << (e.negated ? " IS NOT NULL" : " IS NULL");
    }
    if (!bare) *this << ")";
}

void expression_writer::column(const expr& e) {
    const scope::appearance& a = scope_->of(e.ref);
    if (qualified_) {
        identifier(a.name);
        *this << ".";
    }
    const std::string& name = e.ref.table->columns[e.ref.column].name;
    check_identifier("column", name);
    identifier(name);
}

void expression_writer::constant(const value& v, const sql_type& as) {
    const bound_constant b = bind_constant(v, as, traits_);
    parameter(b.bound, b.as,
              {parameter_source::origin::constant, &v, as, /*table=*/nullptr, /*column=*/nullptr});
}

/// `e`, converted where the engine would not do it by itself or not as the others do.
void expression_writer::operand(const expr& e, const sql_type& as) {
    if (e.kind == expr_kind::constant) return constant(e.literal, as);
    if (!traits_.scaled_decimals || family_of(e.type.type) != type_family::number) return atom(e);
    const int scale = scale_of(e.type);
    if (as.type == column_type::float64 && e.type.type != column_type::float64) {
        *this << (scale == 0 ? "CAST(" : "(");
        atom(e);
        *this << (scale == 0 ? std::string{" AS REAL)"} : " / " + power_of_ten(scale) + ".0)");
    } else if (as.type == column_type::decimal && as.scale > scale) {
        *this << "(";
        atom(e);
        *this << " * " << power_of_ten(as.scale - scale) << ")";
    } else {
        atom(e);
    }
}

void expression_writer::unary(const expr& e) {
    const expr& x = *e.operands[0];
    if (e.operation == op::neg) {
        *this << "NOT ";
        return atom(x);
    }
    if (e.type.type != column_type::int64) {
        *this << "-";
        return atom(x);
    }
    // Not "-x": MariaDB leaves 64 bits without an error, PostgreSQL stays in 16.
    const bool widen = traits_.narrow_arithmetic && is_narrow(x);
    *this << (widen ? "CAST(0 AS bigint) - " : "0 - ");
    atom(x);
}

void expression_writer::binary(const expr& e) {
    if (e.operation == op::conj || e.operation == op::disj) return logic(e);
    if (is_arithmetic(e.operation)) return arithmetic(e);
    comparison(e);
}

void expression_writer::logic(const expr& e) {
    bool first = true;
    for (const expr_ptr& x : e.operands) {
        if (!first) *this << symbol(e.operation);
        first = false;
        // Comparisons bind tighter than AND and OR; chains of the same word need no parentheses.
        const bool tight = x->kind != expr_kind::unary &&
                           (x->kind != expr_kind::binary || x->operation == e.operation ||
                            (x->operation != op::conj && x->operation != op::disj));
        if (x->is_null_literal())
            constant(x->literal, e.type);
        else
            any(*x, tight);
    }
}

void expression_writer::comparison(const expr& e) {
    const sql_type as = comparison_type(e.operands);
    operand(*e.operands[0], as);
    *this << symbol(e.operation);
    operand(*e.operands[1], as);
    // Said on the right side, where it is mostly a constant: MariaDB then still uses an index.
    if (as.type == column_type::text && e.operation != op::eq && e.operation != op::ne)
        *this << traits_.byte_collation;
}

void expression_writer::arithmetic(const expr& e) {
    const expr &a = *e.operands[0], &b = *e.operands[1];
    const op o = e.operation;
    sql_type as = e.type;
    if (o == op::multiply && as.type == column_type::decimal) {
        // Factors keep their own scale; the scales add up.
        operand(a, a.type);
        *this << symbol(o);
        return operand(b, b.type);
    }
    if (traits_.narrow_arithmetic && is_narrow(a) && is_narrow(b)) {
        *this << "CAST(";
        atom(a);
        *this << " AS bigint)";
    } else {
        operand(a, as);
    }
    *this << (o == op::divide && as.type == column_type::int64 ? traits_.divide_integers
                                                               : symbol(o));
    if (o == op::divide || o == op::modulo)
        divisor(b, as);
    else
        operand(b, as);
}

void expression_writer::divisor(const expr& e, const sql_type& as) {
    const bool guard = traits_.guards_zero_divisor && !is_nonzero_constant(e);
    if (guard) *this << "NULLIF(";
    operand(e, as);
    if (guard) *this << ", 0)";
}

}  // namespace shardwise::sql
