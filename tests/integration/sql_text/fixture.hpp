// SPDX-License-Identifier: MIT
// The same rows in a cluster of three shards (on each kind of server, and mixed), in one database
// of the same kind and in one SQLite database: SQL must have one answer.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "integration/sql_text/model.hpp"
#include "shardwise/base/error.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::test {

class one_cluster {
public:
    one_cluster(const std::string& kind, std::size_t count) : shards_(kind, count) {
        db = std::make_unique<cluster>(shards_.all());
        const schema_report report = db->create_all<person, purchase, item, land>();
        EXPECT_TRUE(report.complete()) << report.to_string();
        fill();
    }

    /// Rows as text, sorted unless the statement says how; doubles to nine digits: sums of them
    /// depend on the order of additions.
    std::vector<std::string> rows(const std::string& text) const {
        session s{*db};
        const sql_result found = s.sql(text);
        std::vector<std::string> out;
        for (const auto& row : found.rows) {
            std::string line;
            for (const value& v : row) line += display(v.view()) + "|";
            out.push_back(std::move(line));
        }
        if (!is_ordered(text)) std::sort(out.begin(), out.end());
        return out;
    }

    static bool is_ordered(const std::string& text) {
        const std::size_t order = text.rfind("ORDER BY");
        return order != std::string::npos && text.find(')', order) == std::string::npos;
    }

    std::unique_ptr<cluster> db;

private:
    static std::string display(const arg& v) {
        if (v.kind() == kind::real) return fmt::format("{:.9g}", v.real() == 0 ? 0.0 : v.real());
        if (v.kind() == kind::boolean) return v.boolean() ? "true" : "false";
        if (v.kind() == kind::decimal) {  // 1.50 and 1.5 are one number
            std::string t = v.as_decimal().to_string();
            if (t.find('.') == std::string::npos) return t;
            while (t.back() == '0') t.pop_back();
            if (t.back() == '.') t.pop_back();
            return t;
        }
        return to_display(v);
    }

    void fill() const {
        std::mt19937 random(11);
        const auto r = [&](std::int64_t n) {
            return static_cast<std::int64_t>(random() % static_cast<unsigned>(n));
        };
        std::vector<person> people;
        std::vector<purchase> purchases;
        std::vector<item> items;
        const char* const codes[] = {"de", "fr", "it", "at"};
        const char* const names[] = {"Ann", "bob", "Çelik", "dora", "Ärger", "a_b", "50%"};
        const std::int64_t day = 86'400'000'000;
        for (std::int64_t id = -10; id < 60; ++id) {
            person p;
            p.id = id;
            if (r(6) != 0) p.name = std::string(names[r(7)]) + (r(3) ? "" : " x");
            p.country = codes[r(4)];
            if (r(5) != 0) p.age = static_cast<std::int32_t>(20 + r(30));
            if (r(4) != 0) p.score = decimal::from_unscaled(r(20000) - 6000, 2);
            if (r(5) != 0) p.born = date{static_cast<std::int32_t>(r(20000) - 4000)};
            p.seen = timestamp{(r(20000) - 2000) * day / 10 + r(day)};
            p.active = r(3) != 0;
            if (r(4) != 0) p.ratio = static_cast<double>(r(64) - 20) / 8;
            people.push_back(p);
            for (std::int64_t n = r(4); n > 0; --n)
                purchases.push_back({.id = static_cast<std::int64_t>(purchases.size()) + 1,
                                     .person_id = id,
                                     .total = decimal::from_unscaled(r(50000), 2),
                                     .at = timestamp{r(10000) * day / 7},
                                     .qty = static_cast<std::int16_t>(r(9) - 1)});
        }
        for (std::int64_t id = 1; id <= 40; ++id) {
            item i;
            i.id = id * 7;
            if (r(6) != 0) i.person_id = r(70) - 12;
            i.label = "item " + std::to_string(r(12));
            i.weight = decimal::from_unscaled(r(9000) - 500, 3);
            items.push_back(i);
        }
        session s{*db};
        s.bulk_insert(people);
        s.bulk_insert(purchases);
        s.bulk_insert(items);
        for (const char* c : {"de", "fr", "it", "ch"}) s.add(land{c, std::string("land ") + c});
        s.commit();
    }

    test_shards shards_;
};

}  // namespace shardwise::test
