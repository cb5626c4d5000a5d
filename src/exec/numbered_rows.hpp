// SPDX-License-Identifier: MIT
// A set of kept rows, told apart by same(): NULL equals NULL, 2 equals 2.0. Finds a row's number or
// gives it the next one. One thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "exec/row_buffer.hpp"

namespace shardwise::exec {

class numbered_rows {
public:
    explicit numbered_rows(std::size_t width) : rows_(width) { places_.resize(first_size, 0); }

    /// Bytes for each row beside the row itself.
    static constexpr std::size_t overhead = 2 * sizeof(std::uint64_t) + 4 * sizeof(std::size_t);

    struct found {
        std::size_t number;
        bool added;
    };
    found number_of(std::span<const arg> row);

    std::size_t size() const noexcept { return rows_.size(); }
    const arg* operator[](std::size_t number) const noexcept { return rows_[number]; }

private:
    static constexpr std::size_t first_size = 64;
    bool equal(std::size_t number, std::span<const arg> row) const;
    void grow();

    row_buffer rows_;
    std::vector<std::uint64_t> hashes_;  ///< by number
    std::vector<std::size_t> places_;  ///< number + 1, 0: free; open addressing, at most half full
};

}  // namespace shardwise::exec
