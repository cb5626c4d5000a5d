// SPDX-License-Identifier: MIT
// Answers that are less than a whole result, and say so: pages with a cursor to the next one, and
// partial results with the shards that are missing. For the thread of their session.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "shardwise/base/error.hpp"
#include "shardwise/orm/result.hpp"

namespace shardwise {

/// Where a page ended: text that can be kept and sent (letters, digits, - and _). It holds the
/// values of the last row's sort columns, a version and a checksum; it is not secret and not
/// signed. Empty: the beginning.
class cursor {
public:
    cursor() = default;
    explicit cursor(std::string text) : text_(std::move(text)) {}
    const std::string& text() const noexcept { return text_; }
    bool empty() const noexcept { return text_.empty(); }
    friend bool operator==(const cursor&, const cursor&) = default;

private:
    std::string text_;
};

template <class Row>
class page {
public:
    page(result<Row> rows, cursor next, bool more)
        : rows_(std::move(rows)), next_(std::move(next)), more_(more) {}

    const result<Row>& rows() const noexcept { return rows_; }
    /// For the following page: after the last row of this one; of an empty page the cursor that was
    /// given, so that rows which come later can be asked for.
    const cursor& next() const noexcept { return next_; }
    /// There were further rows when this page was read.
    bool has_more() const noexcept { return more_; }
    auto begin() const { return rows_.begin(); }
    auto end() const { return rows_.end(); }
    std::size_t size() const noexcept { return rows_.size(); }
    bool empty() const noexcept { return rows_.empty(); }

private:
    result<Row> rows_;
    cursor next_;
    bool more_;
};

/// A shard that gave nothing to a partial result.
struct missing_shard {
    std::string shard;
    error why;
};

/// No range, so that it cannot be taken for a whole result.
template <class Row>
class partial_result {
public:
    partial_result(result<Row> rows, std::vector<missing_shard> missing)
        : rows_(std::move(rows)), missing_(std::move(missing)) {}

    bool complete() const noexcept { return missing_.empty(); }
    /// All rows of the shards that answered, none of the missing ones.
    const result<Row>& rows() const noexcept { return rows_; }
    const std::vector<missing_shard>& missing() const noexcept { return missing_; }

private:
    result<Row> rows_;
    std::vector<missing_shard> missing_;
};

}  // namespace shardwise
