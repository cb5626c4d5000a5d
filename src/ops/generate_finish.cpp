// SPDX-License-Identifier: MIT
// The last step before the text: scopes of unique constraints, and the library's own judgement of
// the tables, so that no header is written that create_all() or adopt() would refuse.
#include <fmt/format.h>

#include <algorithm>

#include "cluster/table_order.hpp"
#include "ops/generate_draft.hpp"
#include "schema/registry.hpp"
#include "shardwise/base/error.hpp"
#include "sql/constraint_names.hpp"

namespace shardwise::ops {

namespace {

using schema::column_index;

bool names(const std::vector<std::string>& list, const schema::table& t,
           const schema::unique_constraint& u) {
    std::string columns;
    for (const column_index i : u.columns)
        columns += (columns.empty() ? "" : ",") + t.columns[i].name;
    return std::find(list.begin(), list.end(), columns) != list.end();
}

void scope_uniques(draft_table& t, const cluster_config::table_distribution* said) {
    for (schema::unique_constraint& u : t.table.uniques) {
        if (t.table.is_reference()) continue;
        const auto& key = t.table.placed.shard_key;
        const bool pinned = std::all_of(key.begin(), key.end(), [&](column_index i) {
            return std::find(u.columns.begin(), u.columns.end(), i) != u.columns.end();
        });
        if (pinned) continue;
        const bool everywhere = said != nullptr && names(said->cluster_unique, t.table, u);
        u.scope = everywhere ? schema::unique_scope::cluster : schema::unique_scope::per_shard;
        if (!everywhere && (said == nullptr || !names(said->unique_per_shard, t.table, u))) {
            std::string columns;
            for (const column_index i : u.columns)
                columns += (columns.empty() ? "" : ", ") + t.table.columns[i].name;
            t.notes.push_back(
                fmt::format("unique ({}) is checked by each shard for its own rows only", columns));
        }
    }
}

[[noreturn]] void refuse(const draft& d) {
    std::string message = "no true model of these tables can be written: ";
    for (const left_out& p : d.problems)
        message +=
            fmt::format("{}table {} {}", &p == d.problems.data() ? "" : "; ", p.table, p.what);
    raise({.code = error_code::not_supported,
           .message = std::move(message),
           .table = d.problems.front().table});
}

/// As the model would be read from the header.
schema::table as_declared(const draft_table& t) {
    schema::table copy = t.table;
    if (t.stores_bucket && !copy.is_reference() &&
        copy.placed.strategy == schema::strategy_kind::hash) {
        schema::column bucket;
        bucket.name = schema::bucket_column_name;
        bucket.type = column_type::int16;
        bucket.generated = schema::generation::bucket;
        copy.columns.push_back(bucket);
        copy.placed.stored_bucket = true;
    }
    sql::constraint_names taken(copy);
    for (auto& u : copy.uniques) u.name = taken.take(u.name, u.columns, "key");
    for (auto& f : copy.foreign_keys) f.name = taken.take(f.name, f.columns, "fkey");
    for (auto& i : copy.indexes) i.name = taken.take(i.name, i.columns, "idx");
    return copy;
}

}  // namespace

void finish(draft& d, const std::vector<cluster_config::table_distribution>& said) {
    if (!d.problems.empty()) refuse(d);
    std::vector<schema::table> declared;
    for (draft_table& t : d.tables) {
        const auto s = std::find_if(said.begin(), said.end(),
                                    [&](const auto& one) { return one.table == t.table.name; });
        scope_uniques(t, s == said.end() ? nullptr : &*s);
        declared.push_back(as_declared(t));
    }
    schema::registry judge;
    for (schema::table& t : cluster_layer::parents_first(std::move(declared)))
        judge.add(std::move(t));
}

}  // namespace shardwise::ops
