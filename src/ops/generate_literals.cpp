// SPDX-License-Identifier: MIT
// DEFAULT and CHECK texts of databases -> the portable forms of docs/types.md, judged by the code
// that reads these forms. What is not understood is not kept.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/ascii.hpp"
#include "ops/generate_draft.hpp"
#include "parse/ddl_parser.hpp"
#include "shardwise/base/error.hpp"
#include "sql/check_text.hpp"
#include "sql/default_literal.hpp"
#include "sql/dialect.hpp"

namespace shardwise::ops {

namespace {

/// The position behind the quoted text that begins at `at`.
std::size_t behind_quoted(std::string_view text, std::size_t at) {
    const char quote = text[at];
    for (++at; at < text.size(); ++at) {
        if (text[at] != quote) continue;
        if (at + 1 >= text.size() || text[at + 1] != quote) return at + 1;
        ++at;
    }
    return text.size();
}

bool is_number(std::string_view text) {
    if (!text.empty() && text.front() == '-') text.remove_prefix(1);
    return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// (12) and 12 mean the same.
std::string_view without_parentheses(std::string_view text) {
    while (text.size() > 2 && text.front() == '(' && text.back() == ')' &&
           is_number(text.substr(1, text.size() - 2)))
        text = text.substr(1, text.size() - 2);
    return text;
}

/// 'new'::character varying -> 'new', (0)::numeric -> 0: PostgreSQL writes what a constant is. Only
/// types that change no constant of the column: varchar(2) would cut it, date cut a time.
std::string_view without_cast(std::string_view text, column_type of) {
    static constexpr std::string_view harmless[] = {"::character varying",
                                                    "::text",
                                                    "::numeric",
                                                    "::double precision",
                                                    "::integer",
                                                    "::bigint",
                                                    "::smallint",
                                                    "::boolean",
                                                    "::uuid",
                                                    "::json",
                                                    "::jsonb",
                                                    "::timestamp with time zone"};
    const std::size_t end = !text.empty() && text.front() == '\''
                                ? behind_quoted(text, 0)
                                : std::min(text.find("::"), text.size());
    const std::string_view cast = text.substr(end);
    const bool known =
        std::find(std::begin(harmless), std::end(harmless), cast) != std::end(harmless) ||
        (cast == "::date" && of == column_type::date);
    return known ? without_parentheses(text.substr(0, end)) : text;
}

/// For the parser, which speaks PostgreSQL's SQL.
std::string type_text(const schema::column& c) {
    switch (c.type) {
        case column_type::boolean:
            return "boolean";
        case column_type::int16:
            return "smallint";
        case column_type::int32:
            return "integer";
        case column_type::int64:
            return "bigint";
        case column_type::float64:
            return "double precision";
        case column_type::text:
            return "text";
        case column_type::blob:
            return "bytea";
        case column_type::uuid:
            return "uuid";
        case column_type::date:
            return "date";
        case column_type::timestamp:
            return "timestamptz";
        case column_type::decimal:
            return fmt::format("numeric({},{})", c.precision, c.scale);
        case column_type::json:
            return "json";
    }
    return "text";
}

/// `name` and [name] -> "name"; texts stay as they are.
std::string in_double_quotes(std::string_view sql, sql::dialect_kind engine) {
    std::string out;
    for (std::size_t at = 0; at < sql.size();) {
        const char c = sql[at];
        if (c == '\'' || c == '"') {
            const std::size_t end = behind_quoted(sql, at);
            out += sql.substr(at, end - at);
            at = end;
        } else if (c == '`' && engine != sql::dialect_kind::postgres) {
            const std::size_t end = behind_quoted(sql, at);
            out += sql::quoted_name(sql.substr(at + 1, end - at - 2));
            at = end;
        } else if (c == '[' && engine == sql::dialect_kind::sqlite) {
            const std::size_t end = std::min(sql.find(']', at), sql.size() - 1);
            out += sql::quoted_name(sql.substr(at + 1, end - at - 1));
            at = end + 1;
        } else {
            out += c;
            ++at;
        }
    }
    return out;
}

/// PostgreSQL keeps x IN (1, 2) as x = ANY (ARRAY[1, 2]).
std::pair<std::string_view, std::string_view> in_list_piece(std::string_view sql) {
    static constexpr std::pair<std::string_view, std::string_view> pieces[] = {
        {"= ANY (ARRAY[", "IN ("}, {"= ANY ((ARRAY[", "IN ("}, {"])::text[])", ")"}, {"])", ")"}};
    for (const auto& piece : pieces)
        if (sql.starts_with(piece.first)) return piece;
    return {};
}

/// The casts that PostgreSQL adds to constants and to text columns, which change nothing:
/// 'a'::text, (0)::numeric, (kind)::text.
std::string without_needless_casts(const schema::table& t, std::string_view sql) {
    static constexpr std::string_view harmless[] = {
        "::character varying", "::text",   "::numeric", "::bigint", "::smallint",
        "::double precision",  "::integer"};
    const auto is_text_column = [&](std::string_view name) {
        return std::any_of(t.columns.begin(), t.columns.end(), [&](const schema::column& c) {
            return c.type == column_type::text &&
                   (c.name == name || sql::quoted_name(c.name) == name);
        });
    };
    std::string out;
    for (std::size_t at = 0; at < sql.size();) {
        if (sql[at] == '\'' || sql[at] == '"') {
            const std::size_t end = behind_quoted(sql, at);
            out += sql.substr(at, end - at);
            at = end;
            continue;
        }
        if (const auto list = in_list_piece(sql.substr(at)); !list.first.empty()) {
            out += list.second;
            at += list.first.size();
            continue;
        }
        std::size_t skipped = 0;
        for (const std::string_view cast : harmless) {
            if (!sql.substr(at).starts_with(cast)) continue;
            const std::string_view next = sql.substr(at + cast.size());
            if (next.starts_with("[") || next.starts_with("(")) continue;
            const bool to_text = cast == "::text" || cast == "::character varying";
            const std::size_t open = out.rfind('(');
            const std::string inside = out.ends_with(")") && open != std::string::npos
                                           ? out.substr(open + 1, out.size() - open - 2)
                                           : std::string();
            if ((to_text && (out.ends_with("'") || is_text_column(inside))) ||
                (!to_text && is_number(inside)))
                skipped = cast.size();
            if (skipped != 0) break;
        }
        if (skipped == 0) out += sql[at++];
        at += skipped;
    }
    return out;
}

}  // namespace

std::optional<std::string> portable_default(const schema::table& t, const schema::column& c,
                                            std::string_view text, sql::dialect_kind engine) {
    std::string literal{without_cast(without_parentheses(text), c.type)};
    if (engine == sql::dialect_kind::mariadb && literal.find("\\\\") == std::string::npos)
        for (std::size_t at = 0; (at = literal.find("\\'", at)) != std::string::npos; at += 2)
            literal.replace(at, 2, "''");
    const std::string lower = ascii_lower(std::string_view{literal});
    const bool number = c.type == column_type::int16 || c.type == column_type::int32 ||
                        c.type == column_type::int64 || c.type == column_type::float64 ||
                        c.type == column_type::decimal;
    if (lower == "now()" || lower.starts_with("current_timestamp")) literal = "current_timestamp";
    if (number && literal.size() > 2 && literal.front() == '\'' &&
        is_number(std::string_view(literal).substr(1, literal.size() - 2)))
        literal = literal.substr(1, literal.size() - 2);
    if (c.type == column_type::boolean && (literal == "0" || literal == "1"))
        literal = literal == "1" ? "true" : "false";
    if (literal.find('\\') != std::string::npos) return {};  // read differently by the engines
    try {
        schema::column with = c;
        with.default_sql = literal;
        std::string ignored;
        sql::append_default(ignored, t, with, sql::dialect_for(engine));
    } catch (const error&) {
        return {};
    }
    return literal;
}

std::optional<std::string> portable_check(const schema::table& t, std::string_view text,
                                          sql::dialect_kind engine) {
    std::string create = "CREATE TABLE t (";
    for (const schema::column& c : t.columns)
        create += sql::quoted_name(c.name) + " " + type_text(c) + ", ";
    std::string condition = in_double_quotes(text, engine);
    if (engine == sql::dialect_kind::postgres) condition = without_needless_casts(t, condition);
    try {
        const auto parsed =
            parse::parse_tables(create + "CHECK (" + condition + "))", "the database");
        if (parsed.size() != 1 || parsed.front().columns.size() != t.columns.size() ||
            parsed.front().checks.size() != 1)
            return {};
        const std::string& sql = parsed.front().checks.front().sql;
        for (const auto kind :
             {sql::dialect_kind::sqlite, sql::dialect_kind::postgres, sql::dialect_kind::mariadb}) {
            std::string ignored;
            sql::append_check(ignored, t, {"c", sql}, sql::dialect_for(kind));
        }
        return sql;
    } catch (const error&) {
        return {};
    }
}

}  // namespace shardwise::ops
