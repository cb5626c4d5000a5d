// SPDX-License-Identifier: MIT
// Where a key lives, and where statements go.
#include <benchmark/benchmark.h>

#include <vector>

#include "micro/tables.hpp"
#include "plan/router.hpp"

namespace {

namespace sw = shardwise;

void place_of_a_key(benchmark::State& state) {
    const bench::picture p;
    std::int64_t id = 0;
    for (auto _ : state) {
        const sw::arg key{++id};
        benchmark::DoNotOptimize(sw::plan::place(p.users(), {&key, 1}, p.view, {}));
    }
}
BENCHMARK(place_of_a_key);

void route_by_one_key(benchmark::State& state) {
    const bench::picture p;
    const auto statement = sw::sql::add_where(
        p.all_users(), sw::sql::binary(sw::sql::op::eq, p.column("id"),
                                       sw::sql::constant(sw::arg{std::int64_t{7}})));
    for (auto _ : state) benchmark::DoNotOptimize(sw::plan::route_select(*statement, p.view, {}));
}
BENCHMARK(route_by_one_key);

void route_by_in_list(benchmark::State& state) {
    const bench::picture p;
    std::vector<sw::arg> ids;
    for (std::int64_t i = 0; i < state.range(0); ++i) ids.emplace_back(i * 7);
    const auto statement = sw::sql::add_where(
        p.all_users(), sw::sql::in_list(p.column("id"), ids.data(), ids.size(), false));
    for (auto _ : state) benchmark::DoNotOptimize(sw::plan::route_select(*statement, p.view, {}));
}
BENCHMARK(route_by_in_list)->Arg(10)->Arg(1000);

}  // namespace
