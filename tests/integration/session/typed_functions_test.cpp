// SPDX-License-Identifier: MIT
// Typed functions of text, numbers and times on every kind of cluster: known values, and the rows
// of the same statement as SQL text.
#include <gtest/gtest.h>

#include "model.hpp"
#include "shardwise/base/error.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::test {
namespace {

class TypedFunctions : public ClusterTest {
protected:
    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test_shards>(GetParam(), 3);
        db = std::make_unique<cluster>(shards->all());
        const schema_report report = db->create_all<User, Everything>();
        ASSERT_TRUE(report.complete()) << report.to_string();
        fill();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }
    void fill() {
        session s{*db};
        for (int i = 1; i <= 9; ++i) {
            User u{.id = i, .name = "ann-marie x" + std::to_string(i)};
            if (i % 3 != 0) u.email = "e" + std::to_string(i) + "@example.com";
            u.score = i * 7 - 30;
            s.add(u);
            Everything e{};
            e.large = i - 5;
            e.real = i * 0.25;
            e.day = date{19000 + i * 17};
            e.at = timestamp{1'600'000'000'123'456 + i * 40'000'000'000'000};
            e.price = decimal::parse(std::to_string(i - 5) + ".57");
            e.document = json{R"({"name": "n)" + std::to_string(i) + R"(", "list": [1, 2]})"};
            s.add(e);
        }
        s.commit();
    }
    template <class Query>
    std::vector<typename Query::row_type> same(const Query& typed, const std::string& text) {
        SCOPED_TRACE(text);
        using row = typename Query::row_type;
        session s{*db};
        const std::vector<row> is = s.all(typed).to_vector();
        const std::vector<row> expected = s.template sql<row>(text).to_vector();
        EXPECT_EQ(is.size(), 9U);
        EXPECT_TRUE(is == expected);
        return is;
    }
    std::unique_ptr<test_shards> shards;
    std::unique_ptr<cluster> db;
};

TEST_P(TypedFunctions, OfText) {
    const auto rows = same(
        select(users.id, reverse(users.name), initcap(users.name), ascii(users.name),
               chr(users.id + 64), repeat(users.email, 2), pad_left(users.name, 14, "*"),
               pad_right(users.name, 14), trim(users.name, "a19"), trim_left(users.name, "na"),
               trim_right(users.name, "123"), split_part(users.name, "-", 2),
               translate(users.name, "an", "A"))
            .order_by(users.id),
        "SELECT id, reverse(name), initcap(name), ascii(name), chr(id + 64), repeat(email, 2), "
        "lpad(name, 14, '*'), rpad(name, 14), btrim(name, 'a19'), ltrim(name, 'na'), rtrim(name, "
        "'123'), split_part(name, '-', 2), translate(name, 'an', 'A') FROM users ORDER BY id");
    ASSERT_EQ(rows.size(), 9U);
    using text = std::optional<std::string>;
    EXPECT_TRUE(
        (rows[0] == decltype(rows[0]){1, "1x eiram-nna", "Ann-Marie X1", 97, "A",
                                      text{"e1@example.come1@example.com"}, "**ann-marie x1",
                                      "ann-marie x1  ", "nn-marie x", "-marie x1", "ann-marie x",
                                      "marie x1", "A-mArie x1"}));
    EXPECT_EQ(std::get<5>(rows[2]), text{}) << "NULL of NULL";
}

TEST_P(TypedFunctions, OfNumbers) {
    const auto rows =
        same(select(everything.large, power(everything.large, 2), sqrt(everything.real),
                    trunc(everything.price), trunc(everything.price, 1), sign(everything.large),
                    exp(everything.real), ln(everything.real), log10(everything.real))
                 .order_by(everything.large),
             "SELECT large, power(large, 2), sqrt(real), trunc(price), trunc(price, 1), "
             "CAST(sign(large) AS bigint), exp(real), ln(real), log(real) FROM everything ORDER BY "
             "large");
    ASSERT_EQ(rows.size(), 9U);
    EXPECT_EQ(std::get<1>(rows[0]), 16.0);
    EXPECT_EQ(std::get<2>(rows[3]), 1.0);
    EXPECT_EQ(std::get<4>(rows[0]), decimal::parse("-4.5"));
    EXPECT_EQ(std::get<5>(rows[0]), -1);
    EXPECT_EQ(std::get<5>(rows[4]), 0);
    EXPECT_EQ(std::get<7>(rows[3]), 0.0);
}

TEST_P(TypedFunctions, OfTimes) {
    const auto rows =
        same(select(everything.large, add_days(everything.day, 3),
                    days_between(everything.day, date{19000}), epoch(everything.at),
                    to_char(everything.at, "YYYY-MM-DD HH24:MI"))
                 .order_by(everything.large),
             "SELECT large, day + 3, day - date '2022-01-08', extract(epoch from at), to_char(at, "
             "'YYYY-MM-DD HH24:MI') FROM everything ORDER BY large");
    ASSERT_EQ(rows.size(), 9U);
    EXPECT_EQ(std::get<1>(rows[0]), date{19020});
    EXPECT_EQ(std::get<2>(rows[0]), 17);
    EXPECT_EQ(std::get<3>(rows[0]), decimal::parse("1640000000.123456"));
    EXPECT_EQ(std::get<4>(rows[0]), "2021-12-20 11:33");
}

TEST_P(TypedFunctions, OfDocuments) {
    const auto rows = same(
        select(everything.large, json_text(everything.document, "name"),
               json_text(json_get(everything.document, "list"), 1),
               json_text(everything.document, "none"), json_text(everything.document, "list"))
            .where(not_like(json_text(everything.document, "name"), "%x%"))
            .order_by(everything.large),
        "SELECT large, document ->> 'name', document -> 'list' ->> 1, document ->> 'none', "
        "document ->> 'list' FROM everything WHERE document ->> 'name' NOT LIKE '%x%' ORDER BY "
        "large");
    ASSERT_EQ(rows.size(), 9U);
    EXPECT_EQ(std::get<1>(rows[0]), "n1");
    EXPECT_EQ(std::get<2>(rows[0]), "2");
    EXPECT_EQ(std::get<3>(rows[0]), std::nullopt);
    session s{*db};
    const auto others = s.all(select(everything.large)
                                  .where(not_like(json_text(everything.document, "name"), "n_"))
                                  .order_by(everything.large));
    EXPECT_EQ(others.size(), 0U);
    const auto rest = s.all(select(users.id).where(not_like(users.email, "e1@%")));
    EXPECT_EQ(rest.size(), 5U) << "neither e1 nor those that are NULL";
}

TEST_P(TypedFunctions, PathsLeadIntoDocuments) {
    same(select(everything.large, json_path_text(everything.document, "list", 1),
                json_path_text(everything.document, "name"),
                json_path_text(everything.document, "list", 7))
             .order_by(everything.large),
         "SELECT large, document #>> '{list,1}', document ->> 'name', document #>> '{list,7}' FROM "
         "everything ORDER BY large");
}

INSTANTIATE_TEST_SUITE_P(Clusters, TypedFunctions, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
