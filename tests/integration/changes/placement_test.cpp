// SPDX-License-Identifier: MIT
// Rows that statements copy between tables which live together: they are found by their keys, under
// hash placement with its bucket column, and with shard keys that may be NULL. Upsert by another
// key than the primary one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shardwise/base/error.hpp"
#include "shardwise/ops/verify.hpp"
#include "shardwise/shardwise.hpp"
#include "support/failure.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::changes_test {

struct shelf {
    std::int64_t id = 0;
    std::int32_t places = 0;
};
struct box {
    std::int64_t shelf_id = 0;
    std::int32_t places = 0;
};
struct badge {
    std::int64_t id = 0;
    std::int64_t shelf_id = 0;
    std::string label;
    std::string note;
};
struct parcel {
    std::int64_t id = 0;
    std::optional<std::int64_t> owner{};
};
struct sticker {  // like parcels, but nowhere without an owner
    std::int64_t id = 0;
    std::optional<std::int64_t> owner{};
};

}  // namespace shardwise::changes_test

template <>
struct shardwise::mapping<shardwise::changes_test::shelf>
    : table<shardwise::changes_test::shelf, "shelf"> {
    using row = shardwise::changes_test::shelf;
    column<&row::id, primary_key, shard_key> id;
    column<&row::places> places;
};
template <>
struct shardwise::mapping<shardwise::changes_test::box>
    : table<shardwise::changes_test::box, "box", colocated_with<shardwise::changes_test::shelf>> {
    using row = shardwise::changes_test::box;
    column<&row::shelf_id, primary_key, shard_key> shelf_id;
    column<&row::places> places;
};
template <>
struct shardwise::mapping<shardwise::changes_test::badge>
    : table<shardwise::changes_test::badge, "badge", colocated_with<shardwise::changes_test::shelf>,
            unique_together<&shardwise::changes_test::badge::shelf_id,
                            &shardwise::changes_test::badge::label>> {
    using row = shardwise::changes_test::badge;
    column<&row::id, primary_key, generated> id;
    column<&row::shelf_id, shard_key> shelf_id;
    column<&row::label, length<10>> label;
    column<&row::note, length<10>> note;
};
template <>
struct shardwise::mapping<shardwise::changes_test::parcel>
    : table<shardwise::changes_test::parcel, "parcel", nulls_in_bucket<3>> {
    using row = shardwise::changes_test::parcel;
    column<&row::id, primary_key> id;
    column<&row::owner, shard_key> owner;
};
template <>
struct shardwise::mapping<shardwise::changes_test::sticker>
    : table<shardwise::changes_test::sticker, "sticker",
            colocated_with<shardwise::changes_test::parcel>> {
    using row = shardwise::changes_test::sticker;
    column<&row::id, primary_key> id;
    column<&row::owner, shard_key> owner;
};

namespace shardwise::changes_test {
namespace {

const mapping<shelf> shelves{};
const mapping<box> boxes{};
const mapping<badge> badges{};
const mapping<sticker> stickers{};

class Placement : public test::ClusterTest {
protected:
    void SetUp() override {
        test::ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test::test_shards>(GetParam(), 3);
        db = std::make_unique<cluster>(shards->all());
        const schema_report report = db->create_all<shelf, box, badge, parcel, sticker>();
        ASSERT_TRUE(report.complete()) << report.to_string();
        session s{*db};
        for (std::int64_t i = 0; i < 30; ++i)
            s.add(shelf{.id = i, .places = static_cast<std::int32_t>(i % 4)});
        s.commit();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }
    static std::string code_of(const std::function<void()>& call) {
        const auto e = test::failure_of(call);
        return e ? std::string(name_of(e->code())) : "none";
    }

    std::unique_ptr<test::test_shards> shards;
    std::unique_ptr<cluster> db;
};

TEST_P(Placement, RowsThatAreCopiedBesideTheirOriginalsAreFoundByTheirKeys) {
    for (const char* source :
         {"SELECT id, places FROM shelf", "SELECT id, places FROM shelf GROUP BY id, places",
          "SELECT DISTINCT id, places FROM shelf",
          "SELECT id, max(places) FROM shelf GROUP BY id HAVING count(*) = 1"}) {
        SCOPED_TRACE(source);
        session s{*db};
        EXPECT_EQ(s.sql(std::string("INSERT INTO box (shelf_id, places) ") + source).changed, 30);
        s.commit();
        for (std::int64_t i = 0; i < 30; ++i) {
            const auto found = s.find<box>(i);
            ASSERT_TRUE(found) << i;
            EXPECT_EQ(found->places, i % 4);
        }
        EXPECT_EQ(verify(*db).problems, 0);
        s.run(erase<box>());
        s.commit();
    }
}

TEST_P(Placement, ARowWithoutAShardKeyIsNotCopiedToWhereNobodyWouldFindIt) {
    session s{*db};
    for (std::int64_t i = 1; i <= 6; ++i) s.add(parcel{.id = i, .owner = i});
    s.commit();
    EXPECT_EQ(s.sql("INSERT INTO sticker (id, owner) SELECT id, owner FROM parcel").changed, 6);
    s.add(parcel{.id = 7, .owner = std::nullopt});
    s.commit();
    EXPECT_EQ(code_of([&] {
                  s.sql("INSERT INTO sticker (id, owner) SELECT id + 100, owner FROM parcel");
              }),
              "no_shard_key");
    EXPECT_EQ(
        code_of([&] {
            s.sql("INSERT INTO sticker (id, owner) SELECT id, owner FROM parcel WHERE id = 7");
        }),
        "no_shard_key");
    s.rollback();
    EXPECT_EQ(s.count(select<sticker>()), 6);
    for (std::int64_t i = 1; i <= 6; ++i)
        EXPECT_EQ(s.count(select<sticker>().where(stickers.owner == i)), 1);
    EXPECT_EQ(verify(*db).problems, 0);
}

TEST_P(Placement, AnUpsertByAnotherKeyGivesNoIdThatNoRowHas) {
    session s{*db};
    s.add(badge{.id = 5, .shelf_id = 1, .label = "a", .note = "old"});
    s.commit();
    const auto by_label = on_conflict(badges.shelf_id, badges.label).update(badges.note);
    badge fresh{.id = 0, .shelf_id = 1, .label = "a", .note = "new"};
    const auto failure = test::failure_of([&] { s.upsert(fresh, by_label); });
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), error_code::not_supported);
    EXPECT_THAT(failure->info().message, testing::HasSubstr("badge.id"));
    EXPECT_EQ(fresh.id, 0);
    fresh.id = 77;
    EXPECT_EQ(s.upsert(fresh, by_label), 1) << "an id of one's own is no surprise";
    s.commit();
    EXPECT_EQ(s.one(select(badges.note).where(badges.shelf_id == 1)), std::tuple{"new"});
}

TEST_P(Placement, OneRowWithAGeneratedKeyAsksOneShard) {
    session s{*db, {.fan_out = fan_out{.scatters = fan_out::policy::refuse}}};
    const auto one = insert_into(badges.shelf_id, badges.label, badges.note);
    EXPECT_EQ(s.run(one.values(1, "q", "")), 1);
    EXPECT_EQ(s.sql("INSERT INTO badge (shelf_id, label, note) VALUES (2 + 2, 'q', '')").changed,
              1);
    const auto failure = test::failure_of([&] {
        s.sql(
            "INSERT INTO badge (shelf_id, label, note) VALUES (1 + 1, 'r', ''), (1 + 2, 'r', '')");
    });
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), error_code::too_many_shards);
    EXPECT_THAT(failure->info().message, testing::HasSubstr("asks 2 of 3 shards"));
    s.commit();
    EXPECT_EQ(s.count(select<badge>(), all_shards), 2);
}

INSTANTIATE_TEST_SUITE_P(Clusters, Placement, testing::ValuesIn(test::cluster_kinds()),
                         test::label_of);

}  // namespace
}  // namespace shardwise::changes_test
