#!/usr/bin/env python3
# Writes include/shardwise/model/unpack.hpp (redirect its output there).
print('''// SPDX-License-Identifier: MIT
// Structured bindings for aggregates of up to 96 members: until C++26 the language has no variadic
// form. Regenerate with scripts/generate_unpack.py.
#pragma once

#include <cstddef>

namespace shardwise::detail {

/// Calls f with references to the N members of t.
// clang-format off
template <std::size_t N, class T, class F>
constexpr decltype(auto) unpack(T& t, F&& f) {
    if constexpr (N == 0) { return f(); }''')
for n in range(1, 97):
    a = ','.join(f'a{i}' for i in range(n))
    print(f'    else if constexpr (N == {n}) {{ auto& [{a}] = t; return f({a}); }}')
print('''    else { static_assert(N <= 96, "shardwise: at most 96 members; list a wider table's columns in two mappings"); }
}
// clang-format on

}  // namespace shardwise::detail''')
