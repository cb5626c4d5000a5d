// SPDX-License-Identifier: MIT
// SQLite 3.40 and later: STRICT tables, decimals as scaled integers, instants as integers.
#include <fmt/format.h>

#include "shardwise/base/error.hpp"
#include "sql/dialect/quoting.hpp"

namespace shardwise::sql::dialects {
namespace {

constexpr int most_decimal_digits = 18;

class sqlite_dialect final : public dialect {
public:
    dialect_kind kind() const noexcept override { return dialect_kind::sqlite; }

    const dialect_traits& traits() const noexcept override {
        // BINARY must be said in ORDER BY: an adopted column may be declared COLLATE NOCASE. For a
        // BINARY column it is no difference and the index is used. LIKE is made case-sensitive by
        // the driver (PRAGMA case_sensitive_like); SQLite's LIKE knows no collations.
        static constexpr dialect_traits table{.name = "SQLite",
                                              .byte_collation = " COLLATE BINARY",
                                              .like_collation = "",
                                              .like_escape = " ESCAPE '\\'",
                                              .double_type = "REAL",
                                              .divide_integers = " / ",
                                              .no_limit = " LIMIT -1",
                                              .max_parameters = 32766,
                                              .guards_zero_divisor = false,
                                              .scaled_decimals = true,
                                              .numbered_parameters = false,
                                              .narrow_arithmetic = false,
                                              .sequential_assignments = false,
                                              .literal_limits = false};
        return table;
    }

    void identifier(std::string& out, std::string_view name) const override {
        quote(out, name, '"');
    }

    void parameter(std::string& out, int) const override { out += '?'; }

    void type_name(std::string& out, const schema::column& c, bool) const override {
        switch (c.type) {
            case column_type::float64:
                out += "REAL";
                return;
            case column_type::text:
            case column_type::json:
                out += "TEXT";
                return;
            case column_type::blob:
            case column_type::uuid:
                out += "BLOB";
                return;
            case column_type::decimal:
                if (c.precision > most_decimal_digits)
                    raise(error_info{
                        .code = error_code::bad_model,
                        .message = fmt::format("column {} is a decimal of {} digits: SQLite keeps "
                                               "at most {} exactly",
                                               c.name, c.precision, most_decimal_digits)});
                [[fallthrough]];
            default:
                out += "INTEGER";
        }
    }

    int order_term(std::string& out, std::string_view x, bool descending, bool nulls_first,
                   bool nullable) const override {
        out += x;
        if (descending) out += " DESC";
        // SQLite takes NULL for the smallest value.
        if (nullable && descending == nulls_first)
            out += nulls_first ? " NULLS FIRST" : " NULLS LAST";
        return 1;
    }

    void literal(std::string& out, const arg& v, const schema::column& c) const override {
        switch (v.kind()) {
            case kind::boolean:
                out += v.boolean() ? '1' : '0';
                return;
            case kind::real:
                out += fmt::format("{}", v.real());
                return;
            case kind::text:
            case kind::json:
                quote(out, v.text(), '\'');
                return;
            case kind::decimal: {
                const decimal scaled = v.as_decimal().rescaled(c.scale);
                out += decimal::from_parts(scaled.high(), scaled.low(), 0).to_string();
                return;
            }
            case kind::blob:
                out += "x'";
                hex(out, v.text());
                out += '\'';
                return;
            case kind::uuid:
                out += "x'";
                hex(out, v.as_uuid());
                out += '\'';
                return;
            default:
                out += fmt::format("{}", v.integer());
        }
    }
};

}  // namespace

const dialect& sqlite() noexcept {
    static const sqlite_dialect instance{};
    return instance;
}

}  // namespace shardwise::sql::dialects
