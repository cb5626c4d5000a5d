// SPDX-License-Identifier: MIT
// A file's text and the places in it, for messages like "schema.sql:12:5". Borrowed: the text and
// the name outlive it. Immutable: any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace shardwise::parse {

class source_text {
public:
    /// Throws bad_input at the first zero byte or byte that is not UTF-8.
    source_text(std::string_view text, std::string_view file_name);

    std::string_view text() const noexcept { return text_; }

    /// "file:line:column" of a byte ("line:column" of text without a file name); both count from 1,
    /// columns count characters (code points).
    std::string place(std::size_t offset) const;

    /// The byte where character number `count` (from 0) after byte `from` starts.
    std::size_t offset_of_character(std::size_t from, std::size_t count) const noexcept;

    /// The byte where the next word stands: behind blanks, comments and semicolons.
    std::size_t first_word(std::size_t offset) const noexcept;

    /// Throws bad_input with the place of a byte.
    [[noreturn]] void refuse(std::size_t offset, std::string message) const;

private:
    std::string_view text_;
    std::string_view file_name_;
};

}  // namespace shardwise::parse
