// SPDX-License-Identifier: MIT
// What the tests of this folder share: a small model on fresh shards.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "shardwise/base/error.hpp"
#include "shardwise/shardwise.hpp"
#include "support/failure.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::test {

struct account {
    std::int64_t id = 0;
    std::string name;
    std::int64_t balance = 0;
};
struct currency {
    std::int32_t id = 0;
    std::string name;
};

}  // namespace shardwise::test

template <>
struct shardwise::mapping<shardwise::test::account> : table<test::account, "accounts", by_modulo> {
    column<&test::account::id, primary_key, generated, shard_key> id;
    column<&test::account::name> name;
    column<&test::account::balance> balance;
};
template <>
struct shardwise::mapping<shardwise::test::currency>
    : table<test::currency, "currencies", reference_table> {
    column<&test::currency::id, primary_key> id;
    column<&test::currency::name> name;
};

namespace shardwise::test {

inline constexpr mapping<account> accounts;
inline constexpr mapping<currency> currencies;

/// Fresh shards with the tables above.
class Hostile : public ClusterTest {
protected:
    static constexpr std::size_t shard_count = 3;

    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test_shards>(GetParam(), shard_count);
        db = std::make_unique<cluster>(shards->all());
        const schema_report report = db->create_all<account, currency>();
        ASSERT_TRUE(report.complete()) << report.to_string();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }

    void add_accounts(std::int64_t count) const {
        session s{*db};
        for (std::int64_t i = 1; i <= count; ++i)
            s.add(account{.id = i, .name = "n" + std::to_string(i), .balance = 100});
        s.commit();
    }
    /// Counted behind the library's back.
    std::int64_t rows_on_servers(const std::string& table) const {
        std::int64_t all = 0;
        for (std::size_t i = 0; i < shards->all().size(); ++i)
            all += shards->ask(i, "SELECT COUNT(*) FROM " + table).at(0);
        return all;
    }

    std::unique_ptr<test_shards> shards;
    std::unique_ptr<cluster> db;
};

}  // namespace shardwise::test
