// SPDX-License-Identifier: MIT
#include "shardwise/ops/sql_script.hpp"

#include "parse/quoted_text.hpp"

namespace shardwise {
namespace {

/// Blank, or comments only.
bool says_nothing(std::string_view sql) {
    for (std::size_t at = 0; at < sql.size();) {
        const char c = sql[at];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            ++at;
            continue;
        }
        const std::size_t end = c == '-' || c == '/' ? parse::end_of_quoted(sql, at) : at;
        if (end == at) return false;
        at = end == std::string_view::npos ? sql.size() : end;
    }
    return true;
}

}  // namespace

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
        if (!says_nothing(statement)) return statement;
        at = 0;
    }
    return std::nullopt;
}

std::string sql_script::rest() {
    std::string left;
    left.swap(text_);
    return says_nothing(left) ? std::string{} : left;
}

bool sql_script::pending() const { return !says_nothing(text_); }

}  // namespace shardwise
