// SPDX-License-Identifier: MIT
// The rest of expression_parser: functions that are written with others, and those that only
// PostgreSQL has by this name.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numbers>

#include "parse/expression_parser.hpp"
#include "schema/time_pattern.hpp"
#include "sql/typing.hpp"

namespace shardwise::parse {

namespace {

using sql::expr_ptr;

expr_ptr number(std::int64_t n) { return sql::constant(arg{n}); }
expr_ptr text(std::string_view t) { return sql::constant(arg{t}); }
expr_ptr call(sql::function f, std::initializer_list<expr_ptr> x) {
    return sql::call(f, std::data(x), x.size());
}
expr_ptr compare(sql::op o, const expr_ptr& a, const expr_ptr& b) { return sql::binary(o, a, b); }
expr_ptr either(const expr_ptr& condition, const expr_ptr& then, const expr_ptr& otherwise) {
    const expr_ptr cases[] = {condition, then};
    return sql::conditional(cases, 2, otherwise);
}
expr_ptr length(const expr_ptr& x) { return call(sql::function::length, {x}); }
expr_ptr plus(const expr_ptr& a, const expr_ptr& b) { return sql::binary(sql::op::add, a, b); }
expr_ptr minus(const expr_ptr& a, const expr_ptr& b) {
    return sql::binary(sql::op::subtract, a, b);
}

/// The first n characters; without the last n when it is negative.
expr_ptr left(const expr_ptr& x, const expr_ptr& n) {
    const expr_ptr most = either(compare(sql::op::lt, n, number(0)), plus(length(x), n), n);
    return call(sql::function::substring, {x, number(1), most});
}

/// The last n characters; without the first n when it is negative.
expr_ptr right(const expr_ptr& x, const expr_ptr& n) {
    const expr_ptr from = either(compare(sql::op::lt, n, number(0)), minus(number(1), n),
                                 plus(minus(length(x), n), number(1)));
    return call(sql::function::substring, {x, from});
}

struct plain_function {
    std::string_view name;
    sql::function meaning;
    std::size_t arguments;
};
constexpr std::array plain_functions{
    plain_function{"repeat", sql::function::repeat, 2},
    plain_function{"reverse", sql::function::reverse, 1},
    plain_function{"initcap", sql::function::initcap, 1},
    plain_function{"split_part", sql::function::split_part, 3},
    plain_function{"translate", sql::function::translate, 3},
    plain_function{"ascii", sql::function::ascii, 1},
    plain_function{"chr", sql::function::chr, 1},
    plain_function{"power", sql::function::power, 2},
    plain_function{"pow", sql::function::power, 2},
    plain_function{"sqrt", sql::function::square_root, 1},
    plain_function{"exp", sql::function::exponential, 1},
    plain_function{"ln", sql::function::logarithm, 1},
    plain_function{"log", sql::function::logarithm_10, 1},
    plain_function{"log10", sql::function::logarithm_10, 1},
    plain_function{"to_char", sql::function::to_char, 2},
};

}  // namespace

sql::expr_ptr expression_parser::text_function(const tree_node& n, const std::string& name,
                                               const std::vector<sql::expr_ptr>& x) const {
    const auto takes = [&](std::size_t fewest, std::size_t most) {
        if (x.size() < fewest || x.size() > most)
            text_.wrong(n, fmt::format("{}() does not take {} arguments", name, x.size()));
    };
    if (name == "left" || name == "right") {
        takes(2, 2);
        return name == "left" ? left(x[0], x[1]) : right(x[0], x[1]);
    }
    if (name == "lpad" || name == "rpad") {
        takes(2, 3);
        return call(name == "lpad" ? sql::function::pad_left : sql::function::pad_right,
                    {x[0], x[1], x.size() == 3 ? x[2] : text(" ")});
    }
    if ((name == "btrim" || name == "ltrim" || name == "rtrim") && x.size() == 2) {
        const std::int64_t sides = name == "btrim" ? 3 : name == "ltrim" ? 1 : 2;
        return call(sql::function::trim_of, {x[0], x[1], number(sides)});
    }
    if (name == "overlay") {
        takes(3, 4);
        const expr_ptr count = x.size() == 4 ? x[3] : length(x[1]);
        return call(sql::function::concat,
                    {call(sql::function::substring, {x[0], number(1), minus(x[2], number(1))}),
                     x[1], call(sql::function::substring, {x[0], plus(x[2], count)})});
    }
    if (name == "starts_with") {
        takes(2, 2);
        return compare(sql::op::eq, left(x[0], length(x[1])), x[1]);
    }
    // Conditions are t and f there, not true and false.
    const auto as_part = [&](const expr_ptr& part) {
        if (part->is_null_literal() || part->type.type != column_type::boolean)
            return as_text(n, part);
        const expr_ptr cases[] = {part, text("t"), sql::unary(sql::op::neg, part), text("f")};
        return sql::conditional(cases, 4, {});
    };
    // NULLs are passed over.
    if (name == "concat") {
        takes(1, 200);
        std::vector<expr_ptr> parts{text(""), text("")};
        for (const expr_ptr& part : x)
            parts.push_back(call(sql::function::coalesce, {as_part(part), text("")}));
        return sql::call(sql::function::concat, parts.data(), parts.size());
    }
    if (name == "concat_ws") {
        takes(2, 100);
        if (x[0]->is_null_literal()) return sql::cast(x[0], column_type::text, 0, 0);
        // The separator alone decides whether the result is NULL.
        const bool known = x[0]->kind == sql::expr_kind::constant;
        std::vector<expr_ptr> parts{known ? text("") : left(x[0], number(0))};
        expr_ptr before;
        for (std::size_t i = 1; i < x.size(); ++i) {
            const expr_ptr part = as_part(x[i]), present = sql::is_null(part, true);
            const expr_ptr joined = call(sql::function::concat, {x[0], part});
            parts.push_back(
                either(present, before ? either(before, joined, part) : part, text("")));
            before = before ? sql::binary(sql::op::disj, before, present) : present;
        }
        return sql::call(sql::function::concat, parts.data(), parts.size());
    }
    return {};
}

sql::expr_ptr expression_parser::other_function(const tree_node& n, const std::string& name,
                                                const std::vector<sql::expr_ptr>& x) const {
    const auto takes = [&](std::size_t count) {
        if (x.size() != count)
            text_.wrong(n, fmt::format("{}() does not take {} arguments", name, x.size()));
    };
    if (name == "sign") {
        takes(1);
        const expr_ptr zero = number(0);
        const expr_ptr cases[] = {compare(sql::op::lt, x[0], zero), number(-1),
                                  compare(sql::op::gt, x[0], zero), number(1),
                                  compare(sql::op::eq, x[0], zero), zero};
        return sql::conditional(cases, std::size(cases), {});
    }
    if (name == "div") {
        takes(2);
        const bool whole = sql::is_integer(x[0]->type.type);
        const expr_ptr above = whole ? sql::cast(x[0], column_type::decimal, 38, 0) : x[0];
        return rounded(n, divide(n, above, x[1]), 0, sql::rounding::towards_zero);
    }
    if (name == "pi") {
        takes(0);
        return sql::constant(arg{std::numbers::pi});
    }
    if (name == "date") {
        takes(1);
        return sql::cast(x[0], column_type::date, 0, 0);
    }
    if (name == "timezone") {
        takes(2);
        if (x[0]->kind != sql::expr_kind::constant || x[0]->literal.view().kind() != kind::text ||
            x[0]->literal.view().text() != "UTC")
            text_.unsupported(n, "AT TIME ZONE", "timestamps are instants, shown in UTC");
        return x[1];
    }
    if (name == "json_extract_path" || name == "json_extract_path_text") {
        if (x.size() < 2) text_.wrong(n, name + "() takes a document and a path");
        expr_ptr document = x[0];
        for (std::size_t i = 1; i < x.size(); ++i)
            document =
                call(i + 1 == x.size() && name.ends_with("text") ? sql::function::json_text
                                                                 : sql::function::json_get,
                     {document, x[i], number(static_cast<std::int64_t>(sql::json_step::path))});
        return document;
    }
    if (name == "to_char" && x.size() == 2 && x[1]->kind == sql::expr_kind::constant &&
        x[1]->literal.view().kind() == kind::text)
        schema::format_time(timestamp{0}, x[1]->literal.view().text());  // the pattern is known
    for (const plain_function& f : plain_functions) {
        if (f.name != name) continue;
        takes(f.arguments);
        return sql::call(f.meaning, x.data(), x.size());
    }
    return {};
}

}  // namespace shardwise::parse
