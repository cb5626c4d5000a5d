// SPDX-License-Identifier: MIT
// docs/errors.md, rendered from the table of error codes. A test keeps the file equal to it.
#pragma once

#include <string>

namespace shardwise {

std::string errors_markdown();

}  // namespace shardwise
