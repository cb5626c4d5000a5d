// SPDX-License-Identifier: MIT
// migrate: versioned migrations of the schema, on every shard exactly once.
#include "shardwise/ops/migrate.hpp"

#include <algorithm>

#include "commands/commands.hpp"
#include "output.hpp"

namespace cli {

namespace {

using shardwise::migrate_options;

struct migrate_arguments {
    migrate_options options;
    std::string name;
    bool ran = false;
    bool not_ran = false;
};

const char* word(shardwise::migration_state::kind k) {
    using kind = shardwise::migration_state::kind;
    switch (k) {
        case kind::pending:
            return "pending";
        case kind::applied:
            return "applied";
        case kind::applying:
            return "applying";
        case kind::undoing:
            return "undoing";
        case kind::changed:
            return "changed";
        case kind::file_missing:
            return "file missing";
    }
    return "";
}

std::string joined(const std::vector<std::int64_t>& versions) {
    std::string text;
    for (const std::int64_t v : versions) text += (text.empty() ? "" : ", ") + std::to_string(v);
    return text.empty() ? "-" : text;
}

/// The cluster file may have the new tables already, or still the old ones.
std::unique_ptr<shardwise::cluster> open_migrating(const invocation& i) {
    auto config = shardwise::cluster_config::from_file(i.cluster_file);
    config.migrating = true;
    return invocation::open(config);
}

exit_code create(const invocation& i, const migrate_arguments& a) {
    const auto files = shardwise::new_migration(a.name, a.options);
    if (i.as_json) {
        print(to_text(json{{"files", files}}));
    } else {
        for (const std::string& f : files) print(f + "\n");
    }
    return exit_code::ok;
}

exit_code print_report(const invocation& i, const shardwise::migrate_report& r) {
    if (i.as_json) {
        json j;
        j["complete"] = r.complete();
        j["shards"] = json::array();
        for (const auto& s : r.shards)
            j["shards"].push_back(
                {{"name", s.shard}, {"versions", s.versions}, {"error", s.error}});
        print(to_text(j));
    } else {
        table t({{"shard"}, {"versions"}, {"result"}});
        for (const auto& s : r.shards)
            t.add({s.shard, joined(s.versions), s.error.empty() ? "done" : "stopped: " + s.error});
        print(t.to_string());
        if (!r.complete()) warn("not every shard is done: mend the cause and run it again");
    }
    return r.complete() ? exit_code::ok : exit_code::incomplete;
}

exit_code run(const invocation& i, migrate_arguments a, bool up) {
    using unknown = migrate_options::unknown_statement;
    if (a.ran) a.options.unknown = unknown::has_run;
    if (a.not_ran) a.options.unknown = unknown::has_not_run;
    const auto db = open_migrating(i);
    return print_report(
        i, up ? shardwise::migrate_up(*db, a.options) : shardwise::migrate_down(*db, a.options));
}

exit_code update_model(const invocation& i) {
    const auto db = open_migrating(i);
    db->update_described();
    if (i.as_json)
        print(to_text(json{{"tables", db->table_names()}}));
    else
        print("the catalog has the model of the cluster file\n");
    return exit_code::ok;
}

exit_code status(const invocation& i, const migrate_arguments& a) {
    const auto db = open_migrating(i);
    const shardwise::migration_status s = shardwise::migrations(*db, a.options);
    json j;
    j["complete"] = s.complete();
    j["shards"] = json::array();
    table t({{"shard"}, {"version", true}, {"migration"}, {"state"}});
    bool all_asked = true;
    for (const auto& shard : s.shards) {
        json one = {{"name", shard.shard}, {"error", shard.error}, {"migrations", json::array()}};
        if (!shard.error.empty()) t.add({shard.shard, "-", "-", "unknown: " + shard.error});
        all_asked = all_asked && shard.error.empty();
        for (const auto& m : shard.migrations) {
            t.add({shard.shard, std::to_string(m.version), m.name, word(m.state)});
            one["migrations"].push_back({{"version", m.version},
                                         {"name", m.name},
                                         {"state", word(m.state)},
                                         {"started_ms", m.started_ms},
                                         {"ended_ms", m.ended_ms}});
        }
        j["shards"].push_back(std::move(one));
    }
    print(i.as_json ? to_text(j) : t.to_string());
    if (!all_asked) return exit_code::shard_down;
    return s.complete() ? exit_code::ok : exit_code::incomplete;
}

}  // namespace

void add_migrate(CLI::App& app, invocation& i) {
    CLI::App* const c =
        app.add_subcommand("migrate", "Change the schema of all shards by numbered SQL files");
    c->require_subcommand(1);
    const auto a = std::make_shared<migrate_arguments>();
    c->add_option("--directory", a->options.directory, "The folder with the files")
        ->capture_default_str();
    c->add_option("--lock-timeout", a->options.lock_timeout_ms,
                  "Milliseconds to wait for a lock before trying again")
        ->capture_default_str()
        ->check(CLI::Range(1, 3'600'000));
    c->add_option("--lock-attempts", a->options.lock_attempts, "Attempts to get a lock")
        ->capture_default_str()
        ->check(CLI::Range(1, 100'000));
    CLI::Option* const ran = c->add_flag(
        "--assume-ran", a->ran, "A statement that a crash has left unknown has run: I have looked");
    c->add_flag("--assume-not-ran", a->not_ran, "It has not run: I have looked")->excludes(ran);

    CLI::App* const create_command = c->add_subcommand("new", "Write the empty files of a number");
    create_command->add_option("NAME", a->name, "Letters, digits and underscores")->required();
    create_command->callback([&i, a] { i.run = [&i, a] { return create(i, *a); }; });
    c->add_subcommand("up", "Apply what is pending on every shard")->callback([&i, a] {
        i.run = [&i, a] { return run(i, *a, true); };
    });
    c->add_subcommand("down", "Undo the last version")->callback([&i, a] {
        i.run = [&i, a] { return run(i, *a, false); };
    });
    c->add_subcommand("model", "Take the changed tables of the cluster file into the catalog")
        ->callback([&i] { i.run = [&i] { return update_model(i); }; });
    c->add_subcommand("status", "Which shard has which version")->callback([&i, a] {
        i.run = [&i, a] { return status(i, *a); };
    });
    c->footer(
        "Each shard gets each version exactly once, also when this program dies: run it again.\n"
        "Exit code 3: not every shard has every version; 4: a shard is down.");
    c->fallthrough();
}

}  // namespace cli
