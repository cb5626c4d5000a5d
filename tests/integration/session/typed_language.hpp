// SPDX-License-Identifier: MIT
// The typed query language against the same statement as SQL text, on every kind of cluster: both
// give equal rows in equal order, and rows of the types that the query says.
#pragma once

#include <gtest/gtest.h>

#include "model.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::test {

class TypedLanguage : public ClusterTest {
protected:
    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test_shards>(GetParam(), 3);
        db = std::make_unique<cluster>(shards->all());
        const schema_report report = db->create_all<User, Post, Country, Everything>();
        ASSERT_TRUE(report.complete()) << report.to_string();
        fill();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }

    void fill() {
        session s{*db};
        for (int i = 1; i <= 12; ++i) {
            User u{.id = i, .name = (i % 2 == 0 ? "Ann" : " Bob ") + std::to_string(i)};
            if (i % 3 != 0)
                u.email = "e" + std::to_string(i % 5) +
                          std::string(static_cast<std::size_t>(i) / 5, '.') + "@example.com";
            if (i == 10) u.email = "ten%";
            u.score = i % 4 * 10;
            s.add(u);
        }
        for (int i = 1; i <= 20; ++i)
            s.add(Post{.id = i,
                       .author_id = i % 7 + 1,
                       .title = "post " + std::to_string(i % 6),
                       .likes = i * i % 11 - 3});
        for (const int i : {1, 2, 10, 99})
            s.add(Country{.id = i, .name = "country" + std::to_string(i)});
        for (int i = 1; i <= 9; ++i) {
            Everything e{};
            e.large = i;
            e.flag = i % 2 == 0;
            e.day = date{19000 + i * 17};
            e.at = timestamp{1'600'000'000'123'456 + i * 40'000'000'000'000};
            e.price = decimal::parse(std::to_string(i) + ".5");
            e.document = json{"{}"};
            if (i % 3 == 0) e.maybe_number = i;
            s.add(e);
        }
        s.commit();
    }

    template <class Query>
    void same(const Query& typed, const std::string& text) {
        SCOPED_TRACE(text);
        using row = typename Query::row_type;
        session s{*db};
        const std::vector<row> is = s.all(typed).to_vector();
        const std::vector<row> expected = s.template sql<row>(text).to_vector();
        EXPECT_FALSE(expected.empty()) << "compares nothing";
        ASSERT_EQ(is.size(), expected.size());
        for (std::size_t i = 0; i < is.size(); ++i)
            EXPECT_TRUE(is[i] == expected[i]) << "row " << i;
    }

    std::unique_ptr<test_shards> shards;
    std::unique_ptr<cluster> db;
};

}  // namespace shardwise::test
