// SPDX-License-Identifier: MIT
#include "ops/reject_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "shardwise/base/error.hpp"

namespace shardwise::ops {
namespace {

void append_quoted(std::string& to, std::string_view text) {
    to += '"';
    for (const char c : text) {
        if (c == '"') to += '"';
        to += c;
    }
    to += '"';
}

}  // namespace

reject_file::reject_file(std::string path, const std::string& input, char delimiter)
    : path_(std::move(path)), delimiter_(delimiter) {
    std::error_code ignored;
    if (is_kept() && std::filesystem::equivalent(path_, input, ignored))
        raise({.code = error_code::bad_input,
               .message = fmt::format("{} cannot be the input and the reject file", path_),
               .place = path_});
    if (is_kept()) open_locked();
}

reject_file::~reject_file() {
    if (fd_ < 0) return;
    if (new_) unlink(path_.c_str());
    close(fd_);
}

void reject_file::fail(std::string_view what) const {
    raise({.code = errno == ENOSPC ? error_code::disk_full : error_code::bad_input,
           .message = fmt::format("the reject file {} cannot be {}: {}", path_, what,
                                  std::strerror(errno)),
           .place = path_});
}

void reject_file::open_locked() {
    fd_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    new_ = fd_ >= 0;
    if (fd_ < 0) fd_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd_ < 0) fail("opened");
    // Where files cannot be locked (some network file systems) only the shards keep imports apart.
    if (flock(fd_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
    close(fd_);
    fd_ = -1;
    raise({.code = error_code::bad_state,
           .message = fmt::format("another process writes into the reject file {} at this moment: "
                                  "let it finish, or name another file",
                                  path_),
           .place = path_});
}

void reject_file::start(std::string_view header) {
    if (!is_kept()) return;
    if (ftruncate(fd_, 0) != 0 || lseek(fd_, 0, SEEK_SET) != 0) fail("emptied");
    size_ = 0;
    pending_ = fmt::format("line{0}reason{0}{1}\n", delimiter_, header);
    flush();
}

void reject_file::resume(std::int64_t size, std::string_view header) {
    if (!is_kept()) return;
    struct stat s {};
    if (fstat(fd_, &s) != 0) fail("read");
    if (s.st_size == 0 || size == 0) {
        start(header);
        return;
    }
    if (s.st_size < size)
        raise({.code = error_code::bad_input,
               .message = fmt::format("the reject file {} is not the one of the interrupted import "
                                      "(it is shorter); name that one, or a new file",
                                      path_),
               .place = path_});
    if (ftruncate(fd_, size) != 0 || lseek(fd_, size, SEEK_SET) != size) fail("cut");
    size_ = size;
}

void reject_file::add(const reject& r, std::string_view raw) {
    if (!is_kept()) return;
    pending_ += fmt::format("{}{}", r.line, delimiter_);
    append_quoted(pending_, r.reason);
    pending_ += delimiter_;
    pending_ += raw;
    pending_ += '\n';
}

void reject_file::flush() {
    if (pending_.empty()) return;
    new_ = false;
    std::string_view rest = pending_;
    while (!rest.empty()) {
        const ssize_t n = write(fd_, rest.data(), rest.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail("written");
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    if (fsync(fd_) != 0 && errno != EINVAL) fail("written");
    size_ += static_cast<std::int64_t>(pending_.size());
    pending_.clear();
}

}  // namespace shardwise::ops
