// SPDX-License-Identifier: MIT
#include "exec/row_spool.hpp"

#include <cerrno>
#include <cstring>

#include "exec/row_buffer.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::exec {
namespace {

[[noreturn]] void fail(const char* what) {
    raise({.code = error_code::disk_full,
           .message = std::string("intermediate rows cannot be kept: ") + what +
                      " of a temporary file failed: " + std::strerror(errno)});
}

}  // namespace

void row_spool::append(std::span<const arg> row) {
    held_->add_scratch(bytes_of(row));
    const char* const scalars = reinterpret_cast<const char*>(row.data());
    bytes_.append(scalars, row.size_bytes());
    for (const arg& a : row)
        if (points_outside(a)) bytes_ += a.text();
    if (bytes_.size() >= memory_) write_out();
}

void row_spool::write_out() {
    if (!file_) file_.reset(std::tmpfile());
    if (!file_) fail("making");
    const std::size_t size = bytes_.size();
    if (std::fwrite(&size, sizeof size, 1, file_.get()) != 1 ||
        std::fwrite(bytes_.data(), 1, size, file_.get()) != size)
        fail("writing");
    ++parts_;
    bytes_.clear();
}

bool row_spool::read_more() {
    if (parts_ == 0) {
        if (last_.empty()) return false;
        bytes_ = std::move(last_);
        last_.clear();
        next_ = 0;
        return true;
    }
    std::size_t size = 0;
    if (std::fread(&size, sizeof size, 1, file_.get()) != 1) fail("reading");
    bytes_.resize(size);
    if (std::fread(bytes_.data(), 1, size, file_.get()) != size) fail("reading");
    --parts_;
    next_ = 0;
    return true;
}

bool row_spool::next(std::span<arg> row) {
    if (!reading_) {
        reading_ = true;
        last_ = std::move(bytes_);
        bytes_.clear();
        if (file_ && (std::fflush(file_.get()) != 0 || std::fseek(file_.get(), 0, SEEK_SET) != 0))
            fail("reading");
    }
    if (next_ == bytes_.size() && !read_more()) return false;
    std::memcpy(static_cast<void*>(row.data()), bytes_.data() + next_, width_ * sizeof(arg));
    next_ += width_ * sizeof(arg);
    for (arg& a : row.first(width_)) {
        if (!points_outside(a)) continue;
        const std::size_t size = a.text().size();
        a = relocated(a, bytes_.data() + next_);
        next_ += size;
    }
    return true;
}

}  // namespace shardwise::exec
