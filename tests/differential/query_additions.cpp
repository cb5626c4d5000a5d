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
                return brackets('t', word(s.alias + "." + k.name + " " +
                                          any<std::string>({"->> 'a'", "->> 'b'", "-> 'b' ->> 0",
                                                            "#>> '{b,1}'", "-> 'a' ->> 'none'"})));
    return {};
}

piece query_writer::rare_integer(context& c, int depth) {
    const auto sub = [&] { return expression('i', c, depth - 1); };
    switch (below(6)) {
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
            return call('i', "div", sub(), literal('i'));
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
