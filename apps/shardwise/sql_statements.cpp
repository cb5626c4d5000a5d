// SPDX-License-Identifier: MIT
#include "sql_statements.hpp"

#include <algorithm>

namespace cli {

namespace {

/// Where the quoted text or comment that begins at `i` ends; npos: it does not end here.
std::size_t end_of(std::string_view sql, std::size_t i, std::string_view end) {
    const std::size_t at = sql.find(end, i);
    return at == std::string_view::npos ? at : at + end.size();
}

/// The position behind what begins at `i`; npos: it goes on.
std::size_t skip(std::string_view sql, std::size_t i) {
    if (sql[i] == '\'' || sql[i] == '"') return end_of(sql, i + 1, sql.substr(i, 1));
    if (sql.substr(i, 2) == "--") return end_of(sql, i + 2, "\n");
    if (sql.substr(i, 2) == "/*") return end_of(sql, i + 2, "*/");
    return i + 1;
}

bool says_nothing(std::string_view sql) {
    for (std::size_t i = 0; i < sql.size();) {
        const bool comment = sql.substr(i, 2) == "--" || sql.substr(i, 2) == "/*";
        if (!comment && std::string_view(" \t\r\n").find(sql[i]) == std::string_view::npos)
            return false;
        i = skip(sql, i);
        if (i == std::string_view::npos) return true;
    }
    return true;
}

}  // namespace

std::optional<std::string> sql_statements::next() {
    for (std::size_t i = 0; i < text_.size();) {
        if (text_[i] != ';') {
            i = skip(text_, i);
            if (i == std::string_view::npos) return std::nullopt;
            continue;
        }
        std::string statement = text_.substr(0, i);
        text_.erase(0, i + 1);
        if (!says_nothing(statement)) return statement;
        i = 0;
    }
    return std::nullopt;
}

std::string sql_statements::rest() {
    std::string left;
    left.swap(text_);
    return says_nothing(left) ? std::string{} : left;
}

bool sql_statements::pending() const { return !says_nothing(text_); }

}  // namespace cli
