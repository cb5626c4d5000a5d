// SPDX-License-Identifier: MIT
// The progress of an import on a terminal: one line that is written over again. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "shardwise/ops/import.hpp"

namespace cli {

class progress_bar {
public:
    /// Draws on stderr when `visible`; otherwise does nothing.
    progress_bar(std::string label, bool visible) : label_(std::move(label)), visible_(visible) {}
    ~progress_bar() { clear(); }
    progress_bar(const progress_bar&) = delete;
    progress_bar& operator=(const progress_bar&) = delete;

    void show(const shardwise::import_progress& p);
    /// Removes the line: what is printed next starts at its beginning.
    void clear();
    double seconds() const;

private:
    std::string label_;
    bool visible_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// "orders [#####-----]  50%  12,000 rows  1.5 MB/s  ETA 0:07"; what is not known is left out.
std::string progress_line(const std::string& label, const shardwise::import_progress& p,
                          double seconds);

}  // namespace cli
