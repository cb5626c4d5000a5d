// SPDX-License-Identifier: MIT
#include "schema/column_check.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/utf8.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::schema {
namespace {

[[noreturn]] void refuse(const table& t, const column& c, std::string_view why) {
    raise({.code = error_code::value_not_storable,
           .message = fmt::format("column {}.{}: {}", t.name, c.name, why),
           .table = t.name});
}

void check_length(const table& t, const column& c, const arg& v) {
    if (c.length == 0 || v.text().size() <= c.length) return;  // a character has a byte at least
    const bool is_text = v.kind() == kind::text;
    const std::size_t length = is_text ? count_code_points(v.text()) : v.text().size();
    if (length > c.length)
        refuse(t, c,
               fmt::format("a value of {} {} is longer than the declared {}", length,
                           is_text ? "characters" : "bytes", c.length));
}

constexpr int max_digits = 38;

const decimal& power_of_ten(int exponent) {
    static const std::array<decimal, max_digits> powers = [] {
        std::array<decimal, max_digits> p{decimal{1}};
        for (std::size_t i = 1; i < p.size(); ++i) p[i] = p[i - 1] * decimal{10};
        return p;
    }();
    return powers[static_cast<std::size_t>(exponent)];
}

void check_digits(const table& t, const column& c, const arg& v) {
    const decimal given = v.to_decimal();
    decimal kept;
    try {
        kept = given.rescaled(c.scale);
    } catch (const error&) {
        refuse(t, c, fmt::format("a value has more than {} digits behind the point", c.scale));
    }
    const int whole = c.precision - c.scale;
    if (whole >= max_digits) return;  // a decimal never has more
    const decimal& limit = power_of_ten(whole);
    if (kept >= limit || kept <= decimal{} - limit)
        refuse(t, c,
               fmt::format("a value has more than {} digits before the point (decimal({},{}))",
                           whole, c.precision, c.scale));
}

}  // namespace

void check_column_value(const table& t, column_index i, const arg& v) {
    const column& c = t.columns[i];
    if (v.is_null()) {
        if (!c.nullable) refuse(t, c, "NULL in a column that is declared NOT NULL");
        return;
    }
    switch (c.type) {
        case column_type::text:
        case column_type::blob:
            check_length(t, c, v);
            break;
        case column_type::decimal:
            if (c.precision != 0) check_digits(t, c, v);
            break;
        case column_type::json:
            if (!nlohmann::json::accept(v.text())) refuse(t, c, "the text is not JSON");
            break;
        default:
            break;
    }
}

}  // namespace shardwise::schema
