// SPDX-License-Identifier: MIT
// Rows that are kept until all of them are known: written once, then read once in the same order.
// In memory while they are few, then in a temporary file without a name; counted as scratch space
// of the statement. One thread.
#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "exec/held_memory.hpp"
#include "shardwise/schema/value.hpp"

namespace shardwise::exec {

class row_spool {
public:
    row_spool(std::size_t width, held_memory& held, std::size_t memory = 16U * 1024 * 1024)
        : width_(width), held_(&held), memory_(memory) {}

    /// Throws result_too_large, and disk_full when the temporary file cannot take more.
    void append(std::span<const arg> row);
    /// The views of `row` are valid until the following call. False at the end. Ends the writing.
    bool next(std::span<arg> row);

private:
    struct closing {
        void operator()(std::FILE* f) const noexcept { std::fclose(f); }
    };
    void write_out();
    bool read_more();

    std::size_t width_;
    held_memory* held_;
    std::size_t memory_;
    std::string bytes_;     ///< of rows that are not in the file; reading: of one part of it
    std::size_t next_ = 0;  ///< reading: in bytes_
    bool reading_ = false;
    std::size_t parts_ = 0;  ///< in the file: each its size, then its rows
    std::unique_ptr<std::FILE, closing> file_;
    std::string last_;  ///< reading: written after the last part of the file
};

}  // namespace shardwise::exec
