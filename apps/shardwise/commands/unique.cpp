// SPDX-License-Identifier: MIT
// unique: cluster-wide unique constraints for a table that has rows already.
#include <memory>
#include <string>

#include "commands/commands.hpp"
#include "output.hpp"
#include "shardwise/ops/unique_build.hpp"
#include "terminal_text.hpp"

namespace cli {

namespace {

exit_code finish(const invocation& i, const shardwise::schema_report& r, const char* done) {
    if (i.as_json) {
        json j{{"complete", r.complete()}, {"shards", json::array()}};
        for (const auto& s : r.shards)
            j["shards"].push_back({{"name", s.shard}, {"done", s.done}, {"error", s.error}});
        print(to_text(j));
    } else {
        for (const auto& s : r.shards)
            if (!s.done) warn("shard " + s.shard + ": " + s.error);
        print(r.complete() ? done : "Not done on all shards; give the same command again.\n");
    }
    return r.complete() ? exit_code::ok : exit_code::incomplete;
}

json to_json(const shardwise::unique_build_report& r) {
    json j{{"built", r.built}, {"constraints", r.constraints}, {"rows", r.rows}};
    j["duplicates"] = json::array();
    for (const auto& d : r.duplicates) {
        json one{{"constraint", d.constraint}, {"values", d.values}, {"rows", json::array()}};
        for (const auto& p : d.rows) one["rows"].push_back({{"shard", p.shard}, {"key", p.key}});
        j["duplicates"].push_back(std::move(one));
    }
    return j;
}

exit_code build(const invocation& i, const std::string& name) {
    const auto db = i.open();
    const shardwise::unique_build_report r = shardwise::build_unique(*db, name);
    if (i.as_json) {
        print(to_text(to_json(r)));
    } else {
        print(grouped(r.rows) + " lookup rows written\n");
        if (!r.duplicates.empty()) {
            table rows({{"constraint"}, {"values"}, {"shard"}, {"key"}});
            for (const auto& d : r.duplicates)
                for (const auto& p : d.rows) rows.add({d.constraint, d.values, p.shard, p.key});
            print("\n" + rows.to_string() +
                  "\nRows that have the same values: change or erase all but one of each, and give "
                  "the same command again.\n");
        } else {
            print("The constraints of " + name + " are complete.\n");
        }
    }
    return r.built ? exit_code::ok : exit_code::problems;
}

}  // namespace

void add_unique(CLI::App& app, invocation& i) {
    CLI::App* const c = app.add_subcommand(
        "unique", "Cluster-wide unique constraints for a table that has rows already");
    c->require_subcommand(1);
    const auto name = std::make_shared<std::string>();
    const auto step = [&](const char* word, const char* what, auto run) {
        CLI::App* const s = c->add_subcommand(word, what);
        s->add_option("TABLE", *name, "The table")->required();
        s->callback([&i, name, run] { i.run = [&i, name, run] { return run(i, *name); }; });
        return s;
    };
    step("declare",
         "Make the lookup tables of constraints that are new in the cluster file; writers that "
         "open the cluster from now on keep them",
         [](const invocation& in, const std::string& table) {
             const auto db = in.open();
             return finish(in, shardwise::declare_unique(*db, table),
                           "Declared. End or restart every program that was open before, then run "
                           "'shardwise unique build'.\n");
         });
    step("build",
         "Write the lookup rows of the rows that were there before, beside writers; lists rows "
         "with the same values",
         [](const invocation& in, const std::string& table) { return build(in, table); })
        ->footer("Exit code 5 when rows with the same values keep a constraint from being built.");
    step("remove", "Give up the constraints of the table that are declared and not built",
         [](const invocation& in, const std::string& table) {
             const auto db = in.open();
             return finish(in, shardwise::remove_unbuilt_unique(*db, table), "Removed.\n");
         });
}

}  // namespace cli
