// SPDX-License-Identifier: MIT
#include "ops/verify_unique.hpp"

#include <fmt/format.h>

#include "cluster/core.hpp"
#include "ops/verify_stream.hpp"
#include "orm/unique_repair.hpp"
#include "schema/unique_lookup.hpp"
#include "shardwise/orm/session.hpp"
#include "shardwise/orm/unit_of_work.hpp"
#include "sql/dialect.hpp"

namespace shardwise::ops {
namespace {

/// The same columns of the owner and of the lookup table, in the order of the latter.
struct sides {
    sides(const schema::table& owner, const schema::unique_constraint& u)
        : lookup(schema::lookup_table(owner, u)) {
        const std::vector<schema::column_index> columns = schema::looked_up_columns(owner, u);
        std::string of_owner, of_lookup, none_is_null;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const std::string name = sql::quoted_name(owner.columns[columns[i]].name);
            const char* const comma = i == 0 ? "" : ", ";
            of_owner += comma + name;
            of_lookup += comma + sql::quoted_name(lookup.columns[i].name);
            if (i < u.columns.size())
                none_is_null += (i == 0 ? "" : " AND ") + name + " IS NOT NULL";
        }
        rows = fmt::format("SELECT {} FROM {} WHERE {}", of_owner, sql::quoted_name(owner.name),
                           none_is_null);
        lookup_rows = fmt::format("SELECT {} FROM {}", of_lookup, sql::quoted_name(lookup.name));
    }
    schema::table lookup;
    std::string rows, lookup_rows;
};

std::string key_of(const std::vector<value>& row, std::size_t first, std::size_t count) {
    std::vector<arg> key;
    for (std::size_t i = 0; i < count; ++i) key.push_back(row[first + i].view());
    return display_key(key);
}

}  // namespace

std::vector<unique_difference> unique_differences(cluster& db, const schema::table& owner) {
    std::vector<unique_difference> all;
    if (!schema::has_lookups(owner)) return all;
    session now = db.read_snapshot();
    for (const schema::unique_constraint& u : owner.uniques) {
        if (!schema::needs_lookup(owner, u)) continue;
        const sides s(owner, u);
        const std::size_t values = u.columns.size();
        for (const auto& row : now.sql(s.rows + " EXCEPT " + s.lookup_rows).rows)
            all.push_back({owner.name, key_of(row, values, owner.primary_key.size()),
                           fmt::format("constraint {} does not know its value, or knows another "
                                       "row with it",
                                       u.name),
                           &u, row});
        for (const auto& row : now.sql(s.lookup_rows + " EXCEPT " + s.rows).rows)
            all.push_back({s.lookup.name, key_of(row, 0, values),
                           fmt::format("no row of {} has this value and the key that stands beside "
                                       "it",
                                       owner.name),
                           &u, row});
    }
    return all;
}

void repair(cluster& db, const schema::table& owner, unique_difference d,
            unique_repair_report& report) {
    const auto repaired = [&] {
        for (orm::retry again(db, {});;) {
            try {
                return orm::repair_unique(db.core(), owner, *d.constraint, d.cells,
                                          db.core().default_deadline());
            } catch (const error& failure) {
                static_cast<void>(again.was_committed(failure));  // it looks for itself
            }
        }
    };
    switch (repaired()) {
        case orm::repaired::nothing:
            return;
        case orm::repaired::inserted:
            ++report.inserted;
            return;
        case orm::repaired::corrected:
            ++report.corrected;
            return;
        case orm::repaired::erased:
            ++report.erased;
            return;
        case orm::repaired::duplicate:
            report.duplicates.push_back(
                {std::move(d.table), "", std::move(d.key),
                 fmt::format("another row has the same values of constraint {}",
                             d.constraint->name)});
    }
}

}  // namespace shardwise::ops
