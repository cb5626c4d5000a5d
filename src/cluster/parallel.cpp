// SPDX-License-Identifier: MIT
#include "cluster/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

namespace shardwise::cluster_layer {

void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work) {
    constexpr std::size_t most_threads = 128;
    std::vector<std::exception_ptr> failures(count);
    std::atomic<std::size_t> next{0};
    const auto run = [&] {
        for (std::size_t i = next++; i < count; i = next++) {
            try {
                work(i);
            } catch (...) {
                failures[i] = std::current_exception();
            }
        }
    };
    {
        std::vector<std::jthread> threads;
        try {
            for (std::size_t i = 1; i < std::min(count, most_threads); ++i)
                threads.emplace_back(run);
        } catch (const std::system_error&) {
            // Fewer threads do the same work.
        }
        run();
    }
    for (const std::exception_ptr& failure : failures)
        if (failure) std::rethrow_exception(failure);
}

}  // namespace shardwise::cluster_layer
