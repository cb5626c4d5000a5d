// SPDX-License-Identifier: MIT
// Named places in the source where tests make the process fail. In builds with
// SHARDWISE_FAILPOINTS (Debug) the environment arms them:
//     SHARDWISE_FAILPOINT=name:kill       SIGKILL to itself
//     SHARDWISE_FAILPOINT=name:stop       SIGSTOP to itself: an alive process that never answers
//     SHARDWISE_FAILPOINT=name:error      throws error_code::internal
//     SHARDWISE_FAILPOINT=name:skip       leaves the step out (failpoint_skips): negative controls
// several separated by commas. In other builds a failpoint is nothing, its name included.
// Thread-safe.
#pragma once

#ifdef SHARDWISE_FAILPOINTS
#include <string_view>
#endif

namespace shardwise {

#ifdef SHARDWISE_FAILPOINTS
/// Does what the environment says for `name`. Throws bad_config when that is not understood: a test
/// with a misspelt action must not pass.
void failpoint(std::string_view name);
/// True when the step of this name is to be left out, so that a test can prove that it would
/// notice.
bool failpoint_skips(std::string_view name);
/// Replaces what the environment said, for tests within one process; empty arms nothing.
void arm_failpoints(std::string_view description);
#else
constexpr void failpoint(const char*) noexcept {}
constexpr bool failpoint_skips(const char*) noexcept { return false; }
#endif

}  // namespace shardwise
