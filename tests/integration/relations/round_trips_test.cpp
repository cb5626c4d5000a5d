// SPDX-License-Identifier: MIT
// How often servers are asked for related objects: once per shard and relation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model.hpp"
#include "support/watched_shards.hpp"

namespace shardwise::test {
namespace {

using testing::Each;
using testing::ElementsAre;

class RelationTurns : public ClusterTest {
protected:
    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<watched_shards>(GetParam(), 3);
        db = std::make_unique<cluster>(shards->all(), cluster_options{.resolve_interval_ms = 0});
        const schema_report report = db->create_all<author, profile, genre, book, chapter, note,
                                                    prize, award, loan, sale, sale_line>();
        ASSERT_TRUE(report.complete()) << report.to_string();
        session s{*db};
        s.add(prize{.id = 1, .name = "p"});
        for (std::int64_t i = 1; i <= 30; ++i) {
            const auto a = s.add(author{.id = i, .name = "a"});
            for (int b = 1; b <= 4; ++b) {
                const auto own = s.add_to(a, authors.books, book{.title = "t"});
                s.add_to(own, books.chapters, chapter{.number = 1});
                s.add_to(own, books.chapters, chapter{.number = 2});
            }
            s.add_to(a, authors.prizes, s.get<prize>(1), award{.year = 2000});
        }
        s.commit();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }
    template <class Call>
    std::vector<std::size_t> turns_of(Call&& call) {
        return shards->settled_turns_of(call);
    }

    std::unique_ptr<watched_shards> shards;
    std::unique_ptr<cluster> db;
};

TEST_P(RelationTurns, OneOfEachShardForEachRelation) {
    EXPECT_THAT(turns_of([&] { session{*db}.all(select<author>()); }), ElementsAre(1, 1, 1));
    EXPECT_THAT(turns_of([&] {
                    session s{*db};
                    const auto all = s.all(select<author>().include(authors.books, books.chapters));
                    for (const auto a : all)
                        for (const auto b : s.load(a, authors.books))
                            EXPECT_EQ(s.load(b, books.chapters).size(), 2u);
                }),
                ElementsAre(3, 3, 3));
}

TEST_P(RelationTurns, ManyToManyIsTwoRelations) {
    const auto turns = turns_of([&] {
        session s{*db};
        for (const auto a : s.all(select<author>().include(authors.prizes)))
            EXPECT_EQ(s.load(a, authors.prizes).size(), 1u);
    });
    // The prize is read from one copy.
    EXPECT_EQ(turns[0] + turns[1] + turns[2], 7u) << testing::PrintToString(turns);
}

TEST_P(RelationTurns, OneByOneAsksTheObjectsShardOnly) {
    EXPECT_THAT(turns_of([&] {
                    session s{*db};
                    s.load(s.get<author>(4), authors.books);
                }),
                ElementsAre(0, 2, 0));
}

TEST_P(RelationTurns, EraseCascadesLevelByLevel) {
    // The author, his books, their chapters, his profile and his awards; nothing is written yet.
    EXPECT_THAT(turns_of([&] {
                    session s{*db};
                    s.erase(s.get<author>(6));
                    s.rollback();
                }),
                ElementsAre(5, 0, 0));
}

INSTANTIATE_TEST_SUITE_P(Servers, RelationTurns, testing::Values("postgres", "mariadb"), label_of);

}  // namespace
}  // namespace shardwise::test
