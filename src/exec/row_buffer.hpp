// SPDX-License-Identifier: MIT
// Rows that are kept: copied once into large blocks, never moved, freed together. One thread at a
// time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "shardwise/schema/value.hpp"

namespace shardwise::exec {

class row_buffer {
public:
    explicit row_buffer(std::size_t width) : width_(width) {}

    /// The kept row: its address and what its views point to stay until clear().
    const arg* append(std::span<const arg> row);
    const arg* operator[](std::size_t i) const noexcept {
        return cells_[i / rows_per_block].get() + (i % rows_per_block) * width_;
    }
    std::size_t size() const noexcept { return size_; }
    std::size_t width() const noexcept { return width_; }
    /// Roughly what the rows occupy.
    std::size_t bytes() const noexcept { return bytes_; }
    /// Forgets the rows, keeps one block of memory of each sort.
    void clear() noexcept;

private:
    static constexpr std::size_t rows_per_block = 256;
    struct text_block {
        std::unique_ptr<char[]> data;
        std::size_t used = 0, capacity = 0;
    };
    char* room_for(std::size_t size);

    std::size_t width_;
    std::size_t size_ = 0;
    std::size_t bytes_ = 0;
    std::vector<std::unique_ptr<arg[]>> cells_;
    std::vector<text_block> texts_;
};

/// What a row's scalars point to.
std::size_t text_bytes(std::span<const arg> row) noexcept;
/// Roughly what a row occupies when it is kept.
std::size_t bytes_of(std::span<const arg> row) noexcept;

/// `a` with its text, bytes or JSON at another place.
arg relocated(const arg& a, const char* data) noexcept;
/// The kinds that point to memory outside of the arg.
inline bool points_outside(const arg& a) noexcept {
    return a.kind() == kind::text || a.kind() == kind::blob || a.kind() == kind::json;
}

}  // namespace shardwise::exec
