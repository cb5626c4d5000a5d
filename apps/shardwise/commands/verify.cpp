// SPDX-License-Identifier: MIT
// verify: is every row on the shard where it belongs, exactly once?
#include <cstdint>
#include <optional>
#include <vector>

#include "commands/commands.hpp"
#include "output.hpp"
#include "shardwise/ops/verify.hpp"
#include "terminal_text.hpp"

namespace cli {

namespace {

struct verify_arguments {
    std::vector<std::string> tables;
    std::size_t most_findings = 100;
    bool repair = false;
};

json to_json(const shardwise::verify_report& r) {
    json j;
    j["tables"] = json::array();
    for (const auto& t : r.tables)
        j["tables"].push_back({{"table", t.table}, {"kind", t.kind}, {"rows", t.rows}});
    j["problems"] = r.problems;
    j["findings"] = json::array();
    for (const auto& f : r.findings)
        j["findings"].push_back(
            {{"table", f.table}, {"shard", f.shard}, {"key", f.key}, {"what", f.what}});
    return j;
}

void print_report(const shardwise::verify_report& r) {
    table counts({{"table"}, {"kind"}, {"rows", true}});
    for (const auto& t : r.tables) counts.add({t.table, t.kind, grouped(t.rows)});
    print(counts.to_string());
    if (r.problems == 0) {
        print("\nEvery row is on the shard where it belongs, exactly once.\n");
        return;
    }
    table findings({{"table"}, {"shard"}, {"key"}, {"problem"}});
    for (const auto& f : r.findings) findings.add({f.table, f.shard, f.key, f.what});
    print("\n" + findings.to_string());
    print("\nProblems: " + grouped(r.problems));
    const auto shown = static_cast<std::int64_t>(r.findings.size());
    if (shown < r.problems) print(", of which the first " + grouped(shown) + " are listed");
    print("\n");
}

exit_code verify(const invocation& i, const verify_arguments& a) {
    const auto db = i.open();
    std::optional<shardwise::unique_repair_report> repaired;
    if (a.repair) repaired = shardwise::repair_unique(*db, a.tables);
    const shardwise::verify_report r = shardwise::verify(*db, a.tables, a.most_findings);
    if (i.as_json) {
        json j = to_json(r);
        if (repaired)
            j["repaired"] = {{"inserted", repaired->inserted},
                             {"corrected", repaired->corrected},
                             {"erased", repaired->erased}};
        print(to_text(j));
    } else {
        if (repaired)
            print("Lookup rows repaired: " + grouped(repaired->inserted) + " inserted, " +
                  grouped(repaired->corrected) + " corrected, " + grouped(repaired->erased) +
                  " erased.\n\n");
        print_report(r);
    }
    return r.problems == 0 ? exit_code::ok : exit_code::problems;
}

}  // namespace

void add_verify(CLI::App& app, invocation& i) {
    CLI::App* const c = app.add_subcommand(
        "verify", "Check that every row is on the shard where it belongs, exactly once");
    const auto a = std::make_shared<verify_arguments>();
    c->add_option("TABLE", a->tables, "Tables to check; none: all of them");
    c->add_option("--most-findings", a->most_findings, "List at most so many problems")
        ->capture_default_str();
    c->add_flag("--repair", a->repair,
                "First bring lookup tables of cluster-wide unique constraints into agreement with "
                "their rows; duplicates are left and listed");
    c->footer(
        "Reads all rows of all shards. Exit code 5 when there are problems; 4 when a shard is\n"
        "down, since half a check proves nothing.");
    c->callback([&i, a] { i.run = [&i, a] { return verify(i, *a); }; });
}

}  // namespace cli
