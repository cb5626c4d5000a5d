// SPDX-License-Identifier: MIT
#include "parse/check_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/suggestion.hpp"

namespace shardwise::parse {

namespace {

enum class operand { number, text, boolean, decimal, opaque };

struct piece {
    std::string sql;
    operand what = operand::opaque;
    int scale = 0;  ///< of a decimal column
    bool fractional =
        false;          ///< a number that is not whole: exact on one engine, binary on another
    bool zero = false;  ///< the constant 0
};

/// Deeper than anybody writes, and far from the end of the stack.
constexpr int deepest_check = 200;

class check_writer {
public:
    explicit check_writer(const schema::table& t) : table_(t) {}

    piece write(const tree_node& wrapped) {
        if (++depth_ > deepest_check)
            wrapped.refuse("this CHECK is nested too deeply: split it into several");
        piece p = write_node(wrapped.kind(), wrapped.inner());
        --depth_;
        return p;
    }

private:
    [[noreturn]] static void refuse_part(const tree_node& n, std::string_view what) {
        n.refuse(
            fmt::format("{} in a CHECK is not read the same way by every engine: leave it to "
                        "the program, or write it with comparisons, AND, OR, NOT, IN, BETWEEN "
                        "and IS NULL",
                        what));
    }

    piece write_node(const std::string& kind, const tree_node& n) {
        if (kind == "A_Const") return constant(n);
        if (kind == "ColumnRef") return column(n);
        if (kind == "A_Expr") return operation(n);
        if (kind == "BoolExpr") return logic(n);
        if (kind == "NullTest") return null_test(n);
        if (kind == "CoalesceExpr") return coalesce(n);
        if (kind == "FuncCall") return function(n);
        refuse_part(n, kind == "TypeCast" ? "a cast" : kind);
    }

    static piece constant(const tree_node& n) {
        if (n.has("ival")) {
            const std::int64_t i = n.integer();
            return {.sql = std::to_string(i), .what = operand::number, .zero = i == 0};
        }
        if (n.has("fval")) {
            const std::string digits = n.child("fval").text("fval");
            return {.sql = digits,
                    .what = operand::number,
                    .fractional = digits.find_first_of(".eE") != std::string::npos};
        }
        if (n.has("boolval"))
            return {.sql = n.child("boolval").flag("boolval") ? "TRUE" : "FALSE",
                    .what = operand::boolean};
        if (!n.has("sval")) refuse_part(n, "a constant other than a number, text, TRUE or FALSE");
        std::string quoted = "'";
        for (const char c : n.child("sval").text("sval")) {
            if (c == '\\') refuse_part(n, "a backslash");
            quoted += c == '\'' ? "''" : std::string(1, c);
        }
        return {.sql = quoted + "'", .what = operand::text};
    }

    piece column(const tree_node& n) const {
        const std::vector<std::string> names = n.strings("fields");
        if (names.size() != 1 || n.at("fields").size() != 1)
            refuse_part(n, "a column name with a table name before it");
        const auto at = table_.find_column(names[0]);
        if (!at) {
            std::vector<std::string_view> known;
            for (const schema::column& c : table_.columns) known.push_back(c.name);
            n.refuse(fmt::format("table \"{}\" has no column \"{}\"{}", table_.name, names[0],
                                 did_you_mean(names[0], known)));
        }
        const bool plain = std::all_of(names[0].begin(), names[0].end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        });
        if (!plain) refuse_part(n, "a column name that needs quotes");
        const schema::column& c = table_.columns[*at];
        return {.sql = c.name, .what = operand_of(c.type), .scale = c.scale};
    }

    static operand operand_of(column_type type) {
        switch (type) {
            case column_type::boolean:
                return operand::boolean;
            case column_type::int16:
            case column_type::int32:
            case column_type::int64:
            case column_type::float64:
                return operand::number;
            case column_type::text:
                return operand::text;
            case column_type::decimal:
                return operand::decimal;
            default:
                return operand::opaque;
        }
    }

    static void require_comparable(const tree_node& n, const piece& a, const piece& b) {
        const bool decimal_with_zero =
            (a.what == operand::decimal && b.zero) || (b.what == operand::decimal && a.zero);
        const bool alike = a.what == b.what && a.what != operand::opaque &&
                           (a.what != operand::decimal || a.scale == b.scale);
        if (!alike && !decimal_with_zero)
            refuse_part(n,
                        "a comparison of these types (dates, timestamps, uuids, bytes and JSON "
                        "with anything, decimals with other numbers than 0, or two different "
                        "types)");
    }

    piece operation(const tree_node& n) {
        const std::string form = n.text("kind");
        const std::string op = n.strings("name").back();
        if (form == "AEXPR_IN") return in_list(n, op);
        if (form == "AEXPR_BETWEEN" || form == "AEXPR_NOT_BETWEEN") return between(n, form);
        if (form != "AEXPR_OP") refuse_part(n, fmt::format("the operator {}", op));
        static constexpr std::array comparisons{"=", "<>", "<", "<=", ">", ">="};
        if (!n.has("lexpr")) return negation(n, op);
        const piece left = write(n.child("lexpr"));
        const piece right = write(n.child("rexpr"));
        const std::string sql = fmt::format("({} {} {})", left.sql, op, right.sql);
        if (std::find(comparisons.begin(), comparisons.end(), op) != comparisons.end()) {
            require_comparable(n, left, right);
            return {.sql = sql, .what = operand::boolean};
        }
        if (op != "+" && op != "-" && op != "*") refuse_part(n, fmt::format("the operator {}", op));
        if (left.what != operand::number || right.what != operand::number || left.fractional ||
            right.fractional)
            refuse_part(n, "arithmetic over other than whole numbers");
        return {.sql = sql, .what = operand::number};
    }

    piece negation(const tree_node& n, const std::string& op) {
        const piece p = write(n.child("rexpr"));
        if (op != "-" || p.what != operand::number)
            refuse_part(n, fmt::format("the operator {} before this operand", op));
        return {.sql = fmt::format("(- {})", p.sql), .what = p.what, .fractional = p.fractional};
    }

    piece in_list(const tree_node& n, const std::string& op) {
        const piece left = write(n.child("lexpr"));
        std::vector<std::string> items;
        for (const tree_node& item : n.child("rexpr").inner().children("items")) {
            const piece right = write(item);
            require_comparable(n, left, right);
            items.push_back(right.sql);
        }
        return {.sql = fmt::format("({} {} ({}))", left.sql, op == "=" ? "IN" : "NOT IN",
                                   fmt::join(items, ", ")),
                .what = operand::boolean};
    }

    piece between(const tree_node& n, const std::string& form) {
        const piece left = write(n.child("lexpr"));
        const std::vector<tree_node> ends = n.child("rexpr").inner().children("items");
        const piece low = write(ends.at(0));
        const piece high = write(ends.at(1));
        require_comparable(n, left, low);
        require_comparable(n, left, high);
        return {.sql = fmt::format("({} {} {} AND {})", left.sql,
                                   form == "AEXPR_BETWEEN" ? "BETWEEN" : "NOT BETWEEN", low.sql,
                                   high.sql),
                .what = operand::boolean};
    }

    piece logic(const tree_node& n) {
        std::vector<std::string> parts;
        for (const tree_node& part : n.children("args")) {
            const piece p = write(part);
            if (p.what != operand::boolean) refuse_part(n, "AND, OR or NOT over no condition");
            parts.push_back(p.sql);
        }
        if (n.text("boolop") == "NOT_EXPR")
            return {.sql = fmt::format("(NOT {})", parts.at(0)), .what = operand::boolean};
        const char* const word = n.text("boolop") == "AND_EXPR" ? " AND " : " OR ";
        return {.sql = fmt::format("({})", fmt::join(parts, word)), .what = operand::boolean};
    }

    piece null_test(const tree_node& n) {
        const piece p = write(n.child("arg"));
        const bool is_null = n.text("nulltesttype") == "IS_NULL";
        return {.sql = fmt::format("({} IS {}NULL)", p.sql, is_null ? "" : "NOT "),
                .what = operand::boolean};
    }

    piece coalesce(const tree_node& n) {
        std::vector<std::string> parts;
        piece first;
        bool fractional = false;
        for (const tree_node& part : n.children("args")) {
            const piece p = write(part);
            if (parts.empty()) first = p;
            if (p.what != first.what || p.what == operand::opaque || p.scale != first.scale)
                refuse_part(n, "coalesce over these types");
            fractional = fractional || p.fractional;
            parts.push_back(p.sql);
        }
        return {.sql = fmt::format("coalesce({})", fmt::join(parts, ", ")),
                .what = first.what,
                .scale = first.scale,
                .fractional = fractional};
    }

    piece function(const tree_node& n) {
        const std::vector<std::string> name = n.strings("funcname");
        const std::vector<tree_node> arguments = n.children("args");
        if (name.size() != 1 || name[0] != "abs" || arguments.size() != 1)
            refuse_part(n, fmt::format("the function {}", fmt::join(name, ".")));
        n.allow_only("abs", {"funcname", "args", "funcformat", "location"});
        const piece p = write(arguments[0]);
        if (p.what != operand::number) refuse_part(n, "abs over other than numbers");
        return {.sql = fmt::format("abs({})", p.sql), .what = p.what, .fractional = p.fractional};
    }

    const schema::table& table_;
    int depth_ = 0;
};

}  // namespace

std::string portable_check(const schema::table& t, const tree_node& expression) {
    const piece p = check_writer(t).write(expression);
    if (p.what != operand::boolean)
        expression.refuse("a CHECK has to be a condition: compare the value with something");
    return p.sql;
}

}  // namespace shardwise::parse
