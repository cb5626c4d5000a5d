// SPDX-License-Identifier: MIT
// Statements that change rows, in a cluster of three shards of each kind, in one database of the
// same kind and in one SQLite database: they must change the same rows, count and return the same.
#pragma once

#include <gmock/gmock.h>

#include <functional>

#include "integration/changes/model.hpp"
#include "integration/sql_text/fixture.hpp"

namespace shardwise::test {

/// What one place answered: the count and the rows, or the code of the error.
struct answer {
    std::int64_t changed = 0;
    std::vector<std::string> rows;
    std::string failed;
    friend bool operator==(const answer&, const answer&) = default;
    friend std::ostream& operator<<(std::ostream& out, const answer& a) {
        out << a.changed << " rows" << (a.failed.empty() ? "" : ", ") << a.failed;
        for (const std::string& r : a.rows) out << "\n  " << r;
        return out;
    }
};

class Changes : public ClusterTest {
protected:
    void TearDown() override {
        for (auto& p : places_) p.reset();
    }

    /// 0: many shards, 1: one of the same kind, 2: one SQLite file; made when it is needed.
    one_cluster& place(std::size_t i) {
        if (places_[i]) return *places_[i];
        places_[i] = std::make_unique<one_cluster>(i == 2 ? "sqlite" : GetParam(), i == 0 ? 3 : 1);
        cluster& db = *places_[i]->db;
        const schema_report made = db.create_all<person, purchase, item, land, stock, memo, code>();
        EXPECT_TRUE(made.complete()) << made.to_string();
        fill(db);
        return *places_[i];
    }

    static void fill(cluster& db) {
        session s(db);
        std::vector<stock> stocks;
        for (std::int64_t p = 0; p < 20; ++p)
            for (const char* label : {"bolt", "nut"})
                stocks.push_back({.person_id = p,
                                  .label = label,
                                  .amount = static_cast<std::int32_t>(p * 3 % 7),
                                  .price = decimal::from_unscaled(p * 25, 2),
                                  .remark = "r" + std::string(label)});
        s.bulk_insert(stocks);
        for (const auto& [c, n] : {std::pair{"aa", 1}, std::pair{"bb", 2}, std::pair{"cc", 3}})
            s.add(code{c, n, std::string("title ") + c});
        s.commit();
    }

    answer run(std::size_t where, const std::function<answer(session&)>& what) {
        session s(*place(where).db);
        try {
            answer a = what(s);
            s.commit();
            std::sort(a.rows.begin(), a.rows.end());
            return a;
        } catch (const error& e) {
            answer a;
            a.failed = std::string(name_of(e.code()));
            last_error = e.what();
            return a;
        }
    }

    static answer text(session& s, const std::string& sql) {
        const sql_result r = s.sql(sql);
        answer a;
        a.changed = r.changed;
        for (const auto& row : r.rows) {
            std::string line;
            for (const value& v : row) line += shown(v.view()) + "|";
            a.rows.push_back(std::move(line));
        }
        return a;
    }

    static std::string shown(const arg& v) {
        if (v.kind() == kind::real) return fmt::format("{:.9g}", v.real());
        if (v.kind() == kind::boolean) return v.boolean() ? "true" : "false";
        return to_display(v);
    }

    /// The same on all places, and the same rows in these tables afterwards.
    answer same(const std::function<answer(session&)>& what, const std::string& said) {
        SCOPED_TRACE(said);
        const answer expected = run(1, what);
        const answer many = run(0, what);
        EXPECT_EQ(expected, many) << last_error;
        EXPECT_EQ(run(2, what), expected) << last_error << " (SQLite)";
        for (const char* table : {"person", "purchase", "item", "land", "stock", "code"}) {
            const std::string all = std::string("SELECT * FROM ") + table;
            const std::vector<std::string> rows = place(1).rows(all);
            EXPECT_EQ(rows, place(0).rows(all)) << table;
            EXPECT_EQ(place(2).rows(all), rows) << table << " (SQLite)";
        }
        return many;
    }
    answer same(const std::string& sql) {
        return same([&](session& s) { return text(s, sql); }, sql);
    }
    /// That many rows changed, everywhere.
    void changes(std::int64_t rows, const std::string& sql) {
        const answer a = same(sql);
        EXPECT_EQ(a.failed, "") << sql << "\n" << last_error;
        EXPECT_EQ(a.changed, rows) << sql;
    }
    /// Refused with this code everywhere, or over shards only.
    void refused(const std::string& code, const std::string& sql) {
        EXPECT_EQ(run(0, [&](session& s) { return text(s, sql); }).failed, code) << sql << "\n"
                                                                                 << last_error;
    }
    std::vector<std::string> rows(const std::string& sql) { return place(0).rows(sql); }
    cluster& many() { return *place(0).db; }

    std::string last_error;

private:
    std::unique_ptr<one_cluster> places_[3];
};

}  // namespace shardwise::test
