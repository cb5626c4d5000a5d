// SPDX-License-Identifier: MIT
// The bytes of a regular file, unpacked when it is gzip (told by its first bytes, not its name).
// A packed file that ends early or is damaged is an error, never a silent end. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace shardwise::ops {

class input_file {
public:
    /// Throws bad_input when it cannot be opened or is not a regular file.
    explicit input_file(std::string path);
    ~input_file();
    input_file(const input_file&) = delete;
    input_file& operator=(const input_file&) = delete;

    /// SHA-256 of the file as it is on disk, in hexadecimal; reading starts at its beginning then.
    std::string digest();

    /// Fills the beginning of `to`; 0 at the end. Throws bad_input.
    std::size_t read(std::span<char> to);

    const std::string& path() const noexcept { return path_; }
    std::uint64_t size() const noexcept { return size_; }
    std::uint64_t bytes_done() const noexcept { return bytes_done_; }  ///< of the packed file
    /// Throws bad_input when the file was written to since it was opened.
    void check_unchanged() const;

private:
    struct unpacker;
    std::size_t read_raw(std::span<char> to);
    void start();

    std::string path_;
    int fd_ = -1;
    std::uint64_t size_ = 0;
    std::int64_t modified_ns_ = 0;
    std::uint64_t bytes_done_ = 0;
    bool started_ = false;
    std::unique_ptr<unpacker> unpacker_;  ///< of a gzip file
};

}  // namespace shardwise::ops
