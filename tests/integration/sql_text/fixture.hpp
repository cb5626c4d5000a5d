// SPDX-License-Identifier: MIT
// The same rows in a cluster of three shards (on each kind of server, and mixed), in one database
// of the same kind and in one SQLite database: SQL must have one answer.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
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
    std::vector<std::string> rows(const std::string& text) const { return rows(text, display); }
    /// As rows_of_server() writes them.
    std::vector<std::string> plain_rows(const std::string& text) const {
        return rows(text, [](const arg& v) { return plain(display(v)); });
    }
    std::vector<std::string> rows(const std::string& text,
                                  const std::function<std::string(const arg&)>& show) const {
        session s{*db};
        const sql_result found = s.sql(text);
        std::vector<std::string> out;
        for (const auto& row : found.rows) {
            std::string line;
            for (const value& v : row) line += show(v.view()) + "|";
            out.push_back(std::move(line));
        }
        if (!is_ordered(text)) std::sort(out.begin(), out.end());
        return out;
    }

    /// An ORDER BY stands outside all parentheses and quotes.
    static bool is_ordered(const std::string& text) {
        std::string outside;
        int depth = 0;
        bool quoted = false;
        for (const char c : text) {
            if (c == '\'') quoted = !quoted;
            if (quoted) continue;
            if (c == ')') --depth;
            if (depth == 0) outside += c;
            if (c == '(') ++depth;
        }
        return outside.find("ORDER BY") != std::string::npos;
    }

    const test_shards& shards() const noexcept { return shards_; }
    /// Straight from the first shard, by its own parser: what PostgreSQL answers.
    std::vector<std::string> rows_of_server(const std::string& text) const;
    std::vector<std::string> rows_of_server(const std::string& text, std::size_t columns) const;

    std::unique_ptr<cluster> db;

    /// Quotes of text and the writing of numbers and instants do not count.
    static std::string plain(std::string t) {
        if (t.size() > 1 && t.front() == '\'' && t.back() == '\'') t = t.substr(1, t.size() - 2);
        if (t.ends_with("+00")) {
            t.resize(t.size() - 3);
            while (t.find('.') != std::string::npos && t.back() == '0') t.pop_back();
        }
        char* end = nullptr;
        const double number = std::strtod(t.c_str(), &end);
        if (!t.empty() && *end == '\0' &&
            t.find_first_not_of("0123456789.e+-") == std::string::npos)
            return fmt::format("{:.9g}", number == 0 ? 0.0 : number);
        return t;
    }

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
            if (id % 5 != 0)
                i.info =
                    json{fmt::format(R"({{"kind": "k{}", "n": {}, "tags": ["a", {}.50, null],)"
                                     R"( "deep": {{"x" : [1,{{"y": "\u00e9\n"}}]}}, "ok":{}}})",
                                     id % 3, id, id % 4, id % 2 == 0)};
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

inline std::vector<std::string> one_cluster::rows_of_server(const std::string& text) const {
    return rows_of_server(text, session{*db}.sql(text).headings.size());
}

inline std::vector<std::string> one_cluster::rows_of_server(const std::string& text,
                                                            std::size_t columns) const {
    std::string names, items;
    for (std::size_t i = 0; i < columns; ++i) {
        names += fmt::format("{}c{}", i == 0 ? "" : ", ", i);
        items += fmt::format("{}c{}::text", i == 0 ? "" : ", ", i);
    }
    engine::engine e(engine::parse_url(shards_[0].url), {});
    const deadline limit = deadline::after(std::chrono::seconds(30));
    const auto link = e.acquire(limit);
    engine::statement s;
    s.text = fmt::format("SELECT {} FROM ({}) AS q({})", items, text, names);
    s.columns.assign(columns, {column_type::text, 0});
    std::vector<std::string> out;
    engine::run(*link, s, {}, limit, [&](std::span<const arg> row) {
        std::string line;
        for (const arg& v : row)
            line += (v.is_null() ? std::string("NULL") : plain(std::string(v.text()))) + "|";
        out.push_back(std::move(line));
    });
    if (!is_ordered(text)) std::sort(out.begin(), out.end());
    return out;
}

/// A cluster of three shards, one of a single database and a single SQLite database; PostgreSQL is
/// the judge: on its cluster the same text is also given to the server itself.
class compared_clusters : public ClusterTest {
protected:
    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        many = std::make_unique<one_cluster>(GetParam(), 3);
        one = std::make_unique<one_cluster>(GetParam(), 1);
        sqlite = std::make_unique<one_cluster>("sqlite", 1);
    }
    void TearDown() override {
        many.reset();
        one.reset();
        sqlite.reset();
    }

    void same(const std::string& text) const {
        SCOPED_TRACE(text);
        same_among_clusters(text);
        if (GetParam() != "postgres") return;
        try {
            EXPECT_EQ(one->plain_rows(text), one->rows_of_server(text)) << "PostgreSQL itself";
        } catch (const error& e) {
            ADD_FAILURE() << e.what() << "\nstatement: " << e.statement();
        }
    }
    /// What PostgreSQL does not have, or has only with other settings.
    void same_among_clusters(const std::string& text) const {
        SCOPED_TRACE(text);
        try {
            const std::vector<std::string> expected = one->rows(text);
            EXPECT_EQ(many->rows(text), expected);
            EXPECT_EQ(sqlite->rows(text), expected) << "SQLite and " << GetParam() << " differ";
        } catch (const error& e) {
            ADD_FAILURE() << e.what() << "\nstatement: " << e.statement();
        }
    }
    void same(std::initializer_list<const char*> texts) const {
        for (const char* text : texts) same(std::string(text));
    }
    /// Refused before anything is sent, with its place.
    void refused(std::initializer_list<const char*> texts) const {
        for (const char* text : texts) refused(text, "");
    }
    /// The same; the message says `part`.
    void refused(const std::string& text, const std::string& part) const {
        SCOPED_TRACE(text);
        try {
            many->rows(text);
            ADD_FAILURE() << "answered";
        } catch (const error& e) {
            EXPECT_FALSE(e.info().place.empty()) << e.what();
            EXPECT_TRUE(e.statement().empty()) << e.what();
            EXPECT_NE(e.message().find(part), std::string::npos) << e.what();
        }
    }

    std::unique_ptr<one_cluster> many, one, sqlite;
};

}  // namespace shardwise::test
