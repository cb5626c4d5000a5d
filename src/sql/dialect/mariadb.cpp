// SPDX-License-Identifier: MIT
// MariaDB 10.11. Nothing here depends on ANSI_QUOTES or NO_BACKSLASH_ESCAPES.
#include <fmt/format.h>

#include <algorithm>

#include "shardwise/base/error.hpp"
#include "sql/dialect/quoting.hpp"

namespace shardwise::sql::dialects {
namespace {

constexpr std::uint32_t default_key_length = 255;
constexpr std::uint32_t longest_keyed_text = 768;  // 3072 bytes of an index key

class mariadb_dialect final : public dialect {
public:
    dialect_kind kind() const noexcept override { return dialect_kind::mariadb; }

    const dialect_traits& traits() const noexcept override {
        // Unlike on PostgreSQL, an index is not used to sort by an expression with COLLATE, even
        // when it is the column's own (docs/types.md). On LIKE's pattern it costs nothing.
        static constexpr dialect_traits table{.name = "MariaDB",
                                              .byte_collation = " COLLATE utf8mb4_nopad_bin",
                                              .like_collation = " COLLATE utf8mb4_nopad_bin",
                                              .like_escape = " ESCAPE x'5c'",
                                              .double_type = "double",
                                              .divide_integers = " DIV ",
                                              .no_limit = " LIMIT 18446744073709551615",
                                              .max_parameters = 65535,
                                              .guards_zero_divisor = false,
                                              .scaled_decimals = false,
                                              .numbered_parameters = false,
                                              .narrow_arithmetic = false,
                                              .sequential_assignments = true,
                                              .literal_limits = false};
        return table;
    }

    void identifier(std::string& out, std::string_view name) const override {
        check(name);
        quote(out, name, '`');
    }

    void parameter(std::string& out, int) const override { out += '?'; }

    void type_name(std::string& out, const schema::column& c, bool keyed) const override {
        switch (c.type) {
            case column_type::boolean:
                out += "tinyint(1)";
                return;
            case column_type::int16:
                out += "smallint";
                return;
            case column_type::int32:
                out += "int";
                return;
            case column_type::int64:
                out += "bigint";
                return;
            case column_type::float64:
                out += "double";
                return;
            case column_type::text:
                out += keyed ? fmt::format("varchar({})", key_length(c)) : "longtext";
                return;
            case column_type::blob:
                out += keyed ? fmt::format("varbinary({})", key_length(c)) : "longblob";
                return;
            case column_type::uuid:
                out += "binary(16)";
                return;
            case column_type::date:
                out += "date";
                return;
            case column_type::timestamp:
                out += "datetime(6)";
                return;
            case column_type::decimal:
                out += fmt::format("decimal({},{})", c.precision, c.scale);
                return;
            case column_type::json:
                out += "longtext";
                return;
        }
    }

    int order_term(std::string& out, std::string_view x, bool descending, bool nulls_first,
                   bool nullable) const override {
        // NULL is the smallest value here.
        const bool natural = !nullable || descending != nulls_first;
        if (!natural) {
            out += x;
            out += nulls_first ? " IS NULL DESC, " : " IS NULL, ";
        }
        out += x;
        if (descending) out += " DESC";
        return natural ? 1 : 2;
    }

    void literal(std::string& out, const arg& v, const schema::column&) const override {
        switch (v.kind()) {
            case kind::boolean:
                out += v.boolean() ? '1' : '0';
                return;
            case kind::integer:
                out += fmt::format("{}", v.integer());
                return;
            case kind::real:
                out += fmt::format("{}", v.real());
                return;
            case kind::decimal:
                out += v.as_decimal().to_string();
                return;
            case kind::blob:
                out += "(x'";
                hex(out, v.text());
                out += "')";
                return;
            case kind::uuid:
                out += "x'";
                hex(out, v.as_uuid());
                out += '\'';
                return;
            case kind::date:
                out += fmt::format("'{}'", v.to_date().to_string());
                return;
            case kind::timestamp: {
                std::string text = v.to_timestamp().to_string();
                text.resize(text.find('+'));  // datetime columns hold UTC and know no zone
                out += fmt::format("'{}'", text);
                return;
            }
            default:
                string_literal(out, v.text());
        }
    }

private:
    static void check(std::string_view name) {
        const bool beyond = std::any_of(
            name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xF0; });
        if (!beyond && !name.ends_with(' ')) return;
        raise(error_info{
            .code = error_code::bad_identifier,
            .message = fmt::format("MariaDB cannot keep the name \"{}\": {}", name,
                                   beyond ? "it holds a character above U+FFFF (such as an emoji)"
                                          : "it ends with a blank")});
    }

    static std::uint32_t key_length(const schema::column& c) {
        const std::uint32_t length = c.length == 0 ? default_key_length : c.length;
        const std::uint32_t longest =
            c.type == column_type::text ? longest_keyed_text : 4 * longest_keyed_text;
        if (length > longest)
            raise(error_info{.code = error_code::bad_model,
                             .message = fmt::format(
                                 "column {} is part of a key and up to {} {} long: MariaDB "
                                 "indexes at most {}",
                                 c.name, length,
                                 c.type == column_type::text ? "characters" : "bytes", longest)});
        return length;
    }

    /// Text defaults are expressions. Backslashes mean different things in different SQL modes.
    static void string_literal(std::string& out, std::string_view text) {
        out += '(';
        if (text.find('\\') == std::string_view::npos) {
            quote(out, text, '\'');
        } else {
            out += "CONVERT(x'";
            hex(out, text);
            out += "' USING utf8mb4)";
        }
        out += ')';
    }
};

}  // namespace

const dialect& mariadb() noexcept {
    static const mariadb_dialect instance{};
    return instance;
}

}  // namespace shardwise::sql::dialects
