// SPDX-License-Identifier: MIT
// What a flush says about itself: which statements of how many rows go to which shard, in order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::test {

/// Its nick is known to the whole cluster.
struct reader {
    std::int64_t id{};
    std::string nick;
};

}  // namespace shardwise::test

template <>
struct shardwise::mapping<shardwise::test::reader>
    : table<shardwise::test::reader, "reader", by_modulo> {
    column<&shardwise::test::reader::id, primary_key, shard_key> id;
    column<&shardwise::test::reader::nick, cluster_unique, length<20>> nick;
};

namespace shardwise::test {
namespace {

class FlushLog : public ClusterOf<author, profile, genre, book, chapter, note, prize, award, loan,
                                  sale, sale_line, reader> {
protected:
    session_options listening() {
        session_options options;
        options.flushes = {
            [](void* self, const char* lines) { static_cast<FlushLog*>(self)->said += lines; },
            this};
        return options;
    }
    /// Shards are called by their numbers.
    std::string take() {
        std::string text = std::exchange(said, {});
        for (std::uint32_t i = 0; i < 3; ++i) {
            const std::string name = "  " + db->shard_name(i) + ":";
            for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos;)
                text.replace(at, name.size(), "  " + std::to_string(i) + ":");
        }
        return text;
    }

    std::string said;
};

TEST_P(FlushLog, TellsTheStatementsOfEachShardInTheirOrder) {
    session s{*db, listening()};
    for (std::int64_t i = 1; i <= 4; ++i) {
        const auto a = s.add(author{.id = i, .name = "a"});
        s.add_to(a, authors.books, book{.id = i, .title = "t"});
    }
    s.flush();
    EXPECT_EQ(take(),
              "flush to 3 shards\n"
              "  0: INSERT author, 1 row\n"
              "  0: INSERT book, 1 row\n"
              "  1: INSERT author, 1 row\n"
              "  1: INSERT author, 1 row\n"
              "  1: INSERT book, 1 row\n"
              "  1: INSERT book, 1 row\n"
              "  2: INSERT author, 1 row\n"
              "  2: INSERT book, 1 row\n");
    s.commit();
    EXPECT_EQ(take(), "");

    s.erase(s.find_everywhere<book>(4));
    s.get<author>(4).edit().name = "b";
    s.get<author>(1).edit().name = s.get<author>(1)->name;  // not a change
    s.commit();
    EXPECT_EQ(take(),
              "flush to 1 shard\n"
              "  1: UPDATE author (name), 1 row\n"
              "  1: DELETE book, 1 row\n");
}

TEST_P(FlushLog, TellsWhatMoves) {
    session s{*db, listening()};
    s.add(author{.id = 1, .name = "a"});
    s.add(author{.id = 2, .name = "b"});
    s.add(book{.id = 7, .author_id = 1, .title = "t"});
    s.commit();
    take();
    s.find_everywhere<book>(7).edit().author_id = 2;
    s.commit();
    EXPECT_EQ(take(), "flush to 0 shards, 1 object to another shard\n");
}

TEST_P(FlushLog, CountsTheLookupRowsOfClusterUniqueColumns) {
    session s{*db, listening()};
    s.add(reader{.id = 1, .nick = "ann"});
    s.add(reader{.id = 2, .nick = "bob"});
    s.commit();
    EXPECT_EQ(take(),
              "flush to 2 shards, 2 lookup rows of cluster_unique\n"
              "  1: INSERT reader, 1 row\n"
              "  2: INSERT reader, 1 row\n");
}

TEST_P(FlushLog, AListenerThatThrowsIsBeforeAnythingIsSent) {
    session_options options;
    options.flushes.on_flush = [](void*, const char*) { throw std::runtime_error("no"); };
    session s{*db, options};
    s.add(author{.id = 1, .name = "a"});
    EXPECT_THROW(s.flush(), std::runtime_error);
    EXPECT_FALSE(s.in_transaction());
    EXPECT_EQ(session{*db}.count(select<author>()), 0);
    s.rollback();
}

TEST_P(FlushLog, TellsBulkChanges) {
    session s{*db, listening()};
    std::vector<author> all;
    for (std::int64_t i = 1; i <= 12; ++i) all.push_back({.id = i, .name = "a"});
    s.bulk_insert(all);
    s.commit();
    EXPECT_EQ(take(), "");
    s.bulk_erase(std::vector<author>{all[2], all[5]});
    s.commit();
    EXPECT_EQ(take(),
              "flush to 1 shard\n"
              "  0: DELETE author, 1 row\n"
              "  0: DELETE author, 1 row\n");
}

INSTANTIATE_TEST_SUITE_P(Clusters, FlushLog, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
