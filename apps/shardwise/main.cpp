// SPDX-License-Identifier: MIT
// shardwise: a cluster from the command line. docs/cli.md describes it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string_view>

#include "commands/commands.hpp"
#include "output.hpp"
#include "shardwise/version.hpp"

namespace cli {

namespace {

constexpr const char* exit_codes =
    "Exit codes:\n"
    "  0  done\n"
    "  1  the operation failed (the message says why)\n"
    "  2  the command line is wrong; nothing was done\n"
    "  3  incomplete: a shard without its tables or migrations, an interrupted import, rejected "
    "rows\n"
    "  4  a shard is down\n"
    "  5  verify found problems, or unique build rows with the same values\n\n"
    "Errors are one line on stderr, or a JSON object with --json. See docs/cli.md.";

void describe(CLI::App& app, invocation& i) {
    app.set_version_flag("--version", std::string("shardwise ") + shardwise::version_string,
                         "Print the version and exit");
    app.add_option("-c,--cluster", i.cluster_file, "The cluster file")
        ->envname("SHARDWISE_CLUSTER")
        ->type_name("FILE")
        ->capture_default_str();
    app.add_flag("--json", i.as_json, "Print JSON, also for errors");
    app.require_subcommand(1);
    app.fallthrough();  // global options may also stand behind the command
    add_init(app, i);
    add_import(app, i);
    add_status(app, i);
    add_explain(app, i);
    add_migrate(app, i);
    add_sql(app, i);
    add_txn(app, i);
    add_unique(app, i);
    add_verify(app, i);
    add_generate(app, i);
    app.footer(exit_codes);
}

/// The command line may be too wrong to be parsed, but a machine that reads wants JSON.
bool wants_json(int argc, char** argv) {
    return std::any_of(argv, argv + argc,
                       [](const char* a) { return std::string_view(a) == "--json"; });
}

exit_code run(int argc, char** argv) {
    CLI::App app{"shardwise: one database over many servers"};
    app.name("shardwise");
    invocation i;
    describe(app, i);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& e) {  // --help, --version
        app.exit(e);
        return exit_code::ok;
    } catch (const CLI::ParseError& e) {
        return report_failure("usage", std::string(e.what()) + "; see shardwise --help",
                              exit_code::usage, wants_json(argc, argv));
    }
    try {
        const exit_code code = i.run();
        finish_output();
        return code;
    } catch (const shardwise::error& e) {
        return report(e, i.as_json);
    } catch (const std::exception& e) {
        return report_failure("failed", e.what(), exit_code::failed, i.as_json);
    }
}

}  // namespace

std::unique_ptr<shardwise::cluster> invocation::open() const {
    return open(shardwise::cluster_config::from_file(cluster_file));
}

std::unique_ptr<shardwise::cluster> invocation::open(const shardwise::cluster_config& config) {
    auto db = std::make_unique<shardwise::cluster>(config);
    for (const std::string& sentence : db->warnings())
        std::fprintf(stderr, "shardwise: warning: %s\n", sentence.c_str());
    return db;
}

}  // namespace cli

int main(int argc, char** argv) { return static_cast<int>(cli::run(argc, argv)); }
