// SPDX-License-Identifier: MIT
// Functions that a mapping wants called, and the times that the library keeps, on every engine and
// on a mix of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shardwise/base/error.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::mapping_test {

struct Page {
    std::int64_t id{};
    std::string title;
    std::string slug{};
    std::int32_t words{};
    timestamp created{};
    std::optional<timestamp> changed{};
};
struct Label {
    std::int32_t id{};
    std::string name;
    timestamp changed{};
};

/// What was called, in order.
inline std::vector<std::string>& calls() {
    static std::vector<std::string> all;
    return all;
}

}  // namespace shardwise::mapping_test

namespace sw = shardwise;
using sw::mapping_test::Label;
using sw::mapping_test::Page;

template <>
struct sw::mapping<Page> : table<Page, "pages", by_modulo> {
    column<&Page::id, primary_key, generated, shard_key> id;
    column<&Page::title> title;
    column<&Page::slug> slug;
    column<&Page::words> words;
    column<&Page::created, time_of_insert> created;
    column<&Page::changed, time_of_change> changed;

    static void before_insert(Page& p) {
        sw::mapping_test::calls().push_back("before_insert " + p.title);
        if (p.title == "bad") throw std::runtime_error("no such title");
        p.slug = "/" + p.title;
    }
    static void before_update(Page& p) {
        sw::mapping_test::calls().push_back("before_update " + p.title);
        p.slug = "/" + p.title;
    }
    static void before_erase(const Page& p) {
        sw::mapping_test::calls().push_back("before_erase " + p.title);
        if (p.title == "kept") throw std::runtime_error("is kept");
    }
    static void after_load(Page& p) { p.words = static_cast<std::int32_t>(p.title.size()); }
    static void after_insert(const Page& p) noexcept {
        sw::mapping_test::calls().push_back("after_insert " + p.title);
    }
    static void after_update(const Page& p) noexcept {
        sw::mapping_test::calls().push_back("after_update " + p.title);
    }
    static void after_erase(const Page& p) noexcept {
        sw::mapping_test::calls().push_back("after_erase " + p.title);
    }
};
template <>
struct sw::mapping<Label> : table<Label, "labels", reference_table> {
    column<&Label::id, primary_key> id;
    column<&Label::name> name;
    column<&Label::changed, time_of_change> changed;
    static void after_update(const Label& l) noexcept {
        sw::mapping_test::calls().push_back("after_update " + l.name);
    }
};

namespace shardwise::mapping_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr mapping<Page> pages;

std::int64_t seconds_ago(timestamp t) {
    return (timestamp::now().micros_since_epoch - t.micros_since_epoch) / 1'000'000;
}

class Hooks : public test::ClusterTest {
protected:
    void SetUp() override {
        test::ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test::test_shards>(GetParam(), 3);
        db = std::make_unique<cluster>(shards->all());
        const schema_report made = db->create_all<Page, Label>();
        ASSERT_TRUE(made.complete()) << made.to_string();
        EXPECT_TRUE(db->verify_schema<Page>().empty());
        calls().clear();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }
    std::unique_ptr<test::test_shards> shards;
    std::unique_ptr<cluster> db;
};

TEST_P(Hooks, AreCalledOnceForEachWrite) {
    session s{*db};
    const auto p = s.add(Page{.id = 1, .title = "a"});
    EXPECT_THAT(calls(), IsEmpty());
    s.flush();
    EXPECT_THAT(calls(), ElementsAre("before_insert a", "after_insert a"));
    EXPECT_EQ(p->slug, "/a");
    calls().clear();
    s.commit();
    p.edit();
    s.commit();
    EXPECT_THAT(calls(), IsEmpty()) << "nothing has changed";
    p.edit().title = "b";
    s.add(Page{.id = 2, .title = "kept"});
    s.commit();
    EXPECT_THAT(calls(), testing::UnorderedElementsAre("before_update b", "before_insert kept",
                                                       "after_insert kept", "after_update b"));
    calls().clear();
    session other{*db};
    const auto again = other.get<Page>(1);
    EXPECT_EQ(again->slug, "/b") << "written with the rest";
    other.erase(again);
    other.commit();
    EXPECT_THAT(calls(), ElementsAre("before_erase b", "after_erase b"));
}

TEST_P(Hooks, WhatTheyThrowStopsTheFlushBeforeAnythingIsSent) {
    session s{*db};
    s.add(Page{.id = 1, .title = "good"});
    const auto bad = s.add(Page{.id = 2, .title = "bad"});
    EXPECT_THROW(s.commit(), std::runtime_error);
    EXPECT_EQ(session{*db}.count(select<Page>()), 0);
    bad.edit().title = "better";
    s.commit();
    EXPECT_EQ(session{*db}.count(select<Page>()), 2);
    s.add(Page{.id = 3, .title = "kept"});
    s.commit();
    s.erase(s.get<Page>(3));
    EXPECT_THROW(s.commit(), std::runtime_error);
    s.rollback();
    EXPECT_EQ(session{*db}.count(select<Page>()), 3);
}

TEST_P(Hooks, AfterLoadSeesEachRowThatIsRead) {
    session s{*db};
    s.add(Page{.id = 1, .title = "four"});
    s.commit();
    session other{*db};
    EXPECT_EQ(other.get<Page>(1)->words, 4);
    EXPECT_EQ(other.values(select<Page>()).at(0).words, 4);
    for (const Page& p : other.stream(select<Page>())) EXPECT_EQ(p.words, 4);
    const auto p = other.get<Page>(1);
    s.get<Page>(1).edit().title = "fifty";
    s.commit();
    other.refresh(p);
    EXPECT_EQ(p->words, 5);
    other.commit();
    calls().clear();
    other.commit();
    EXPECT_THAT(calls(), IsEmpty()) << "what after_load sets is no change";
}

TEST_P(Hooks, ManyObjectsAreMadeReady) {
    session s{*db};
    std::vector<Page> all{{.id = 1, .title = "x"}, {.id = 2, .title = "y"}};
    EXPECT_EQ(s.bulk_insert(all), 2);
    EXPECT_EQ(all[0].slug, "/x");
    std::vector<Page> more{{.id = 2, .title = "Y"}, {.id = 3, .title = "z"}};
    EXPECT_EQ(s.upsert(more), 2);
    s.commit();
    session other{*db};
    EXPECT_EQ(other.get<Page>(1)->slug, "/x");
    EXPECT_EQ(other.get<Page>(2)->slug, "/Y");
    EXPECT_LT(seconds_ago(other.get<Page>(3)->created), 600);
}

TEST_P(Hooks, ObjectsOfReferenceTablesAreToldOnce) {
    session s{*db};
    const auto l = s.add(Label{.id = 1, .name = "l"});
    s.commit();
    l.edit().name = "m";
    s.commit();
    EXPECT_THAT(calls(), ElementsAre("after_update m"));
}

TEST_P(Hooks, MovedObjectsAreChangedOnes) {
    session s{*db};
    const auto p = s.add(Page{.id = 1, .title = "m"});
    s.commit();
    calls().clear();
    p.edit().id = 2;
    s.commit();
    EXPECT_THAT(calls(), ElementsAre("before_update m", "after_update m"));
    EXPECT_EQ(session{*db}.get<Page>(2)->title, "m");
}

TEST_P(Hooks, TimesAreKept) {
    session s{*db};
    const timestamp long_ago = timestamp::parse("2001-02-03 04:05:06");
    const auto fresh = s.add(Page{.id = 1, .title = "new"});
    const auto old = s.add(Page{.id = 2, .title = "old", .created = long_ago});
    s.commit();
    EXPECT_LT(seconds_ago(fresh->created), 600);
    EXPECT_EQ(fresh->changed, fresh->created) << "one flush, one moment";
    EXPECT_EQ(old->created, long_ago) << "it has a time";
    const timestamp first = *old->changed;
    old.edit().title = "older";
    s.commit();
    EXPECT_GT(*old->changed, first);
    EXPECT_EQ(session{*db}.get<Page>(2)->changed, *old->changed);
    EXPECT_EQ(session{*db}.get<Page>(2)->created, long_ago);

    const timestamp second = *old->changed;
    EXPECT_EQ(s.run(update<Page>().set(pages.words, 9).where(pages.id == 2)), 1);
    s.sql("UPDATE pages SET words = 8 WHERE id = 1");
    s.commit();
    EXPECT_GT(*session{*db}.get<Page>(2)->changed, second);
    EXPECT_GT(*session{*db}.get<Page>(1)->changed, *fresh->changed);
    EXPECT_EQ(s.run(update<Page>().set(pages.changed, long_ago).where(pages.id == 2)), 1);
    Page same{.id = 1, .title = "again"};
    EXPECT_EQ(s.upsert(same), 1);
    s.commit();
    EXPECT_EQ(*session{*db}.get<Page>(2)->changed, long_ago) << "set by hand";
    const auto again = session{*db}.get<Page>(1);
    EXPECT_EQ(again->title, "again");
    EXPECT_EQ(again->created, fresh->created) << "an upsert does not insert twice";
    s.sql("INSERT INTO pages (id, title, slug, words) VALUES (7, 't', '/t', 1)");
    s.commit();
    EXPECT_LT(seconds_ago(session{*db}.get<Page>(7)->created), 24 * 3600);
    EXPECT_TRUE(session{*db}.get<Page>(7)->changed);
}

INSTANTIATE_TEST_SUITE_P(Clusters, Hooks, testing::ValuesIn(test::cluster_kinds()), test::label_of);

}  // namespace
}  // namespace shardwise::mapping_test
