// SPDX-License-Identifier: MIT
// SQL text as it is typed or stands in a file: cut into statements at semicolons that are not
// inside of quotes or comments. One thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace shardwise {

class sql_script {
public:
    /// More text, with its line ends.
    void add(std::string_view text) { text_ += text; }
    /// The next complete statement, without its semicolon and the blanks before it. Blank ones are
    /// passed over.
    std::optional<std::string> next();
    /// What is left without a semicolon, and forgets it; empty when it is blank or comments only.
    std::string rest();
    /// Where in all the text the last statement of next() or rest() began, both from 1.
    std::size_t line() const { return line_; }
    std::size_t column() const { return column_; }
    /// The place "line:column" in that statement, as errors have it, as one in all the text.
    std::string place_in_text(std::string_view place_in_statement) const;
    /// Something was added that is not a complete statement yet.
    bool pending() const;

private:
    void pass(std::string_view text);
    std::string taken(std::string statement);

    std::string text_;
    std::size_t line_ = 1, column_ = 1;            ///< of the last statement
    std::size_t next_line_ = 1, next_column_ = 1;  ///< of text_
};

}  // namespace shardwise
