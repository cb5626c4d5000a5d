// SPDX-License-Identifier: MIT
// init: creates the described tables on every shard.
#include "commands/commands.hpp"
#include "output.hpp"

namespace cli {

namespace {

json to_json(const shardwise::cluster& db, const shardwise::schema_report& r) {
    json j;
    j["cluster"] = db.name();
    j["complete"] = r.complete();
    j["tables"] = db.table_names();
    j["shards"] = json::array();
    for (const auto& s : r.shards)
        j["shards"].push_back({{"name", s.shard},
                               {"done", s.done},
                               {"error", s.error},
                               {"statements", s.statements}});
    return j;
}

std::string to_table(const shardwise::schema_report& r) {
    table t({{"shard"}, {"statements", true}, {"result"}});
    for (const auto& s : r.shards)
        t.add({s.shard, std::to_string(s.statements.size()),
               s.done ? "done" : "not done: " + s.error});
    return t.to_string();
}

exit_code init(const invocation& i) {
    const auto db = i.open();
    const shardwise::schema_report r = db->create_described();
    if (i.as_json) {
        print(to_text(to_json(*db, r)));
    } else {
        print(to_table(r));
        print("Tables: " + std::to_string(db->table_names().size()) + "\n");
    }
    if (r.complete()) return exit_code::ok;
    if (!i.as_json) warn("not every shard has the tables: run init again when it is back");
    return exit_code::incomplete;
}

}  // namespace

void add_init(CLI::App& app, invocation& i) {
    CLI::App* const c = app.add_subcommand(
        "init", "Create the tables that the cluster file describes on every shard");
    c->footer(
        "Tables that exist already are left as they are; run it again at any time, for example\n"
        "after adding a table to the schema file, or when a shard that was down is back.");
    c->callback([&i] { i.run = [&i] { return init(i); }; });
}

}  // namespace cli
