// SPDX-License-Identifier: MIT
// Random INSERT, upsert, UPDATE and DELETE. The keys of new rows are drawn so that most are new.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "differential/query_writer.hpp"

namespace shardwise::test {
namespace {

bool is_in(const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

std::vector<std::string> names_of(const random_table& t) {
    std::vector<std::string> names;
    for (const random_column& k : t.columns) names.push_back(k.name);
    return names;
}

}  // namespace

piece query_writer::returning(const random_table& t, context& c) {
    if (!chance(45)) return {};
    piece p{.text = "RETURNING ", .between = ", "};
    for (const std::string& k : t.primary_key) p.parts.push_back(word(k));
    if (chance(50)) p.parts.push_back(word("n"));
    nested_ = 2;
    if (chance(40)) p.parts.push_back(expression('i', c, 1));
    return p;
}

/// A value for a column of a new row; "" for those that cannot be written.
std::string query_writer::new_value(const random_table& t, const random_column& k, bool known) {
    const bool key = is_in(t.primary_key, k.name);
    const bool beside = is_in(t.shard_key, k.name) && !t.parent.empty();
    if (!k.literals.empty() && (known || beside || !key)) return any(k.literals);
    if (!key) return k.nullable ? "NULL" : literal(k.type).str();
    switch (k.type) {
        case 'i':
            return std::to_string(100 + below(400));
        case 't':
            return fmt::format("'new{}'", below(400));
        default:
            return k.literals.empty() ? literal(k.type).str() : any(k.literals);
    }
}

/// Whether rows can be written as text: bytes and JSON cannot.
bool query_writer::takes_new_rows(const random_table& t) {
    return std::none_of(t.columns.begin(), t.columns.end(), [](const random_column& k) {
        return (k.type == 'x' || k.type == 'j') && !k.nullable;
    });
}

piece query_writer::conflict(const random_table& t, bool wanted) {
    if (!wanted) return {};
    const std::string keys = fmt::format("ON CONFLICT ({})", fmt::join(t.primary_key, ", "));
    if (chance(35)) return word(keys + " DO NOTHING");
    std::string sets = "n = excluded.n";
    if (chance(60)) sets += ", s = excluded.s";
    const std::string where = chance(25) ? " WHERE excluded.n > 0 OR " + t.name + ".n IS NULL" : "";
    return word(keys + " DO UPDATE SET " + sets + where);
}

random_query query_writer::next_insert(const random_table& t) {
    const bool upsert = chance(55);
    context c;
    c.here = {{t.name, {}, t.primary_key, &t}};
    for (const random_column& k : t.columns)
        c.here[0].columns.push_back({k.name, k.type, &k.literals});
    piece rows{.text = "VALUES ", .between = ", "};
    for (std::int64_t n = 1 + below(4); n > 0; --n) {
        std::vector<std::string> values;
        const bool known = upsert && chance(60);
        for (const random_column& k : t.columns)
            values.push_back(k.type == 'x' || k.type == 'j' ? "NULL" : new_value(t, k, known));
        rows.parts.push_back(word(fmt::format("({})", fmt::join(values, ", "))));
    }
    random_query q;
    q.text.parts = {word(fmt::format("INSERT INTO {} ({})", t.name, fmt::join(names_of(t), ", "))),
                    rows, conflict(t, upsert), returning(t, c)};
    return q;
}

/// Rows of the table with new keys.
random_query query_writer::next_insert_select(const random_table& t) {
    context c;
    source s{t.name, {}, t.primary_key, &t};
    const std::string alias = name();
    s.alias = alias;
    for (const random_column& k : t.columns) s.columns.push_back({k.name, k.type, &k.literals});
    c.here = {s};
    const bool upsert = chance(40);
    std::vector<std::string> items;
    bool moved = false;
    for (const random_column& k : t.columns) {
        const std::string path = alias + "." + k.name;
        const bool key = is_in(t.primary_key, k.name);
        const bool beside = is_in(t.shard_key, k.name) && !t.parent.empty();
        if (!key || beside || moved) {
            items.push_back(path);
        } else if (k.type == 'i' && k.sql == "bigint") {
            items.push_back(path + " + 1000");
            moved = true;
        } else {
            items.push_back(path);
        }
    }
    nested_ = chance(60) ? 1 : 2;
    std::vector<piece> where{condition(c, 1)};
    context returned;
    returned.here = c.here;
    returned.here[0].alias = t.name;
    random_query q;
    q.text.parts = {
        word(fmt::format("INSERT INTO {} ({}) SELECT {} FROM {} {}", t.name,
                         fmt::join(names_of(t), ", "), fmt::join(items, ", "), t.name, alias)),
        clause("WHERE", std::move(where), " "), conflict(t, upsert || !moved),
        returning(t, returned)};
    return q;
}

random_query query_writer::next_change(std::string& table) {
    start();
    plain_ = true;  // functions that are computed in the client are refused in changes
    const random_table& t = any(schema_.tables);
    table = t.name;
    if (takes_new_rows(t) && chance(45)) return chance(50) ? next_insert(t) : next_insert_select(t);
    context c;
    c.here = {{t.name, {}, t.primary_key, &t}};
    for (const random_column& k : t.columns)
        c.here[0].columns.push_back({k.name, k.type, &k.literals});
    random_query q;
    nested_ = chance(60) ? 1 : 2;  // of 2 on, no statements inside
    std::vector<piece> sets;
    for (const random_column& k : t.columns) {
        if (is_in(t.primary_key, k.name) || is_in(t.shard_key, k.name) || !chance(40)) continue;
        // Only what fits: a value of its own, another row's form, or NULL.
        piece to = k.nullable && chance(15) ? word("NULL")
                   : k.type == 'i' && k.sql == "bigint"
                       ? expression('i', c, 1)
                       : one_of_its_values({k.name, k.type, &k.literals});
        if (to.str() == "NULL" && !k.nullable) continue;
        // A decimal's form may have more digits than the column: by itself it fits.
        if (!k.nullable && k.type != 'd')
            to = call(k.type, "coalesce", to, word(t.name + "." + k.name));
        sets.push_back(line(' ', word(k.name + " ="), to));
    }
    std::vector<piece> where{condition(c, 1)};
    if (sets.empty() || chance(40)) {
        q.text.parts = {word("DELETE FROM " + t.name), clause("WHERE", std::move(where), " "),
                        returning(t, c)};
    } else {
        q.text.parts = {word("UPDATE " + t.name), clause("SET", std::move(sets), ", "),
                        clause("WHERE", std::move(where), " "), returning(t, c)};
    }
    return q;
}

}  // namespace shardwise::test
