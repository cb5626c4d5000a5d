// SPDX-License-Identifier: MIT
// glibc lets a program define malloc and reach the original under another name. Each thread counts
// in a place of its own: a shared counter would slow the 8 clients of W1c8 down.
#include "common/allocations.hpp"

#include <array>
#include <atomic>
#include <cstddef>

extern "C" {
void* __libc_malloc(std::size_t size) noexcept;
void* __libc_calloc(std::size_t count, std::size_t size) noexcept;
void* __libc_realloc(void* old, std::size_t size) noexcept;
}

namespace {

struct alignas(64) slot {
    std::atomic<std::uint64_t> calls{0};
};
std::array<slot, 256> slots;
std::atomic<unsigned> threads{0};
thread_local unsigned own = ~0U;

void count_call() noexcept {
    if (own == ~0U) own = threads.fetch_add(1, std::memory_order_relaxed) % slots.size();
    auto& calls = slots[own].calls;
    calls.store(calls.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

extern "C" {
void* malloc(std::size_t size) noexcept {
    count_call();
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
    count_call();
    return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) noexcept {
    count_call();
    return __libc_realloc(old, size);
}
}

std::uint64_t bench::allocation_count() noexcept {
    std::uint64_t sum = 0;
    for (const slot& s : slots) sum += s.calls.load(std::memory_order_relaxed);
    return sum;
}
