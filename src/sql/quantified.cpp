// SPDX-License-Identifier: MIT
#include "sql/quantified.hpp"

#include <algorithm>

#include "sql/building.hpp"
#include "sql/rewrite.hpp"

namespace shardwise::sql {
namespace {

bool is_grouped(const select& s) {
    return !s.group_by.empty() || s.having ||
           std::any_of(s.items.begin(), s.items.end(),
                       [](const select_item& i) { return i.expression->has_aggregate; });
}

/// Does it have rows with which the condition is met? NULLs of `condition` are no.
expr_ptr has_rows(const select_ptr& query, const expr_ptr& condition) {
    const shared<select> rows = clone(*query);
    rows->distinct = false;
    rows->order_by.clear();
    rows->items = {{constant(arg{std::int64_t{1}}), {}}};
    const select_ptr s = freeze(rows);
    return exists(is_grouped(*query) ? add_having(s, condition) : add_where(s, condition), false);
}

}  // namespace

bool takes_conditions(const select& s) {
    return !s.limit && s.offset == 0 && s.branches.empty() &&
           std::none_of(s.items.begin(), s.items.end(),
                        [](const select_item& i) { return i.expression->has_window; });
}

expr_ptr met_by_rows(const select_ptr& rows, const expr_ptr& met, bool all) {
    // ANY is true when one is, ALL is false when one is not; else one that is unknown counts.
    const expr_ptr cases[] = {has_rows(rows, all ? unary(op::neg, met) : met), constant(arg{!all}),
                              has_rows(rows, is_null(met, false)), constant(arg{})};
    return conditional(cases, 4, constant(arg{all}));
}

expr_ptr quantified(op comparison, const expr_ptr& x, const select_ptr& query, bool all) {
    if (given(x).has_aggregate)
        raise(
            error_code::not_supported,
            "an aggregate beside ANY or ALL of a subquery: compute the groups in a derived table");
    if (!query || query->items.size() != 1)
        refuse_query("the subquery of ANY or ALL returns one column");
    // A derived table does not see the rows around it: the comparison goes into the subquery then.
    const bool correlated = !columns_from_outside(*query).empty();
    if (correlated && !takes_conditions(*query))
        raise(error_code::not_supported,
              "ANY or ALL of a UNION, of a part of the rows or of window functions in a subquery "
              "that uses columns of the statement around it: use EXISTS");
    const select_ptr rows =
        correlated ? query : make_select(make_derived("sw_any", query), nullptr, 0);
    return met_by_rows(rows, binary(comparison, x, rows->items[0].expression), all);
}

}  // namespace shardwise::sql
