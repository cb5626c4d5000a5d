// SPDX-License-Identifier: MIT
// Members to scalars and back, through the one codec of each C++ type.
#include <benchmark/benchmark.h>

#include <string>

#include "shardwise/schema/codec.hpp"

namespace {

namespace sw = shardwise;

template <class T>
void there_and_back(benchmark::State& state, const T& value) {
    const sw::codec& codec = sw::codec_of<T>;
    T copy{};
    for (auto _ : state) {
        codec.put(&copy, codec.get(&value));
        benchmark::DoNotOptimize(copy);
    }
}
BENCHMARK_CAPTURE(there_and_back, int64, std::int64_t{42});
BENCHMARK_CAPTURE(there_and_back, short_text, std::string("HA"));
BENCHMARK_CAPTURE(there_and_back, long_text, std::string(100, 'x'));
BENCHMARK_CAPTURE(there_and_back, timestamp, sw::timestamp{1'600'000'000'000'000});

}  // namespace
