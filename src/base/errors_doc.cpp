// SPDX-License-Identifier: MIT
#include "base/errors_doc.hpp"

#include <array>

#include "base/error_table.hpp"

namespace shardwise {
namespace {

constexpr std::string_view introduction = R"(# Errors

<!-- Generated from src/base/error_code.cpp: do not edit. To rewrite it, run the test
     ErrorsDocument with SHARDWISE_UPDATE=1 in the environment. -->

Everything that shardwise throws is a `shardwise::error`. `what()` reads

    SW401 unique_violation: message [shard s1, table users, constraint users_email_key, sqlstate 23505]

and never holds a password or the values of a row. The code, the shard, the statement, the SQLSTATE and the
constraint can be asked for one by one. Codes are stable: they never change their number or their name.

*Retry* means that the same transaction may succeed when it is run again from its beginning
(`is_retryable()`). After SW504, SW506, SW507, SW509 and SW510 the connection is not used again
(`poisons_connection()`). Classes of their own, for a `catch`: `config_error` (SW101 to SW104),
`unique_violation`, `timeout_error`, `in_doubt_error`, `not_supported_error`.
)";

struct group {
    unsigned first;
    std::string_view title;
};
constexpr std::array groups{
    group{100, "The cluster is described wrongly"},
    group{200, "The model is described wrongly"},
    group{300, "A value or a statement that cannot be done"},
    group{400, "The database refused"},
    group{500, "Not now"},
    group{600, "Objects"},
    group{900, "shardwise itself"},
};

unsigned number_of(error_code code) { return static_cast<unsigned>(code); }

}  // namespace

std::string errors_markdown() {
    std::string text{introduction};
    for (const group& g : groups) {
        text += "\n## ";
        text += g.title;
        text += "\n\n| code | name | meaning and way out | retry |\n|---|---|---|---|\n";
        for (const error_row& row : error_table()) {
            if (number_of(row.code) / 100 * 100 != g.first) continue;
            text += "| ";
            text += row.tag;
            text += " | `";
            text += row.name;
            text += "` | ";
            text += row.help;
            text += row.retryable ? " | yes |\n" : " | no |\n";
        }
    }
    return text;
}

}  // namespace shardwise
