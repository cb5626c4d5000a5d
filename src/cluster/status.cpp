// SPDX-License-Identifier: MIT
#include "cluster/status.hpp"

#include "catalog/own_tables.hpp"
#include "cluster/parallel.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::cluster_layer {

namespace {

std::int64_t rows_of(engine::connection& c, const schema::table& t, const sql::dialect& d,
                     deadline limit) {
    std::int64_t rows = 0;
    catalog::own_statement s(d);
    s.raw("SELECT COUNT(*) FROM ").name(t.name).gives({column_type::int64});
    s.run(c, limit, [&](std::span<const arg> row) { rows = row[0].to_integer(); });
    return rows;
}

void ask(core_state& s, std::size_t i, bool count_rows, shard_status& out) {
    try {
        const deadline limit = s.statement_deadline();
        with_connection(s, i, limit, [&](engine::connection& c) {
            out.version = s.endpoint(i).client().describe(c, limit).version;
            out.reachable = true;
            if (!count_rows) return;
            const snapshot_ptr now = s.snapshot_now();
            for (const schema::table* t : now->tables.all())
                out.rows.push_back({t->name, rows_of(c, *t, *s.dialects[i], limit)});
        });
    } catch (const error& e) {
        out.error = e.message();
    }
}

}  // namespace

std::vector<shard_status> status_of(core_state& s, bool count_rows) {
    std::vector<shard_status> all(s.shards.size());
    const view_ptr view = s.snapshot_now()->view;
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].name = s.names[i];
        all[i].server = s.endpoint(i).where().display();
        all[i].engine = engine::name_of(s.endpoint(i).kind());
        for (const auto& [group, map] : view->maps)
            for (const shard_index owner : map->owners()) all[i].buckets += owner == i ? 1U : 0U;
    }
    in_parallel(all.size(), [&](std::size_t i) { ask(s, i, count_rows, all[i]); });
    return all;
}

}  // namespace shardwise::cluster_layer
