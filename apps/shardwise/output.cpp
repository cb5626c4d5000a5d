// SPDX-License-Identifier: MIT
#include "output.hpp"

#include <algorithm>
#include <iostream>
#include <stdexcept>

#include "terminal_text.hpp"

namespace cli {

namespace {

void pad(std::string& line, std::size_t columns) { line.append(columns, ' '); }

void write_error(std::string_view line) {
    std::cout.flush();  // what happened before comes before
    std::cerr << line << '\n' << std::flush;
}

exit_code code_of(const shardwise::error& e) {
    switch (e.code()) {
        case shardwise::error_code::shard_unavailable:
        case shardwise::error_code::connect_failed:
            return exit_code::shard_down;
        case shardwise::error_code::cancelled:  // by the user, who may go on later
            return exit_code::incomplete;
        default:
            return exit_code::failed;
    }
}

void add_fact(json& j, const char* name, const std::string& fact) {
    if (!fact.empty()) j[name] = without_passwords(fact);
}

}  // namespace

void table::add(std::vector<std::string> cells) {
    for (std::string& c : cells) c = printable(c);
    rows_.push_back(std::move(cells));
}

std::string table::to_string() const {
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        std::size_t widest = width_of(columns_[c].heading);
        for (const auto& row : rows_) widest = std::max(widest, width_of(row[c]));
        widths.push_back(widest);
    }
    std::string out;
    const auto add_line = [&](const auto& cell) {
        std::string line;
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            const std::string& text = cell(c);
            const std::size_t space = widths[c] - width_of(text);
            if (c != 0) pad(line, 2);
            if (columns_[c].number) pad(line, space);
            line += text;
            if (!columns_[c].number) pad(line, space);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    };
    add_line([&](std::size_t c) -> const std::string& { return columns_[c].heading; });
    for (const auto& row : rows_)
        add_line([&](std::size_t c) -> const std::string& { return row[c]; });
    return out;
}

std::string to_text(const json& j) {
    return j.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

void print(std::string_view text) { std::cout << text; }

void finish_output() {
    std::cout.flush();
    if (!std::cout) throw std::runtime_error("the output could not be written");
}

void warn(std::string_view message) {
    write_error("shardwise: warning: " + printable(without_passwords(std::string(message))));
}

exit_code report(const shardwise::error& e, bool as_json) {
    const exit_code code = code_of(e);
    if (!as_json) {
        write_error("shardwise: " + printable(without_passwords(e.what())));
        return code;
    }
    const shardwise::error_info& info = e.info();
    json j;
    j["code"] = tag_of(info.code);
    j["name"] = name_of(info.code);
    j["message"] = without_passwords(info.message);
    j["shard"] = info.shard;
    j["place"] = without_passwords(info.place);
    add_fact(j, "server", info.server);
    add_fact(j, "table", info.table);
    add_fact(j, "constraint", info.constraint);
    add_fact(j, "sqlstate", info.sqlstate);
    add_fact(j, "statement", info.statement);
    j["exit"] = static_cast<int>(code);
    write_error(j.dump(-1, ' ', false, json::error_handler_t::replace));
    return code;
}

exit_code report_failure(std::string_view name, std::string_view message, exit_code code,
                         bool as_json) {
    const std::string text = without_passwords(std::string(message));
    if (!as_json) {
        write_error("shardwise: " + std::string(name) + ": " + printable(text));
        return code;
    }
    const json j = {{"code", ""},  {"name", name}, {"message", text},
                    {"shard", ""}, {"place", ""},  {"exit", static_cast<int>(code)}};
    write_error(j.dump(-1, ' ', false, json::error_handler_t::replace));
    return code;
}

}  // namespace cli
