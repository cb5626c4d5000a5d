// SPDX-License-Identifier: MIT
// Expressions of random queries that few engines have: intervals, to_char, JSON access, ANY and
// ALL, comparisons of rows, functions of PostgreSQL; and tables without rows of their own in FROM.
#include "differential/query_writer.hpp"

namespace shardwise::test {

piece query_writer::json_part(context& c) {
    if (c.aggregates) return {};
    for (const source& s : c.here)
        for (const column& k : s.columns)
            if (k.type == 'j')
                return brackets(
                    't', word(s.alias + "." + k.name + " " +
                              any<std::string>({"->> 'a'", "->> 'b'", "-> 'b' ->> 0", "#>> '{b,1}'",
                                                "-> 'a' ->> 'none'", "#> '{b}' ->> 1", "->> 0",
                                                "-> 'b' ->> -1", "#>> '{a}'"})));
    return {};
}

piece query_writer::rare_integer(context& c, int depth) {
    const auto sub = [&] { return expression('i', c, depth - 1); };
    switch (below(8)) {
        case 6:
            return call('i', "cast",
                        line(' ',
                             call(' ', "extract",
                                  line(' ', word(chance(50) ? "year FROM" : "month FROM"),
                                       call(' ', "age", column_of(chance(50) ? 'T' : 'D', c),
                                            column_of('T', c)))),
                             word("AS bigint")));
        case 7:
            return call('i', "cast",
                        line(' ', sub(), word(chance(50) ? "AS smallint" : "AS integer")));
        case 0:
            return brackets('i', line('i', column_of('D', c), word("-"), literal('D')));
        case 1:
            return call(
                'i', "cast",
                line(' ',
                     call(' ', "extract",
                          line(' ',
                               word(any<std::string>({"isodow FROM", "week FROM", "isoyear FROM"})),
                               expression(chance(50) ? 'T' : 'D', c, depth - 1))),
                     word("AS bigint")));
        case 2:
            // PostgreSQL's is a numeric, which divides otherwise than integers do.
            return call('i', "cast",
                        line(' ', call(' ', "div", sub(), literal('i')), word("AS bigint")));
        case 3:
            return call('i', "mod", sub(), literal('i'));
        case 4:
            return call('i', "position",
                        line(' ', literal('t'), word("in"), expression('t', c, depth - 1)));
        default:
            return call('i', "ascii", expression('t', c, depth - 1));
    }
}

piece query_writer::rare_text(context& c, int depth) {
    const auto sub = [&] { return expression('t', c, depth - 1); };
    const auto count = [&] { return word(std::to_string(below(6))); };
    switch (below(12)) {
        case 0:
            return call(
                't', "to_char", column_of('T', c),
                word(any<std::string>({"'YYYY-MM-DD'", "'HH24:MI:SS'", "'Mon DD'", "'FMDay, DDD'",
                                       "'IYYY-IW ID'", "'Q YY'", "'HH12 AM MS'"})));
        case 1:
            return call('t', "to_char", column_of('D', c),
                        word(any<std::string>({"'DD.MM.YYYY'", "'Dy'", "'YYYY \"Q\"Q'"})));
        case 2:
            return call('t', any<std::string>({"left", "right", "repeat"}), sub(), count());
        case 3:
            return call('t', any<std::string>({"lpad", "rpad"}), sub(), count(), word("'*+'"));
        case 4:
            return call('t', "reverse", sub());
        case 5:
            return call('t', "split_part", sub(), word("'b'"), word("1"));
        case 6:
            return call('t', "translate", sub(), word("'abn'"), word("'xy'"));
        case 7:
            return call('t', "concat_ws", word("'-'"), sub(), sub());
        case 8:
            return call('t', "concat", sub(), sub());
        case 9:
            return call('t', "overlay", line(' ', sub(), word("placing 'zz' from 2 for"), count()));
        default: {
            piece part = json_part(c);
            return part.str().empty() ? call('t', "concat", sub(), word("'!'")) : part;
        }
    }
}

piece query_writer::interval() {
    return word(
        any<std::string>({"interval '1 month'", "interval '36 hours'", "interval '2 days 3 hours'",
                          "interval '1 year 2 months'", "interval '90 minutes'"}));
}

/// A boolean by ANY, ALL, rows, ILIKE and the like.
piece query_writer::rare_condition(context& c, int depth) {
    const char type = any<char>({'i', 'i', 't', 'D', 'd'});
    const std::string way = any<std::string>({"=", "<>", "<", ">="});
    switch (below(8)) {
        case 0: {
            piece list{.text = "(ARRAY[", .between = ", ", .after = "])"};
            for (std::int64_t n = 1 + below(4); n > 0; --n)
                list.parts.push_back(n == 1 && chance(10) ? word("NULL") : literal(type));
            if (list.parts[0].str() == "NULL") list.parts[0] = literal(type);
            return line('b', column_of(type, c), word(way + (chance(60) ? " ANY" : " ALL")), list);
        }
        case 1: {
            if (nested_ >= 2) break;
            context inner{};
            if (chance(40)) inner.outer = subject(c);
            return line('b', expression(type, c, depth - 1),
                        word(way + (chance(60) ? " ANY" : " ALL")),
                        brackets(' ', select(std::string(1, type), inner, 1, false)));
        }
        case 2:
            return line(
                'b',
                brackets(' ', {.parts = {column_of(type, c), column_of('t', c)}, .between = ", "}),
                word(any<std::string>({"=", "<", "<=", ">"})),
                brackets(' ', {.parts = {literal(type), literal('t')}, .between = ", "}));
        case 3: {
            if (nested_ >= 2) break;
            context inner{};
            return line(
                'b',
                brackets(' ', {.parts = {column_of(type, c), column_of('i', c)}, .between = ", "}),
                word(chance(70) ? "IN" : "NOT IN"),
                brackets(' ', select(std::string(1, type) + "i", inner, 1, false)));
        }
        case 4:
            return line('b', expression('t', c, depth - 1),
                        word(chance(70) ? "ILIKE" : "NOT ILIKE"),
                        word(any<std::string>({"'%B%'", "'a%'", "'BOB_'"})));
        case 5:
            return line('b', expression(type, c, depth - 1), word("BETWEEN SYMMETRIC"),
                        literal(type), word("AND"), literal(type));
        case 6:
            return line('b', brackets(' ', line(' ', column_of('T', c), word("-"), literal('T'))),
                        word(any<std::string>({"<", ">="})), interval());
        default:
            break;
    }
    return call('b', "starts_with", expression('t', c, depth - 1), word("'b'"));
}

/// Empty: nothing of this type.
piece query_writer::rare(char type, context& c, int depth) {
    switch (type) {
        case 'i':
            return rare_integer(c, depth);
        case 't':
            return rare_text(c, depth);
        case 'b':
            return brackets('b', rare_condition(c, depth));
        case 'T':
            return brackets(
                'T', line('T', column_of('T', c), word(any<std::string>({"+", "-"})), interval()));
        case 'D':
            return brackets('D', line('D', column_of('D', c), word(any<std::string>({"+", "-"})),
                                      word(std::to_string(below(40)))));
        case 'd':
            return chance(50) ? call('d', "extract",
                                     line(' ', word("epoch FROM"),
                                          brackets(' ', line(' ', column_of('T', c), word("-"),
                                                             literal('T')))))
                              : call('d', "sign", column_of('d', c));
        case 'f':
            return chance(50) ? call('f', "sqrt", call('f', "abs", expression('f', c, depth - 1)))
                              : call('f', "power", column_of('f', c), word("2"));
        default:
            return {};
    }
}

/// CASE x WHEN ...: NULL is equal to nothing, and may be what a branch gives.
piece query_writer::case_of_value(char type, context& c, int depth) {
    const char of = any<char>({'i', 't', 'D'});
    piece p{.text = "CASE ", .after = " END", .sort = type};
    p.parts.push_back(column_of(of, c));
    for (std::int64_t n = 1 + below(2); n > 0; --n)
        p.parts.push_back(
            line(' ', word("WHEN"), chance(85) ? literal(of) : word("NULL"), word("THEN"),
                 n > 1 && chance(30) ? word("NULL") : expression(type, c, depth - 1)));
    if (chance(70)) p.parts.push_back(line(' ', word("ELSE"), expression(type, c, depth - 1)));
    return p;
}

/// Exact numbers divided and cut to digits: never a double.
piece query_writer::quotient(context& c) {
    piece by = call('d', "nullif", column_of(chance(50) ? 'd' : 'i', c), word("0"));
    piece divided = line('d', column_of('d', c), word("/"), std::move(by));
    const std::string digits = std::to_string(below(4));
    switch (below(4)) {
        case 0:
            return call('d', "trunc", divided, word(digits));
        case 1:
            return call('d', "cast", line(' ', divided, word("AS decimal(14," + digits + ")")));
        case 2:
            return call('d', any<std::string>({"floor", "ceil"}), divided);
        default:
            return call('d', "round", divided, word(digits));
    }
}

/// Some hundreds of values, most of which no row has.
piece query_writer::long_list() {
    std::string list = "(" + std::to_string(below(20));
    for (std::int64_t n = 200 + below(900); n > 0; --n) list += ", " + std::to_string(n * 7 - 300);
    return {.text = list + ")", .instead = {"(1)"}};
}

/// Window functions that look at one other row.
piece query_writer::reaching_window(char type, context& c) {
    const std::string away = std::to_string(1 + below(3));
    switch (below(6)) {
        case 0:
            return call(type, "nth_value", column_of(type, c), word(away));
        case 1:
            return call(type, any<std::string>({"lag", "lead"}), column_of(type, c), word(away));
        case 2:
            return call(type, any<std::string>({"lag", "lead"}), column_of(type, c), word(away),
                        literal(type));
        default:
            return call(type, any<std::string>({"lag", "lead", "first_value", "last_value"}),
                        column_of(type, c));
    }
}

/// A percentile or the most frequent value, of columns.
piece query_writer::ordered_set(char type, context& c) {
    const bool between = type == 'f' && chance(60);
    const std::string name = between ? "percentile_cont" : chance(60) ? "percentile_disc" : "mode";
    const std::string fraction =
        name == "mode" ? "" : any<std::string>({"0", "0.25", "0.5", "0.9", "1"});
    const piece of = column_of(between ? any<char>({'i', 'd', 'f'}) : type, c);
    return call(type, name + "(" + fraction + ") WITHIN GROUP ",
                word("ORDER BY " + of.str() + (chance(40) ? " DESC" : "")));
}

/// The first row of each value of the first column, by an order of all of them.
random_query query_writer::next_distinct_on() {
    random_query q;
    const std::string types = row_types(3);
    std::string columns, order;
    for (std::size_t i = 0; i < types.size(); ++i) {
        const std::string name = "c" + std::to_string(i);
        columns += (i ? ", " : "") + name;
        order += (i ? ", q." : "q.") + name + (chance(40) ? " DESC" : "") +
                 (chance(20) ? " NULLS FIRST" : "");
    }
    q.types = types;
    q.ordered = true;
    q.text.parts = {word("SELECT DISTINCT ON (q.c0) " + columns + " FROM"),
                    brackets(' ', select(types, {}, 1, false)), word("AS q (" + columns + ")"),
                    piece{.text = "ORDER BY " + order, .sort = total_order_sort}};
    if (chance(30)) q.text.parts.push_back(word("LIMIT " + std::to_string(below(9))));
    return q;
}

/// VALUES or a series in FROM.
piece query_writer::rows_without_table(source& s, const std::string& alias) {
    s = {alias, {}, {}, nullptr};
    if (chance(40)) {
        s.columns.push_back({"c0", 'i', nullptr});
        return word("generate_series(" + std::to_string(below(4) - 1) + ", " +
                    std::to_string(3 + below(9)) + ") AS " + alias + " (c0)");
    }
    s.columns = {{"c0", 'i', nullptr}, {"c1", 't', nullptr}};
    piece values{.text = "(VALUES ", .between = ", ", .after = ")"};
    for (std::int64_t n = 1 + below(5); n > 0; --n)
        values.parts.push_back(
            brackets(' ', {.parts = {literal('i'), literal('t')}, .between = ", "}));
    return line(' ', values, word("AS " + alias + " (c0, c1)"));
}

/// Steps from rows of a table: each row names itself, three times at most.
piece query_writer::recursive(source& s) {
    context c{};
    piece tables = from(c, true);
    std::vector<piece> where;
    if (chance(60)) where.push_back(about_data(c));
    s = {"w", {{"c0", 'i', nullptr}, {"c1", 'i', nullptr}}, {}, nullptr};
    piece first = line(' ', word("SELECT"),
                       call('i', "cast", line(' ', column_of('i', c), word("AS bigint"))),
                       word(", cast(0 AS bigint)"), tables, clause("WHERE", where, " AND "));
    const std::string step = any<std::string>(
        {"SELECT c0 + 1, c1 + 1 FROM w WHERE c1 < 3",
         "SELECT cast(w.c0 / 2 AS bigint), w.c1 + 1 FROM w WHERE w.c1 < 3 AND w.c0 > 0",
         "SELECT land.n + w.c0, w.c1 + 1 FROM w JOIN land ON land.n = w.c0 WHERE w.c1 < 2"});
    return line(
        ' ', word("WITH RECURSIVE w (c0, c1) AS"),
        brackets(' ', line(' ', first, word(chance(50) ? "UNION" : "UNION ALL"), word(step))));
}

}  // namespace shardwise::test
