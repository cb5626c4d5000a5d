// SPDX-License-Identifier: MIT
#include "common/measure.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <latch>
#include <thread>
#include <vector>

#include "common/allocations.hpp"
#include "common/rows.hpp"

namespace bench {
namespace {

using clock = std::chrono::steady_clock;
using seconds = std::chrono::duration<double>;

constexpr auto warm_up_time = std::chrono::milliseconds(300);

struct arguments {
    std::string workload;
    std::string shards;
    double seconds = 5;
};

arguments read_arguments(int argc, char** argv) {
    arguments a;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        if (name == "--json") continue;
        if (i + 1 >= argc) throw std::runtime_error("an argument is missing or unknown: " + name);
        const std::string value = argv[++i];
        if (name == "--workload") {
            a.workload = value;
        } else if (name == "--shards") {
            a.shards = value;
        } else if (name == "--seconds") {
            a.seconds = std::stod(value);
        } else {
            throw std::runtime_error("unknown argument: " + name);
        }
    }
    if (a.workload.empty() || a.shards.empty())
        throw std::runtime_error("usage: --workload W --shards FILE [--seconds S] [--json]");
    return a;
}

double cpu_seconds() {
    rusage u{};
    getrusage(RUSAGE_SELF, &u);
    const auto in_seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return in_seconds(u.ru_utime) + in_seconds(u.ru_stime);
}

/// What one client did in the measured time.
struct tally {
    std::uint64_t ops = 0;
    std::vector<float> micros;  ///< of each step
    std::exception_ptr failure;
};

void warm_up(client& c) {
    const auto end = clock::now() + warm_up_time;
    do {
        c.step();
    } while (clock::now() < end);
}

void work(client& c, clock::time_point end, tally& t) {
    auto before = clock::now();
    do {
        t.ops += c.step();
        const auto after = clock::now();
        t.micros.push_back(std::chrono::duration<float, std::micro>(after - before).count());
        before = after;
    } while (before < end);
}

float percentile(std::vector<float>& all, double part) {
    if (all.empty()) return 0;
    const auto at = static_cast<std::size_t>(part * static_cast<double>(all.size() - 1));
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(at), all.end());
    return all[at];
}

void measure(program& p, const arguments& a) {
    const unsigned count = p.clients(a.workload);
    std::vector<std::unique_ptr<client>> clients;
    for (unsigned i = 0; i < count; ++i) clients.push_back(p.make_client(a.workload, i));
    std::vector<tally> tallies(count);
    for (tally& t : tallies) t.micros.reserve(std::size_t{1} << 20);

    // All warm up at the same time, so that a pool has opened a connection for each of them.
    std::latch warm(static_cast<std::ptrdiff_t>(count));
    std::latch start(1);
    const auto length = std::chrono::duration_cast<clock::duration>(seconds(a.seconds));
    const auto prepare = [&](unsigned i) {
        try {
            warm_up(*clients[i]);
        } catch (...) {
            tallies[i].failure = std::current_exception();
        }
        warm.count_down();
    };
    const auto run = [&](unsigned i) {
        if (tallies[i].failure) return;
        try {
            work(*clients[i], clock::now() + length, tallies[i]);
        } catch (...) {
            tallies[i].failure = std::current_exception();
        }
    };
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < count; ++i)
        threads.emplace_back([&, i] {
            prepare(i);
            start.wait();
            run(i);
        });
    prepare(0);
    warm.wait();
    const auto allocations_before = allocation_count();
    const double cpu_before = cpu_seconds();
    const auto began = clock::now();
    start.count_down();
    run(0);
    for (std::thread& t : threads) t.join();
    const double elapsed = seconds(clock::now() - began).count();
    const double cpu = cpu_seconds() - cpu_before;
    const auto allocations = allocation_count() - allocations_before;

    tally all;
    for (tally& t : tallies) {
        if (t.failure) std::rethrow_exception(t.failure);
        all.ops += t.ops;
        all.micros.insert(all.micros.end(), t.micros.begin(), t.micros.end());
    }
    std::printf(
        "{\"workload\":\"%s\",\"ops\":%llu,\"seconds\":%.6f,\"cpu_seconds\":%.6f,"
        "\"p50_us\":%.1f,\"p99_us\":%.1f,\"check\":\"%s\",\"allocations\":%llu}\n",
        a.workload.c_str(), static_cast<unsigned long long>(all.ops), elapsed, cpu,
        static_cast<double>(percentile(all.micros, 0.5)),
        static_cast<double>(percentile(all.micros, 0.99)), clients.front()->check().c_str(),
        static_cast<unsigned long long>(allocations));
}

}  // namespace

std::string id_hash::hex() const {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(h_));
    return text;
}

int run_program(int argc, char** argv,
                std::unique_ptr<program> (*make_program)(const shards_file& file)) {
    arguments a;
    try {
        a = read_arguments(argc, argv);
        const auto p = make_program(read_shards_file(a.shards));
        measure(*p, a);
        return 0;
    } catch (const unsupported& why) {
        std::printf("{\"workload\":\"%s\",\"unsupported\":\"%s\"}\n", a.workload.c_str(),
                    why.what());
        return 0;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s: %s\n", argv[0], e.what());
        return 1;
    }
}

}  // namespace bench
