// SPDX-License-Identifier: MIT
// The encoded parameters of the statements of a batch, one after the other in one buffer that is
// used again: in the steady state nothing is allocated. One thread at a time.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/driver.hpp"

namespace shardwise::engine::postgres {

class parameters {
public:
    /// Appends the parameters of one statement; returns the number of the first. Throws bad_value
    /// or value_not_storable, and is then unchanged.
    std::size_t add(const statement& s, std::span<const arg> args);
    void clear() noexcept;

    /// The arrays that libpq takes; valid until the next call of any member.
    struct view {
        int count;
        const char* const* values;
        const int* lengths;
        const int* formats;
    };
    view of(std::size_t first, std::size_t count);

private:
    struct slot {
        std::size_t offset;
        int size;  ///< -1: NULL
    };
    void add_one(const arg& v, column_type type, std::size_t position);

    std::string bytes_;
    std::vector<slot> slots_;
    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

}  // namespace shardwise::engine::postgres
