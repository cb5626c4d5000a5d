// SPDX-License-Identifier: MIT
// status: the shards, how they are, and what they hold.
#include <algorithm>
#include <optional>
#include <vector>

#include "commands/commands.hpp"
#include "output.hpp"
#include "terminal_text.hpp"

namespace cli {

namespace {

using statuses = std::vector<shardwise::shard_status>;

std::optional<std::int64_t> rows_of(const shardwise::shard_status& s, const std::string& table) {
    for (const auto& r : s.rows)
        if (r.table == table) return r.rows;
    return std::nullopt;
}

json to_json(const shardwise::cluster& db, const statuses& shards, bool count_rows) {
    json j;
    j["cluster"] = db.name();
    j["id"] = db.id();
    j["tables"] = db.table_names();
    j["shards"] = json::array();
    for (const auto& s : shards) {
        json one = {{"name", s.name},
                    {"engine", s.engine},
                    {"server", s.server},
                    {"version", s.version},
                    {"health", s.reachable ? "up" : "down"},
                    {"error", s.error},
                    {"buckets", s.buckets}};
        if (count_rows) {
            one["rows"] = json::object();
            for (const auto& r : s.rows) one["rows"][r.table] = r.rows;
        }
        j["shards"].push_back(std::move(one));
    }
    return j;
}

void print_shards(const statuses& shards) {
    table t({{"shard"}, {"engine"}, {"server"}, {"version"}, {"health"}, {"buckets", true}});
    for (const auto& s : shards)
        t.add({s.name, s.engine, s.server, s.version.empty() ? "-" : s.version,
               s.reachable ? "up" : "down", std::to_string(s.buckets)});
    print(t.to_string());
}

void print_rows(const statuses& shards, const std::vector<std::string>& tables) {
    std::vector<table::column> columns{{"table"}};
    for (const auto& s : shards) columns.push_back({printable(s.name), true});
    table t(std::move(columns));
    for (const std::string& name : tables) {
        std::vector<std::string> cells{name};
        for (const auto& s : shards) {
            const auto rows = rows_of(s, name);
            cells.push_back(rows ? grouped(*rows) : "-");
        }
        t.add(std::move(cells));
    }
    print("\nRows:\n" + t.to_string());
}

exit_code status(const invocation& i, bool count_rows) {
    const auto db = i.open();
    const statuses shards = db->status(count_rows);
    const bool all_up =
        std::all_of(shards.begin(), shards.end(), [](const auto& s) { return s.reachable; });
    if (i.as_json) {
        print(to_text(to_json(*db, shards, count_rows)));
    } else {
        print("Cluster " + printable(db->name()) + " (" + db->id() + "), " +
              std::to_string(db->table_names().size()) + " tables\n\n");
        print_shards(shards);
        if (count_rows) print_rows(shards, db->table_names());
        for (const auto& s : shards)
            if (!s.reachable) warn("shard " + s.name + " is down: " + s.error);
    }
    return all_up ? exit_code::ok : exit_code::shard_down;
}

}  // namespace

void add_status(CLI::App& app, invocation& i) {
    CLI::App* const c =
        app.add_subcommand("status", "Show the shards: server, version, health, buckets, rows");
    const auto count_rows = std::make_shared<bool>(false);
    c->add_flag("--rows", *count_rows, "Count the rows of every table on every shard (scans them)");
    c->footer("Exit code 4 when a shard is down; the others are shown all the same.");
    c->callback([&i, count_rows] { i.run = [&i, count_rows] { return status(i, *count_rows); }; });
}

}  // namespace cli
