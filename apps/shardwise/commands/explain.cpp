// SPDX-License-Identifier: MIT
// explain: where a statement would go, and why. Nothing is sent.
#include "shardwise/ops/explain.hpp"
#include "commands/commands.hpp"
#include "output.hpp"
#include "terminal_text.hpp"

namespace cli {

namespace {

exit_code explain(const invocation& i, const std::string& sql) {
    const auto db = i.open();
    const shardwise::explanation e = shardwise::explain_sql(*db, sql);
    print(i.as_json ? e.to_json() + "\n" : printable_lines(e.to_string()));
    return exit_code::ok;
}

}  // namespace

void add_explain(CLI::App& app, invocation& i) {
    CLI::App* const c = app.add_subcommand(
        "explain", "Show which shards a statement would ask, why, and with which SQL");
    const auto sql = std::make_shared<std::string>();
    c->add_option("SQL", *sql, "A SELECT, UPDATE or DELETE in PostgreSQL's syntax")->required();
    c->footer(
        "The statement is planned, not executed.\n"
        "Example: shardwise explain \"SELECT * FROM orders WHERE customer_id = 17850\"");
    c->callback([&i, sql] { i.run = [&i, sql] { return explain(i, *sql); }; });
}

}  // namespace cli
