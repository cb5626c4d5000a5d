// SPDX-License-Identifier: MIT
// The tables of a shop (support/statements.hpp), for SQL text. One thread at a time.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "parse/statement_parser.hpp"
#include "support/statements.hpp"

namespace shardwise::test {

class shop_tables final : public parse::table_lookup {
public:
    explicit shop_tables(const shop& s) : shop_(s) {}
    const schema::table* find(std::string_view name) const override {
        const auto* const known = std::find(names_.begin(), names_.end(), name);
        return known == names_.end() ? nullptr : &shop_.at(*known);
    }
    std::vector<std::string_view> names() const override { return {names_.begin(), names_.end()}; }

private:
    static constexpr std::array names_{"users",  "orders", "order_lines", "countries",
                                       "events", "notes",  "loose",       "machines"};
    const shop& shop_;
};

}  // namespace shardwise::test
