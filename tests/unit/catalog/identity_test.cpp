// SPDX-License-Identifier: MIT
// The identity protocol as a table: what the shards answered -> what is done or refused.
#include "catalog/identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace shardwise::catalog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::string> abc{"a", "b", "c"};

stamp stamp_of(const std::string& shard, stamp::progress state = stamp::progress::complete) {
    stamp s;
    s.cluster_id = "id-1";
    s.cluster_name = "main";
    s.shard_name = shard;
    s.members = abc;
    s.state = state;
    s.stamp_id = "stamp of " + shard;
    return s;
}
stamp begun(const std::string& shard) { return stamp_of(shard, stamp::progress::initializing); }

shard_answer empty(const std::string& name) { return {name, true, "", name + ".db", {}}; }
shard_answer down(const std::string& name) { return {name, false, "no route", name + ".db", {}}; }
shard_answer with(const std::string& name, stamp s) {
    return {name, true, "", name + ".db", std::move(s)};
}

identity_decision decide(std::vector<shard_answer> answers) {
    return decide_identity(answers, "main");
}

void expect_refused(const identity_decision& d, error_code code,
                    const std::vector<std::string>& words) {
    ASSERT_TRUE(d.refusal);
    EXPECT_EQ(name_of(d.refusal->code), name_of(code));
    for (const std::string& word : words) EXPECT_THAT(d.refusal->message, HasSubstr(word));
    EXPECT_THAT(d.to_stamp, IsEmpty());
    EXPECT_THAT(d.to_mark, IsEmpty());
}

TEST(Identity, StampsAFreshClusterInTheOrderOfTheNames) {
    const auto d = decide({empty("c"), empty("a"), empty("b")});
    EXPECT_FALSE(d.refusal);
    EXPECT_THAT(d.to_stamp, ElementsAre(1, 2, 0));
    EXPECT_EQ(d.cluster_id, "");
}

TEST(Identity, MarksInTheOrderOfTheNamesWhenAllAreStamped) {
    const auto d = decide({with("c", begun("c")), with("a", begun("a")), with("b", begun("b"))});
    EXPECT_FALSE(d.refusal);
    EXPECT_THAT(d.to_stamp, IsEmpty());
    EXPECT_THAT(d.to_mark, ElementsAre(1, 2, 0));
    EXPECT_EQ(d.cluster_id, "id-1");
}

TEST(Identity, OpensACompleteClusterWithoutWriting) {
    const auto d =
        decide({with("a", stamp_of("a")), with("b", stamp_of("b")), with("c", stamp_of("c"))});
    EXPECT_FALSE(d.refusal);
    EXPECT_THAT(d.to_stamp, IsEmpty());
    EXPECT_THAT(d.to_mark, IsEmpty());
    EXPECT_EQ(d.cluster_id, "id-1");
}

TEST(Identity, GoesOnAfterACrashBetweenStampsWithTheSameId) {
    const auto d = decide({with("a", begun("a")), empty("b"), empty("c")});
    EXPECT_FALSE(d.refusal);
    EXPECT_THAT(d.to_stamp, ElementsAre(1, 2));
    EXPECT_EQ(d.cluster_id, "id-1");
}

TEST(Identity, GoesOnAfterACrashBetweenMarks) {
    const auto d = decide({with("a", stamp_of("a")), with("b", begun("b")), with("c", begun("c"))});
    EXPECT_FALSE(d.refusal);
    EXPECT_THAT(d.to_mark, ElementsAre(1, 2));
}

TEST(Identity, OpensWithAShardDownOnceTheClusterIsComplete) {
    const auto d = decide({with("a", stamp_of("a")), down("b"), with("c", stamp_of("c"))});
    EXPECT_FALSE(d.refusal);
    EXPECT_EQ(d.cluster_id, "id-1");
}

TEST(Identity, NeedsAllShardsOnTheFirstUse) {
    expect_refused(decide({empty("a"), down("b"), empty("c")}), error_code::shard_unavailable,
                   {"first use", "shard b", "no route"});
    expect_refused(decide({with("a", begun("a")), down("b"), empty("c")}),
                   error_code::shard_unavailable, {"shard b"});
}

TEST(Identity, SaysThatNoShardCanBeReached) {
    expect_refused(decide({down("a"), down("b"), down("c")}), error_code::shard_unavailable,
                   {"no shard", "no route"});
}

TEST(Identity, NamesBothShardsOfOneDatabase) {
    for (const auto& one : {stamp_of("a"), begun("a")})
        expect_refused(decide({with("a", one), with("b", one), empty("c")}),
                       error_code::wrong_shard, {"shards a and b", "same database"});
}

TEST(Identity, NamesSwappedShards) {
    expect_refused(
        decide({with("a", stamp_of("b")), with("b", stamp_of("a")), with("c", stamp_of("c"))}),
        error_code::wrong_shard, {"a and b are swapped"});
    expect_refused(
        decide({with("a", stamp_of("b")), with("b", stamp_of("c")), with("c", stamp_of("a"))}),
        error_code::wrong_shard, {"shard a reaches shard b"});
    expect_refused(decide({with("a", stamp_of("b")), down("b"), with("c", stamp_of("c"))}),
                   error_code::wrong_shard, {"shard a reaches shard b"});
}

TEST(Identity, RefusesAShardOfAnotherCluster) {
    stamp foreign = stamp_of("b");
    foreign.cluster_id = "id-2";
    expect_refused(decide({with("a", stamp_of("a")), with("b", foreign), with("c", stamp_of("c"))}),
                   error_code::wrong_shard, {"shard b", "another cluster", "id-2", "id-1"});
    foreign = stamp_of("b");
    foreign.cluster_name = "billing";
    expect_refused(decide({with("a", stamp_of("a")), with("b", foreign), with("c", stamp_of("c"))}),
                   error_code::wrong_shard, {"shard b", "'billing'", "'main'"});
}

TEST(Identity, RefusesAConfigurationThatLacksAMember) {
    expect_refused(decide({with("a", stamp_of("a")), with("b", stamp_of("b"))}),
                   error_code::missing_shard, {"no shard c"});
}

TEST(Identity, RefusesAShardThatIsNoMember) {
    expect_refused(decide({with("a", stamp_of("a")), with("b", stamp_of("b")),
                           with("c", stamp_of("c")), empty("d")}),
                   error_code::wrong_shard, {"shard d", "resharding"});
}

TEST(Identity, NeverStampsAnEmptyDatabaseOfACompleteCluster) {
    expect_refused(decide({with("a", stamp_of("a")), empty("b"), with("c", stamp_of("c"))}),
                   error_code::wrong_shard, {"shard b (b.db)", "empty or wrong database"});
}

TEST(Identity, RefusesAFormatThatItCannotRead) {
    stamp newer = stamp_of("a");
    newer.format = 2;
    expect_refused(decide({with("a", newer), with("b", stamp_of("b")), with("c", stamp_of("c"))}),
                   error_code::wrong_shard, {"format 2"});
}

/// Runs the protocol to its end over simulated databases, with a crash after so many writes.
class simulated {
public:
    std::map<std::string, std::optional<stamp>> databases{{"a", {}}, {"b", {}}, {"c", {}}};

    /// False: crashed.
    bool open(const std::string& fresh_id, int writes_before_crash) {
        for (;;) {
            std::vector<shard_answer> answers;
            for (const auto& [name, s] : databases) answers.push_back({name, true, "", "", s});
            const auto d = decide_identity(answers, "main");
            EXPECT_FALSE(d.refusal) << d.refusal->message;
            if (d.refusal || (d.to_stamp.empty() && d.to_mark.empty())) return true;
            for (const std::size_t i : d.to_stamp) {
                if (writes_before_crash-- == 0) return false;
                stamp s = begun(answers[i].name);
                s.cluster_id = d.cluster_id.empty() ? fresh_id : d.cluster_id;
                databases[answers[i].name] = s;
            }
            for (const std::size_t i : d.to_mark) {
                if (writes_before_crash-- == 0) return false;
                databases[answers[i].name]->state = stamp::progress::complete;
            }
        }
    }
};

TEST(Identity, EndsWithOneIdHoweverOftenItCrashed) {
    for (int first = 0; first <= 6; ++first) {
        for (int second = 0; second <= 6; ++second) {
            simulated cluster;
            cluster.open("x", first);
            cluster.open("y", second);
            ASSERT_TRUE(cluster.open("z", 100));
            for (const auto& [name, s] : cluster.databases) {
                ASSERT_TRUE(s);
                EXPECT_EQ(s->state, stamp::progress::complete);
                EXPECT_EQ(s->cluster_id, cluster.databases["a"]->cluster_id);
            }
        }
    }
}

TEST(Identity, ChecksTheStampOfLaterConnections) {
    EXPECT_FALSE(check_stamp(stamp_of("a"), "a", "id-1"));
    EXPECT_FALSE(check_stamp(begun("a"), "a", "id-1"));
    for (const auto& [found, word] : std::vector<std::pair<std::optional<stamp>, std::string>>{
             {std::nullopt, "without"}, {stamp_of("b"), "reaches shard b"}}) {
        const auto refusal = check_stamp(found, "a", "id-1");
        ASSERT_TRUE(refusal);
        EXPECT_EQ(refusal->code, error_code::wrong_shard);
        EXPECT_THAT(refusal->message, HasSubstr(word));
    }
    EXPECT_THAT(check_stamp(stamp_of("a"), "a", "id-9")->message, HasSubstr("another cluster"));
}

TEST(ShardNames, AreNeitherEmptyNorDoubled) {
    EXPECT_NO_THROW(check_shard_names({"a", "we\"ird", "Robert'); DROP TABLE users;--"}));
    for (const auto& names : std::vector<std::vector<std::string>>{
             {}, {""}, {"a", "b", "a"}, {std::string("a\0b", 3)}, {std::string(64, 'x')}}) {
        try {
            check_shard_names(names);
            ADD_FAILURE() << "accepted";
        } catch (const error& e) {
            EXPECT_EQ(e.code(), error_code::bad_config);
        }
    }
}

}  // namespace
}  // namespace shardwise::catalog
