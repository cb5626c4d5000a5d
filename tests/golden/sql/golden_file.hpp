// SPDX-License-Identifier: MIT
// Golden files: named statements in all dialects, one plain-text file per subject. Run with
// SHARDWISE_UPDATE=1 to rewrite the files, then review the diff.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "shardwise/base/error.hpp"
#include "sql/compiler.hpp"
#include "sql/dialect.hpp"

namespace shardwise::sql_test {

/// What one dialect makes of a statement, as it stands in the file.
using rendering = std::function<std::string(const sql::dialect&)>;

struct golden_case {
    std::string name;
    rendering render;
};

inline std::string render(const sql::compiled& c) {
    std::string out = c.text + "\n";
    for (std::size_t i = 0; i < c.parameters.size(); ++i) {
        const sql::typed& p = c.parameters[i];
        out += "  " + std::to_string(i + 1) + " " + std::string{name_of(p.type)};
        if (p.type == column_type::decimal) out += "(" + std::to_string(p.scale) + ")";
        if (!c.values.empty()) out += " " + to_display(c.values[i].view());
        out += "\n";
    }
    if (!c.columns.empty()) out += "  ->";
    for (const sql::typed& t : c.columns) {
        out += " " + std::string{name_of(t.type)};
        if (t.type == column_type::decimal) out += "(" + std::to_string(t.scale) + ")";
    }
    if (!c.columns.empty()) out += "\n";
    return out;
}

inline std::string render_all(const std::vector<golden_case>& cases) {
    std::string out;
    for (const golden_case& c : cases) {
        out += "=== " + c.name + "\n";
        std::string previous;
        for (const auto kind :
             {sql::dialect_kind::sqlite, sql::dialect_kind::postgres, sql::dialect_kind::mariadb}) {
            const sql::dialect& d = sql::dialect_for(kind);
            out += "--- " + std::string{d.traits().name} + "\n";
            try {
                out += c.render(d);
            } catch (const error& e) {
                out += std::string{"refused: "} + e.what() + "\n";
            }
        }
        out += "\n";
    }
    return out;
}

inline void check_golden(const std::string& file, const std::vector<golden_case>& cases) {
    const std::string path = std::string{SHARDWISE_SOURCE_DIR} + "/tests/golden/sql/" + file;
    const std::string now = render_all(cases);
    if (std::getenv("SHARDWISE_UPDATE") != nullptr) {
        std::ofstream{path, std::ios::binary} << now;
        return;
    }
    std::ostringstream kept;
    kept << std::ifstream{path, std::ios::binary}.rdbuf();
    EXPECT_EQ(kept.str(), now) << path << ": run with SHARDWISE_UPDATE=1 if the change is meant";
}

}  // namespace shardwise::sql_test
