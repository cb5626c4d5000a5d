// SPDX-License-Identifier: MIT
#include "sql/default_literal.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string_view>

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "shardwise/base/error.hpp"
#include "sql/constants.hpp"

namespace shardwise::sql {
namespace {

std::string_view trimmed(std::string_view s) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    while (!s.empty() && blank(s.front())) s.remove_prefix(1);
    while (!s.empty() && blank(s.back())) s.remove_suffix(1);
    return s;
}

/// The content of '...' with doubled quotes made single; nothing when it is not one literal.
std::optional<std::string> unquoted(std::string_view s) {
    if (s.size() < 2 || s.front() != '\'' || s.back() != '\'') return std::nullopt;
    s = s.substr(1, s.size() - 2);
    std::string text;
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (s[i] == '\'' && (i + 1 == s.size() || s[++i] != '\'')) return std::nullopt;
        text += s[i];
    }
    return text;
}

std::optional<std::string> bytes_of(std::string_view s) {
    if (s.size() < 3 || ascii_lower(s.front()) != 'x') return std::nullopt;
    const std::optional<std::string> digits = unquoted(s.substr(1));
    if (!digits || digits->size() % 2 != 0) return std::nullopt;
    std::string bytes;
    for (std::size_t i = 0; i < digits->size(); i += 2) {
        int byte = 0;
        for (const char digit : digits->substr(i, 2)) {
            const char c = ascii_lower(digit);
            const bool letter = c >= 'a' && c <= 'f';
            if (!letter && (c < '0' || c > '9')) return std::nullopt;
            byte = byte * 16 + (letter ? c - 'a' + 10 : c - '0');
        }
        bytes += static_cast<char>(byte);
    }
    return bytes;
}

/// [+-] digits [. digits] [e [+-] digits]
bool is_number(std::string_view s) {
    std::size_t i = !s.empty() && (s[0] == '-' || s[0] == '+') ? 1 : 0;
    const auto digits = [&] {
        const std::size_t start = i;
        while (i < s.size() && s[i] >= '0' && s[i] <= '9') ++i;
        return i - start;
    };
    std::size_t mantissa = digits();
    if (i < s.size() && s[i] == '.') {
        ++i;
        mantissa += digits();
    }
    if (mantissa == 0) return false;
    if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
        ++i;
        if (i < s.size() && (s[i] == '-' || s[i] == '+')) ++i;
        if (digits() == 0) return false;
    }
    return i == s.size();
}

std::string_view current_timestamp_of(dialect_kind kind) {
    switch (kind) {
        case dialect_kind::postgres:
            return "CURRENT_TIMESTAMP";
        case dialect_kind::mariadb:
            return "(UTC_TIMESTAMP(6))";
        case dialect_kind::sqlite:
            break;
    }
    // Milliseconds since 1970: the finest that SQLite's clock gives.
    return "(CAST(ROUND((JULIANDAY('now') - 2440587.5) * 86400000.0) AS INTEGER) * 1000)";
}

class default_reader {
public:
    default_reader(const schema::table& t, const schema::column& c, const dialect& d)
        : table_(t), column_(c), dialect_(d) {}

    void append(std::string& out) const {
        const std::string_view s = trimmed(column_.default_sql);
        if (equal_ignoring_case(s, "null")) {
            if (!column_.nullable) refuse("is NULL, but the column is not nullable");
            out += "NULL";
        } else if (equal_ignoring_case(s, "current_timestamp")) {
            if (column_.type != column_type::timestamp) refuse("needs a timestamp column");
            out += current_timestamp_of(dialect_.kind());
        } else {
            const value read = read_value(s);
            dialect_.literal(out, read.view(), column_);
        }
    }

    value evaluated(timestamp now) const {
        const std::string_view s = trimmed(column_.default_sql);
        if (s.empty() || equal_ignoring_case(s, "null")) return value{};
        if (!equal_ignoring_case(s, "current_timestamp")) return read_value(s);
        if (column_.type != column_type::timestamp) refuse("needs a timestamp column");
        return value{arg{now}};
    }

private:
    [[noreturn]] void refuse(std::string_view why) const {
        raise(error_info{.code = error_code::bad_model,
                         .message = fmt::format("the default of column {}.{} {}: {}", table_.name,
                                                column_.name, why, column_.default_sql),
                         .table = table_.name});
    }

    value read_value(std::string_view s) const {
        try {
            if (const auto bytes = bytes_of(s); bytes && column_.type == column_type::blob)
                return checked_length(value{arg::of_bytes(bytes->data(), bytes->size())});
            if (const auto text = unquoted(s); text && takes_text())
                return checked_length(parse_value(*text, column_.type));
            const bool truth = equal_ignoring_case(s, "true");
            if (column_.type == column_type::boolean && (truth || equal_ignoring_case(s, "false")))
                return value{arg{truth}};
            if (is_number(s) && takes_number()) return checked_number(s);
        } catch (const error& e) {
            refuse(fmt::format("does not fit ({})", e.message()));
        }
        refuse(fmt::format("is not one literal of type {}", name_of(column_.type)));
    }

    value checked_length(value v) const {
        const arg a = v.view();
        const bool has_length = a.kind() == kind::text || a.kind() == kind::blob;
        if (!has_length || column_.length == 0) return v;
        const std::size_t length =
            a.kind() == kind::blob ? a.text().size() : count_code_points(a.text());
        if (length > column_.length) refuse("is longer than the column");
        return v;
    }

    value checked_number(std::string_view s) const {
        if (column_.type == column_type::float64) {
            const value v = parse_value(s, column_.type);
            if (!std::isfinite(v.view().real())) refuse("is not a finite number");
            return v;
        }
        const value exact{arg{decimal::parse(s)}};
        return bind_assigned(exact, table_, column_, dialect_.traits()).bound;
    }

    bool takes_number() const {
        switch (column_.type) {
            case column_type::int16:
            case column_type::int32:
            case column_type::int64:
            case column_type::float64:
            case column_type::decimal:
                return true;
            default:
                return false;
        }
    }

    bool takes_text() const {
        switch (column_.type) {
            case column_type::text:
            case column_type::json:
            case column_type::uuid:
            case column_type::date:
            case column_type::timestamp:
                return true;
            default:
                return false;
        }
    }

    const schema::table& table_;
    const schema::column& column_;
    const dialect& dialect_;
};

}  // namespace

void append_default(std::string& out, const schema::table& t, const schema::column& c,
                    const dialect& d) {
    default_reader{t, c, d}.append(out);
}

value default_value(const schema::table& t, const schema::column& c, timestamp now) {
    return default_reader{t, c, dialect_for(dialect_kind::postgres)}.evaluated(now);
}

}  // namespace shardwise::sql
