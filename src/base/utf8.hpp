// SPDX-License-Identifier: MIT
// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF. Pure
// functions, any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace shardwise {

/// Zero bytes are valid UTF-8; who cannot keep them has to look for them.
bool is_valid_utf8(std::string_view text) noexcept;

/// The number of code points of valid UTF-8 (what databases call characters).
std::size_t count_code_points(std::string_view text) noexcept;

}  // namespace shardwise
