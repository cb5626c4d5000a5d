// SPDX-License-Identifier: MIT
// Building, planning and compiling W5's statement.
#include <benchmark/benchmark.h>

#include "micro/tables.hpp"
#include "plan/planner.hpp"
#include "sql/compiler.hpp"
#include "workloads/model.hpp"

namespace {

namespace sw = shardwise;

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

void compile_a_select(benchmark::State& state) {
    const bench::picture p;
    const auto statement = p.newest();
    const auto& dialect = sw::sql::dialect_for(sw::sql::dialect_kind::postgres);
    for (auto _ : state) benchmark::DoNotOptimize(sw::sql::compile(*statement, dialect));
}
BENCHMARK(compile_a_select);

}  // namespace
