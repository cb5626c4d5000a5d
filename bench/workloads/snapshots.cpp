// SPDX-License-Identifier: MIT
// Transfers over two shards with and without snapshots beside them (docs/performance.md):
//     bench_snapshots CLIENTS SECONDS SNAPSHOTS_PER_SECOND URL URL...
// creates its tables in the databases named, and checks the sum of each snapshot.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "shardwise/shardwise.hpp"

namespace bench {
namespace {

namespace sw = shardwise;
using clock = std::chrono::steady_clock;

struct purse {
    std::int64_t id = 0;
    std::int64_t balance = 0;
};

}  // namespace
}  // namespace bench

template <>
struct shardwise::mapping<bench::purse> : table<bench::purse, "bench_purses", by_modulo> {
    column<&bench::purse::id, primary_key, shard_key> id;
    column<&bench::purse::balance> balance;
};

namespace bench {
namespace {

constexpr sw::mapping<purse> purses;
constexpr std::int64_t purse_count = 2'000;

double ms_since(clock::time_point t) {
    return std::chrono::duration<double, std::milli>(clock::now() - t).count();
}

struct figures {
    std::vector<double> values;
    double at(double part) {
        if (values.empty()) return 0;
        std::sort(values.begin(), values.end());
        return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
    }
};

void pay(sw::cluster& db, std::int64_t from, std::int64_t to) {
    sw::run_unit(db, [&](sw::session& s) {
        for (const auto& [id, by] : {std::pair(std::min(from, to), -1), {std::max(from, to), 1}})
            s.run(sw::update<purse>()
                      .set(purses.balance, purses.balance + by)
                      .where(purses.id == id));
    });
}

int run(int clients, int seconds, int per_second, std::vector<sw::shard_url> urls) {
    sw::cluster_options options;
    options.pool_size = static_cast<std::size_t>(clients) + 4;
    const auto shards = static_cast<std::int64_t>(urls.size());
    sw::cluster db(std::move(urls), options);
    db.create_all<purse>();
    {
        sw::session s(db);
        s.run(sw::erase<purse>());
        for (std::int64_t i = 0; i < purse_count; ++i) s.add(purse{i, 1'000});
        s.commit();
    }
    std::atomic<bool> over{false};
    std::vector<figures> commits(static_cast<std::size_t>(clients));
    std::vector<std::thread> threads;
    for (int t = 0; t < clients; ++t)
        threads.emplace_back([&, t] {
            std::mt19937 random(static_cast<std::uint32_t>(t));
            std::uniform_int_distribution<std::int64_t> any(0, purse_count - 1);
            while (!over) {
                const std::int64_t from = any(random);
                const std::int64_t to = from - from % shards + (from + 1) % shards;
                const auto begin = clock::now();
                if (to < purse_count) pay(db, from, to);
                commits[static_cast<std::size_t>(t)].values.push_back(ms_since(begin));
            }
        });
    figures openings;
    int wrong = 0;
    const auto begin = clock::now();
    for (auto next = begin; ms_since(begin) < 1'000.0 * seconds;) {
        next += std::chrono::microseconds(1'000'000 / std::max(per_second, 1));
        std::this_thread::sleep_until(next);
        if (per_second == 0) continue;
        const auto opening = clock::now();
        sw::session snap = db.read_snapshot();
        openings.values.push_back(ms_since(opening));
        std::int64_t sum = 0;
        for (const purse& p : snap.values(sw::select<purse>())) sum += p.balance;
        wrong += sum == purse_count * 1'000 ? 0 : 1;
    }
    const double took = ms_since(begin) / 1'000;
    over = true;
    for (std::thread& t : threads) t.join();
    figures all;
    for (figures& f : commits)
        all.values.insert(all.values.end(), f.values.begin(), f.values.end());
    std::printf(
        "%d clients, %d snapshots/s wanted: %.0f transfers/s (p50 %.1f ms, p99 %.1f ms); "
        "%zu snapshots, %d wrong, opened in p50 %.1f ms, p99 %.1f ms\n",
        clients, per_second, static_cast<double>(all.values.size()) / took, all.at(0.5),
        all.at(0.99), openings.values.size(), wrong, openings.at(0.5), openings.at(0.99));
    return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    if (argc < 6) {
        std::fputs("usage: bench_snapshots CLIENTS SECONDS SNAPSHOTS_PER_SECOND URL URL...\n",
                   stderr);
        return 2;
    }
    std::vector<shardwise::shard_url> urls;
    for (int i = 4; i < argc; ++i) urls.push_back({"s" + std::to_string(i - 3), argv[i]});
    return bench::run(std::atoi(argv[1]), std::atoi(argv[2]), std::atoi(argv[3]), urls);
}
