// SPDX-License-Identifier: MIT
// explain: where a statement would go, and why; with --analyze also what it takes.
#include "shardwise/ops/explain.hpp"

#include "commands/commands.hpp"
#include "output.hpp"
#include "shardwise/shardwise.hpp"
#include "terminal_text.hpp"

namespace cli {

namespace {

struct request {
    std::string sql;
    bool analyze = false;
};

exit_code explain(const invocation& i, const request& q) {
    const auto db = i.open();
    const shardwise::explanation e =
        q.analyze ? shardwise::session(*db).analyze_sql(q.sql) : shardwise::explain_sql(*db, q.sql);
    print(i.as_json ? e.to_json() + "\n" : printable_lines(e.to_string()));
    return exit_code::ok;
}

}  // namespace

void add_explain(CLI::App& app, invocation& i) {
    CLI::App* const c = app.add_subcommand(
        "explain", "Show which shards a statement would ask, why, and with which SQL");
    const auto q = std::make_shared<request>();
    c->add_option("SQL", q->sql, "A SELECT, UPDATE or DELETE in PostgreSQL's syntax")->required();
    c->add_flag("--analyze", q->analyze,
                "Run the SELECT, drop its rows, and show rows, bytes and times of each shard");
    c->footer(
        "Without --analyze the statement is planned, not executed.\n"
        "Example: shardwise explain \"SELECT * FROM orders WHERE customer_id = 17850\"");
    c->callback([&i, q] { i.run = [&i, q] { return explain(i, *q); }; });
}

}  // namespace cli
