// SPDX-License-Identifier: MIT
// Some thousand rows of an import, ready to be sent: values, the records they came from, and where
// each goes. Its memory is used again for the next batch. One thread at a time: the one that reads
// fills it, then the ones that load read it.
#pragma once

#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ops/import_store.hpp"
#include "sharding/shard_map.hpp"
#include "shardwise/schema/value.hpp"

namespace shardwise::ops {

/// Memory for texts that are all given up together.
class text_arena {
public:
    std::string_view keep(std::string_view text) {
        if (text.empty()) return {"", 0};
        while (used_ == blocks_.size() || blocks_[used_].left() < text.size()) {
            if (used_ < blocks_.size() && blocks_[used_].filled == 0 && text.size() > block_size) {
                blocks_[used_] = block(text.size());  // an unused block that is too small
                continue;
            }
            if (used_ < blocks_.size()) ++used_;
            if (used_ == blocks_.size())
                blocks_.push_back(block(std::max(text.size(), block_size)));
        }
        block& b = blocks_[used_];
        char* const to = b.memory.get() + b.filled;
        std::memcpy(to, text.data(), text.size());
        b.filled += text.size();
        return {to, text.size()};
    }
    void clear() {
        std::erase_if(blocks_, [](const block& b) { return b.size > block_size; });
        for (block& b : blocks_) b.filled = 0;
        used_ = 0;
    }

private:
    static constexpr std::size_t block_size = 1024 * 1024;
    struct block {
        explicit block(std::size_t n) : memory(new char[n]), size(n) {}
        std::size_t left() const noexcept { return size - filled; }
        std::unique_ptr<char[]> memory;
        std::size_t size;
        std::size_t filled = 0;
    };
    std::vector<block> blocks_;
    std::size_t used_ = 0;  ///< the block that is being filled
};

struct batch_row {
    std::int64_t row = 0;  ///< of the file, from 1
    std::int64_t line = 0;
    std::string_view raw;  ///< the record as it stands in the file
    sharding::shard_index shard = 0;
    bool rejected = false;
};

struct row_batch {
    std::size_t width = 0;  ///< columns of a row
    std::vector<batch_row> rows;
    std::vector<arg> cells;        ///< rows.size() * width
    std::vector<reject> rejected;  ///< ascending by row once it is loaded
    std::string ids;               ///< of generated columns, row by row, when they must not change
    std::size_t bytes = 0;         ///< of the records
    import_record record;          ///< what the shards will keep of it
    text_arena texts;

    std::span<arg> cells_of(std::size_t i) { return {cells.data() + i * width, width}; }
    void reject_row(std::size_t i, std::string reason) {
        rows[i].rejected = true;
        rejected.push_back({rows[i].row, rows[i].line, std::move(reason)});
    }
    void clear() {
        rows.clear();
        cells.clear();
        rejected.clear();
        ids.clear();
        bytes = 0;
        record = {};
        texts.clear();
    }
};

}  // namespace shardwise::ops
