// SPDX-License-Identifier: MIT
// Everything that is known about each error code, in one table: code, names, help, retryable.
// docs/errors.md is rendered from it (base/errors_doc.hpp). Constant data, any thread.
#pragma once

#include <span>
#include <string_view>

#include "shardwise/base/error_code.hpp"

namespace shardwise {

struct error_row {
    error_code code;
    std::string_view tag;   ///< "SW401"
    std::string_view name;  ///< "unique_violation"
    std::string_view help;  ///< what it means and the way out
    bool retryable = false;
};

/// Every code once, in ascending order of its number.
std::span<const error_row> error_table() noexcept;

}  // namespace shardwise
