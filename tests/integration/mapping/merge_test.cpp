// SPDX-License-Identifier: MIT
// Objects that come from elsewhere, objects that are read again, rows that are locked, and sessions
// in two threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "shardwise/base/error.hpp"
#include "support/failure.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::merge_test {

struct Item {
    std::int64_t id{};
    std::string name{};
    std::int64_t stock = 0;
};
struct Line {
    std::int64_t id{};
    std::int64_t item_id{};
    std::string what{};
};
struct Draft {
    std::int64_t id{};
    std::string text{};
    std::int64_t version = 1;
};
struct Setting {
    std::int32_t id{};
    std::string value{};
};

/// What the range of an upsert does while the session is in a call.
inline std::function<void()>& meanwhile() {
    static std::function<void()> what;
    return what;
}

}  // namespace shardwise::merge_test

namespace sw = shardwise;
using sw::merge_test::Draft;
using sw::merge_test::Item;
using sw::merge_test::Line;
using sw::merge_test::Setting;

template <>
struct sw::mapping<Item> : table<Item, "items", by_modulo> {
    column<&Item::id, primary_key, generated, shard_key> id;
    column<&Item::name> name;
    column<&Item::stock> stock;
    static void before_insert(Item&) {
        if (sw::merge_test::meanwhile()) sw::merge_test::meanwhile()();
    }
};
template <>
struct sw::mapping<Line> : table<Line, "lines"> {
    column<&Line::id, primary_key, generated> id;
    column<&Line::item_id, references<&Item::id>, shard_key> item_id;
    column<&Line::what> what;
};
template <>
struct sw::mapping<Draft> : table<Draft, "drafts", by_modulo> {
    column<&Draft::id, primary_key, shard_key> id;
    column<&Draft::text> text;
    column<&Draft::version, row_version> version;
};
template <>
struct sw::mapping<Setting> : table<Setting, "settings", reference_table> {
    column<&Setting::id, primary_key> id;
    column<&Setting::value> value;
};

namespace shardwise::merge_test {
namespace {

using testing::HasSubstr;

constexpr mapping<Item> items;
constexpr mapping<Line> lines;
constexpr mapping<Setting> settings;

class Merge : public test::ClusterTest {
protected:
    void SetUp() override {
        test::ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        meanwhile() = nullptr;
        shards = std::make_unique<test::test_shards>(GetParam(), 3);
        cluster_options o;
        o.lock_timeout_ms = 400;
        db = std::make_unique<cluster>(shards->all(), o);
        const schema_report made = db->create_all<Item, Line, Draft, Setting>();
        ASSERT_TRUE(made.complete()) << made.to_string();
        session s{*db};
        for (std::int64_t id = 1; id <= 9; ++id)
            s.add(Item{.id = id, .name = "i" + std::to_string(id), .stock = id});
        s.commit();
    }
    void TearDown() override {
        meanwhile() = nullptr;
        db.reset();
        shards.reset();
    }
    std::unique_ptr<test::test_shards> shards;
    std::unique_ptr<cluster> db;
};

TEST_P(Merge, TakesTheValuesOfTheRowThatIsThereOrAdds) {
    session s{*db};
    const Item elsewhere{.id = 3, .name = "three", .stock = 30};
    const auto three = s.merge(elsewhere);
    EXPECT_EQ(three.state(), object_state::persistent);
    EXPECT_EQ(three, s.get<Item>(3)) << "the session's object";
    const auto added = s.merge(Item{.id = 77, .name = "new"});
    EXPECT_EQ(added.state(), object_state::pending);
    EXPECT_EQ(s.merge(Item{.id = 77, .name = "newer"}), added);
    const auto generated = s.merge(Item{.name = "fresh"});
    EXPECT_NE(generated->id, 0);
    s.commit();
    session other{*db};
    EXPECT_EQ(other.get<Item>(3)->name, "three");
    EXPECT_EQ(other.get<Item>(3)->stock, 30);
    EXPECT_EQ(other.get<Item>(77)->name, "newer");
    EXPECT_EQ(other.count(select<Item>()), 11);
}

TEST_P(Merge, AnotherShardKeyMovesTheRowInsteadOfDoublingIt) {
    session s{*db};
    s.add(Line{.id = 5, .item_id = 1, .what = "a"});
    s.commit();
    session other{*db};
    other.merge(Line{.id = 5, .item_id = 2, .what = "b"});
    other.commit();
    session last{*db};
    EXPECT_EQ(last.count(select<Line>()), 1);
    EXPECT_EQ(last.find_everywhere<Line>(5)->item_id, 2);
}

TEST_P(Merge, AVersionThatIsNotTheRowsIsStale) {
    session s{*db};
    s.add(Draft{.id = 1, .text = "a"});
    s.commit();
    const Draft read = *s.get<Draft>(1);
    s.get<Draft>(1).edit().text = "b";
    s.commit();
    session other{*db};
    Draft mine = read;
    mine.text = "lost";
    EXPECT_THAT(test::failure_text([&] { other.merge(mine); }), HasSubstr("stale_object"));
    mine = *other.get<Draft>(1);
    mine.text = "c";
    other.merge(mine);
    other.commit();
    EXPECT_EQ(session{*db}.get<Draft>(1)->text, "c");
}

TEST_P(Merge, AnErasedObjectIsNotBroughtBack) {
    session s{*db};
    s.erase(s.get<Item>(2));
    EXPECT_THAT(test::failure_text([&] { s.merge(Item{.id = 2, .name = "x"}); }),
                HasSubstr("bad_state"));
    s.rollback();
    EXPECT_EQ(session{*db}.get<Item>(2)->name, "i2");
}

TEST_P(Merge, ExpiredObjectsAreReadAgain) {
    session s{*db};
    const auto one = s.get<Item>(1);
    const auto two = s.get<Item>(2);
    session other{*db};
    other.get<Item>(1).edit().name = "x";
    other.get<Item>(2).edit().name = "y";
    other.commit();
    EXPECT_EQ(s.get<Item>(1)->name, "i1") << "known";
    s.expire(one);
    EXPECT_EQ(s.get<Item>(1)->name, "x");
    EXPECT_EQ(s.get<Item>(2)->name, "i2");
    s.expire_all();
    EXPECT_EQ(s.get<Item>(2)->name, "y");
    one.edit().name = "mine";
    EXPECT_THAT(test::failure_text([&] { s.expire(one); }), HasSubstr("bad_state"));
    s.expire_all();
    EXPECT_EQ(s.get<Item>(1)->name, "mine") << "unsaved changes stay";
    EXPECT_EQ(two->name, "y");
}

TEST_P(Merge, ForUpdateKeepsOthersOut) {
    session s{*db};
    const auto some =
        s.all(select<Item>().where(items.stock > 2).order_by(items.id).limit(4).for_update());
    ASSERT_EQ(some.size(), 4u);
    EXPECT_TRUE(s.in_transaction());
    session other{*db};
    other.get<Item>(3).edit().stock = 0;
    EXPECT_THAT(test::failure_text([&] { other.commit(); }), HasSubstr("lock"));
    other.rollback();
    for (const auto i : some) i.edit().stock += 100;
    s.commit();
    EXPECT_EQ(other.get<Item>(3)->stock, 103);
    other.get<Item>(3).edit().stock = 1;
    EXPECT_NO_THROW(other.commit());
}

TEST_P(Merge, ALockIsNoMatterOfAPlanThatIsKnownAlready) {
    const auto plain = select<Item>().where(items.id == 5);
    session s{*db};
    for (int i = 0; i < 3; ++i) EXPECT_EQ(s.one(plain)->id, 5);
    EXPECT_FALSE(s.in_transaction());
    EXPECT_EQ(s.one(plain.for_update())->id, 5);
    session other{*db};
    other.get<Item>(5).edit().stock = 0;
    EXPECT_THAT(test::failure_text([&] { other.commit(); }), HasSubstr("lock"));
    other.rollback();
    s.rollback();
    EXPECT_EQ(s.one(plain)->id, 5);
    EXPECT_FALSE(s.in_transaction());
}

TEST_P(Merge, ForUpdateReadsWhatWasCommittedBefore) {
    session s{*db};
    const auto known = s.get<Item>(1);
    {
        session other{*db};
        other.get<Item>(1).edit().stock = 50;
        other.commit();
    }
    EXPECT_EQ(s.one(select<Item>().where(items.id == 1).for_update())->stock, 50);
    EXPECT_EQ(known->stock, 50);
    s.rollback();
    s.lock(known);
    known.edit().stock += 1;
    session other{*db};
    EXPECT_THAT(test::failure_text([&] { other.lock(other.get<Item>(1)); }), HasSubstr("lock"));
    other.rollback();
    s.commit();
    EXPECT_EQ(other.get<Item>(1)->stock, 51);
}

TEST_P(Merge, LockRefusesWhatItCannotDo) {
    session s{*db};
    const auto one = s.get<Item>(1);
    one.edit().stock = 9;
    EXPECT_THAT(test::failure_text([&] { s.lock(one); }), HasSubstr("bad_state"));
    s.rollback();
    const auto fresh = s.add(Item{.name = "new"});
    EXPECT_THAT(test::failure_text([&] { s.lock(fresh); }), HasSubstr("bad_state"));
    s.rollback();
    const auto two = s.get<Item>(2);
    for (std::size_t i = 0; i < 3; ++i) shards->execute(i, "DELETE FROM items WHERE id = 2");
    EXPECT_THAT(test::failure_text([&] { s.lock(two); }), HasSubstr("not_found"));
    s.rollback();
    s.add(Setting{.id = 1, .value = "v"});
    s.commit();
    const auto setting = s.get<Setting>(1);
    s.lock(setting);
    setting.edit().value = "w";
    s.commit();
    EXPECT_EQ(session{*db}.get<Setting>(1)->value, "w");
    EXPECT_THAT(test::failure_text([&] { s.all(select<Setting>().for_update()); }),
                HasSubstr("session.lock"));
    EXPECT_THAT(test::failure_text([&] { s.all(select<Item>().distinct().for_update()); }),
                HasSubstr("not_supported"));
    EXPECT_THAT(test::failure_text([&] {
                    s.all(select<Item>().join<Line>(lines.item_id == items.id).for_update());
                }),
                HasSubstr("not_supported"));
    EXPECT_THAT(test::failure_text([&] { s.count(select<Item>().for_update()); }),
                HasSubstr("count()"));
    EXPECT_THAT(test::failure_text([&] { s.values(select<Item>().for_update()); }),
                HasSubstr("values()"));
    EXPECT_THAT(test::failure_text([&] { s.stream(select<Item>().for_update()); }),
                HasSubstr("stream()"));
    EXPECT_THAT(test::failure_text([&] { s.page(select<Item>().limit(2).for_update()); }),
                HasSubstr("page()"));
    session snapshot = db->read_snapshot();
    EXPECT_THAT(test::failure_text([&] { snapshot.all(select<Item>().for_update()); }),
                HasSubstr("snapshot"));
}

TEST_P(Merge, WorkersTakeDifferentRows) {
    const bool files = GetParam() == "sqlite" || GetParam() == "mixed";
    const auto free_ones = select<Item>().order_by(items.id).limit(3).for_update(skip_locked);
    session s{*db};
    if (files) {
        EXPECT_THAT(test::failure_text([&] { s.all(free_ones); }), HasSubstr("SQLite"));
        EXPECT_THAT(test::failure_text([&] { s.all(select<Item>().for_update(nowait)); }),
                    HasSubstr("SQLite"));
        return;
    }
    const auto mine = s.all(free_ones);
    ASSERT_EQ(mine.size(), 3u);
    session other{*db};
    EXPECT_EQ(other.all(free_ones).size(), 0u) << "each of the shards has locked three";
    other.rollback();
    EXPECT_THAT(test::failure_text(
                    [&] { other.all(select<Item>().where(items.id == 1).for_update(nowait)); }),
                HasSubstr("lock_timeout"));
    other.rollback();
    s.rollback();
    EXPECT_EQ(other.all(free_ones).size(), 3u);
}

TEST_P(Merge, CountersThatAreLockedLoseNothing) {
    constexpr int times = 15;
    cluster_options o;
    o.lock_timeout_ms = 10'000;
    cluster shared(shards->all(), o);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < times; ++i) {
                session s{shared};
                s.one(select<Item>().where(items.id == 4).for_update()).edit().stock += 1;
                s.commit();
            }
        });
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(session{*db}.get<Item>(4)->stock, 4 + 4 * times);
}

#ifndef NDEBUG
TEST_P(Merge, TwoThreadsInOneSessionAreFound) {
    session s{*db};
    std::string said;
    meanwhile() = [&] {
        std::thread other([&] { said = test::failure_text([&] { s.count(select<Item>()); }); });
        other.join();
    };
    s.add(Item{.id = 50, .name = "x"});
    s.flush();
    EXPECT_THAT(said, HasSubstr("another thread"));
    meanwhile() = nullptr;
    s.commit();
    std::thread later([&] { EXPECT_EQ(s.count(select<Item>()), 10); });
    later.join();
}
#endif

INSTANTIATE_TEST_SUITE_P(Clusters, Merge, testing::ValuesIn(test::cluster_kinds()), test::label_of);

}  // namespace
}  // namespace shardwise::merge_test
