// SPDX-License-Identifier: MIT
// The commands: each adds itself to the command line and says what to run. A command calls the
// public library and prints; errors are thrown to main.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "exit_code.hpp"
#include "shardwise/cluster/cluster.hpp"

namespace cli {

/// What all commands share, filled in by the command line.
struct invocation {
    std::string cluster_file = "cluster.toml";
    bool as_json = false;
    std::function<exit_code()> run;  ///< of the command that was chosen

    std::unique_ptr<shardwise::cluster> open() const;
    /// The same of a configuration that the command has read and changed.
    static std::unique_ptr<shardwise::cluster> open(const shardwise::cluster_config& config);
};

void add_generate(CLI::App& app, invocation& i);
void add_init(CLI::App& app, invocation& i);
void add_import(CLI::App& app, invocation& i);
void add_status(CLI::App& app, invocation& i);
void add_explain(CLI::App& app, invocation& i);
void add_migrate(CLI::App& app, invocation& i);
void add_sql(CLI::App& app, invocation& i);
void add_txn(CLI::App& app, invocation& i);
void add_unique(CLI::App& app, invocation& i);
void add_verify(CLI::App& app, invocation& i);

}  // namespace cli
