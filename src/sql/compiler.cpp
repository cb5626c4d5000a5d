// SPDX-License-Identifier: MIT
#include "sql/compiler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "shardwise/base/error.hpp"
#include "sql/change_writer.hpp"
#include "sql/expression_writer.hpp"
#include "sql/group_check.hpp"
#include "sql/query_writer.hpp"

namespace shardwise::sql {
namespace {

compiled write_select(const select& s, const dialect& d, bool pad_lists) {
    const scope tables{s};
    expression_writer out{d, tables, pad_lists};
    write_query(out, s, {});
    compiled result = out.take();
    for (const select_item& i : s.items)
        result.columns.push_back({i.expression->type.type, i.expression->type.scale});
    return result;
}

/// Padded lists if they fit, exact ones if only those do.
template <class Write>
compiled within_limits(const dialect& d, Write write) {
    compiled result = write(true);
    if (result.values.size() > max_parameters(d)) result = write(false);
    if (result.values.size() > max_parameters(d))
        raise(error_info{
            .code = error_code::bad_query,
            .message = fmt::format("the statement has {} parameters: {} takes at most "
                                   "{}, ask in parts",
                                   result.values.size(), d.traits().name, max_parameters(d))});
    return result;
}

}  // namespace

compiled compile(const select& s, const dialect& d) {
    check_grouping(s);
    return within_limits(d, [&](bool pad) { return write_select(s, d, pad); });
}

compiled compile(const change& c, const dialect& d) {
    return within_limits(d, [&](bool pad) { return write_change(c, d, pad); });
}

}  // namespace shardwise::sql
