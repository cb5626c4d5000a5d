// SPDX-License-Identifier: MIT
// Building, planning and compiling W5's statement.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "micro/tables.hpp"
#include "plan/plan_cache.hpp"
#include "plan/planner.hpp"
#include "sql/compiler.hpp"
#include "workloads/model.hpp"

namespace {

namespace sw = shardwise;
using purpose = sw::plan::plan_cache::purpose;

/// A cache over four endpoints that nobody connects to.
struct known_plans {
    std::vector<std::unique_ptr<sw::engine::engine>> endpoints;
    std::unique_ptr<sw::plan::plan_cache> cache;

    known_plans() {
        std::vector<sw::engine::engine*> all;
        for (int i = 0; i < 4; ++i) {
            endpoints.push_back(std::make_unique<sw::engine::engine>(
                sw::engine::parse_url("sqlite:///nowhere.db"), sw::engine::pool_options{}));
            all.push_back(endpoints.back().get());
        }
        cache = std::make_unique<sw::plan::plan_cache>(all);
    }
};

void build_a_typed_statement(benchmark::State& state) {
    const std::string country = "HA";
    for (auto _ : state)
        benchmark::DoNotOptimize(sw::select<bench::user>()
                                     .where(bench::users.country == country)
                                     .order_by(bench::users.created.desc())
                                     .limit(50));
}
BENCHMARK(build_a_typed_statement);

void plan_a_scatter(benchmark::State& state) {
    const bench::picture p;
    const auto statement = p.newest();
    for (auto _ : state) benchmark::DoNotOptimize(sw::plan::plan_select(statement, p.view, {}));
}
BENCHMARK(plan_a_scatter);

/// W5 with another country each time: what a statement costs that was planned before.
void plan_a_known_scatter(benchmark::State& state) {
    const bench::picture p;
    const known_plans known;
    const sw::sql::select_ptr statements[] = {p.newest("HA"), p.newest("HB")};
    std::size_t n = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(known.cache->find(statements[++n % 2], purpose::rows, p.view));
}
BENCHMARK(plan_a_known_scatter);

/// One shard, named by the key; `tables` more tables in the schema make no difference.
void plan_a_known_read_by_key(benchmark::State& state) {
    const bench::picture p(static_cast<std::size_t>(state.range(0)));
    const known_plans known;
    std::vector<sw::sql::select_ptr> statements;
    for (std::int64_t id = 0; id < 16; ++id) statements.push_back(p.with_id(id));
    std::size_t n = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(
            known.cache->find(statements[++n % statements.size()], purpose::rows, p.view));
}
BENCHMARK(plan_a_known_read_by_key)->Arg(0)->Arg(1000);

void compile_a_select(benchmark::State& state) {
    const bench::picture p;
    const auto statement = p.newest();
    const auto& dialect = sw::sql::dialect_for(sw::sql::dialect_kind::postgres);
    for (auto _ : state) benchmark::DoNotOptimize(sw::sql::compile(*statement, dialect));
}
BENCHMARK(compile_a_select);

}  // namespace
