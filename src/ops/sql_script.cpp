// SPDX-License-Identifier: MIT
#include "shardwise/ops/sql_script.hpp"

#include <charconv>

#include "parse/quoted_text.hpp"

namespace shardwise {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Blank, or comments only.
bool says_nothing(std::string_view sql) {
    for (std::size_t at = 0; at < sql.size();) {
        const char c = sql[at];
        if (is_blank(c)) {
            ++at;
            continue;
        }
        const std::size_t end = c == '-' || c == '/' ? parse::end_of_quoted(sql, at) : at;
        if (end == at) return false;
        at = end == std::string_view::npos ? sql.size() : end;
    }
    return true;
}

/// Where UTF-8 letters begin: columns count letters, as the parser does.
bool begins_letter(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

std::optional<std::size_t> number_of(std::string_view text) {
    std::size_t n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc{} || end != text.data() + text.size() || n == 0) return std::nullopt;
    return n;
}

}  // namespace

void sql_script::pass(std::string_view text) {
    for (const char c : text) {
        if (c == '\n') {
            ++next_line_;
            next_column_ = 1;
        } else if (begins_letter(c)) {
            ++next_column_;
        }
    }
}

std::string sql_script::taken(std::string statement) {
    std::size_t blanks = 0;
    while (blanks < statement.size() && is_blank(statement[blanks])) ++blanks;
    pass(std::string_view(statement).substr(0, blanks));
    line_ = next_line_;
    column_ = next_column_;
    statement.erase(0, blanks);
    pass(statement);
    return statement;
}

std::string sql_script::place_in_text(std::string_view place) const {
    const std::size_t colon = place.find(':');
    if (colon == std::string_view::npos) return std::string(place);
    const auto line = number_of(place.substr(0, colon));
    const auto column = number_of(place.substr(colon + 1));
    if (!line || !column) return std::string(place);
    return std::to_string(line_ + *line - 1) + ':' +
           std::to_string(*line == 1 ? column_ + *column - 1 : *column);
}

std::optional<std::string> sql_script::next() {
    for (std::size_t at = 0; at < text_.size();) {
        if (text_[at] != ';') {
            const std::size_t end = parse::end_of_quoted(text_, at);
            if (end == std::string::npos) return std::nullopt;
            at = end == at ? at + 1 : end;
            continue;
        }
        std::string statement = text_.substr(0, at);
        text_.erase(0, at + 1);
        statement = taken(std::move(statement));
        pass(";");
        if (!says_nothing(statement)) return statement;
        at = 0;
    }
    return std::nullopt;
}

std::string sql_script::rest() {
    std::string left;
    left.swap(text_);
    left = taken(std::move(left));
    return says_nothing(left) ? std::string{} : left;
}

bool sql_script::pending() const { return !says_nothing(text_); }

}  // namespace shardwise
