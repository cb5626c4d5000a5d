// SPDX-License-Identifier: MIT
// sql: runs statements, from the command line, a file, a pipe or a console.
#include <editline/readline.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "commands/commands.hpp"
#include "output.hpp"
#include "shardwise/ops/sql_script.hpp"
#include "shardwise/shardwise.hpp"
#include "sql_output.hpp"
#include "terminal_text.hpp"

namespace cli {

namespace {

struct request {
    std::vector<std::string> commands;
    std::string file;
    std::string format_name = "table";
};

class runner {
public:
    runner(shardwise::cluster& db, sql_format how) : db_(db), how_(how) {}

    /// Each statement is a transaction of its own.
    void run(const std::string& text) const {
        shardwise::session session(db_);
        const shardwise::sql_result r = session.sql(text);
        session.commit();
        print_result(r, how_);
    }

    /// Errors get their place in all the text, behind the name of its file if it has one.
    void run_all(const std::string& text, const std::string& file = {}) const {
        shardwise::sql_script statements;
        statements.add(text);
        try {
            while (const auto s = statements.next()) run(*s);
            const std::string last = statements.rest();
            if (!last.empty()) run(last);
        } catch (const shardwise::error& e) {
            if (e.info().place.empty()) throw;
            shardwise::error_info told = e.info();
            told.place = (file.empty() ? "" : file + ":") + statements.place_in_text(told.place);
            shardwise::raise(std::move(told));
        }
    }

    void explain(const std::string& text) const {
        shardwise::session session(db_);
        print(printable_lines(session.explain_sql(text).to_string()));
    }

private:
    shardwise::cluster& db_;
    sql_format how_;
};

std::string history_file() {
    const char* const home = std::getenv("HOME");
    return home == nullptr ? std::string{} : std::string(home) + "/.shardwise_history";
}

/// A line that is not SQL. False: leave.
bool command(const runner& r, const std::string& line) {
    static const std::string explain = "\\explain ";
    if (line == "\\q") return false;
    if (line.compare(0, explain.size(), explain) == 0)
        r.explain(line.substr(explain.size()));
    else
        print(
            "\\q leaves, \\explain SQL shows where a statement would go; statements end with "
            "a semicolon\n");
    return true;
}

/// Errors are told, the console goes on.
template <class Act>
bool attempt(Act act, bool as_json) {
    try {
        return act();
    } catch (const shardwise::error& e) {
        report(e, as_json);
        return true;
    }
}

exit_code converse(const runner& r, bool as_json) {
    const std::string history = history_file();
    if (!history.empty()) read_history(history.c_str());
    shardwise::sql_script statements;
    for (bool on = true; on;) {
        char* const typed = readline(statements.pending() ? "      ...> " : "shardwise> ");
        if (typed == nullptr) break;
        const std::string line(typed);
        std::free(typed);
        if (!line.empty()) add_history(line.c_str());
        if (!statements.pending() && !line.empty() && line.front() == '\\') {
            on = attempt([&] { return command(r, line); }, as_json);
            continue;
        }
        statements.add(line + "\n");
        while (const auto s = statements.next()) attempt([&] { return r.run(*s), true; }, as_json);
    }
    if (!history.empty()) {
        // Statements may hold values that are nobody else's business.
        const mode_t before = umask(S_IRWXG | S_IRWXO);
        write_history(history.c_str());
        umask(before);
    }
    return exit_code::ok;
}

sql_format format_of(const invocation& i, const request& q) {
    if (i.as_json || q.format_name == "json") return sql_format::as_json;
    return q.format_name == "csv" ? sql_format::as_csv : sql_format::as_table;
}

std::string all_of(std::istream& from) { return {std::istreambuf_iterator<char>(from), {}}; }

exit_code sql(const invocation& i, const request& q) {
    std::string text;
    if (!q.file.empty()) {
        std::ifstream file(q.file);
        if (!file)
            return report_failure("bad_input", "the file '" + q.file + "' cannot be read",
                                  exit_code::failed, i.as_json);
        text = all_of(file);
    }
    const auto db = i.open();
    const runner r(*db, format_of(i, q));
    for (const std::string& c : q.commands) r.run_all(c);
    if (!q.file.empty()) r.run_all(text, q.file);
    if (!q.commands.empty() || !q.file.empty()) return exit_code::ok;
    if (isatty(STDIN_FILENO) == 1) return converse(r, i.as_json);
    r.run_all(all_of(std::cin));
    return exit_code::ok;
}

}  // namespace

void add_sql(CLI::App& app, invocation& i) {
    CLI::App* const c =
        app.add_subcommand("sql", "Run SELECT, INSERT, UPDATE and DELETE over all shards");
    const auto q = std::make_shared<request>();
    c->add_option("-c,--command", q->commands, "Statements to run; may be given several times")
        ->type_name("SQL")
        ->allow_extra_args(false);
    c->add_option("-f,--file", q->file, "A file with statements")->type_name("FILE");
    c->add_option("--format", q->format_name, "How rows are printed")
        ->check(CLI::IsMember({"table", "csv", "json"}))
        ->capture_default_str();
    c->footer(
        "Without -c and -f statements are read from the standard input: a console with history "
        "when "
        "it is a terminal.\n"
        "PostgreSQL's SQL; each statement is a transaction of its own; the first one that fails "
        "ends the program.\n"
        "Example: shardwise sql -c \"SELECT country, count(*) FROM customers GROUP BY country\"");
    c->callback([&i, q] { i.run = [&i, q] { return sql(i, *q); }; });
}

}  // namespace cli
