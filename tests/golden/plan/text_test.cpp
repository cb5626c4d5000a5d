// SPDX-License-Identifier: MIT
// Golden plans of SQL text: each file of text/ lists statements ("=== SELECT ...", over the tables
// and strategies named in its first line) with the plans that they have. A new case is a new line;
// SHARDWISE_UPDATE=1 writes its plan below it; then review the diff.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "parse/statement_parser.hpp"
#include "plan/explain.hpp"
#include "shardwise/base/error.hpp"
#include "support/shop_tables.hpp"
#include "support/statements.hpp"

namespace shardwise::plan {
namespace {

using namespace shardwise::test;

/// "modulo 3", "hash 3", "range 4: -5 10 40", "modulo 3 without push_joins"
struct setting {
    sharding::strategy_spec strategy;
    std::size_t shards = 3;
    std::string without;

    explicit setting(const std::string& line) {
        std::istringstream in(line);
        std::string hashes, word;
        in >> hashes >> word >> shards;
        if (word == "modulo") strategy = by_modulo(static_cast<std::uint32_t>(shards));
        if (word == "range") strategy = by_range({-5, 10, 40});
        in >> word;
        if (word == "without") in >> without;
    }
};

class statements {
public:
    explicit statements(const setting& s)
        : shop_(s.strategy.kind), tables_(shop_), view_(shop_.view(s.strategy, s.shards)) {
        view_.rules.switch_off_all(s.without);
    }

    std::string planned(const std::string& text) const {
        try {
            return std::visit([&](const auto& parsed) { return render(parsed); },
                              parse::parse_statement(text, tables_).parsed);
        } catch (const error& e) {
            return std::string("refused: ") + e.what() + "\n";
        }
    }

private:
    std::string render(const sql::select_ptr& s) const {
        return text_of(std::get<plan>(plan_select(s, view_, {})));
    }
    std::string render(const sql::change_ptr& c) const {
        return text_of(std::get<change_plan>(plan_change(c, view_, {})));
    }
    template <class Plan>
    std::string text_of(const Plan& p) const {
        const std::vector<const sql::dialect*> dialects(
            view_.shard_count, &sql::dialect_for(sql::dialect_kind::postgres));
        // What each shard is sent stands in the tree as well, unless it differs.
        std::string text = explain(p, view_, dialects).to_string();
        const std::size_t shards = text.find("\ns1: ");
        const bool differs = text.find("cut down") != std::string::npos;
        if (shards != std::string::npos && !differs && std::is_same_v<Plan, plan>)
            text.resize(shards + 1);
        return text;
    }

    shop shop_;
    shop_tables tables_;
    cluster_view view_;
};

class GoldenText : public testing::TestWithParam<std::string> {};

TEST_P(GoldenText, HasItsPlans) {
    const std::string path =
        std::string(SHARDWISE_SOURCE_DIR) + "/tests/golden/plan/text/" + GetParam();
    std::ostringstream all;
    all << std::ifstream(path, std::ios::binary).rdbuf();
    const std::string kept = all.str();
    std::istringstream lines(kept);
    std::string line;
    ASSERT_TRUE(std::getline(lines, line)) << path;
    const statements plans{setting(line)};
    std::string made = line + "\n";
    while (std::getline(lines, line))
        if (line.starts_with("=== ")) made += "\n" + line + "\n" + plans.planned(line.substr(4));
    if (std::getenv("SHARDWISE_UPDATE") != nullptr) {
        std::ofstream(path, std::ios::binary) << made;
        return;
    }
    EXPECT_EQ(kept, made) << path << ": SHARDWISE_UPDATE=1 if the change is meant";
}

std::vector<std::string> files() {
    std::vector<std::string> names;
    for (const auto& f : std::filesystem::directory_iterator(std::string(SHARDWISE_SOURCE_DIR) +
                                                             "/tests/golden/plan/text"))
        names.push_back(f.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenText, testing::ValuesIn(files()), [](const auto& file) {
    return file.param.substr(0, file.param.find('.'));
});

}  // namespace
}  // namespace shardwise::plan
