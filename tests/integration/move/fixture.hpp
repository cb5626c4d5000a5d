// SPDX-License-Identifier: MIT
// Two groups of tables on three shards, placed by modulo, so that a key says where its row lives:
// accounts of tenants, whose primary key is not the shard key, with documents (that may belong to
// each other) and pages; houses, whose primary key is the shard key, with rooms and chairs.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "shardwise/base/error.hpp"
#include "shardwise/shardwise.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::move_test {

struct account {
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::string name;
    std::optional<std::string> email{};
    std::int64_t version = 1;
};
struct doc {
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::int64_t account_id = 0;
    std::optional<std::int64_t> part_of{};
    std::string title;
};
struct page {
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::int64_t doc_id = 0;
    decimal weight{};
    double ratio = 0;
    std::optional<timestamp> seen{};
    bytes raw{};
    std::optional<json> extra{};
    std::optional<date> day{};
    std::optional<uuid> token{};
    bool open = false;
};
struct house {
    std::int64_t id = 0;
    std::string name;
};
struct room {
    std::int64_t house_id = 0;
    std::int32_t no = 0;
    std::string name;
};
struct chair {
    std::int64_t house_id = 0;
    std::int32_t room_no = 0;
    std::int32_t no = 0;
    std::int32_t legs = 4;
};

/// Some columns of `houses`.
struct house_number {
    std::int64_t id = 0;
};
struct shop {
    std::int64_t id = 0;
    std::string region;
    std::string name;
};
struct item {
    std::int64_t id = 0;
    std::string region;
    std::int64_t shop_id = 0;
};

}  // namespace shardwise::move_test

template <>
struct shardwise::mapping<shardwise::move_test::account>
    : table<move_test::account, "accounts", by_modulo> {
    using row = move_test::account;
    column<&row::id, primary_key> id;
    column<&row::tenant, shard_key> tenant;
    column<&row::name, length<40>> name;
    column<&row::email, cluster_unique, length<60>> email;
    column<&row::version, row_version> version;
};
template <>
struct shardwise::mapping<shardwise::move_test::doc>
    : table<move_test::doc, "docs", colocated_with<move_test::account>> {
    using row = move_test::doc;
    column<&row::id, primary_key> id;
    column<&row::tenant, shard_key> tenant;
    column<&row::account_id, references<&move_test::account::id>> account_id;
    column<&row::part_of, references<&row::id>> part_of;
    column<&row::title> title;
};
template <>
struct shardwise::mapping<shardwise::move_test::page>
    : table<move_test::page, "pages", colocated_with<move_test::doc>> {
    using row = move_test::page;
    column<&row::id, primary_key> id;
    column<&row::tenant, shard_key> tenant;
    column<&row::doc_id, references<&move_test::doc::id>> doc_id;
    column<&row::weight, digits<12, 3>> weight;
    column<&row::ratio> ratio;
    column<&row::seen> seen;
    column<&row::raw> raw;
    column<&row::extra> extra;
    column<&row::day> day;
    column<&row::token> token;
    column<&row::open> open;
};
template <>
struct shardwise::mapping<shardwise::move_test::house>
    : table<move_test::house, "houses", by_modulo> {
    column<&move_test::house::id, primary_key, shard_key> id;
    column<&move_test::house::name> name;
};
template <>
struct shardwise::mapping<shardwise::move_test::room> : table<move_test::room, "rooms"> {
    using row = move_test::room;
    column<&row::house_id, primary_key, references<&move_test::house::id>, shard_key> house_id;
    column<&row::no, primary_key> no;
    column<&row::name> name;
};
template <>
struct shardwise::mapping<shardwise::move_test::chair>
    : table<move_test::chair, "chairs", colocated_with<move_test::room>,
            foreign_key<columns<&move_test::chair::house_id, &move_test::chair::room_no>,
                        columns<&move_test::room::house_id, &move_test::room::no>,
                        on_delete::cascade>> {
    using row = move_test::chair;
    column<&row::house_id, primary_key, shard_key> house_id;
    column<&row::room_no, primary_key> room_no;
    column<&row::no, primary_key> no;
    column<&row::legs> legs;
};

template <>
struct shardwise::mapping<shardwise::move_test::house_number>
    : table<move_test::house_number, "houses", by_modulo> {
    column<&move_test::house_number::id, primary_key, shard_key> id;
};
template <>
struct shardwise::mapping<shardwise::move_test::shop>
    : table<move_test::shop, "shops", by_directory> {
    using row = move_test::shop;
    column<&row::id, primary_key> id;
    column<&row::region, shard_key, length<20>> region;
    column<&row::name> name;
};
template <>
struct shardwise::mapping<shardwise::move_test::item>
    : table<move_test::item, "items", colocated_with<move_test::shop>> {
    using row = move_test::item;
    column<&row::id, primary_key> id;
    column<&row::region, shard_key, length<20>> region;
    column<&row::shop_id, references<&move_test::shop::id>> shop_id;
};

namespace shardwise::move_test {

inline constexpr mapping<account> accounts;
inline constexpr mapping<doc> docs;
inline constexpr mapping<page> pages;
inline constexpr mapping<house> houses;
inline constexpr mapping<room> rooms;
inline constexpr mapping<chair> chairs;

inline std::string code_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const error& e) {
        return std::string(name_of(e.code()));
    }
    return "no error";
}

class Move : public test::ClusterTest {
protected:
    static constexpr std::size_t shard_count = 3;

    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test::test_shards>(GetParam(), shard_count);
        cluster_options o;
        o.lock_timeout_ms = 1'000;
        db = std::make_unique<cluster>(shards->all(), o);
        const schema_report made = db->create_all<account, doc, page, house, room, chair>();
        ASSERT_TRUE(made.complete()) << made.to_string();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }

    /// Account `id` of a tenant with two documents, the second part of the first, and a page each.
    void add_account(std::int64_t id, std::int64_t tenant) {
        session s{*db};
        s.add(account{.id = id,
                      .tenant = tenant,
                      .name = "a" + std::to_string(id),
                      .email = std::to_string(id) + "@x"});
        for (std::int64_t d = id * 10 + 1; d <= id * 10 + 2; ++d) {
            s.add(doc{.id = d,
                      .tenant = tenant,
                      .account_id = id,
                      .part_of = d == id * 10 + 2 ? std::optional(d - 1) : std::nullopt,
                      .title = "d" + std::to_string(d)});
            s.flush();
            s.add(a_page(d * 10, tenant, d));
        }
        s.commit();
    }
    static page a_page(std::int64_t id, std::int64_t tenant, std::int64_t doc_id) {
        return {.id = id,
                .tenant = tenant,
                .doc_id = doc_id,
                .weight = decimal::parse("123456789.125"),
                .ratio = 0.1,
                .seen = timestamp::parse("2024-02-29 12:34:56.789012"),
                .raw = bytes{std::byte{0}, std::byte{255}, std::byte{39}},
                .extra = json{R"({"a": [1, "x"]})"},
                .day = date::parse("1999-12-31"),
                .token = uuid::parse("00112233-4455-6677-8899-aabbccddeeff"),
                .open = true};
    }
    void add_house(std::int64_t id) {
        session s{*db};
        s.add(house{id, "h" + std::to_string(id)});
        for (std::int32_t no = 1; no <= 2; ++no) {
            s.add(room{id, no, "r" + std::to_string(no)});
            for (std::int32_t c = 1; c <= 2; ++c) s.add(chair{id, no, c, 3 + c});
        }
        s.commit();
    }
    /// How many rows each shard has.
    std::vector<std::int64_t> count(const std::string& table, const std::string& where = "1=1") {
        std::vector<std::int64_t> all;
        for (std::size_t i = 0; i < shard_count; ++i)
            all.push_back(
                shards->ask(i, "SELECT COUNT(*) FROM " + table + " WHERE " + where).at(0));
        return all;
    }
    std::string name_of_shard(std::size_t i) const { return "s" + std::to_string(i + 1); }

    std::unique_ptr<test::test_shards> shards;
    std::unique_ptr<cluster> db;
};

inline std::string label_of(const testing::TestParamInfo<std::string>& info) { return info.param; }

}  // namespace shardwise::move_test
