// SPDX-License-Identifier: MIT
// Members with an e-mail address, and a nickname within a team, that are unique in a cluster of
// three shards of each kind. After each test rows and lookup rows must agree, whatever happened.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "shardwise/base/error.hpp"
#include "shardwise/shardwise.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::unique_test {

struct member {
    std::int64_t id{};
    std::string name;
    std::optional<std::string> email{};
    std::int32_t team = 0;
    std::optional<std::string> nick{};
};

}  // namespace shardwise::unique_test

template <>
struct shardwise::mapping<shardwise::unique_test::member>
    : table<unique_test::member, "members",
            cluster_unique_together<&unique_test::member::team, &unique_test::member::nick>> {
    using row = unique_test::member;
    column<&row::id, primary_key, generated, shard_key> id;
    column<&row::name, length<40>> name;
    column<&row::email, cluster_unique, length<60>> email;
    column<&row::team> team;
    column<&row::nick, length<20>> nick;
};

namespace shardwise::unique_test {

inline constexpr mapping<member> members;

class Unique : public test::ClusterTest {
protected:
    static constexpr std::size_t shard_count = 3;

    void SetUp() override {
        test::ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test::test_shards>(GetParam(), shard_count);
        db = open();
        for (int again = 0; again < 2; ++again) {
            const schema_report made = db->create_all<member>();
            ASSERT_TRUE(made.complete()) << made.to_string();
        }
        EXPECT_TRUE(db->verify_schema<member>().empty());
    }
    void TearDown() override {
        if (db) {
            db->resolve(0);
            agree();
        }
        db.reset();
        shards.reset();
    }
    std::unique_ptr<cluster> open() const {
        cluster_options o;
        o.lock_timeout_ms = 3'000;
        return std::make_unique<cluster>(shards->all(), o);
    }

    static std::string code_of(const std::function<void()>& call) {
        try {
            call();
        } catch (const error& e) {
            return std::string(name_of(e.code()));
        }
        return "no error";
    }
    /// Adds somebody and commits.
    std::string add(std::int64_t id, std::optional<std::string> email, std::int32_t team = 0,
                    std::optional<std::string> nick = {}) const {
        return code_of([&] {
            session s{*db};
            s.add(member{id, "m", std::move(email), team, std::move(nick)});
            s.commit();
        });
    }
    std::int64_t count() const {
        session s{*db};
        return s.count(select<member>());
    }

    /// Each row has its lookup rows, and each lookup row its row, as the shards have them.
    void agree() const {
        session s{*db};
        std::set<std::string> emails_of_rows, emails_looked_up, nicks_of_rows, nicks_looked_up;
        for (const auto& [id, email, team, nick] :
             s.all(select(members.id, members.email, members.team, members.nick))) {
            if (email) emails_of_rows.insert(*email + "/" + std::to_string(id));
            if (nick)
                nicks_of_rows.insert(std::to_string(team) + "/" + *nick + "/" + std::to_string(id));
        }
        for (const auto& row : s.sql("SELECT email, of_id FROM sw_unique_members_email").rows)
            emails_looked_up.insert(std::string(row[0].view().to_text()) + "/" +
                                    std::to_string(row[1].view().to_integer()));
        for (const auto& row :
             s.sql("SELECT team, nick, of_id FROM sw_unique_members_team_nick").rows)
            nicks_looked_up.insert(std::to_string(row[0].view().to_integer()) + "/" +
                                   std::string(row[1].view().to_text()) + "/" +
                                   std::to_string(row[2].view().to_integer()));
        EXPECT_EQ(emails_of_rows, emails_looked_up);
        EXPECT_EQ(nicks_of_rows, nicks_looked_up);
    }

    std::unique_ptr<test::test_shards> shards;
    std::unique_ptr<cluster> db;
};

inline std::string label_of(const testing::TestParamInfo<std::string>& info) { return info.param; }

}  // namespace shardwise::unique_test
