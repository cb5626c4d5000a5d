// SPDX-License-Identifier: MIT
#include "parse/column_types.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/utf8.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::parse {

namespace {

struct known_type {
    std::string_view name;
    column_type type;
};

// As the parser names them: integer is int4, double precision float8, timestamp with time zone
// timestamptz. A timestamp without time zone is taken as UTC.
constexpr std::array known_types{
    known_type{"bool", column_type::boolean},
    known_type{"int2", column_type::int16},
    known_type{"int4", column_type::int32},
    known_type{"int8", column_type::int64},
    known_type{"float8", column_type::float64},
    known_type{"text", column_type::text},
    known_type{"varchar", column_type::text},
    known_type{"bytea", column_type::blob},
    known_type{"uuid", column_type::uuid},
    known_type{"date", column_type::date},
    known_type{"timestamptz", column_type::timestamp},
    known_type{"timestamp", column_type::timestamp},
    known_type{"numeric", column_type::decimal},
    known_type{"json", column_type::json},
    known_type{"jsonb", column_type::json},
};

std::string_view way_out(std::string_view name) {
    if (name == "serial2" || name == "serial4" || name == "serial8" || name == "serial" ||
        name == "smallserial" || name == "bigserial")
        return "counters of single servers repeat over shards: use bigint and let shardwise make "
               "the ids";
    if (name == "bpchar" || name == "char")
        return "it pads with blanks, which engines compare differently: use varchar(n) or text";
    if (name == "float4") return "it rounds doubles: use double precision";
    if (name == "money") return "use numeric(p,s)";
    if (name == "time" || name == "timetz" || name == "interval")
        return "not every engine has it: use timestamptz, or bigint for a number of microseconds";
    return "use boolean, smallint, integer, bigint, double precision, text, varchar(n), bytea, "
           "uuid, date, timestamptz, numeric(p,s) or json";
}

std::optional<column_type> find_type(std::string_view name) {
    const auto* const found = std::find_if(known_types.begin(), known_types.end(),
                                           [&](const known_type& k) { return k.name == name; });
    if (found == known_types.end()) return std::nullopt;
    return found->type;
}

std::string name_in(const tree_node& type_name) {
    const std::vector<std::string> names = type_name.strings("names");
    if (names.size() == 2 && names[0] == "pg_catalog") return names[1];
    return names.size() == 1 ? names[0] : fmt::format("{}", fmt::join(names, "."));
}

std::vector<std::int64_t> modifiers(const tree_node& type_name) {
    std::vector<std::int64_t> numbers;
    for (const tree_node& m : type_name.children("typmods")) {
        if (m.kind() != "A_Const" || !m.inner().has("ival"))
            m.refuse("the length or precision of a type has to be a whole number");
        numbers.push_back(m.inner().integer());
    }
    return numbers;
}

void set_length(schema::column& c, const tree_node& type_name,
                const std::vector<std::int64_t>& numbers) {
    constexpr std::int64_t longest = 10'485'760;  // PostgreSQL's limit for varchar(n)
    if (numbers.empty()) return;
    if (numbers.size() > 1 || numbers[0] < 1 || numbers[0] > longest)
        type_name.refuse(fmt::format("varchar takes one length from 1 to {}", longest));
    c.length = static_cast<std::uint32_t>(numbers[0]);
}

void set_precision(schema::column& c, const tree_node& type_name,
                   const std::vector<std::int64_t>& numbers) {
    if (numbers.empty())
        type_name.refuse(
            "numeric without a precision has a different meaning on each engine: "
            "write numeric(p,s) with up to 38 digits");
    const std::int64_t scale = numbers.size() > 1 ? numbers[1] : 0;
    if (numbers.size() > 2 || numbers[0] < 1 || numbers[0] > 38 || scale < 0 || scale > numbers[0])
        type_name.refuse("numeric(p,s) takes p from 1 to 38 digits and s from 0 to p");
    c.precision = static_cast<std::uint8_t>(numbers[0]);
    c.scale = static_cast<std::uint8_t>(scale);
}

/// The text of a constant, and whether it was written in quotes.
struct literal {
    std::string text;
    bool in_quotes = false;
};

std::optional<literal> literal_of(const tree_node& constant) {
    if (constant.flag("isnull")) return std::nullopt;
    if (constant.has("boolval"))
        return literal{constant.child("boolval").flag("boolval") ? "true" : "false"};
    if (constant.has("ival")) return literal{std::to_string(constant.integer())};
    if (constant.has("fval")) return literal{constant.child("fval").text("fval")};
    if (constant.has("sval")) return literal{constant.child("sval").text("sval"), true};
    constant.refuse("a DEFAULT of bits is not supported: use a number or '\\x...'::bytea");
}

void check_written_form(const schema::column& c, const tree_node& constant, const literal& l) {
    const bool number = constant.has("ival") || constant.has("fval");
    bool fits = l.in_quotes;
    if (c.type == column_type::boolean) fits = fits || constant.has("boolval");
    const kind k = kind_of(c.type);
    if (k == kind::integer || k == kind::real || k == kind::decimal) fits = fits || number;
    if (!fits)
        constant.refuse(
            fmt::format("the DEFAULT of column \"{}\" is no literal of type {}: write "
                        "it as such, in quotes if it is no number",
                        c.name, name_of(c.type)));
}

void check_fits(const schema::column& c, const tree_node& constant, const arg& v) {
    if (c.length != 0 && c.type == column_type::text && count_code_points(v.text()) > c.length)
        constant.refuse(fmt::format("the DEFAULT of column \"{}\" is longer than its {} characters",
                                    c.name, c.length));
    if (v.kind() == kind::real && !std::isfinite(v.real()))
        constant.refuse(
            fmt::format("the DEFAULT of column \"{}\" is no finite number, which not "
                        "every engine can keep",
                        c.name));
    if (v.kind() != kind::decimal) return;
    std::string digits = v.as_decimal().to_string();
    digits.erase(
        std::remove_if(digits.begin(), digits.end(), [](char d) { return d == '-' || d == '.'; }),
        digits.end());
    digits.erase(0, digits.find_first_not_of('0'));
    if (digits.size() > c.precision)
        constant.refuse(
            fmt::format("the DEFAULT of column \"{}\" has more digits than numeric({},"
                        "{})",
                        c.name, c.precision, c.scale));
}

}  // namespace

void set_type(schema::column& c, const tree_node& type_name) {
    type_name.allow_only("a column type", {"names", "typmods", "typemod", "location"});
    const std::string name = name_in(type_name);
    const std::optional<column_type> type = find_type(name);
    if (!type)
        type_name.refuse(fmt::format("the type {} of column \"{}\" is not supported: {}", name,
                                     c.name, way_out(name)));
    c.type = *type;
    const std::vector<std::int64_t> numbers = modifiers(type_name);
    if (name == "varchar") {
        set_length(c, type_name, numbers);
    } else if (c.type == column_type::decimal) {
        set_precision(c, type_name, numbers);
    } else if (!numbers.empty() && !(c.type == column_type::timestamp && numbers[0] == 6)) {
        type_name.refuse(
            fmt::format("the type {} of column \"{}\" takes no number in parentheses "
                        "here (timestamps always have microseconds): leave it out",
                        name, c.name));
    }
}

std::string default_of(const schema::column& c, const tree_node& expression) {
    tree_node constant = expression;
    if (constant.kind() == "TypeCast") {
        schema::column cast_to;
        cast_to.name = c.name;
        const tree_node type_name = constant.inner().child("typeName");
        set_type(cast_to, type_name);
        if (cast_to.type != c.type || (cast_to.length != 0 && cast_to.length != c.length))
            type_name.refuse(
                fmt::format("the DEFAULT of column \"{}\" is cast to another type "
                            "than the column's: leave the cast out",
                            c.name));
        constant = constant.inner().child("arg");
    }
    if (constant.kind() != "A_Const")
        constant.refuse(
            fmt::format("the DEFAULT of column \"{}\" is no literal: functions and expressions "
                        "differ between engines, so let the program set the value",
                        c.name));
    constant = constant.inner();
    const std::optional<literal> written = literal_of(constant);
    if (!written) return {};
    check_written_form(c, constant, *written);
    value v;
    try {
        v = parse_value(written->text, c.type, c.scale);
    } catch (const error& e) {
        constant.refuse(
            fmt::format("the DEFAULT of column \"{}\" is wrong: {}", c.name, e.message()));
    }
    check_fits(c, constant, v.view());
    return to_display(v.view());
}

}  // namespace shardwise::parse
