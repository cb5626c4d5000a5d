// SPDX-License-Identifier: MIT
// bulk_update() and bulk_erase(): many rows by the keys of structs, on SQLite, PostgreSQL, MariaDB
// and a mix; which rows and columns they write, and what they refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "shardwise/base/error.hpp"
#include "shardwise/ops/verify.hpp"
#include "shardwise/shardwise.hpp"
#include "support/failure.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::test {

struct meter {
    std::int64_t house{};
    std::string kind{};
    std::int32_t reading{};
    std::optional<std::string> remark{};
    std::int32_t version = 1;
    timestamp made{};
    timestamp changed{};
};
struct fee {  // everywhere
    std::int32_t id{};
    std::int32_t cents{};
};
struct owner {
    std::int64_t id{};
    std::string email{};
    std::string name{};
};
struct ride {  // the shard key is no part of the primary key
    std::int64_t id{};
    std::int64_t town{};
    std::int32_t length{};
    std::int32_t number{};
};

}  // namespace shardwise::test

namespace shardwise {

template <>
struct mapping<test::meter> : table<test::meter, "meter", by_modulo> {
    column<&test::meter::house, primary_key, shard_key> house;
    column<&test::meter::kind, primary_key, length<20>> kind;
    column<&test::meter::reading> reading;
    column<&test::meter::remark> remark;
    column<&test::meter::version, row_version> version;
    column<&test::meter::made, time_of_insert> made;
    column<&test::meter::changed, time_of_change> changed;
    static void before_update(test::meter& m) {
        if (m.reading < 0) m.remark = "below zero";
        if (m.reading == -99) m.kind = "another";
    }
};
template <>
struct mapping<test::fee> : table<test::fee, "fee", reference_table> {
    column<&test::fee::id, primary_key> id;
    column<&test::fee::cents> cents;
};
template <>
struct mapping<test::owner> : table<test::owner, "owner", by_modulo> {
    column<&test::owner::id, primary_key, shard_key> id;
    column<&test::owner::email, cluster_unique, length<50>> email;
    column<&test::owner::name> name;
};
template <>
struct mapping<test::ride> : table<test::ride, "ride", by_modulo> {
    column<&test::ride::id, primary_key> id;
    column<&test::ride::town, shard_key> town;
    column<&test::ride::length> length;
    column<&test::ride::number, unique_per_shard> number;
};

}  // namespace shardwise

namespace shardwise::test {
namespace {

const mapping<meter> meters{};
const mapping<fee> fees{};
const mapping<owner> owners{};
const mapping<ride> rides{};

using testing::HasSubstr;

class Bulk : public ClusterOf<meter, fee, owner, ride> {
protected:
    void fill() override {
        session s{*db};
        std::vector<meter> all = some(3'000);
        s.bulk_insert(all);
        std::vector<fee> prices{{1, 10}, {2, 20}};
        s.bulk_insert(prices);
        for (std::int64_t i = 1; i <= 6; ++i) {
            s.add(owner{.id = i, .email = "e" + std::to_string(i), .name = "n"});
            s.add(ride{.id = i, .town = i, .length = 1, .number = static_cast<std::int32_t>(i)});
        }
        s.commit();
    }
    static std::vector<meter> some(std::int64_t count) {
        std::vector<meter> all;
        for (std::int64_t i = 0; i < count; ++i)
            all.push_back({.house = i / 2, .kind = i % 2 == 0 ? "gas" : "water", .reading = 1});
        return all;
    }
    std::vector<meter> stored() {
        session s{*db};
        return s.values(select<meter>().order_by(meters.house, meters.kind));
    }
};

TEST_P(Bulk, UpdateWritesTheNamedColumnsOfTheseRows) {
    const std::vector<meter> before = stored();
    std::vector<meter> changed = some(2'500);
    for (std::size_t i = 0; i < changed.size(); ++i) {
        changed[i].reading = static_cast<std::int32_t>(100 + i);
        changed[i].remark = "not written";
    }
    session s{*db};
    const std::vector<meter>& given = changed;
    EXPECT_EQ(s.bulk_update(given, meters.reading), 2'500);
    s.commit();
    const std::vector<meter> after = stored();
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i < after.size(); ++i) {
        const bool is_changed = i < changed.size();
        ASSERT_EQ(after[i].reading, is_changed ? changed[i].reading : 1);
        ASSERT_EQ(after[i].remark, std::nullopt);
        ASSERT_EQ(after[i].version, is_changed ? 2 : 1);
        ASSERT_EQ(after[i].made, before[i].made);
        ASSERT_EQ(after[i].changed > before[i].changed, is_changed);
    }
    EXPECT_EQ(changed[0].version, 1) << "the structs stay as they are";
}

TEST_P(Bulk, UpdateWithoutColumnsWritesAllButKeysAndTimes) {
    const std::vector<meter> before = stored();
    session s{*db};
    EXPECT_EQ(s.bulk_update(
                  std::vector<meter>{{.house = 7, .kind = "gas", .reading = 8, .remark = "seen"}}),
              1);
    s.commit();
    const meter now = *session{*db}.find<meter>(7, "gas");
    EXPECT_EQ(now.reading, 8);
    EXPECT_EQ(now.remark, "seen");
    EXPECT_EQ(now.made, before[14].made);
}

TEST_P(Bulk, UpdateOfOneKeyTwiceKeepsTheLast) {
    session s{*db};
    EXPECT_EQ(s.bulk_update(std::vector<ride>{{.id = 1, .town = 1, .length = 5},
                                              {.id = 2, .town = 2, .length = 6},
                                              {.id = 1, .town = 1, .length = 7}},
                            rides.length),
              3);
    s.commit();
    EXPECT_EQ(std::get<0>(session{*db}.one(select(rides.length).where(rides.id == 1))), 7);
}

TEST_P(Bulk, UpdateFreesAUniqueValueBeforeItIsTaken) {
    session s{*db};
    EXPECT_EQ(s.bulk_update(std::vector<ride>{{.id = 4, .town = 4, .number = 400},
                                              {.id = 1, .town = 1, .number = 4}},
                            rides.number),
              2);
    s.commit();
    EXPECT_EQ(std::get<0>(session{*db}.one(select(rides.number).where(rides.id == 1))), 4);
}

TEST_P(Bulk, UpdateReachesEachCopyOfAReferenceTable) {
    session s{*db};
    EXPECT_EQ(s.bulk_update(std::vector<fee>{{1, 11}, {2, 22}}), 2);
    s.commit();
    const verify_report report = verify(*db);
    EXPECT_EQ(report.problems, 0);
    EXPECT_EQ(std::get<0>(session{*db}.one(select(fees.cents).where(fees.id == 2))), 22);
}

TEST_P(Bulk, WhatTheHookChangesIsWrittenToo) {
    session s{*db};
    s.bulk_update(std::vector<meter>{{.house = 3, .kind = "gas", .reading = -5}}, meters.reading);
    s.commit();
    EXPECT_EQ(session{*db}.get<meter>(3, "gas")->remark, "below zero");
    EXPECT_THAT(
        failure_text([&] {
            s.bulk_update(
                std::vector<meter>{{.house = 3, .kind = "gas", .reading = -99, .version = 2}},
                meters.reading);
        }),
        HasSubstr("bad_state: before_update() has changed meter.kind"));
    s.rollback();
}

TEST_P(Bulk, ARowThatIsNotThereIsAnErrorAndNothingIsWritten) {
    session s{*db};
    std::vector<meter> changed = some(2'000);
    for (meter& m : changed) m.reading = 9;
    changed[1'500].house = 99'999;
    EXPECT_THAT(failure_text([&] { s.bulk_update(changed, meters.reading); }),
                HasSubstr("stale_object"));
    s.rollback();
    EXPECT_EQ(s.count(select<meter>().where(meters.reading == 9)), 0);
    // In another town: the struct says where its row is.
    EXPECT_THAT(failure_text([&] {
                    s.bulk_update(std::vector<ride>{{.id = 1, .town = 2, .length = 5}},
                                  rides.length);
                }),
                HasSubstr("stale_object"));
    s.rollback();
    EXPECT_THAT(failure_text([&] { s.bulk_erase(std::vector<ride>{{.id = 77, .town = 2}}); }),
                HasSubstr("stale_object"));
    s.rollback();
    EXPECT_EQ(s.count(select<ride>()), 6);
}

TEST_P(Bulk, AnotherVersionIsALostUpdate) {
    {
        session first{*db};
        first.get<meter>(5, "gas").edit().reading = 50;
        first.commit();
    }
    session s{*db};
    EXPECT_THAT(failure_text([&] {
                    s.bulk_update(std::vector<meter>{{.house = 5, .kind = "gas", .reading = 51}},
                                  meters.reading);
                }),
                HasSubstr("stale_object"));
    s.rollback();
    EXPECT_THAT(
        failure_text([&] { s.bulk_erase(std::vector<meter>{{.house = 5, .kind = "gas"}}); }),
        HasSubstr("stale_object"));
    s.rollback();
    EXPECT_EQ(s.get<meter>(5, "gas")->reading, 50);
    EXPECT_EQ(s.bulk_erase(std::vector<meter>{{.house = 5, .kind = "gas", .version = 2}}), 1);
    s.commit();
    EXPECT_FALSE(session{*db}.find<meter>(5, "gas"));
}

TEST_P(Bulk, EraseDeletesTheseRows) {
    session s{*db};
    std::vector<meter> gone = some(2'200);
    EXPECT_EQ(s.bulk_erase(gone), 2'200);
    s.commit();
    const std::vector<meter> left = stored();
    ASSERT_EQ(left.size(), 800u);
    EXPECT_EQ(left.front().house, 1'100);
}

TEST_P(Bulk, ObjectsOfTheSessionSeeIt) {
    session s{*db};
    const auto known = s.find_everywhere<ride>(1);
    const auto added = s.add(ride{.id = 10, .town = 1, .length = 1, .number = 10});
    s.bulk_update(
        std::vector<ride>{{.id = 1, .town = 1, .length = 5}, {.id = 10, .town = 1, .length = 6}},
        rides.length);
    EXPECT_EQ(s.find_everywhere<ride>(1)->length, 5);
    EXPECT_EQ(std::get<0>(s.one(select(rides.length).where(rides.id == 10))), 6);
    s.bulk_erase(std::vector<ride>{{.id = 1, .town = 1}});
    EXPECT_FALSE(s.find_everywhere<ride>(1));
    s.rollback();
    EXPECT_EQ(s.find_everywhere<ride>(1)->length, 1);
    EXPECT_EQ(s.count(select<ride>()), 6);
}

TEST_P(Bulk, ASavepointTakesItBack) {
    session s{*db};
    s.bulk_update(std::vector<ride>{{.id = 1, .town = 1, .length = 5}}, rides.length);
    auto sp = s.savepoint();
    s.bulk_update(std::vector<ride>{{.id = 1, .town = 1, .length = 6}}, rides.length);
    sp.rollback();
    s.commit();
    EXPECT_EQ(std::get<0>(session{*db}.one(select(rides.length).where(rides.id == 1))), 5);
}

TEST_P(Bulk, RefusesKeysAndClusterUniqueColumnsBeforeAnythingIsSent) {
    session s{*db};
    const std::vector<owner> some_owners{{.id = 1, .email = "new", .name = "x"}};
    EXPECT_THAT(failure_text([&] { s.bulk_update(std::vector<meter>{}, meters.house); }),
                HasSubstr("bad_query: bulk_update() finds rows by meter.house"));
    EXPECT_THAT(failure_text([&] { s.bulk_update(std::vector<meter>{}, meters.version); }),
                HasSubstr("bad_query: bulk_update() finds rows by meter.version"));
    EXPECT_THAT(failure_text([&] { s.bulk_update(std::vector<ride>{}, rides.town); }),
                HasSubstr("bad_query: bulk_update() finds rows by ride.town"));
    EXPECT_THAT(failure_text([&] { s.bulk_update(some_owners); }), HasSubstr("not_supported"));
    EXPECT_THAT(failure_text([&] { s.bulk_update(some_owners, owners.email); }),
                HasSubstr("not_supported"));
    EXPECT_THAT(failure_text([&] { s.bulk_erase(some_owners); }), HasSubstr("not_supported"));
    // The session can be used on.
    EXPECT_EQ(s.bulk_update(some_owners, owners.name), 1);
    s.commit();
    EXPECT_EQ(session{*db}.get<owner>(1)->name, "x");
}

TEST_P(Bulk, AValueThatCannotBeStoredSendsNothingOfItsChunk) {
    session s{*db};
    EXPECT_THAT(failure_text([&] {
                    s.bulk_update(std::vector<owner>{{.id = 1, .name = "fine"},
                                                     {.id = 2, .name = std::string("a\0b", 3)}},
                                  owners.name);
                }),
                HasSubstr("value_not_storable"));
    s.rollback();
    EXPECT_EQ(s.get<owner>(1)->name, "n");
}

INSTANTIATE_TEST_SUITE_P(Clusters, Bulk, testing::ValuesIn(cluster_kinds()), label_of);

}  // namespace
}  // namespace shardwise::test
