// SPDX-License-Identifier: MIT
#include "sql/check_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/ascii.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::sql {
namespace {

/// Beyond 15 digits two decimals may be one double.
constexpr int exact_double_digits = 15;

constexpr std::array<std::string_view, 17> keywords{
    "and",   "or",   "not",  "in",   "is",   "null", "like", "between", "true",
    "false", "case", "when", "then", "else", "end",  "cast", "as"};

bool starts_word(char c) {
    return ascii_lower(c) != c || (c >= 'a' && c <= 'z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool in_word(char c) { return starts_word(c) || (c >= '0' && c <= '9') || c == '$'; }

class check_rewriter {
public:
    check_rewriter(std::string& out, const schema::table& t, const schema::check_constraint& check,
                   const dialect& d)
        : out_(out), table_(t), check_(check), sql_(check.sql), dialect_(d) {}

    void run() {
        while (at_ < sql_.size()) step();
        if (depth_ != 0) refuse("has an open parenthesis");
        if (has_text_ && converted_ != nullptr)
            refuse(
                fmt::format("compares with text and uses column {} of type {}, which {} keeps "
                            "in another form",
                            converted_->name, name_of(converted_->type), dialect_.traits().name));
    }

private:
    [[noreturn]] void refuse(std::string_view why) const {
        raise(error_info{.code = error_code::bad_model,
                         .message = fmt::format("check {} of table {} {}: {}", check_.name,
                                                table_.name, why, check_.sql),
                         .table = table_.name});
    }

    void step() {
        const char c = sql_[at_];
        if (c == '\'') return text_literal();
        if (c == '"') return quoted_name();
        if (starts_word(c)) return word();
        if (c >= '0' && c <= '9') return number();
        const std::string_view two = sql_.substr(at_, 2);
        if (c == ';' || c == '`' || c == '\\' || c == '#' || c == '\0' || two == "--" ||
            two == "/*")
            refuse("is not one plain SQL expression");
        if (c == '(') ++depth_;
        if (c == ')' && --depth_ < 0) refuse("has a parenthesis too many");
        out_ += c;
        ++at_;
    }

    /// From the quote at at_ to behind its partner, doubled quotes made single.
    std::string quoted(char mark) {
        std::string text;
        for (++at_; at_ < sql_.size(); ++at_) {
            if (sql_[at_] == mark && sql_.substr(at_ + 1, 1) != std::string_view{&mark, 1}) {
                ++at_;
                return text;
            }
            if (sql_[at_] == mark) ++at_;
            text += sql_[at_];
        }
        refuse("has an open quote");
    }

    void text_literal() {
        const std::string text = quoted('\'');
        has_text_ = true;
        schema::column any_text;
        any_text.type = column_type::text;
        dialect_.literal(out_, arg{std::string_view{text}}, any_text);
    }

    void quoted_name() {
        const std::string name = quoted('"');
        const auto exact = std::find_if(table_.columns.begin(), table_.columns.end(),
                                        [&](const schema::column& c) { return c.name == name; });
        if (exact == table_.columns.end())
            refuse(fmt::format("names \"{}\", which is no column of the table", name));
        column(*exact);
    }

    void word() {
        const std::size_t start = at_;
        while (at_ < sql_.size() && in_word(sql_[at_])) ++at_;
        const std::string_view name = sql_.substr(start, at_ - start);
        const auto is_name = [&](std::string_view other) {
            return equal_ignoring_case(other, name);
        };
        const auto c =
            std::find_if(table_.columns.begin(), table_.columns.end(),
                         [&](const schema::column& candidate) { return is_name(candidate.name); });
        const std::size_t next = sql_.find_first_not_of(" \t\r\n", at_);
        const bool call = next != std::string_view::npos && sql_[next] == '(';
        if (c != table_.columns.end() && !call &&
            std::none_of(keywords.begin(), keywords.end(), is_name))
            column(*c);
        else
            out_ += name;
    }

    void number() {
        while (at_ < sql_.size() && (in_word(sql_[at_]) || sql_[at_] == '.')) out_ += sql_[at_++];
    }

    void column(const schema::column& c) {
        const bool scaled =
            c.type == column_type::decimal && c.scale > 0 && dialect_.traits().scaled_decimals;
        if (scaled && c.precision > exact_double_digits)
            refuse(
                fmt::format("uses column {}: on SQLite only decimals of at most {} digits can "
                            "be checked",
                            c.name, exact_double_digits));
        const bool is_time = c.type == column_type::date || c.type == column_type::timestamp;
        if ((is_time && dialect_.kind() == dialect_kind::sqlite) ||
            (c.type == column_type::uuid && dialect_.kind() != dialect_kind::postgres))
            converted_ = &c;
        if (scaled) out_ += '(';
        dialect_.identifier(out_, c.name);
        if (scaled) out_ += fmt::format(" / 1{}.0)", std::string(c.scale, '0'));
    }

    std::string& out_;
    const schema::table& table_;
    const schema::check_constraint& check_;
    std::string_view sql_;
    const dialect& dialect_;
    std::size_t at_ = 0;
    int depth_ = 0;
    bool has_text_ = false;
    const schema::column* converted_ = nullptr;
};

}  // namespace

void append_check(std::string& out, const schema::table& t, const schema::check_constraint& check,
                  const dialect& d) {
    check_rewriter{out, t, check, d}.run();
}

}  // namespace shardwise::sql
