// SPDX-License-Identifier: MIT
#include "differential/query_writer.hpp"

#include <algorithm>

namespace shardwise::test {
namespace {

piece word(std::string s) { return {.text = std::move(s)}; }

template <class... Parts>
piece line(char sort, Parts... parts) {
    piece p;
    p.sort = sort;
    (p.parts.push_back(std::move(parts)), ...);
    return p;
}

template <class... Parts>
piece call(char sort, const std::string& name, Parts... arguments) {
    piece p{.text = name + "(", .between = ", ", .after = ")", .sort = sort};
    (p.parts.push_back(std::move(arguments)), ...);
    return p;
}

piece brackets(char sort, piece inner) {
    return {.text = "(", .parts = {std::move(inner)}, .after = ")", .sort = sort};
}

piece clause(const std::string& start, std::vector<piece> parts, const std::string& between) {
    if (parts.empty()) return {};
    return {.text = start + " ", .parts = std::move(parts), .between = between};
}

const std::vector<std::string> comparisons{"=", "=", "<>", "<", "<=", ">", ">="};

}  // namespace

std::string piece::str() const {
    if (parts.empty()) return text;
    std::string inner;
    for (const piece& p : parts) {
        const std::string s = p.str();
        if (s.empty()) continue;
        if (!inner.empty()) inner += between;
        inner += s;
    }
    return inner.empty() ? inner : text + inner + after;
}

char query_writer::any_type() {
    static const std::string types = "iiiihddftttbDT";
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
    switch (below(5)) {
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
            return call(type, "nullif", expression(type, c, depth - 1),
                        expression(type, c, depth - 1));
        case 3:
            if (type == 'b') return literal(type);
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
            return call('i', "extract",
                        line(' ', word(any(units) + " FROM"), expression('T', c, depth - 1)));
        case 7:
            return call('i', "cast", line(' ', expression('b', c, depth - 1), word("AS bigint")));
        default:
            return call('i', "strpos", expression('t', c, depth - 1), literal('t'));
    }
}

piece query_writer::decimal_number(context& c, int depth) {
    const auto sub = [&] { return expression('d', c, depth - 1); };
    switch (below(6)) {
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
    if (chance(50))
        return call(type, "date_trunc", word(any(units)), expression(type, c, depth - 1));
    return type == 'D'
               ? call('D', "cast", line(' ', expression('T', c, depth - 1), word("AS date")))
               : call('T', "cast",
                      line(' ', expression('D', c, depth - 1), word("AS timestamptz")));
}

piece query_writer::expression(char type, context& c, int depth) {
    if (depth <= 0 || type == 'h' || chance(35))
        return chance(85) ? column_of(type, c) : literal(type);
    if (chance(25)) return alternatives(type, c, depth);
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
        default:
            return moment(type, c, depth);
    }
}

piece query_writer::comparison(context& c, int depth) {
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
        piece p{.text = "(", .between = chance(60) ? " AND " : " OR ", .after = ")", .sort = 'b'};
        for (std::int64_t n = 2 + below(2); n > 0; --n) p.parts.push_back(condition(c, depth - 1));
        return p;
    }
    if (depth > 0 && chance(12))
        return line('b', word("NOT"), brackets('b', condition(c, depth - 1)));
    if (nested_ < 2 && chance(14)) return chance(55) ? membership(c, 1) : exists(c);
    if (chance(6)) return column_of('b', c);
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
    if (type == 'i' && chance(40)) {
        p = call('i', "count",
                 chance(40) ? word("*") : line(' ', word(distinct), column_of(any_type(), rows)));
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

piece query_writer::window(char type, context& c) {
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
        f = call(type, any<std::string>({"lag", "lead", "first_value", "last_value"}),
                 column_of(type, c));
    } else {
        f = type == 'i'   ? call('i', "count", column_of(any_type(), c))
            : type == 'd' ? call('d', "sum", column_of('d', c))
                          : call(type, any<std::string>({"min", "max"}), column_of(type, c));
    }
    piece frame;
    if (!whole && !ranks && chance(30) && f.text != "row_number()" && f.text != "ntile(3)")
        frame = word(any<std::string>(
            {"ROWS BETWEEN 1 PRECEDING AND CURRENT ROW", "ROWS UNBOUNDED PRECEDING",
             "ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING",
             "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"}));
    piece inside = line(' ', partition, clause("ORDER BY", std::move(order), ", "), frame);
    const std::string text = inside.str();
    return line(type, f, word(text.empty() ? "OVER ()" : "OVER"),
                text.empty() ? piece{} : brackets(' ', inside));
}

query_writer::source query_writer::table() {
    static const std::vector<source> tables{
        {"person",
         {{"id", 'i'},
          {"name", 't'},
          {"country", 't'},
          {"age", 'i'},
          {"score", 'd'},
          {"born", 'D'},
          {"seen", 'T'},
          {"active", 'b'},
          {"ratio", 'f'}},
         {"id"}},
        {"purchase",
         {{"id", 'i'}, {"person_id", 'i'}, {"total", 'd'}, {"at", 'T'}, {"qty", 'i'}},
         {"id"}},
        {"item", {{"id", 'i'}, {"person_id", 'i'}, {"label", 't'}, {"weight", 'd'}}, {"id"}},
        {"tag",
         {{"code", 't'}, {"big", 'h'}, {"person_id", 'i'}, {"flag", 'b'}, {"day", 'D'}},
         {"code"}},
        {"land", {{"code", 't'}, {"title", 't'}}, {"code"}}};
    return tables[static_cast<std::size_t>(below(12)) % 5];
}

piece query_writer::source_text(source& s, bool may_derive) {
    const std::string alias = name();
    if (may_derive && nested_ < 1 && chance(15)) {
        const std::string types = row_types(3);
        piece inner = brackets(' ', select(types, {}, 1, false));
        s = {alias, {}, {}};
        std::string columns;
        for (std::size_t i = 0; i < types.size(); ++i) {
            s.columns.push_back({"c" + std::to_string(i), types[i]});
            columns += (i ? ", c" : "c") + std::to_string(i);
        }
        return line(' ', std::move(inner), word("AS " + alias + " (" + columns + ")"));
    }
    s = !with_sources_.empty() && chance(50) ? any(with_sources_) : table();
    const std::string text = s.alias + " " + alias;
    s.alias = alias;
    return word(text);
}

piece query_writer::join_condition(const source& left, const source& right, context& c) {
    const auto find = [](const source& s, const char* n) {
        return std::any_of(s.columns.begin(), s.columns.end(),
                           [&](const column& k) { return k.name == n; });
    };
    const auto key = [&](const source& s) {
        return s.alias + (find(s, "person_id") ? ".person_id"
                          : find(s, "id")      ? ".id"
                          : find(s, "country") ? ".country"
                                               : ".code");
    };
    piece on{.between = " AND ", .sort = 'b'};
    const auto is_number = [](const std::string& k) { return k.find("id") != std::string::npos; };
    if (chance(85) && is_number(key(left)) == is_number(key(right)) &&
        (find(left, "id") || find(left, "code") || find(left, "person_id")) &&
        (find(right, "id") || find(right, "code") || find(right, "person_id"))) {
        on.parts.push_back(line('b', word(key(left)), word("="), word(key(right))));
    } else {
        context both{};
        both.here = {left, right};
        const char type = any<char>({'i', 't'});
        on.parts.push_back(line('b', column_of(type, both), word("="), column_of(type, both)));
    }
    if (chance(30)) on.parts.push_back(condition(c, 0));
    return on;
}

piece query_writer::from(context& c, bool small) {
    source first;
    piece p{.text = "FROM "};
    p.parts.push_back(source_text(first, !small));
    c.here.push_back(first);
    const std::int64_t joins = small ? (chance(15) ? 1 : 0) : chance(45) ? 0 : 1 + below(2);
    for (std::int64_t i = 0; i < joins; ++i) {
        source right;
        piece text = source_text(right, !small);
        const source left = any(c.here);
        const std::string kind = any<std::string>(
            {"JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN"});
        // A FULL JOIN is computed from equalities, as in PostgreSQL; a product only of few rows.
        if (kind == "CROSS JOIN" && joins > 1) {
            c.here.push_back(right);
            p.parts.push_back(
                line(' ', word("JOIN"), text, word("ON"), join_condition(left, right, c)));
            continue;
        }
        c.here.push_back(right);
        if (kind == "CROSS JOIN") {
            p.parts.push_back(line(' ', word(kind), text));
        } else {
            p.parts.push_back(
                line(' ', word(kind), text, word("ON"), join_condition(left, right, c)));
        }
    }
    return p;
}

piece query_writer::select(const std::string& types, context c, int depth, bool is_top) {
    ++nested_;
    piece tables = from(c, !is_top && chance(60));
    std::vector<piece> where;
    if (chance(is_top ? 65 : 75)) where.push_back(condition(c, depth));
    if (!c.outer.empty() && chance(60)) {
        const char type = any<char>({'i', 'i', 't'});
        context outer{};
        outer.here = c.outer;
        where.push_back(line('b', column_of(type, c), word("="), column_of(type, outer)));
    }
    const bool grouped = chance(30);
    std::vector<piece> groups;
    if (grouped) {
        for (std::int64_t n = below(3); n > 0; --n) {
            const char type = any_type();
            piece g = chance(75) ? column_of(type, c) : expression(type, c, 1);
            if (g.str().find_first_of("0123456789'") == 0 ||
                g.str().find('.') == std::string::npos ||
                g.str().find("SELECT") != std::string::npos)
                continue;
            g.instead = {};
            groups.push_back(g);
            c.groups.push_back(word(g.str()));
            c.group_types += type;
        }
        c.aggregates = true;
    }
    piece items{.between = ", "};
    const bool may_window = !grouped && is_top && chance(20);
    for (const char type : types)
        items.parts.push_back(may_window && chance(50) ? window(type, c)
                                                       : expression(type, c, depth));
    std::vector<piece> having;
    if (grouped && chance(40)) having.push_back(condition(c, 1));
    piece p{.sort = types.size() == 1 ? 'q' : ' '};
    p.parts = {word(chance(15) ? "SELECT DISTINCT" : "SELECT"),
               items,
               tables,
               clause("WHERE", std::move(where), " AND "),
               clause("GROUP BY", groups, ", "),
               clause("HAVING", std::move(having), " ")};
    if (!is_top && chance(12)) {
        piece order{.text = "ORDER BY ", .between = ", "};
        for (std::size_t i = 0; i < types.size(); ++i)
            order.parts.push_back(word(std::to_string(i + 1) + (chance(40) ? " DESC" : "")));
        p.parts.push_back(order);
        p.parts.push_back(word("LIMIT " + std::to_string(below(12))));
        if (chance(30)) p.parts.push_back(word("OFFSET " + std::to_string(below(4))));
    }
    --nested_;
    return p;
}

piece query_writer::set_operation(const std::string& types) {
    piece p{.parts = {select(types, {}, 1, true)}};
    for (std::int64_t n = 1 + below(2); n > 0; --n) {
        p.parts.push_back(word(any<std::string>({"UNION", "UNION ALL", "INTERSECT", "EXCEPT"})));
        p.parts.push_back(select(types, {}, 1, true));
    }
    return p;
}

random_query query_writer::next() {
    names_ = 0;
    nested_ = 0;
    with_sources_.clear();
    random_query q;
    const std::string types = row_types(4);
    piece with;
    if (chance(10)) {
        const std::string inner = row_types(3);
        piece body = select(inner, {}, 1, false);
        source s{"w", {}, {}};
        std::string columns;
        for (std::size_t i = 0; i < inner.size(); ++i) {
            s.columns.push_back({"c" + std::to_string(i), inner[i]});
            columns += (i ? ", c" : "c") + std::to_string(i);
        }
        with = line(' ', word("WITH w (" + columns + ") AS"), brackets(' ', body));
        with_sources_.push_back(s);
    }
    q.text.parts = {with, chance(12) ? set_operation(types) : select(types, {}, 2, true)};
    if (!chance(55)) return q;
    // Any order first, then by all columns: only equal rows tie.
    piece order{.text = "ORDER BY ", .between = ", "};
    const std::string ways[] = {"", "", " DESC", " NULLS FIRST", " DESC NULLS LAST", " ASC"};
    const std::int64_t start = below(static_cast<std::int64_t>(types.size()));
    for (std::size_t i = 0; i < types.size(); ++i)
        order.parts.push_back(
            word(std::to_string((i + static_cast<std::size_t>(start)) % types.size() + 1) +
                 ways[below(6)]));
    q.text.parts.push_back(order);
    q.ordered = true;
    if (chance(40)) q.text.parts.push_back(word("LIMIT " + std::to_string(below(20))));
    if (chance(25)) q.text.parts.push_back(word("OFFSET " + std::to_string(below(8))));
    return q;
}

}  // namespace shardwise::test
