// SPDX-License-Identifier: MIT
// The session's own costs, on one SQLite shard in memory: objects it has, objects it has not.
#include <benchmark/benchmark.h>

#include <vector>

#include "common/rows.hpp"
#include "workloads/model.hpp"

namespace {

namespace sw = shardwise;

struct database {
    static constexpr std::int64_t rows = 10'000;
    sw::cluster db{std::vector<sw::shard_url>{{"only", "sqlite://:memory:"}}};
    database() {
        db.create_all<bench::user>();
        std::vector<bench::user> all(rows);
        for (std::int64_t id = 1; id <= rows; ++id)
            bench::fill_user(id, all[static_cast<std::size_t>(id - 1)]);
        sw::session session(db);
        session.bulk_insert(all);
        session.commit();
    }
};

void open_a_session(benchmark::State& state) {
    database d;
    for (auto _ : state) {
        sw::session session(d.db);
        benchmark::DoNotOptimize(session.in_transaction());
    }
}
BENCHMARK(open_a_session);

/// Issue 4: a session is cheap.
void a_million_sessions(benchmark::State& state) {
    database d;
    for (auto _ : state)
        for (int i = 0; i < 1'000'000; ++i) {
            sw::session session(d.db);
            benchmark::DoNotOptimize(session.in_transaction());
        }
    state.SetItemsProcessed(state.iterations() * 1'000'000);
}
BENCHMARK(a_million_sessions)->Iterations(1)->Unit(benchmark::kMillisecond);

void find_a_known_object(benchmark::State& state) {
    database d;
    sw::session session(d.db);
    const auto all = session.all(sw::select<bench::user>()).to_vector();
    std::int64_t id = 0;
    for (auto _ : state) {
        id = id % database::rows + 1;
        benchmark::DoNotOptimize(session.find<bench::user>(id));
    }
}
BENCHMARK(find_a_known_object);

void find_an_unknown_object(benchmark::State& state) {
    database d;
    std::int64_t id = 0;
    for (auto _ : state) {
        id = id % database::rows + 1;
        sw::session session(d.db);
        benchmark::DoNotOptimize(session.find<bench::user>(id));
    }
}
BENCHMARK(find_an_unknown_object);

}  // namespace
