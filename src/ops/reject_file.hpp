// SPDX-License-Identifier: MIT
// The rows that could not be loaded, as CSV: line, reason and the record as it stood in the input.
// Batch by batch: what is written is on the disk before the next batch may be committed. One
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ops/row_batch.hpp"

namespace shardwise::ops {

class reject_file {
public:
    /// No path: rejects are not kept, and is_kept() is false. `input` must be another file. The
    /// file is locked against other imports until the end, so that it must be made before anybody
    /// looks how far an earlier import has come: throws bad_state when another process has it.
    reject_file(std::string path, const std::string& input, char delimiter);
    ~reject_file();
    reject_file(const reject_file&) = delete;
    reject_file& operator=(const reject_file&) = delete;

    bool is_kept() const noexcept { return !path_.empty(); }
    /// A new file with `header` in its first line; an old one is replaced.
    void start(std::string_view header);
    /// Goes on behind the first `size` bytes of what an interrupted import has left; without such a
    /// file a new one is started. Throws bad_input when the file is too short.
    void resume(std::int64_t size, std::string_view header);
    void add(const reject& r, std::string_view raw);
    /// Writes what was added, down to the disk.
    void flush();
    std::int64_t size() const noexcept { return size_; }

private:
    void open_locked();
    [[noreturn]] void fail(std::string_view what) const;

    std::string path_;
    char delimiter_;
    int fd_ = -1;
    bool new_ = false;       ///< not there before and nothing written yet
    std::int64_t size_ = 0;  ///< on the disk
    std::string pending_;
};

}  // namespace shardwise::ops
