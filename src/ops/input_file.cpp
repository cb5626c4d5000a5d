// SPDX-License-Identifier: MIT
#include "ops/input_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "ops/content_digest.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::ops {
namespace {

constexpr std::size_t chunk = 256 * 1024;

[[noreturn]] void refuse(const std::string& path, std::string_view why) {
    raise({.code = error_code::bad_input,
           .message = fmt::format("{}: {}", path, why),
           .place = path});
}

std::int64_t modified_of(const struct stat& s) {
    return std::int64_t{s.st_mtim.tv_sec} * 1'000'000'000 + s.st_mtim.tv_nsec;
}

}  // namespace

/// One or more gzip members behind each other; zlib checks length and checksum of each.
struct input_file::unpacker {
    z_stream stream{};
    std::vector<char> packed = std::vector<char>(chunk);
    bool inside = false;  ///< of a member

    unpacker() {
        constexpr int gzip_only = 16;
        if (inflateInit2(&stream, MAX_WBITS + gzip_only) != Z_OK)
            raise(error_code::internal, "zlib cannot be started");
    }
    ~unpacker() { inflateEnd(&stream); }
    unpacker(const unpacker&) = delete;
    unpacker& operator=(const unpacker&) = delete;

    std::size_t read(input_file& from, std::span<char> to) {
        stream.next_out = reinterpret_cast<Bytef*>(to.data());
        stream.avail_out = static_cast<uInt>(to.size());
        while (stream.avail_out == to.size()) {
            if (stream.avail_in == 0 && !refill(from)) return 0;
            if (!inside) {
                inflateReset(&stream);
                inside = true;
            }
            const int rc = inflate(&stream, Z_NO_FLUSH);
            if (rc == Z_STREAM_END) {
                inside = false;
            } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
                refuse(from.path_, fmt::format("the gzip data are damaged ({})",
                                               stream.msg != nullptr ? stream.msg : "no gzip"));
            }
        }
        return to.size() - stream.avail_out;
    }

    /// False at the proper end of the file.
    bool refill(input_file& from) {
        const std::size_t n = from.read_raw(packed);
        stream.next_in = reinterpret_cast<Bytef*>(packed.data());
        stream.avail_in = static_cast<uInt>(n);
        if (n == 0 && inside)
            refuse(from.path_, "the gzip data end too early; a part of the file is missing");
        return n != 0;
    }
};

input_file::input_file(std::string path) : path_(std::move(path)) {
    fd_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat s {};
    if (fd_ < 0 || fstat(fd_, &s) != 0) {
        const std::string why = std::strerror(errno);
        if (fd_ >= 0) close(fd_);
        refuse(path_, fmt::format("cannot be opened: {}", why));
    }
    if (!S_ISREG(s.st_mode)) {
        close(fd_);
        refuse(path_, "is not a regular file, and only those can be read again after a crash");
    }
    size_ = static_cast<std::uint64_t>(s.st_size);
    modified_ns_ = modified_of(s);
}

input_file::~input_file() { close(fd_); }

std::string input_file::digest() {
    content_digest whole;
    std::vector<char> buffer(chunk);
    while (const std::size_t n = read_raw(buffer)) whole.add({buffer.data(), n});
    if (lseek(fd_, 0, SEEK_SET) != 0) refuse(path_, "cannot be read from its beginning again");
    bytes_done_ = 0;
    return whole.hex();
}

void input_file::check_unchanged() const {
    struct stat s {};
    if (fstat(fd_, &s) != 0 || static_cast<std::uint64_t>(s.st_size) != size_ ||
        modified_of(s) != modified_ns_)
        refuse(path_, "the file was changed while it was read; run the import again");
}

std::size_t input_file::read_raw(std::span<char> to) {
    for (;;) {
        const ssize_t n = ::read(fd_, to.data(), to.size());
        if (n >= 0) {
            bytes_done_ += static_cast<std::uint64_t>(n);
            return static_cast<std::size_t>(n);
        }
        if (errno != EINTR) refuse(path_, fmt::format("cannot be read: {}", std::strerror(errno)));
    }
}

void input_file::start() {
    started_ = true;
    unsigned char magic[2] = {};
    const bool packed =
        pread(fd_, magic, sizeof magic, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
    if (packed) unpacker_ = std::make_unique<unpacker>();
}

std::size_t input_file::read(std::span<char> to) {
    if (!started_) start();
    return unpacker_ ? unpacker_->read(*this, to) : read_raw(to);
}

}  // namespace shardwise::ops
