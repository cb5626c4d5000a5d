// SPDX-License-Identifier: MIT
// SQL text as it is typed or stands in a file: cut into statements at semicolons that are not
// inside of quotes or comments. One thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace shardwise {

class sql_script {
public:
    /// More text, with its line ends.
    void add(std::string_view text) { text_ += text; }
    /// The next complete statement, without its semicolon. Blank ones are passed over.
    std::optional<std::string> next();
    /// What is left without a semicolon, and forgets it; empty when it is blank or comments only.
    std::string rest();
    /// Something was added that is not a complete statement yet.
    bool pending() const;

private:
    std::string text_;
};

}  // namespace shardwise
