// SPDX-License-Identifier: MIT
#include "differential/query_writer.hpp"

#include <algorithm>

namespace shardwise::test {

query_writer::source query_writer::table() {
    const random_table& t = any(schema_.tables);
    source s{t.name, {}, t.primary_key, &t};
    for (const random_column& c : t.columns) s.columns.push_back({c.name, c.type, &c.literals});
    return s;
}

piece query_writer::source_text(source& s, bool may_derive) {
    const std::string alias = name();
    if (may_derive && nested_ < 1 && chance(15)) {
        const std::string types = row_types(3);
        piece inner = brackets(' ', select(types, {}, 1, false));
        s = {alias, {}, {}, nullptr};
        std::string columns;
        for (std::size_t i = 0; i < types.size(); ++i) {
            s.columns.push_back({"c" + std::to_string(i), types[i], nullptr});
            columns += (i ? ", c" : "c") + std::to_string(i);
        }
        return line(' ', std::move(inner), word("AS " + alias + " (" + columns + ")"));
    }
    if (may_derive && chance(6)) return rows_without_table(s, alias);
    s = !with_sources_.empty() && chance(50) ? any(with_sources_) : table();
    const std::string text = s.alias + " " + alias;
    s.alias = alias;
    return word(text);
}

namespace {

/// "a12.name" somewhere in it.
bool names_a_column(const std::string& text) {
    for (std::size_t at = text.find('.'); at != std::string::npos; at = text.find('.', at + 1)) {
        std::size_t start = at;
        while (start > 0 && text[start - 1] >= '0' && text[start - 1] <= '9') --start;
        if (start > 0 && start < at && text[start - 1] == 'a' && text[at + 1] >= 'a') return true;
    }
    return false;
}

/// The table that `t` lives with.
std::string root_of(const random_table& t) { return t.parent.empty() ? t.name : t.parent; }

}  // namespace

piece query_writer::join_condition(const source& left, const source& right, context& c) {
    piece on{.between = " AND ", .sort = 'b'};
    const bool beside = left.table != nullptr && right.table != nullptr &&
                        !left.table->shard_key.empty() &&
                        root_of(*left.table) == root_of(*right.table);
    if (beside && chance(70)) {
        for (std::size_t i = 0; i < left.table->shard_key.size(); ++i)
            on.parts.push_back(line('b', word(left.alias + "." + left.table->shard_key[i]),
                                    word("="),
                                    word(right.alias + "." + right.table->shard_key[i])));
    } else {
        std::vector<std::pair<const column*, const column*>> equal;
        for (const column& l : left.columns)
            for (const column& r : right.columns)
                if (l.type == r.type && (l.type == 'i' || l.type == 't' || chance(30)) &&
                    l.type != 'j' && l.type != 'b')
                    equal.emplace_back(&l, &r);
        if (equal.empty()) return word(chance(50) ? "TRUE" : "1 = 1");
        const auto [l, r] = any(equal);
        on.parts.push_back(line('b', word(left.alias + "." + l->name), word("="),
                                word(right.alias + "." + r->name)));
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
        const bool share = left.table != nullptr && right.table != nullptr && i == 0;
        c.here.push_back(right);
        if (share && chance(8)) {
            p.parts.push_back(
                line(' ', word(kind == "CROSS JOIN" ? "JOIN" : kind), text,
                     word(any<std::string>({"USING (n)", "USING (s)", "USING (n, s)"}))));
        } else if (kind == "CROSS JOIN") {
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
    if (chance(is_top ? 55 : 65)) where.push_back(condition(c, depth));
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
            if (!names_a_column(g.str()) || g.str().find("SELECT") != std::string::npos) continue;
            g.instead = {};
            groups.push_back(g);
            c.groups.push_back(word(g.str()));
            c.group_types += type;
        }
        c.aggregates = true;
        c.sets = !groups.empty() && chance(25);
    }
    piece items{.between = ", "};
    const bool distinct = chance(15);
    const bool may_window = !grouped && is_top && chance(20);
    const bool json = is_top && !distinct && !grouped;
    for (const char type : types)
        items.parts.push_back(may_window && chance(50) ? window(type, c)
                              : type == 'j' && !json   ? word("NULL")
                                                       : expression(type, c, depth));
    if (is_top) {
        constants_.clear();
        for (const piece& i : items.parts)
            constants_.push_back(i.parts.empty() && !names_a_column(i.str()));
    }
    piece group = clause("GROUP BY", groups, ", ");
    if (c.sets) {
        group.text = any<std::string>(
            {"GROUP BY ROLLUP (", "GROUP BY CUBE (", "GROUP BY GROUPING SETS ((), "});
        group.after = ")";
    }
    std::vector<piece> having;
    if (grouped && chance(40)) having.push_back(condition(c, 1));
    piece p{.sort = types.size() == 1 ? 'q' : ' '};
    p.parts = {word(distinct ? "SELECT DISTINCT" : "SELECT"),
               items,
               tables,
               clause("WHERE", std::move(where), " AND "),
               group,
               clause("HAVING", std::move(having), " "),
               clause("WINDOW", std::move(c.windows), ", ")};
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
        p.parts.push_back(
            word(any<std::string>({"UNION", "UNION", "UNION ALL", "UNION ALL", "INTERSECT",
                                   "EXCEPT", "INTERSECT ALL", "EXCEPT ALL"})));
        p.parts.push_back(select(types, {}, 1, true));
    }
    return p;
}

/// Any order first, then by all columns: only equal rows tie.
piece query_writer::total_order(std::size_t columns, bool may_skip) {
    piece order{.text = "ORDER BY ", .between = ", ", .sort = total_order_sort};
    const std::string ways[] = {"", "", " DESC", " NULLS FIRST", " DESC NULLS LAST", " ASC"};
    const auto start = static_cast<std::size_t>(below(static_cast<std::int64_t>(columns)));
    for (std::size_t i = 0; i < columns; ++i) {
        const std::size_t at = (i + start) % columns;
        if (may_skip && at < constants_.size() && constants_[at]) continue;
        order.parts.push_back(word(std::to_string(at + 1) + ways[below(6)]));
    }
    return order.parts.empty() ? piece{} : order;
}

void query_writer::start() {
    names_ = 0;
    nested_ = 0;
    plain_ = false;
    with_sources_.clear();
}

random_query query_writer::next() {
    start();
    if (chance(3)) return next_distinct_on();
    random_query q;
    const bool combined = chance(12);
    std::string types = row_types(4);
    if (combined) std::replace(types.begin(), types.end(), 'x', 't');  // NULL alone has no type
    if (!combined && chance(4)) types += 'j';
    piece with;
    if (chance(4)) {
        source s;
        with = recursive(s);
        with_sources_.push_back(s);
    } else if (chance(10)) {
        const std::string inner = row_types(3);
        piece body = select(inner, {}, 1, false);
        source s{"w", {}, {}, nullptr};
        std::string columns;
        for (std::size_t i = 0; i < inner.size(); ++i) {
            s.columns.push_back({"c" + std::to_string(i), inner[i], nullptr});
            columns += (i ? ", c" : "c") + std::to_string(i);
        }
        with = line(' ', word("WITH w (" + columns + ") AS" + (chance(10) ? " MATERIALIZED" : "")),
                    brackets(' ', body));
        with_sources_.push_back(s);
    }
    q.types = types;
    q.text.parts = {with, combined ? set_operation(types) : select(types, {}, 2, true)};
    if (!chance(55) || types.find('j') != std::string::npos) return q;
    q.text.parts.push_back(total_order(types.size(), !combined));
    q.ordered = !q.text.parts.back().str().empty();
    if (!q.ordered) return q;
    if (chance(25)) q.text.parts.push_back(word("OFFSET " + std::to_string(below(6))));
    if (chance(40))
        q.text.parts.push_back(word("LIMIT " + std::to_string(chance(4) ? 0 : 1 + below(20))));
    else if (chance(12))
        q.text.parts.push_back(word("FETCH FIRST " + std::to_string(1 + below(9)) + " ROWS " +
                                    (chance(50) ? "ONLY" : "WITH TIES")));
    return q;
}

}  // namespace shardwise::test
