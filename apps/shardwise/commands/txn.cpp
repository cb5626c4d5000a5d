// SPDX-License-Identifier: MIT
// txn: transactions over several shards that a process has left between prepare and commit.
#include <memory>
#include <string>
#include <vector>

#include "commands/commands.hpp"
#include "output.hpp"
#include "terminal_text.hpp"

namespace cli {

namespace {

using shardwise::pending_transaction;

const char* word_of(pending_transaction::decision d) {
    switch (d) {
        case pending_transaction::decision::open:
            return "undecided";
        case pending_transaction::decision::committed:
            return "committed";
        case pending_transaction::decision::aborted:
            return "aborted";
        case pending_transaction::decision::unknown:
            break;
    }
    return "unknown";
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& n : names) text += (text.empty() ? "" : ", ") + printable(n);
    return text;
}

/// Without the resolving that every other opening of a cluster does.
std::unique_ptr<shardwise::cluster> open_quietly(const invocation& i) {
    auto config = shardwise::cluster_config::from_file(i.cluster_file);
    config.options.resolve_interval_ms = 0;
    return std::make_unique<shardwise::cluster>(config);
}

exit_code list(const invocation& i) {
    const auto db = open_quietly(i);
    const auto all = db->pending_transactions();
    if (i.as_json) {
        json j = json::array();
        for (const auto& t : all)
            j.push_back({{"id", t.id},
                         {"age_ms", t.age_ms},
                         {"decision", word_of(t.state)},
                         {"decider", t.decider},
                         {"prepared_on", t.prepared_on}});
        print(to_text(j));
        return exit_code::ok;
    }
    if (all.empty()) {
        print("No shard has a prepared transaction of this cluster.\n");
        return exit_code::ok;
    }
    table rows({{"transaction"}, {"age", true}, {"decision"}, {"decided on"}, {"prepared on"}});
    for (const auto& t : all)
        rows.add({t.id, std::to_string(t.age_ms / 1000) + " s", word_of(t.state),
                  t.decider.empty() ? "-" : printable(t.decider), joined(t.prepared_on)});
    print(rows.to_string());
    return exit_code::ok;
}

exit_code resolve(const invocation& i, std::int64_t grace_ms) {
    const auto db = open_quietly(i);
    const auto done = db->resolve(grace_ms);
    if (i.as_json) {
        print(to_text(json{{"committed", done.committed},
                           {"aborted", done.aborted},
                           {"waiting", done.waiting},
                           {"unreachable", done.unreachable}}));
    } else {
        print("Committed " + std::to_string(done.committed) + ", rolled back " +
              std::to_string(done.aborted) + ", left alone " + std::to_string(done.waiting) +
              " (parts on single shards)\n");
        for (const std::string& s : done.unreachable) warn("shard " + s + " is down");
    }
    if (!done.unreachable.empty()) return exit_code::shard_down;
    return done.waiting > 0 ? exit_code::incomplete : exit_code::ok;
}

exit_code outcome(const invocation& i, const std::string& id) {
    const auto db = open_quietly(i);
    const bool committed = db->outcome_of(id) == shardwise::transaction_outcome::committed;
    if (i.as_json)
        print(to_text(json{{"id", id}, {"outcome", committed ? "committed" : "aborted"}}));
    else
        print(committed ? "committed\n" : "aborted\n");
    return exit_code::ok;
}

}  // namespace

void add_txn(CLI::App& app, invocation& i) {
    CLI::App* const c = app.add_subcommand(
        "txn", "Transactions over several shards: list them, resolve what a dead process has left");
    c->require_subcommand(1);
    CLI::App* const l = c->add_subcommand(
        "list", "Show transactions that are prepared and not ended: age, decision, shards");
    l->callback([&i] { i.run = [&i] { return list(i); }; });

    CLI::App* const r = c->add_subcommand(
        "resolve", "Commit what was decided so, roll back what nobody had decided");
    const auto grace = std::make_shared<std::int64_t>(1'000);
    r->add_option("--older-than-ms", *grace,
                  "Leave alone what is younger: it may be a live commit, which would be aborted")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    r->footer("Exit code 3 when something had to be left alone, 4 when a shard is down.");
    r->callback([&i, grace] { i.run = [&i, grace] { return resolve(i, *grace); }; });

    CLI::App* const o =
        c->add_subcommand("outcome", "Say how the transaction of an in_doubt error has ended");
    const auto id = std::make_shared<std::string>();
    o->add_option("id", *id, "The transaction's id")->required();
    o->callback([&i, id] { i.run = [&i, id] { return outcome(i, *id); }; });
}

}  // namespace cli
