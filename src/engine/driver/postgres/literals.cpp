// SPDX-License-Identifier: MIT
#include "engine/driver/postgres/literals.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

namespace shardwise::engine::postgres {
namespace {

/// The server reads the text twice; long IN lists are better bound.
constexpr std::size_t longest_text = 64 * 1024;

/// What a parameter of this type is declared as (oid_of), by name.
std::string_view type_name(column_type type) noexcept {
    switch (type) {
        case column_type::boolean:
            return "pg_catalog.bool";
        case column_type::int16:
            return "pg_catalog.int2";
        case column_type::int32:
            return "pg_catalog.int4";
        case column_type::int64:
            return "pg_catalog.int8";
        case column_type::float64:
            return "pg_catalog.float8";
        case column_type::text:
            return "pg_catalog.text";
        case column_type::blob:
            return "pg_catalog.bytea";
        case column_type::uuid:
            return "pg_catalog.uuid";
        case column_type::date:
            return "pg_catalog.date";
        case column_type::timestamp:
            return "pg_catalog.timestamptz";
        case column_type::decimal:
            return "pg_catalog.numeric";
        case column_type::json:
            return "pg_catalog.json";
    }
    return "pg_catalog.text";
}

/// With a backslash the E form, where its meaning does not depend on a setting.
void append_string(std::string& to, std::string_view text) {
    const bool escaped = text.find('\\') != std::string_view::npos;
    to += escaped ? "E'" : "'";
    for (const char c : text) to.append(c == '\'' || c == '\\' ? 2 : 1, c);
    to += '\'';
}

void append_bytes(std::string& to, std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    to += "E'\\\\x";
    for (const char c : bytes) {
        const auto octet = static_cast<unsigned char>(c);
        to += digits[octet >> 4];
        to += digits[octet & 15];
    }
    to += '\'';
}

/// The shortest digits that give the same double again.
void append_real(std::string& to, double v) {
    if (std::isnan(v))
        to += "'NaN'";
    else if (std::isinf(v))
        to += v < 0 ? "'-Infinity'" : "'Infinity'";
    else
        fmt::format_to(std::back_inserter(to), "'{}'", v);
}

void append_value(std::string& to, const arg& v, column_type type) {
    switch (type) {
        case column_type::boolean:
            to += v.to_boolean() ? "'t'" : "'f'";
            return;
        case column_type::int16:
        case column_type::int32:
        case column_type::int64:
            fmt::format_to(std::back_inserter(to), "'{}'", v.to_integer());
            return;
        case column_type::float64:
            append_real(to, v.to_real());
            return;
        case column_type::text:
        case column_type::json:
            append_string(to, v.text());
            return;
        case column_type::blob:
            append_bytes(to, v.text());
            return;
        case column_type::uuid:
            append_string(to, v.to_uuid().to_string());
            return;
        case column_type::date:
            append_string(to, v.to_date().to_string());
            return;
        case column_type::timestamp:
            append_string(to, v.to_timestamp().to_string());
            return;
        case column_type::decimal:
            append_string(to, v.to_decimal().to_string());
            return;
    }
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool continues_word(char c) noexcept {
    const auto u = static_cast<unsigned char>(c);
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
           c == '$' || u >= 0x80;
}

/// Copies a statement and replaces its parameters; gives up at everything that it does not know
/// for certain.
class writer {
public:
    writer(const statement& s, std::span<const arg> args) : s_(s), text_(s.text), args_(args) {}

    bool run(std::string& to) {
        if (!text_.starts_with("SELECT ")) return false;
        while (at_ < text_.size()) {
            if (!step(to) || to.size() > longest_text) return false;
        }
        return depth_ == 0;
    }

private:
    char ahead() const noexcept { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\0'; }
    char before(std::size_t n) const noexcept { return at_ >= n ? text_[at_ - n] : ' '; }

    bool step(std::string& to) {
        const char c = text_[at_];
        switch (c) {
            case '"':
                return quoted(to, '"', false);
            case '\'':
                return string(to);
            case '$':
                return parameter(to);
            case '-':
                if (ahead() == '-') return false;
                break;
            case '/':
                if (ahead() == '*') return false;
                break;
            case ';':
            case '\0':
                return false;
            case '(':
                ++depth_;
                break;
            case ')':
                if (--depth_ < 0) return false;
                break;
            default:
                break;
        }
        to += c;
        ++at_;
        return true;
    }

    /// 'text', E'text'; not B'..', X'..', U&'..', N'..'.
    bool string(std::string& to) {
        const char prefix = before(1);
        const bool escapes = (prefix == 'E' || prefix == 'e') && !continues_word(before(2));
        if (!escapes && (continues_word(prefix) || prefix == '&')) return false;
        return quoted(to, '\'', escapes);
    }

    bool quoted(std::string& to, char quote, bool escapes) {
        if (quote == '"' && before(1) == '&') return false;  // U&"..."
        const std::size_t begin = at_++;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '\\' && quote == '\'') {
                if (!escapes) return false;
                ++at_;
            } else if (c == quote) {
                if (ahead() != quote) {
                    ++at_;
                    to += text_.substr(begin, at_ - begin);
                    return true;
                }
                ++at_;
            }
        }
        return false;
    }

    bool parameter(std::string& to) {
        if (continues_word(before(1))) return false;
        std::size_t number = 0;
        for (++at_; at_ < text_.size() && is_digit(text_[at_]) && number < args_.size(); ++at_)
            number = number * 10 + static_cast<std::size_t>(text_[at_] - '0');
        if (number == 0 || number > args_.size()) return false;
        if (at_ < text_.size() && continues_word(text_[at_])) return false;
        append_literal(to, args_[number - 1], s_.parameters[number - 1].type);
        return true;
    }

    const statement& s_;
    std::string_view text_;
    std::span<const arg> args_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

void append_literal(std::string& to, const arg& v, column_type type) {
    to += '(';
    if (v.is_null())
        to += "NULL";
    else
        append_value(to, v, type);
    to += "::";
    to += type_name(type);
    to += ')';
}

std::optional<std::string> with_literals(const statement& s, std::span<const arg> args) {
    if (args.size() != s.parameters.size()) return std::nullopt;
    std::string out;
    out.reserve(s.text.size() + args.size() * 32);
    if (!writer(s, args).run(out)) return std::nullopt;
    return out;
}

}  // namespace shardwise::engine::postgres
