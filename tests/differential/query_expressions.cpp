// SPDX-License-Identifier: MIT
// The expressions of random queries.
#include <algorithm>

#include "differential/query_writer.hpp"

namespace shardwise::test {
namespace {

const std::vector<std::string> comparisons{"=", "=", "<>", "<", "<=", ">", ">="};

}  // namespace

char query_writer::any_type() {
    static const std::string types = "iiiiihddfftttbbDTux";
    return types[static_cast<std::size_t>(below(static_cast<std::int64_t>(types.size())))];
}

std::string query_writer::row_types(int most) {
    std::string types;
    for (std::int64_t n = 1 + below(most); n > 0; --n) types += any_type();
    return types;
}

piece query_writer::literal(char type) {
    static const std::vector<std::string> texts{"''",    "'Ann'",  "'ann'", "'bob '", "'Ä'",
                                                "'a_b'", "'x''y'", "'😀'",   "'de'",   "'~'"};
    switch (type) {
        case 'i':
            return {.text = chance(80) ? std::to_string(below(50) - 12) : "(-5)", .sort = 'i'};
        case 'h':
            return word(any<std::string>(
                {"9223372036854775807", "(-9223372036854775807)", "9007199254740993", "0", "-1"}));
        case 'd':
            return {.text = any<std::string>({"0.5", "2.50", "(-1.25)", "3.0", "100.75"}),
                    .sort = 'd'};
        case 'f':
            return {.text = any<std::string>({"cast(1 AS double precision)",
                                              "cast(0.25 AS double precision)",
                                              "cast(-3 AS double precision)"}),
                    .sort = 'f'};
        case 't':
            return {.text = any(texts), .sort = 't'};
        case 'b':
            return {.text = chance(50) ? "TRUE" : "FALSE", .sort = 'b'};
        case 'u':
            return {.text = "cast('00000000-1111-4111-8111-000000000000' AS uuid)", .sort = 'u'};
        case 'x':
        case 'j':
            return word("NULL");
        case 'D':
            return {.text = any<std::string>({"cast('1965-03-01' AS date)",
                                              "cast('1970-01-01' AS date)",
                                              "cast('1968-02-29' AS date)"}),
                    .sort = 'D'};
        default:
            return {.text = any<std::string>({"cast('1969-12-31 23:59:59.5+00' AS timestamptz)",
                                              "cast('1971-06-01 00:00:00+00' AS timestamptz)"}),
                    .sort = 'T'};
    }
}

piece query_writer::column_of(char type, context& c) {
    if (c.aggregates) {
        if (c.sets && type == 'i' && chance(15)) return call('i', "grouping", any(c.groups));
        std::vector<piece> fitting;
        for (std::size_t i = 0; i < c.groups.size(); ++i)
            if (c.group_types[i] == type) fitting.push_back(c.groups[i]);
        return fitting.empty() || chance(40) ? aggregate(type, c, 1) : any(fitting);
    }
    std::vector<std::string> fitting;
    const auto look = [&](const scope& in) {
        for (const source& s : in)
            for (const column& k : s.columns)
                if (k.type == type) fitting.push_back(s.alias + "." + k.name);
    };
    look(c.here);
    if (fitting.empty() || chance(15)) look(c.outer);
    return fitting.empty() ? literal(type) : piece{.text = any(fitting), .sort = type};
}

piece query_writer::alternatives(char type, context& c, int depth) {
    switch (below(6)) {
        case 5:
            return case_of_value(type, c, depth);
        case 0: {
            piece p{.text = "CASE ", .after = " END", .sort = type};
            for (std::int64_t n = 1 + below(2); n > 0; --n)
                p.parts.push_back(line(' ', word("WHEN"), condition(c, depth - 1), word("THEN"),
                                       expression(type, c, depth - 1)));
            if (chance(70))
                p.parts.push_back(line(' ', word("ELSE"), expression(type, c, depth - 1)));
            return p;
        }
        case 1:
            return call(type, "coalesce", expression(type, c, depth - 1),
                        expression(type, c, depth - 1));
        case 2:
            if (type == 'x') return column_of(type, c);
            return call(type, "nullif", expression(type, c, depth - 1),
                        expression(type, c, depth - 1));
        case 3:
            if (type == 'b' || type == 'u' || type == 'x') return literal(type);
            return call(type, chance(50) ? "greatest" : "least", expression(type, c, depth - 1),
                        expression(type, c, depth - 1));
        default:
            return scalar(type, c);
    }
}

piece query_writer::integer(context& c, int depth) {
    const auto sub = [&] { return expression('i', c, depth - 1); };
    static const std::vector<std::string> units{"year",   "quarter", "month", "day", "hour",
                                                "minute", "second",  "dow",   "doy"};
    switch (below(9)) {
        case 0:
        case 1:
            return brackets('i', line('i', sub(), word(any<std::string>({"+", "-"})), sub()));
        case 2:
            return brackets('i', line('i', sub(), word("*"), literal('i')));
        case 3:
            return brackets('i', line('i', sub(), word(any<std::string>({"/", "%"})), sub()));
        case 4:
            return chance(50) ? call('i', "abs", sub())
                              : line('i', word("-"), brackets('i', sub()));
        case 5:
            return call('i', "length", expression('t', c, depth - 1));
        case 6:
            // PostgreSQL's numeric, which divides otherwise than integers do.
            return call(
                'i', "cast",
                line(' ',
                     call(' ', "extract",
                          line(' ', word(any(units) + " FROM"), expression('T', c, depth - 1))),
                     word("AS bigint")));
        case 7:
            return call('i', "cast", line(' ', expression('b', c, depth - 1), word("AS bigint")));
        default:
            return call('i', "strpos", expression('t', c, depth - 1), literal('t'));
    }
}

piece query_writer::decimal_number(context& c, int depth) {
    const auto sub = [&] { return expression('d', c, depth - 1); };
    switch (below(7)) {
        case 6:
            return quotient(c);
        case 0:
        case 1:
            return brackets('d', line('d', sub(), word(any<std::string>({"+", "-"})), sub()));
        case 2:
            return brackets('d', line('d', column_of('d', c), word("*"), literal('i')));
        case 3:
            return call('d', "round", column_of('d', c), word(std::to_string(below(4))));
        case 4:
            return call('d', any<std::string>({"floor", "ceil", "abs"}), column_of('d', c));
        default:
            return call('d', "cast", line(' ', column_of('i', c), word("AS decimal(12,2)")));
    }
}

piece query_writer::real(context& c, int depth) {
    const auto sub = [&] { return expression('f', c, depth - 1); };
    switch (below(4)) {
        case 0:
            return brackets('f', line('f', sub(), word(any<std::string>({"+", "-", "*"})), sub()));
        case 1:
            return call('f', "cast",
                        line(' ', expression(chance(50) ? 'i' : 'd', c, depth - 1),
                             word("AS double precision")));
        case 2:
            return call('f', any<std::string>({"abs", "floor", "ceil"}), sub());
        default:
            return brackets('f', line('f', sub(), word("/"), column_of('f', c)));
    }
}

piece query_writer::text(context& c, int depth) {
    const auto sub = [&] { return expression('t', c, depth - 1); };
    switch (below(7)) {
        case 0:
            return brackets('t', line('t', sub(), word("||"), sub()));
        case 1:
            return call('t', any<std::string>({"upper", "lower"}), sub());
        case 2:
            return call('t', any<std::string>({"trim", "ltrim", "rtrim"}), sub());
        case 3:
            return call('t', "substr", sub(), literal('i'),
                        chance(50) ? word(std::to_string(below(4))) : piece{});
        case 4:
            return call('t', "replace", sub(), literal('t'), literal('t'));
        case 5:
            return call('t', "cast", line(' ', expression('i', c, depth - 1), word("AS text")));
        default:
            return call('t', "cast", line(' ', expression('D', c, depth - 1), word("AS text")));
    }
}

piece query_writer::moment(char type, context& c, int depth) {
    static const std::vector<std::string> units{"'year'", "'quarter'", "'month'", "'week'",
                                                "'day'"};
    if (chance(50)) {
        piece truncated = call('T', "date_trunc", word(any(units)), expression(type, c, depth - 1));
        return type == 'T' ? truncated : call('D', "cast", line(' ', truncated, word("AS date")));
    }
    return type == 'D'
               ? call('D', "cast", line(' ', expression('T', c, depth - 1), word("AS date")))
               : call('T', "cast",
                      line(' ', expression('D', c, depth - 1), word("AS timestamptz")));
}

piece query_writer::expression(char type, context& c, int depth) {
    if (depth <= 0 || type == 'h' || type == 'j' || chance(35))
        return chance(85) ? column_of(type, c) : literal(type);
    if (chance(25)) return alternatives(type, c, depth);
    if (!plain_ && chance(18)) {
        piece p = rare(type, c, depth);
        if (!p.str().empty()) return p;
    }
    switch (type) {
        case 'i':
            return integer(c, depth);
        case 'd':
            return decimal_number(c, depth);
        case 'f':
            return real(c, depth);
        case 't':
            return text(c, depth);
        case 'b':
            return brackets('b', condition(c, depth));
        case 'u':
        case 'x':
            return column_of(type, c);
        default:
            return moment(type, c, depth);
    }
}

const query_writer::column* query_writer::some_column(context& c, std::string& path) {
    if (c.aggregates || c.here.empty()) return nullptr;
    const source& s = any(c.here);
    const column& k = any(s.columns);
    path = s.alias + "." + k.name;
    return &k;
}

piece query_writer::one_of_its_values(const column& k) {
    if (k.literals == nullptr || k.literals->empty() || chance(8)) return literal(k.type);
    return {.text = any(*k.literals), .sort = k.type};
}

/// A column compared with values that it has: seldom without an answer.
piece query_writer::about_data(context& c) {
    std::string path;
    const column* const k = some_column(c, path);
    if (k == nullptr || k->type == 'x' || k->type == 'j') return comparison(c, 0);
    const piece at{.text = path, .sort = k->type};
    const std::string no = chance(25) ? "NOT " : "";
    switch (below(7)) {
        case 0: {
            if (k->type == 'i' && chance(6)) return line('b', at, word(no + "IN"), long_list());
            piece list{.text = "(", .between = ", ", .after = ")"};
            for (std::int64_t n = 1 + below(5); n > 0; --n)
                list.parts.push_back(chance(95) ? one_of_its_values(*k) : word("NULL"));
            return line('b', at, word(no + "IN"), list);
        }
        case 1:
            return line('b', at, word(no + "BETWEEN"), one_of_its_values(*k), word("AND"),
                        one_of_its_values(*k));
        case 2:
            return line('b', at, word(chance(50) ? "IS NOT NULL" : "IS NULL"));
        case 3:
            return line('b', at, word(any<std::string>({">=", "<=", "<>", "<", ">"})),
                        one_of_its_values(*k));
        case 4:
            if (k->type == 'i' && chance(50))
                return line('b', at, word("% 3 ="), word(std::to_string(below(3))));
            return line('b', at, word("IS NOT DISTINCT FROM"), one_of_its_values(*k));
        default:
            return line('b', at, word("="), one_of_its_values(*k));
    }
}

piece query_writer::comparison(context& c, int depth) {
    if (!c.aggregates && chance(50)) return about_data(c);
    const char type = any_type();
    const auto sub = [&] { return expression(type, c, depth - 1); };
    const std::string no = chance(40) ? " NOT" : "";
    switch (below(8)) {
        case 0:
            return line('b', sub(), word("IS" + no + " NULL"));
        case 1:
            return line('b', sub(), word("IS" + no + " DISTINCT FROM"), sub());
        case 2:
            return line('b', sub(), word((no.empty() ? "" : "NOT ") + std::string("BETWEEN")),
                        sub(), word("AND"), sub());
        case 3: {
            piece list{.text = "(", .between = ", ", .after = ")"};
            if (type == 'x') return line('b', sub(), word("="), sub());
            for (std::int64_t n = 1 + below(chance(10) ? 20 : 4); n > 0; --n)
                list.parts.push_back(chance(90) ? literal(type) : word("NULL"));
            return line('b', sub(), word((no.empty() ? "" : "NOT ") + std::string("IN")), list);
        }
        case 4:
            return line('b', expression('t', c, depth - 1),
                        word((no.empty() ? "" : "NOT ") + std::string("LIKE")),
                        word(any<std::string>(
                            {"'%b%'", "'A%'", "'%\\%'", "'_'", "'a\\_b'", "'%'", "'bob_'", "''"})));
        case 5:
            return line('b', brackets('b', condition(c, depth - 1)),
                        word("IS" + no + any<std::string>({" TRUE", " FALSE", " UNKNOWN"})));
        default:
            return line('b', sub(), word(any(comparisons)), sub());
    }
}

piece query_writer::membership(context& c, int depth) {
    const char type = any<char>({'i', 'i', 'i', 't', 'd', 'D'});
    context inner{};
    inner.outer = subject(c);
    return line('b', expression(type, c, depth - 1), word(chance(60) ? "IN" : "NOT IN"),
                brackets(' ', select(std::string(1, type), inner, 1, false)));
}

/// What statements inside may use: in a grouped statement nothing, its columns are not single.
query_writer::scope query_writer::subject(context& c) {
    scope all = c.outer;
    if (!c.aggregates) all.insert(all.end(), c.here.begin(), c.here.end());
    return chance(60) ? all : scope{};
}

piece query_writer::exists(context& c) {
    context inner{};
    inner.outer = subject(c);
    return line('b', word(chance(60) ? "EXISTS" : "NOT EXISTS"),
                brackets(' ', select("i", inner, 1, false)));
}

piece query_writer::condition(context& c, int depth) {
    if (depth > 0 && chance(45)) {
        piece p{.text = "(", .between = chance(40) ? " AND " : " OR ", .after = ")", .sort = 'b'};
        for (std::int64_t n = 2 + below(2); n > 0; --n) p.parts.push_back(condition(c, depth - 1));
        return p;
    }
    if (depth > 0 && chance(12))
        return line('b', word("NOT"), brackets('b', condition(c, depth - 1)));
    if (nested_ < 2 && chance(14)) return chance(55) ? membership(c, 1) : exists(c);
    if (chance(6)) return column_of('b', c);
    if (!plain_ && chance(8)) return rare_condition(c, depth);
    return comparison(c, depth);
}

/// A scalar subquery of one row: an aggregate without groups.
piece query_writer::scalar(char type, context& c) {
    if (nested_ >= 2) return column_of(type, c);
    ++nested_;
    context inner{};
    inner.outer = subject(c);
    piece tables = from(inner, true);
    std::vector<piece> where;
    if (chance(70)) where.push_back(condition(inner, 1));
    piece p = brackets(type, line(' ', word("SELECT"), aggregate(type, inner, 1), tables,
                                  clause("WHERE", std::move(where), " ")));
    p.instead = {"NULL"};
    --nested_;
    return p;
}

piece query_writer::aggregate(char type, context& c, int depth) {
    context rows = c;
    rows.aggregates = false;
    const bool nested = nested_ >= 2;
    ++nested_;
    piece over = expression(type, rows, nested ? 0 : depth);
    --nested_;
    const std::string distinct = chance(15) ? "DISTINCT " : "";
    piece p;
    if (type == 'j') return literal(type);
    if (type == 'u' || type == 'x') {
        p = call(type, chance(50) ? "min" : "max", over);
        return p;
    }
    if (type == 'i' && chance(40)) {
        p = call('i', "count",
                 chance(40) ? word("*") : line(' ', word(distinct), column_of(any_type(), rows)));
    } else if (type == 't' && !plain_ && chance(40)) {
        const std::string by = rows.here.empty() ? "" : over.str();
        p = call('t', "string_agg", word(distinct + by),
                 word("',' ORDER BY " + by + (chance(40) ? " DESC" : "")));
        if (by.empty()) p = call('t', "max", over);
    } else if (!plain_ && chance(5) && !rows.here.empty()) {
        p = ordered_set(type, rows);
    } else if (type == 'd' && chance(15)) {
        p = call('d', "round", call('d', "avg", column_of(chance(50) ? 'd' : 'i', rows)),
                 word("2"));
        return p;
    } else if (type == 'd' && chance(60)) {
        p = call('d', "sum", line(' ', word(distinct), chance(50) ? over : column_of('i', rows)));
    } else if (type == 'f' && chance(60)) {
        const bool exact = chance(60);
        p = call('f',
                 exact ? any<std::string>({"avg", "sum"})
                       : any<std::string>({"var_pop", "var_samp", "stddev", "stddev_pop"}),
                 exact ? line(' ', word(distinct), column_of('f', rows)) : column_of('i', rows));
    } else if (type == 'b' && chance(60)) {
        p = call('b', any<std::string>({"bool_and", "bool_or", "every"}), over);
    } else {
        p = call(type, chance(50) ? "min" : "max", over);
    }
    if (!chance(12)) return p;
    piece filter{.text = "FILTER (WHERE ", .parts = {condition(rows, 0)}, .after = ")"};
    return line(type, std::move(p), std::move(filter));
}

/// Over a total order each of these has one answer.
piece query_writer::frame() {
    return word(
        any<std::string>({"ROWS BETWEEN 1 PRECEDING AND CURRENT ROW", "ROWS UNBOUNDED PRECEDING",
                          "ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING",
                          "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
                          "ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING",
                          "ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING",
                          "GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
                          "GROUPS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
                          "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
                          "RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING"}));
}

piece query_writer::window(char type, context& c) {
    if (type == 'u' || type == 'x' || type == 'j') return column_of(type, c);
    if (type == 'f' && chance(25) && !c.here.empty())
        return line('f', word(any<std::string>({"percent_rank()", "cume_dist()"})), word("OVER"),
                    brackets(' ', line(' ', word("ORDER BY"), column_of(any_type(), c))));
    if (type == 'i' && chance(15) && !c.here.empty())
        return line('i', call('i', any<std::string>({"count", "min", "max"}), column_of('i', c)),
                    word("OVER"),
                    brackets(' ', line(' ', word("ORDER BY"), column_of('i', c),
                                       word("RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING"))));
    std::vector<piece> order;
    piece partition;
    if (chance(60)) partition = clause("PARTITION BY", {column_of(any_type(), c)}, ", ");
    const bool ranks = type == 'i' && chance(40);
    const std::string ways[] = {"", " DESC", " NULLS FIRST", " DESC NULLS LAST"};
    order.push_back(line(' ', column_of(any_type(), c), word(ways[below(4)])));
    bool total = !c.here.empty();
    std::vector<piece> keys;
    for (const source& s : c.here) {
        total = total && !s.keys.empty();
        for (const std::string& k : s.keys) keys.push_back(word(s.alias + "." + k));
    }
    // Ranks and frames of equal rows need no total order; all else does.
    const bool whole = !ranks && (!total || chance(40));
    if (whole) order.clear();
    if (!ranks && !whole) order.push_back({.parts = keys, .between = ", "});
    piece f;
    if (ranks) {
        f = word(any<std::string>({"rank()", "dense_rank()"}));
    } else if (!whole && type == 'i' && chance(40)) {
        f = word(any<std::string>({"row_number()", "ntile(3)"}));
    } else if (!whole && chance(50)) {
        f = reaching_window(type, c);
    } else {
        f = type == 'i'   ? call('i', "count", column_of(any_type(), c))
            : type == 'd' ? call('d', "sum", column_of('d', c))
                          : call(type, any<std::string>({"min", "max"}), column_of(type, c));
    }
    piece framed;
    if (!whole && !ranks && chance(40) && f.text != "row_number()" && f.text != "ntile(3)")
        framed = frame();
    piece inside = line(' ', partition, clause("ORDER BY", std::move(order), ", "), framed);
    const std::string text = inside.str();
    if (!text.empty() && chance(20)) {
        const std::string known = "w" + std::to_string(c.windows.size() + 1);
        c.windows.push_back(line(' ', word(known + " AS"), brackets(' ', inside)));
        return line(type, f, word("OVER " + known));
    }
    return line(type, f, word(text.empty() ? "OVER ()" : "OVER"),
                text.empty() ? piece{} : brackets(' ', inside));
}

}  // namespace shardwise::test
