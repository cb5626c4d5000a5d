// SPDX-License-Identifier: MIT
// Rows that reference rows of the same table: one flush writes them whatever the order of add() and
// erase(), on shards and in reference tables.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "shardwise/base/error.hpp"
#include "shardwise/shardwise.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::relations_test {

struct employee {
    std::int64_t company{};
    std::int64_t id{};
    std::optional<std::int64_t> manager{};
};
struct category {
    std::int64_t id{};
    std::optional<std::int64_t> parent{};
};

}  // namespace shardwise::relations_test

template <>
struct shardwise::mapping<shardwise::relations_test::employee>
    : table<relations_test::employee, "employees", by_modulo,
            foreign_key<
                columns<&relations_test::employee::company, &relations_test::employee::manager>,
                columns<&relations_test::employee::company, &relations_test::employee::id>>> {
    using row = relations_test::employee;
    column<&row::company, primary_key, shard_key> company;
    column<&row::id, primary_key> id;
    column<&row::manager> manager;
};
template <>
struct shardwise::mapping<shardwise::relations_test::category>
    : table<relations_test::category, "categories", reference_table> {
    using row = relations_test::category;
    column<&row::id, primary_key> id;
    column<&row::parent, references<&row::id>> parent;
};

namespace shardwise::relations_test {
namespace {

constexpr std::int64_t companies = 4;
constexpr std::int64_t levels = 23;

class RowOrder : public test::ClusterTest {
protected:
    void SetUp() override {
        test::ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test::test_shards>(GetParam(), 3);
        db = std::make_unique<cluster>(shards->all());
        const schema_report made = db->create_all<employee, category>();
        ASSERT_TRUE(made.complete()) << made.to_string();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }
    /// In each company everybody is the manager of the next one; added from the last one up.
    void add_chains() const {
        session s{*db};
        for (std::int64_t id = levels; id >= 1; --id)
            for (std::int64_t c = 1; c <= companies; ++c)
                s.add(employee{c, id, id == 1 ? std::nullopt : std::optional(id - 1)});
        s.commit();
    }
    template <class E>
    std::int64_t count() const {
        session s{*db};
        return s.count(select<E>());
    }

    std::unique_ptr<test::test_shards> shards;
    std::unique_ptr<cluster> db;
};

TEST_P(RowOrder, ParentsAreInsertedBeforeTheirChildrenOfTheSameTable) {
    add_chains();
    EXPECT_EQ(count<employee>(), companies * levels);
}

TEST_P(RowOrder, ChildrenAreDeletedBeforeTheirParentsOfTheSameTable) {
    add_chains();
    session s{*db};
    for (std::int64_t id = 1; id <= levels; ++id)
        for (std::int64_t c = 1; c <= companies; ++c) s.erase(s.get<employee>(c, id));
    s.commit();
    EXPECT_EQ(count<employee>(), 0);
}

TEST_P(RowOrder, AReferenceIsFollowedAsItWasEditedBeforeTheInsert) {
    session s{*db};
    std::vector<ref<employee>> all;
    for (std::int64_t id = 1; id <= levels; ++id) all.push_back(s.add(employee{1, id, {}}));
    for (std::int64_t id = 1; id < levels; ++id)
        all[static_cast<std::size_t>(id - 1)].edit().manager = id + 1;
    s.commit();
    session other{*db};
    EXPECT_EQ(other.get<employee>(std::int64_t{1}, std::int64_t{1})->manager, 2);
    EXPECT_EQ(count<employee>(), levels);
}

TEST_P(RowOrder, DeletesFollowWhatTheRowsHoldNotWhatWasMeant) {
    add_chains();
    session s{*db};
    for (std::int64_t id = 1; id <= levels; ++id) {
        const auto r = s.get<employee>(std::int64_t{1}, id);
        r.edit().manager = std::nullopt;  // never written: the row goes
        s.erase(r);
    }
    s.commit();
    EXPECT_EQ(count<employee>(), (companies - 1) * levels);
}

TEST_P(RowOrder, ReferenceTablesKeepTheOrderOnEachShard) {
    session s{*db};
    for (std::int64_t id = levels; id >= 1; --id)
        s.add(category{id, id == 1 ? std::nullopt : std::optional(id / 2)});
    s.commit();
    for (std::size_t shard = 0; shard < 3; ++shard)
        EXPECT_EQ(shards->ask(shard, "SELECT COUNT(*) FROM categories").at(0), levels);
    for (std::int64_t id = 1; id <= levels; ++id) s.erase(s.get<category>(id));
    s.commit();
    EXPECT_EQ(count<category>(), 0);
}

TEST_P(RowOrder, ARowMayReferenceItself) {
    session s{*db};
    s.add(employee{1, 2, 1});
    s.add(employee{1, 1, 1});
    s.commit();
    EXPECT_EQ(count<employee>(), 2);
    s.erase(s.get<employee>(std::int64_t{1}, std::int64_t{2}));
    s.commit();
    EXPECT_EQ(count<employee>(), 1);
}

TEST_P(RowOrder, ACircleIsWrittenAndDeletedInTwoSteps) {
    session s{*db};
    const auto first = s.add(employee{1, 1, {}});
    s.add(employee{1, 2, 1});
    s.flush();
    first.edit().manager = 2;
    s.commit();
    EXPECT_EQ(session{*db}.get<employee>(std::int64_t{1}, std::int64_t{1})->manager, 2);
    s.get<employee>(std::int64_t{1}, std::int64_t{1}).edit().manager = std::nullopt;
    s.flush();
    s.erase(s.get<employee>(std::int64_t{1}, std::int64_t{1}));
    s.erase(s.get<employee>(std::int64_t{1}, std::int64_t{2}));
    s.commit();
    EXPECT_EQ(count<employee>(), 0);
}

TEST_P(RowOrder, AParentOfAnotherShardKeyIsNoParent) {
    session s{*db};
    s.add(employee{1, 2, 1});
    s.add(employee{2, 1, {}});
    EXPECT_THROW(s.commit(), error);
    s.rollback();
    EXPECT_EQ(count<employee>(), 0);
}

std::string label_of(const testing::TestParamInfo<std::string>& info) { return info.param; }
INSTANTIATE_TEST_SUITE_P(Clusters, RowOrder, testing::ValuesIn(test::cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::relations_test
