// SPDX-License-Identifier: MIT
// Typed access to JSON documents: -> and ->> of SQL text. Values; safe to share between threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "shardwise/model/functions.hpp"

namespace shardwise {
namespace detail {

template <class R, class X, class Step>
auto json_access(sql::function f, const X& document, const Step& step) {
    using key = bare_argument<Step>;
    static_assert(std::same_as<bare_argument<X>, json>,
                  "shardwise: json_get() and json_text() need a JSON document");
    static_assert(std::same_as<key, std::string> || storable_integer<key>,
                  "shardwise: json_get() and json_text() take a key (text) or an index (integer)");
    const auto how = storable_integer<key> ? sql::json_step::index : sql::json_step::key;
    const sql::expr_ptr nodes[] = {node_of(document), node_as<argument_t<Step>>(step),
                                   sql::constant(arg{static_cast<std::int64_t>(how)})};
    return computed<std::optional<R>, X, Step>(sql::call(f, nodes, 3));
}

}  // namespace detail

/// The member with a key, or the element with an index, from 0; NULL when there is none.
template <detail::operand X, class Step>
auto json_get(const X& document, const Step& step) {
    return detail::json_access<json>(sql::function::json_get, document, step);
}
/// The same as text: json_text(json_get(x, "list"), 0)
template <detail::operand X, class Step>
auto json_text(const X& document, const Step& step) {
    return detail::json_access<std::string>(sql::function::json_text, document, step);
}

/// Through keys and indexes: json_path(x, "orders", 0) is json_get(json_get(x, "orders"), 0).
template <detail::operand X, class Step, class... Steps>
auto json_path(const X& document, const Step& step, const Steps&... steps) {
    if constexpr (sizeof...(Steps) == 0) {
        return json_get(document, step);
    } else {
        return json_path(json_get(document, step), steps...);
    }
}
/// The same as text.
template <detail::operand X, class Step, class... Steps>
auto json_path_text(const X& document, const Step& step, const Steps&... steps) {
    if constexpr (sizeof...(Steps) == 0) {
        return json_text(document, step);
    } else {
        return json_path_text(json_get(document, step), steps...);
    }
}

}  // namespace shardwise
