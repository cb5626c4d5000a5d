// SPDX-License-Identifier: MIT
// The compiler's 128-bit integers under names of our own (the keyword-like names are not ISO C++
// and would warn at every use).
#pragma once

namespace shardwise {

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

}  // namespace shardwise
