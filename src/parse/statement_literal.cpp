// SPDX-License-Identifier: MIT
#include "parse/statement_literal.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/utf8.hpp"
#include "parse/column_types.hpp"

namespace shardwise::parse {

namespace {

/// parse_value; its refusals become bad_query at the place. The text itself may be a user's data
/// and stays out of the message.
value read(const statement_text& text, const tree_node& at, const std::string& written,
           column_type type, int scale) {
    try {
        // A day stands for its midnight, as in PostgreSQL.
        if (type == column_type::timestamp && written.size() == 10)
            return parse_value(written + " 00:00", type);
        return parse_value(written, type, scale);
    } catch (const error& e) {
        text.wrong(at, e.message());
    }
}

value read_integer(const statement_text& text, const tree_node& at, const std::string& written) {
    std::int64_t number = 0;
    const auto [end, failure] =
        std::from_chars(written.data(), written.data() + written.size(), number);
    if (failure == std::errc{} && end == written.data() + written.size()) return value{arg{number}};
    return read(text, at, written, column_type::decimal, -1);
}

column_type widest(column_type type) {
    const bool integer = type == column_type::int16 || type == column_type::int32;
    return integer ? column_type::int64 : type;
}

}  // namespace

literal literal_of(const statement_text& text, const tree_node& constant) {
    if (constant.flag("isnull")) return {literal::form::null, "NULL"};
    if (constant.has("boolval"))
        return {literal::form::boolean,
                constant.child("boolval").flag("boolval") ? "true" : "false"};
    if (constant.has("ival")) return {literal::form::integer, std::to_string(constant.integer())};
    if (constant.has("sval")) return {literal::form::text, constant.child("sval").text("sval")};
    if (!constant.has("fval"))
        text.unsupported(constant, "a bit string", "write bytes as '\\x...'");
    std::string digits = constant.child("fval").text("fval");
    const bool whole = digits.find_first_of(".eE") == std::string::npos;
    return {whole ? literal::form::integer : literal::form::fraction, std::move(digits)};
}

value value_of(const statement_text& text, const tree_node& at, const literal& l,
               const sql::sql_type* beside) {
    const bool real = beside != nullptr && beside->type == column_type::float64;
    switch (l.what) {
        case literal::form::null:
            return {};
        case literal::form::boolean:
            return value{arg{l.text == "true"}};
        case literal::form::integer:
            return read_integer(text, at, l.text);
        case literal::form::fraction:
            return read(text, at, l.text, real ? column_type::float64 : column_type::decimal, -1);
        case literal::form::text:
            break;
    }
    return read(text, at, l.text, beside == nullptr ? column_type::text : widest(beside->type), -1);
}

value value_of_cast(const statement_text& text, const tree_node& cast) {
    const tree_node operand = cast.child("arg");
    if (operand.kind() != "A_Const")
        text.unsupported(cast, "a cast of anything but a literal",
                         "compare columns with values of their own type");
    schema::column target;
    target.name = "CAST";
    try {
        set_type(target, cast.child("typeName"));
    } catch (const error& e) {
        text.fail(cast, error_code::not_supported, e.message());
    }
    const literal l = literal_of(text, operand.inner());
    if (l.what == literal::form::null) return {};
    value v = read(text, operand, l.text, target.type,
                   target.type == column_type::decimal ? target.scale : -1);
    if (target.length != 0 && count_code_points(l.text) > target.length)
        text.wrong(operand, fmt::format("the text is longer than the {} characters that it is cast "
                                        "to",
                                        target.length));
    return v;
}

}  // namespace shardwise::parse
