// SPDX-License-Identifier: MIT
#include "base/ascii.hpp"
#include "catalog/own_tables.hpp"
#include "catalog/table_details.hpp"

namespace shardwise::catalog {

namespace {

std::string text_of(const arg& v) { return v.is_null() ? "" : std::string(v.to_text()); }

/// Words, quoted names and texts, and single characters of SQL, comments left out.
class sql_tokens {
public:
    explicit sql_tokens(std::string_view sql) : sql_(sql) {}

    /// Empty at the end. The text of the token is that of the statement.
    std::string_view next() {
        skip_blanks();
        if (at_ >= sql_.size()) return {};
        begin_ = at_;
        const char c = sql_[at_];
        if (c == '\'' || c == '"' || c == '`')
            quoted(c);
        else if (c == '[')
            quoted(']');
        else if (is_word(c))
            while (at_ < sql_.size() && is_word(sql_[at_])) ++at_;
        else
            ++at_;
        return sql_.substr(begin_, at_ - begin_);
    }
    std::size_t begin() const { return begin_; }
    std::size_t end() const { return at_; }

private:
    static bool is_word(char c) {
        return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
               c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
    }
    void quoted(char close) {
        for (++at_; at_ < sql_.size(); ++at_) {
            if (sql_[at_] != close) continue;
            if (close == ']' || at_ + 1 >= sql_.size() || sql_[at_ + 1] != close) break;
            ++at_;  // doubled: part of the text
        }
        at_ = std::min(at_ + 1, sql_.size());
    }
    void skip_to_behind(std::string_view end) {
        const std::size_t found = sql_.find(end, at_ + 2);
        at_ = found == std::string_view::npos ? sql_.size() : found + end.size();
    }
    void skip_blanks() {
        while (at_ < sql_.size()) {
            if (sql_.substr(at_, 2) == "--")
                skip_to_behind("\n");
            else if (sql_.substr(at_, 2) == "/*")
                skip_to_behind("*/");
            else if (std::string_view(" \t\r\n\f").find(sql_[at_]) != std::string_view::npos)
                ++at_;
            else
                return;
        }
    }
    std::string_view sql_;
    std::size_t begin_ = 0;
    std::size_t at_ = 0;
};

std::string unquoted(std::string_view token) {
    if (token.empty() || std::string_view("'\"`[").find(token[0]) == std::string_view::npos)
        return std::string(token);
    const char close = token[0] == '[' ? ']' : token[0];
    std::string name;
    for (std::size_t i = 1; i + 1 < token.size(); ++i) {
        name += token[i];
        if (token[i] == close) ++i;
    }
    return name;
}

void read_columns(engine::connection& c, std::string_view name, const sql::dialect& d,
                  deadline limit, table_details& t) {
    own_statement s(d);
    // INTEGER PRIMARY KEY, and nothing else, counts by itself.
    s.raw(
         "SELECT name, COALESCE(dflt_value, ''), lower(type) = 'integer' AND pk = 1 "
         "AND (SELECT count(*) FROM pragma_table_xinfo(")
        .bind(name)
        .raw(") WHERE pk > 0) = 1 AND NOT EXISTS (SELECT 1 FROM pragma_index_list(")
        .bind(name)
        .raw(") WHERE origin = 'pk'), hidden IN (2, 3) FROM pragma_table_xinfo(")
        .bind(name)
        .raw(") WHERE hidden <> 1 ORDER BY cid");
    s.gives({column_type::text, column_type::text, column_type::boolean, column_type::boolean});
    s.run(c, limit, [&](std::span<const arg> row) {
        t.columns.push_back(
            {text_of(row[0]), text_of(row[1]), row[2].to_boolean(), false, row[3].to_boolean()});
    });
}

void remark_each(engine::connection& c, const sql::dialect& d, std::string_view name,
                 deadline limit, std::string_view sql, std::string_view tail, table_details& t) {
    own_statement s(d);
    s.raw(sql).bind(name).raw(tail);
    s.gives({column_type::text, column_type::text});
    s.run(c, limit, [&](std::span<const arg> row) {
        t.remarks.push_back({text_of(row[0]), text_of(row[1])});
    });
}

}  // namespace

std::vector<found_check> checks_in(std::string_view create_table) {
    std::vector<found_check> all;
    sql_tokens tokens(create_table);
    std::string before;  // the two tokens in front: CONSTRAINT name CHECK
    std::string name;
    for (std::string_view token = tokens.next(); !token.empty(); token = tokens.next()) {
        if (!equal_ignoring_case(token, "check")) {
            name = equal_ignoring_case(before, "constraint") ? unquoted(token) : "";
            before = token;
            continue;
        }
        before.clear();
        if (tokens.next() != "(") continue;
        const std::size_t begin = tokens.end();
        int depth = 1;
        while (depth > 0) {
            token = tokens.next();
            if (token.empty()) return all;
            depth += token == "(" ? 1 : token == ")" ? -1 : 0;
        }
        all.push_back({name, std::string(create_table.substr(begin, tokens.begin() - begin))});
        name.clear();
    }
    return all;
}

table_details read_sqlite_details(engine::connection& c, std::string_view name,
                                  const sql::dialect& d, deadline limit) {
    table_details t;
    read_columns(c, name, d, limit, t);
    own_statement s(d);
    s.raw("SELECT sql FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower(")
        .bind(name)
        .raw(")");
    s.gives({column_type::text});
    s.run(c, limit, [&](std::span<const arg> row) { t.checks = checks_in(row[0].to_text()); });
    remark_each(c, d, name, limit,
                "SELECT CASE WHEN l.partial THEN 'partial index ' ELSE 'index on an expression ' "
                "END || l.name, COALESCE(x.sql, '') FROM pragma_index_list(",
                ") AS l LEFT JOIN sqlite_schema x ON x.type = 'index' AND x.name = l.name "
                "WHERE l.partial OR EXISTS (SELECT 1 FROM pragma_index_info(l.name) AS i "
                "WHERE i.name IS NULL) ORDER BY l.name",
                t);
    remark_each(c, d, name, limit,
                "SELECT 'trigger ' || name, sql FROM sqlite_schema WHERE type = 'trigger' "
                "AND lower(tbl_name) = lower(",
                ") ORDER BY name", t);
    remark_each(
        c, d, name, limit,
        "SELECT 'rule of the foreign key to ' || \"table\" || ' that a model does not have', "
        "'ON UPDATE ' || on_update || ' ON DELETE ' || on_delete "
        "FROM pragma_foreign_key_list(",
        ") WHERE seq = 0 AND (on_update NOT IN ('NO ACTION', 'RESTRICT') "
        "OR on_delete = 'SET DEFAULT') ORDER BY id",
        t);
    return t;
}

}  // namespace shardwise::catalog
