// SPDX-License-Identifier: MIT
// bench_pages URL...: a page of 50 at different depths of an ordered list, by cursor and by OFFSET.
// Each URL is a shard; they get a table bench_track of one million rows in all, dropped at the end.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "shardwise/shardwise.hpp"

namespace sw = shardwise;

namespace bench {
struct track {
    std::int64_t id{};
    std::int32_t price{};
    std::string title;
};
}  // namespace bench

template <>
struct shardwise::mapping<bench::track> : table<bench::track, "bench_track", by_modulo,
                                                index_on<&bench::track::price, &bench::track::id>> {
    column<&bench::track::id, primary_key, shard_key> id;
    column<&bench::track::price> price;
    column<&bench::track::title> title;
};

namespace {

constexpr sw::mapping<bench::track> tracks;
constexpr std::int64_t rows = 1'000'000;
constexpr int repetitions = 21;

/// Median of some runs, in milliseconds.
template <class Work>
double milliseconds(Work work) {
    std::vector<double> took;
    for (int i = 0; i < repetitions; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double, std::milli> time =
            std::chrono::steady_clock::now() - begin;
        took.push_back(time.count());
    }
    std::sort(took.begin(), took.end());
    return took[took.size() / 2];
}

void fill(sw::cluster& db) {
    std::vector<bench::track> all;
    for (std::int64_t i = 0; i < rows; ++i)
        all.push_back({i, static_cast<std::int32_t>(i * 7919 % 20'011),
                       "title " + std::to_string(i % 1'000)});
    sw::session s{db, {.timeout_ms = 600'000}};
    s.bulk_insert(all);
    s.commit();
}

void measure(sw::cluster& db, bool with_offset) {
    sw::session s{db, {.timeout_ms = 600'000}};
    const auto q = sw::select(tracks.id, tracks.price, tracks.title).order_by(tracks.price);
    std::printf("%10s %12s %12s\n", "depth", "page, ms", "OFFSET, ms");
    sw::cursor at;
    std::int64_t reached = 0;
    for (const std::int64_t depth : {0L, 10'000L, 100'000L, 500'000L, 999'900L}) {
        while (reached < depth) {
            const auto step = std::min<std::int64_t>(depth - reached, 100'000);
            at = s.page(q.limit(step), at).next();
            reached += step;
        }
        const double paged = milliseconds([&] {
            if (s.page(q.limit(50), at).size() != 50) std::puts("a page is too small");
        });
        const double skipped =
            with_offset ? milliseconds([&] { s.all(q.limit(50).offset(depth)); }) : 0.0;
        std::printf("%10lld %12.2f %12.2f\n", static_cast<long long>(depth), paged, skipped);
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<sw::shard_url> shards;
    bool with_offset = true;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--no-offset")
            with_offset = false;
        else
            shards.emplace_back("s" + std::to_string(shards.size() + 1), word);
    }
    if (shards.empty()) {
        std::puts("usage: bench_pages [--no-offset] URL...");
        return 2;
    }
    try {
        sw::cluster db(shards);
        db.create_all<bench::track>();
        fill(db);
        measure(db, with_offset);
        db.drop_all<bench::track>();
    } catch (const sw::error& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
    return 0;
}
