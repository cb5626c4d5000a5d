// SPDX-License-Identifier: MIT
#include "parse/quoted_text.hpp"

namespace shardwise::parse {
namespace {

constexpr std::size_t no_end = std::string_view::npos;

/// A doubled quote is one of the text; with `escapes` a backslash takes the next character along.
std::size_t end_of_string(std::string_view sql, std::size_t at, bool escapes) noexcept {
    const char quote = sql[at];
    for (++at; at < sql.size(); ++at) {
        if (escapes && sql[at] == '\\') {
            ++at;
        } else if (sql[at] == quote) {
            if (at + 1 == sql.size() || sql[at + 1] != quote) return at + 1;
            ++at;
        }
    }
    return no_end;
}

bool follows_name(std::string_view sql, std::size_t at) noexcept {
    return at > 0 && (continues_name(sql[at - 1]) || sql[at - 1] == '$');
}

bool has_escapes(std::string_view sql, std::size_t quote) noexcept {
    return quote > 0 && (sql[quote - 1] == 'e' || sql[quote - 1] == 'E') &&
           !follows_name(sql, quote - 1);
}

std::size_t end_of_comment(std::string_view sql, std::size_t at) noexcept {
    std::size_t open = 0;
    while (at + 1 < sql.size()) {
        const std::string_view two = sql.substr(at, 2);
        const bool mark = two == "/*" || two == "*/";
        if (two == "/*") ++open;
        if (two == "*/" && --open == 0) return at + 2;
        at += mark ? 2 : 1;
    }
    return no_end;
}

/// $$...$$ or $tag$...$tag$; $1 is a parameter.
std::size_t end_of_dollars(std::string_view sql, std::size_t at) noexcept {
    if (follows_name(sql, at)) return at;
    std::size_t end = at + 1;
    if (end < sql.size() && starts_name(sql[end]))
        while (end < sql.size() && continues_name(sql[end])) ++end;
    if (end == sql.size() || sql[end] != '$') return at;
    const std::string_view tag = sql.substr(at, end + 1 - at);
    const std::size_t close = sql.find(tag, end + 1);
    return close == no_end ? no_end : close + tag.size();
}

}  // namespace

std::size_t end_of_quoted(std::string_view sql, std::size_t at) noexcept {
    switch (sql[at]) {
        case '\'':
            return end_of_string(sql, at, has_escapes(sql, at));
        case '"':
            return end_of_string(sql, at, false);
        case '$':
            return end_of_dollars(sql, at);
        case '-': {
            if (sql.substr(at, 2) != "--") return at;
            const std::size_t line = sql.find('\n', at);
            return line == no_end ? no_end : line + 1;
        }
        case '/':
            return sql.substr(at, 2) == "/*" ? end_of_comment(sql, at) : at;
        default:
            return at;
    }
}

}  // namespace shardwise::parse
