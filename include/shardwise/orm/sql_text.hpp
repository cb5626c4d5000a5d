// SPDX-License-Identifier: MIT
// SQL text in a session: its parameters and its rows when their types are known at run time only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "shardwise/model/unpack.hpp"
#include "shardwise/orm/result.hpp"
#include "shardwise/schema/codec.hpp"

namespace shardwise {

/// The value of :name; borrows what it is made of. Without a name it is $1, $2, ... by its place.
struct sql_argument {
    std::string_view name;
    arg is;
};

/// named("id", 5) for "... WHERE customer_id = :id".
template <class V>
sql_argument named(std::string_view name, const V& v) {
    if constexpr (std::is_convertible_v<const V&, std::string_view>) {
        return {name, arg{std::string_view(v)}};
    } else {
        static_assert(storable<V>, "shardwise: a value of this type cannot be a parameter");
        return {name, type_traits<V>::get(v)};
    }
}
inline sql_argument named(std::string_view name, std::nullptr_t) { return {name, arg{}}; }

/// What a statement of SQL text gave.
struct sql_result {
    std::vector<std::string> headings;  ///< one for each column; none without rows
    std::vector<std::vector<value>> rows;
    std::int64_t changed = 0;  ///< rows that an INSERT, UPDATE or DELETE changed
};

namespace detail {

template <class V>
sql_argument to_argument(const V& v) {
    if constexpr (std::is_same_v<V, sql_argument>) {
        return v;
    } else {
        return named({}, v);
    }
}

struct collect_codecs {
    const codec** to;
    template <class... Ts>
    void operator()(Ts&...) const {
        std::size_t i = 0;
        ((to[i++] = &codec_of<Ts>), ...);
    }
};

/// The codecs of a tuple's or struct's members, in their order.
template <class Row>
std::size_t row_codecs(const codec** to) {
    Row row{};
    if constexpr (is_tuple<Row>) {
        std::apply(collect_codecs{to}, row);
        return std::tuple_size_v<Row>;
    } else {
        constexpr std::size_t count = count_members<Row, types<>, 0, 97>();
        unpack<count>(row, collect_codecs{to});
        return count;
    }
}

}  // namespace detail
}  // namespace shardwise
