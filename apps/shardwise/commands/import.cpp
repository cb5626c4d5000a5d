// SPDX-License-Identifier: MIT
// import: a CSV file into a table, with progress, and again after an interruption.
#include <unistd.h>

#include <cstdint>

#include "commands/commands.hpp"
#include "output.hpp"
#include "progress_bar.hpp"
#include "shardwise/ops/import.hpp"
#include "stop_signal.hpp"
#include "terminal_text.hpp"

namespace cli {

namespace {

struct import_arguments {
    std::string table;
    std::string file;
    std::string delimiter = ",";
    shardwise::import_options options;
};

/// Thrown through the import by its progress callback: import_csv has no other way to be stopped.
/// As an error of the library it makes import_csv finish the batch that is under way; batches that
/// are loaded stay loaded.
class interrupted : public shardwise::error {
public:
    interrupted()
        : shardwise::error({.code = shardwise::error_code::cancelled,
                            .message = "the import was stopped; what is loaded stays. Give the "
                                       "same command again to go on where it stopped"}) {}
};

void on_progress(void* context, const shardwise::import_progress& p) {
    static_cast<progress_bar*>(context)->show(p);
    if (stop_signal::requested()) throw interrupted{};
}

json to_json(const import_arguments& a, const shardwise::import_report& r, double seconds) {
    json j;
    j["table"] = a.table;
    j["file"] = a.file;
    j["rows_read"] = r.rows_read;
    j["loaded"] = r.loaded;
    j["resumed"] = r.resumed;
    j["rejected"] = r.rejected;
    j["already_complete"] = r.already_complete;
    j["seconds"] = seconds;
    j["shards"] = json::array();
    for (const auto& s : r.shards) j["shards"].push_back({{"name", s.shard}, {"rows", s.rows}});
    return j;
}

std::string rate(std::int64_t rows, double seconds) {
    if (seconds < 0.001) return "";
    return " (" + grouped(static_cast<std::int64_t>(static_cast<double>(rows) / seconds)) +
           " rows/s)";
}

void print_report(const import_arguments& a, const shardwise::import_report& r, double seconds) {
    const std::string name = printable(a.table) + ": ";
    if (r.already_complete) {
        print(name + "this file was loaded to its end before; nothing to do\n");
        return;
    }
    print(name + grouped(r.loaded) + " rows loaded" + rate(r.loaded, seconds));
    if (r.resumed > 0) print(", " + grouped(r.resumed) + " were there from an interrupted import");
    if (r.rejected > 0) print(", " + grouped(r.rejected) + " rejected");
    print("\n");
    table shards({{"shard"}, {"rows", true}});
    for (const auto& s : r.shards) shards.add({s.shard, grouped(s.rows)});
    if (!r.shards.empty()) print(shards.to_string());
}

std::string rejects_notice(const import_arguments& a, const shardwise::import_report& r) {
    std::string text = grouped(r.rejected) + " rows of the file are not in the table";
    return a.options.reject_file.empty() ? text : text + ": see " + a.options.reject_file;
}

exit_code load(const invocation& i, const import_arguments& a) {
    const auto db = i.open();
    const stop_signal watching;
    progress_bar bar(a.table, !i.as_json && isatty(STDERR_FILENO) == 1);
    shardwise::import_options options = a.options;
    options.on_progress = on_progress;
    options.context = &bar;
    const shardwise::import_report r = shardwise::import_csv(*db, a.table, a.file, options);
    bar.clear();
    if (i.as_json)
        print(to_text(to_json(a, r, bar.seconds())));
    else
        print_report(a, r, bar.seconds());
    if (r.rejected == 0) return exit_code::ok;
    if (!i.as_json) warn(rejects_notice(a, r));
    return exit_code::incomplete;
}

char delimiter_of(const std::string& text) {
    if (text == "tab" || text == "\\t") return '\t';
    if (text.size() == 1 && text != "\"" && text != "\n" && text != "\r") return text.front();
    throw CLI::ValidationError("--delimiter", "one character, or tab, is expected");
}

}  // namespace

void add_import(CLI::App& app, invocation& i) {
    CLI::App* const c = app.add_subcommand(
        "import", "Load a CSV file (also .gz) into a table, each row on its shard");
    const auto a = std::make_shared<import_arguments>();
    shardwise::import_options& o = a->options;
    c->add_option("TABLE", a->table, "The table")->required();
    c->add_option("FILE", a->file, "The CSV file; its first line names the columns")->required();
    c->add_option("--rejects", o.reject_file,
                  "Write rows that cannot be loaded here, with line numbers and reasons; without "
                  "it the first one ends the import");
    c->add_option("--most-rejects", o.most_rejects, "Give up after so many rejected rows")
        ->check(CLI::NonNegativeNumber);
    c->add_option("--delimiter", a->delimiter, "Between the fields: one character, or tab")
        ->capture_default_str();
    c->add_option("--batch", o.batch_rows, "Rows that are loaded at once")
        ->check(CLI::Range(std::size_t{1}, std::size_t{50'000}))
        ->capture_default_str();
    c->add_flag("--restart", o.restart,
                "Load the file from its beginning, also when it was loaded before");
    c->footer(
        "An empty field is NULL, \"\" is empty text. After Ctrl-C, a crash or a lost server, give "
        "the\n"
        "same command again: it goes on where it stopped, and no row is lost or loaded twice. "
        "Exit\n"
        "code 3 when it was interrupted or rows were rejected.");
    c->callback([&i, a] {
        a->options.delimiter = delimiter_of(a->delimiter);
        i.run = [&i, a] { return load(i, *a); };
    });
}

}  // namespace cli
