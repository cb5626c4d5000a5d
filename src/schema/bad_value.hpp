// SPDX-License-Identifier: MIT
// How this layer refuses a value: the sentence names the rule, the offending text goes into
// error_info::detail only, because messages end up in logs. Pure functions, any thread.
#pragma once

#include <string_view>

namespace shardwise::schema {

/// Throws bad_value. `offending` is shortened.
[[noreturn]] void bad_value(std::string_view sentence, std::string_view offending = {});

}  // namespace shardwise::schema
