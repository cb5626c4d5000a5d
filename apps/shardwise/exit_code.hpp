// SPDX-License-Identifier: MIT
// Exit codes of the program. Scripts depend on them (docs/cli.md): DO NOT CHANGE.
#pragma once

namespace cli {

enum class exit_code : int {
    ok = 0,
    failed = 1,      ///< an error of the operation
    usage = 2,       ///< the command line is wrong; nothing was done
    incomplete = 3,  ///< part of the work is done: call again, or look at the report
    shard_down = 4,  ///< a shard that is needed cannot be reached
    problems =
        5,  ///< verify found rows that are not where they belong, unique build rows with one value
};

}  // namespace cli
