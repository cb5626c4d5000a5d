// SPDX-License-Identifier: MIT
// What the program prints: aligned tables, JSON, one line for an error. One thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "exit_code.hpp"
#include "shardwise/base/error.hpp"

namespace cli {

using json = nlohmann::ordered_json;

/// A table of text with a heading; columns as wide as their widest cell.
class table {
public:
    struct column {
        std::string heading;
        bool number = false;  ///< aligned to the right
    };
    explicit table(std::vector<column> columns) : columns_(std::move(columns)) {}

    void add(std::vector<std::string> cells);
    std::string to_string() const;

private:
    std::vector<column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// Two spaces deep; bytes that are not UTF-8 are replaced.
std::string to_text(const json& j);

void print(std::string_view text);
/// Everything printed has really been written. Throws std::runtime_error otherwise (full disk).
void finish_output();

/// One line on stderr: "shardwise: warning: ..."; nothing else of the program writes there.
void warn(std::string_view message);

/// The error on stderr: one line, or an object with --json. Returns the exit code that fits.
exit_code report(const shardwise::error& e, bool as_json);
exit_code report_failure(std::string_view name, std::string_view message, exit_code code,
                         bool as_json);

}  // namespace cli
