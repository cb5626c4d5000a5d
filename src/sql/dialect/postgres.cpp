// SPDX-License-Identifier: MIT
// PostgreSQL 15. Literals do not depend on standard_conforming_strings.
#include <fmt/format.h>

#include "sql/dialect/quoting.hpp"

namespace shardwise::sql::dialects {
namespace {

class postgres_dialect final : public dialect {
public:
    dialect_kind kind() const noexcept override { return dialect_kind::postgres; }

    const dialect_traits& traits() const noexcept override {
        // The planner drops COLLATE "C" on a column that has this collation: its index is used.
        static constexpr dialect_traits table{.name = "PostgreSQL",
                                              .byte_collation = " COLLATE \"C\"",
                                              .like_collation = "",
                                              .like_escape = " ESCAPE E'\\\\'",
                                              .double_type = "double precision",
                                              .divide_integers = " / ",
                                              .no_limit = "",
                                              .max_parameters = 65535,
                                              .guards_zero_divisor = true,
                                              .scaled_decimals = false,
                                              .numbered_parameters = true,
                                              .narrow_arithmetic = true,
                                              .sequential_assignments = false,
                                              .literal_limits = true};
        return table;
    }

    void identifier(std::string& out, std::string_view name) const override {
        quote(out, name, '"');
    }

    void parameter(std::string& out, int n) const override { out += fmt::format("${}", n); }

    void type_name(std::string& out, const schema::column& c, bool) const override {
        switch (c.type) {
            case column_type::boolean:
                out += "boolean";
                return;
            case column_type::int16:
                out += "smallint";
                return;
            case column_type::int32:
                out += "integer";
                return;
            case column_type::int64:
                out += "bigint";
                return;
            case column_type::float64:
                out += "double precision";
                return;
            case column_type::text:
                out += c.length == 0 ? "text" : fmt::format("varchar({})", c.length);
                out += " COLLATE \"C\"";
                return;
            case column_type::blob:
                out += "bytea";
                return;
            case column_type::uuid:
                out += "uuid";
                return;
            case column_type::date:
                out += "date";
                return;
            case column_type::timestamp:
                out += "timestamp with time zone";
                return;
            case column_type::decimal:
                out += fmt::format("numeric({},{})", c.precision, c.scale);
                return;
            case column_type::json:
                out += "json";
                return;
        }
    }

    int order_term(std::string& out, std::string_view x, bool descending, bool nulls_first,
                   bool nullable) const override {
        out += x;
        if (descending) out += " DESC";
        // NULL is the greatest value here.
        if (nullable && descending != nulls_first)
            out += nulls_first ? " NULLS FIRST" : " NULLS LAST";
        return 1;
    }

    void literal(std::string& out, const arg& v, const schema::column&) const override {
        switch (v.kind()) {
            case kind::boolean:
                out += v.boolean() ? "TRUE" : "FALSE";
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
                out += "decode('";
                hex(out, v.text());
                out += "', 'hex')";
                return;
            case kind::uuid:
                out += fmt::format("'{}'", v.as_uuid().to_string());
                return;
            case kind::date:
                out += fmt::format("'{}'", v.to_date().to_string());
                return;
            case kind::timestamp:
                out += fmt::format("'{}'", v.to_timestamp().to_string());
                return;
            default:
                string_literal(out, v.text());
        }
    }

private:
    static void string_literal(std::string& out, std::string_view text) {
        if (text.find('\\') == std::string_view::npos) return quote(out, text, '\'');
        std::string doubled;
        for (const char c : text) doubled.append(c == '\\' ? 2 : 1, c);
        out += 'E';
        quote(out, doubled, '\'');
    }
};

}  // namespace

const dialect& postgres() noexcept {
    static const postgres_dialect instance{};
    return instance;
}

}  // namespace shardwise::sql::dialects
