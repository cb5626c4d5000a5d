// SPDX-License-Identifier: MIT
// What one statement holds in this process: rows and bytes that operators and result lists keep,
// answers that clients have received, and rows in the scratch database. More than its limits allow
// is an error. Lives as long as the statement's operators. One thread at a time.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/driver.hpp"
#include "shardwise/cluster/limits.hpp"

namespace shardwise::exec {

class held_memory {
public:
    explicit held_memory(const result_limits& limits);
    held_memory(const held_memory&) = delete;
    held_memory& operator=(const held_memory&) = delete;

    /// `what` is a word for the message: "sorting", "the result".
    void add(std::uint64_t rows, std::uint64_t bytes, std::string_view what) {
        rows_ += rows;
        bytes_ += bytes;
        if (rows_ > most_rows_ || bytes_ + received_.held > most_bytes_) refuse(what);
        if (rows_ > peak_rows_) peak_rows_ = rows_;
        if (bytes_ + received_.held > peak_bytes_) peak_bytes_ = bytes_ + received_.held;
    }
    void remove(std::uint64_t rows, std::uint64_t bytes) noexcept {
        rows_ -= rows;
        bytes_ -= bytes;
    }
    /// Rows that go to the scratch database, or wait for being written.
    void add_scratch(std::uint64_t bytes) {
        scratch_ += bytes;
        if (scratch_ > most_scratch_) refuse_scratch();
    }

    engine::received_bytes* received() noexcept { return &received_; }
    std::uint64_t most_bytes() const noexcept { return most_bytes_; }
    std::uint64_t rows() const noexcept { return rows_; }
    std::uint64_t bytes() const noexcept { return bytes_; }
    std::uint64_t peak_rows() const noexcept { return peak_rows_; }
    std::uint64_t peak_bytes() const noexcept {
        return peak_bytes_ > received_.peak ? peak_bytes_ : received_.peak;
    }
    std::uint64_t scratch_bytes() const noexcept { return scratch_; }

private:
    [[noreturn]] void refuse(std::string_view what) const;
    [[noreturn]] void refuse_scratch() const;

    std::uint64_t most_rows_;
    std::uint64_t most_bytes_;
    std::uint64_t most_scratch_;
    std::uint64_t rows_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t scratch_ = 0;
    std::uint64_t peak_rows_ = 0;
    std::uint64_t peak_bytes_ = 0;
    engine::received_bytes received_;
};

/// One operator's part of it; given back when the operator ends. Without a held_memory it counts
/// nothing.
class held_part {
public:
    held_part(held_memory* whole, std::string_view what) : whole_(whole), what_(what) {}
    ~held_part() { clear(); }
    held_part(const held_part&) = delete;
    held_part& operator=(const held_part&) = delete;

    void add(std::uint64_t rows, std::uint64_t bytes) {
        if (whole_ == nullptr) return;
        rows_ += rows;
        bytes_ += bytes;
        whole_->add(rows, bytes, what_);
    }
    void clear() noexcept {
        if (whole_ != nullptr) whole_->remove(rows_, bytes_);
        rows_ = bytes_ = 0;
    }

private:
    held_memory* whole_;
    std::string_view what_;
    std::uint64_t rows_ = 0;
    std::uint64_t bytes_ = 0;
};

}  // namespace shardwise::exec
