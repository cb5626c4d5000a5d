// SPDX-License-Identifier: MIT
// generate: structs and mappings for the tables of a database that exists already.
#include "shardwise/ops/generate.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "commands/commands.hpp"
#include "output.hpp"
#include "terminal_text.hpp"

namespace cli {

namespace {

using table_distribution = shardwise::cluster_config::table_distribution;

struct generate_arguments {
    std::string url;
    std::string output;
    std::string name_space = "model";
    std::vector<std::string> tables;
    std::vector<std::string> shard_keys;  ///< table=column,column
    std::vector<std::string> references;
    std::vector<std::string> colocated;  ///< table=parent
};

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == ',')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

/// "orders=customer_id" -> orders, customer_id
std::pair<std::string, std::string> assignment(const std::string& option, const std::string& text) {
    const std::size_t at = text.find('=');
    if (at == std::string::npos || at == 0 || at + 1 == text.size())
        throw shardwise::error({.code = shardwise::error_code::bad_config,
                                .message = option + " takes TABLE=..., not '" + text + "'"});
    return {text.substr(0, at), text.substr(at + 1)};
}

/// What the options say of a table replaces what the cluster file says of it.
std::vector<table_distribution> distribution(const invocation& i, const generate_arguments& a,
                                             bool with_file) {
    std::vector<table_distribution> said;
    const auto of = [&said](const std::string& table) -> table_distribution& {
        for (table_distribution& d : said)
            if (d.table == table) return d;
        said.emplace_back().table = table;
        return said.back();
    };
    for (const std::string& text : a.shard_keys) {
        const auto [table, columns] = assignment("--shard-key", text);
        of(table).shard_key = split(columns);
    }
    for (const std::string& text : a.colocated) {
        const auto [table, parent] = assignment("--colocated", text);
        of(table).colocated_with = parent;
    }
    for (const std::string& table : a.references) of(table).reference = true;
    for (const table_distribution& d : said)
        if (d.reference && (!d.shard_key.empty() || !d.colocated_with.empty()))
            throw shardwise::error({.code = shardwise::error_code::bad_config,
                                    .message = "table " + d.table +
                                               " is said to be a reference table and to have a "
                                               "shard key or a parent",
                                    .table = d.table});
    if (!with_file) return said;
    const std::size_t options = said.size();
    for (table_distribution& d : shardwise::cluster_config::from_file(i.cluster_file).tables) {
        bool known = false;
        for (std::size_t k = 0; k < options; ++k) known = known || said[k].table == d.table;
        if (!known) said.push_back(std::move(d));
    }
    return said;
}

void write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path + ": " + std::strerror(errno));
}

json to_json(const shardwise::generated_model& m, const generate_arguments& a) {
    json j;
    j["tables"] = m.tables;
    j["missing"] = json::array();
    for (const auto& l : m.missing) j["missing"].push_back({{"table", l.table}, {"what", l.what}});
    if (a.output.empty()) j["header"] = m.header;
    return j;
}

exit_code generate(const invocation& i, const generate_arguments& a, bool with_file) {
    shardwise::generate_options options;
    options.namespace_name = a.name_space;
    options.tables = a.tables;
    options.distribution = distribution(i, a, with_file);
    if (!a.tables.empty())  // the cluster file may know more tables than are asked for
        std::erase_if(options.distribution, [&](const table_distribution& d) {
            return std::find(a.tables.begin(), a.tables.end(), d.table) == a.tables.end();
        });
    const shardwise::generated_model m = shardwise::generate_model(a.url, options);
    if (!a.output.empty()) write_file(a.output, m.header);
    if (i.as_json) {
        print(to_text(to_json(m, a)));
    } else if (a.output.empty()) {
        print(m.header);
    } else {
        print(grouped(static_cast<std::int64_t>(m.tables.size())) + " tables written to " +
              printable(a.output) + "\n");
        for (const auto& l : m.missing)
            print(
                printable("not in the model: " + (l.table.empty() ? "" : l.table + ": ") + l.what) +
                "\n");
    }
    return exit_code::ok;
}

}  // namespace

void add_generate(CLI::App& app, invocation& i) {
    CLI::App* const c = app.add_subcommand(
        "generate", "Write structs and mappings for the tables of an existing database");
    const auto a = std::make_shared<generate_arguments>();
    c->add_option("URL", a->url, "The database: sqlite:///file, postgresql://..., mariadb://...")
        ->required();
    c->add_option("-o,--output", a->output, "The header to write; without it standard output");
    c->add_option("--namespace", a->name_space, "Of the structs")->capture_default_str();
    c->add_option("--tables", a->tables, "These tables only: a,b")->delimiter(',');
    c->add_option("--shard-key", a->shard_keys,
                  "TABLE=COLUMN[,COLUMN]: what places the rows of a table; several times")
        ->take_all();
    c->add_option("--reference", a->references, "TABLE: a full copy on each shard; several times")
        ->delimiter(',');
    c->add_option("--colocated", a->colocated,
                  "TABLE=PARENT: rows live with those of PARENT; several times")
        ->take_all();
    c->footer(
        "With -c FILE the [tables.*] of a cluster file say how tables are distributed. What is\n"
        "not said is decided and stands as a comment in the header.\n"
        "Example: shardwise generate postgresql://shop@db/shop --namespace shop -o shop.hpp");
    const CLI::Option* const file = app.get_option("--cluster");
    c->callback([&i, a, file] {
        const bool with_file = file->count() > 0;
        i.run = [&i, a, with_file] { return generate(i, *a, with_file); };
    });
}

}  // namespace cli
