// SPDX-License-Identifier: MIT
// Counts calls of malloc, calloc and realloc in the whole process, client libraries included.
#pragma once

#include <cstdint>

namespace bench {

/// Calls since the program began, over all threads.
std::uint64_t allocation_count() noexcept;

}  // namespace bench
