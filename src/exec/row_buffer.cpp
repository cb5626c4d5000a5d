// SPDX-License-Identifier: MIT
#include "exec/row_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace shardwise::exec {
namespace {
constexpr std::size_t text_block_size = 64 * 1024;
}

arg relocated(const arg& a, const char* data) noexcept {
    const std::size_t size = a.text().size();
    if (a.kind() == kind::blob) return arg::of_bytes(data, size);
    if (a.kind() == kind::json) return arg::of_json({data, size});
    return arg{std::string_view{data, size}};
}

std::size_t text_bytes(std::span<const arg> row) noexcept {
    std::size_t bytes = 0;
    for (const arg& a : row)
        if (points_outside(a)) bytes += a.text().size();
    return bytes;
}

std::size_t bytes_of(std::span<const arg> row) noexcept {
    return row.size() * sizeof(arg) + text_bytes(row);
}

char* row_buffer::room_for(std::size_t size) {
    if (texts_.empty() || texts_.back().capacity - texts_.back().used < size) {
        const std::size_t capacity = std::max(size, text_block_size);
        texts_.push_back({std::unique_ptr<char[]>(new char[capacity]), 0, capacity});
    }
    text_block& block = texts_.back();
    char* const at = block.data.get() + block.used;
    block.used += size;
    return at;
}

const arg* row_buffer::append(std::span<const arg> row) {
    const std::size_t place = size_ % rows_per_block;
    // A row without columns needs no place but still counts.
    if (size_ / rows_per_block == cells_.size())
        cells_.push_back(
            std::make_unique<arg[]>(rows_per_block * std::max<std::size_t>(width_, 1)));
    arg* const kept = cells_[size_ / rows_per_block].get() + place * width_;
    bytes_ += width_ * sizeof(arg);
    for (std::size_t i = 0; i < width_; ++i) {
        kept[i] = row[i];
        if (!points_outside(row[i])) continue;
        const std::string_view text = row[i].text();
        char* const copy = room_for(text.size());
        if (!text.empty()) std::memcpy(copy, text.data(), text.size());
        kept[i] = relocated(row[i], copy);
        bytes_ += text.size();
    }
    ++size_;
    return kept;
}

void row_buffer::clear() noexcept {
    size_ = 0;
    bytes_ = 0;
    if (cells_.size() > 1) cells_.resize(1);
    // A huge text's block is not worth keeping.
    if (!texts_.empty() && texts_.front().capacity > text_block_size) texts_.clear();
    if (texts_.size() > 1) texts_.resize(1);
    if (!texts_.empty()) texts_.front().used = 0;
}

}  // namespace shardwise::exec
