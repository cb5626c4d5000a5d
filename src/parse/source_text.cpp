// SPDX-License-Identifier: MIT
#include "parse/source_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::parse {

namespace {

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

std::size_t line_start(std::string_view text, std::size_t offset) {
    const std::size_t newline = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    return newline == std::string_view::npos ? 0 : newline + 1;
}

/// The start of the first line that is not UTF-8; no character of UTF-8 reaches over a newline.
std::size_t bad_line(std::string_view text) {
    std::size_t start = 0;
    while (start < text.size()) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        if (!is_valid_utf8(text.substr(start, end - start))) break;
        start = end + 1;
    }
    return start;
}

}  // namespace

source_text::source_text(std::string_view text, std::string_view file_name)
    : text_(text), file_name_(file_name) {
    if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos)
        refuse(std::min(zero, bad_line(text)), "the SQL text holds a zero byte: remove it");
    if (!is_valid_utf8(text))
        refuse(bad_line(text), "a line of the SQL text is not UTF-8: save the file as UTF-8");
}

std::string source_text::place(std::size_t offset) const {
    offset = std::min(offset, text_.size());
    const std::size_t start = line_start(text_, offset);
    const auto lines =
        std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(start), '\n');
    const std::size_t characters = count_code_points(text_.substr(start, offset - start));
    return fmt::format("{}{}{}:{}", file_name_, file_name_.empty() ? "" : ":", lines + 1,
                       characters + 1);
}

std::size_t source_text::offset_of_character(std::size_t from, std::size_t count) const noexcept {
    std::size_t at = std::min(from, text_.size());
    for (; count > 0 && at < text_.size(); --count) do
            ++at;
        while (at < text_.size() && !starts_character(text_[at]));
    return at;
}

std::size_t source_text::first_word(std::size_t offset) const noexcept {
    const std::string_view text = text_;
    while (offset < text.size()) {
        if (std::string_view(" \t\r\n\f\v;").find(text[offset]) != std::string_view::npos) {
            ++offset;
        } else if (text.substr(offset, 2) == "--") {
            offset = std::min(text.find('\n', offset), text.size());
        } else if (text.substr(offset, 2) == "/*") {
            int depth = 0;  // comments nest
            do {
                const std::string_view two = text.substr(offset, 2);
                depth += two == "/*" ? 1 : two == "*/" ? -1 : 0;
                offset += two == "/*" || two == "*/" ? 2 : 1;
            } while (depth > 0 && offset < text.size());
        } else {
            break;
        }
    }
    return std::min(offset, text.size());
}

void source_text::refuse(std::size_t offset, std::string message) const {
    raise(error_info{
        .code = error_code::bad_input, .message = std::move(message), .place = place(offset)});
}

}  // namespace shardwise::parse
