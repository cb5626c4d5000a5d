// SPDX-License-Identifier: MIT
// What the tests of this folder share: tracks by modulo, plays that live elsewhere, numbers as a
// reference table (a way to make work for the servers), over three shards of each kind.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "shardwise/base/error.hpp"
#include "shardwise/shardwise.hpp"
#include "support/failure.hpp"
#include "support/test_cluster.hpp"

namespace shardwise::test {

struct track {
    std::int64_t id{};
    std::optional<std::string> name{};
    std::int32_t rating{};
    std::optional<double> score{};
    decimal price;
    std::string words;
};
struct play {
    std::int64_t id{};
    std::int64_t track_id{};
    std::int32_t minutes{};
};
struct number {
    std::int32_t n{};
};

}  // namespace shardwise::test

template <>
struct shardwise::mapping<shardwise::test::track> : table<test::track, "track", by_modulo> {
    column<&test::track::id, primary_key, shard_key> id;
    column<&test::track::name> name;
    column<&test::track::rating, indexed> rating;
    column<&test::track::score> score;
    column<&test::track::price, digits<10, 2>> price;
    column<&test::track::words> words;
};
template <>
struct shardwise::mapping<shardwise::test::play> : table<test::play, "play"> {
    column<&test::play::id, primary_key, shard_key> id;
    column<&test::play::track_id> track_id;
    column<&test::play::minutes> minutes;
};
template <>
struct shardwise::mapping<shardwise::test::number>
    : table<test::number, "number", reference_table> {
    column<&test::number::n, primary_key> n;
};

namespace shardwise::test {

inline constexpr mapping<track> tracks;
inline constexpr mapping<play> plays;
inline constexpr mapping<number> numbers;

/// Memory of this process that is not a part of a file, in bytes.
inline std::int64_t resident_bytes() {
    std::ifstream f("/proc/self/status");
    for (std::string word; f >> word;) {
        std::int64_t kilobytes = 0;
        if (word == "RssAnon:" && f >> kilobytes) return kilobytes * 1024;
    }
    throw std::runtime_error("no RssAnon in /proc/self/status");
}

class Limits : public ClusterTest {
protected:
    static constexpr std::size_t shard_count = 3;

    void SetUp() override {
        ClusterTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        shards = std::make_unique<test_shards>(GetParam(), shard_count);
        open({});
        const schema_report report = db->create_all<track, play, number>();
        ASSERT_TRUE(report.complete()) << report.to_string();
    }
    void TearDown() override {
        db.reset();
        shards.reset();
    }
    void open(cluster_options o) {
        db.reset();
        db = std::make_unique<cluster>(shards->all(), std::move(o));
    }

    /// Ids 1..count, `words` of so many bytes.
    void add_tracks(std::int64_t count, std::size_t words = 0) const {
        std::vector<track> all;
        for (std::int64_t i = 1; i <= count; ++i)
            all.push_back(
                {.id = i,
                 .name = i % 7 == 0 ? std::nullopt : std::optional("n" + std::to_string(i % 10)),
                 .rating = static_cast<std::int32_t>(i % 5),
                 .score = i % 4 == 0 ? std::nullopt : std::optional(double(i % 6) / 4),
                 .price = decimal::from_unscaled(i % 9 * 50, 2),
                 .words = std::string(words, 'w')});
        session s{*db};
        s.bulk_insert(all);
        s.commit();
    }
    void add_plays(std::int64_t count) const {
        std::vector<play> all;
        for (std::int64_t i = 1; i <= count; ++i)
            all.push_back({.id = i, .track_id = i % 50 + 1, .minutes = std::int32_t(i % 90)});
        session s{*db};
        s.bulk_insert(all);
        s.commit();
    }
    void add_numbers(std::int32_t count) const {
        std::vector<number> all;
        for (std::int32_t i = 1; i <= count; ++i) all.push_back({i});
        session s{*db};
        s.bulk_insert(all);
        s.commit();
    }

    /// Statements of this cluster that servers work on now.
    std::int64_t running() const {
        std::int64_t all = 0;
        for (std::size_t i = 0; i < shards->all().size(); ++i) {
            const std::string& url = (*shards)[i].url;
            if (url.starts_with("postgres"))
                all += shards
                           ->ask(i,
                                 "SELECT COUNT(DISTINCT l.pid) FROM pg_locks l JOIN "
                                 "pg_stat_activity a ON a.pid = l.pid WHERE l.relation = "
                                 "'track'::regclass AND l.pid <> pg_backend_pid() AND "
                                 "a.state = 'active'")
                           .at(0);
            else if (url.starts_with("mariadb"))
                all += shards
                           ->ask(i,
                                 "SELECT COUNT(*) FROM information_schema.processlist WHERE db = "
                                 "DATABASE() AND id <> CONNECTION_ID() AND command <> 'Sleep'")
                           .at(0);
        }
        return all;
    }
    /// Cancelling is a request: servers may take a moment to see it.
    void nothing_runs() const {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        std::int64_t left = running();
        while (left > 0 && std::chrono::steady_clock::now() < end) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            left = running();
        }
        EXPECT_EQ(left, 0);
    }

    std::unique_ptr<test_shards> shards;
    std::unique_ptr<cluster> db;
};

}  // namespace shardwise::test
