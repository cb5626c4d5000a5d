// SPDX-License-Identifier: MIT
// A thin layer over libpq: connections, prepared statements with binary values, COPY BINARY in both
// directions. One thread.
#pragma once

#include <libpq-fe.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/rows.hpp"
#include "common/shards_file.hpp"

namespace bench::postgres {

/// PostgreSQL counts microseconds from 2000-01-01.
inline constexpr std::int64_t epoch = 946'684'800'000'000;

template <class Integer>
Integer big_endian(Integer v) {
    if constexpr (sizeof v == 8) {
        return static_cast<Integer>(__builtin_bswap64(static_cast<std::uint64_t>(v)));
    } else if constexpr (sizeof v == 4) {
        return static_cast<Integer>(__builtin_bswap32(static_cast<std::uint32_t>(v)));
    } else {
        return static_cast<Integer>(__builtin_bswap16(static_cast<std::uint16_t>(v)));
    }
}
template <class Integer>
Integer read(const char* from) {
    Integer v;
    std::memcpy(&v, from, sizeof v);
    return big_endian(v);
}

struct clear_result {
    void operator()(PGresult* r) const { PQclear(r); }
};
using result = std::unique_ptr<PGresult, clear_result>;

inline std::int64_t int8_at(const result& r, int row, int column) {
    return read<std::int64_t>(PQgetvalue(r.get(), row, column));
}
inline std::int32_t int4_at(const result& r, int row, int column) {
    return read<std::int32_t>(PQgetvalue(r.get(), row, column));
}
inline std::string_view text_at(const result& r, int row, int column) {
    return {PQgetvalue(r.get(), row, column),
            static_cast<std::size_t>(PQgetlength(r.get(), row, column))};
}
/// The columns of users in their order.
user_row user_at(const result& r, int row);

/// Binary parameters of one execution; texts must live until it is sent.
class parameters {
public:
    void add(std::int64_t v) {
        const std::int64_t swapped = big_endian(v);
        std::memcpy(room_[count_], &swapped, sizeof swapped);
        put(room_[count_], sizeof swapped);
    }
    void add(std::string_view v) { put(v.data(), v.size()); }
    void add_user(const user_row& u);

    static constexpr int most = 8;
    int count() const { return static_cast<int>(count_); }
    const char* const* values() const { return values_; }
    const int* lengths() const { return lengths_; }
    const int* formats() const { return formats_; }

private:
    void put(const char* data, std::size_t size) {
        values_[count_] = data;
        lengths_[count_] = static_cast<int>(size);
        formats_[count_++] = 1;
    }
    std::size_t count_ = 0;
    char room_[most][8];
    const char* values_[most];
    int lengths_[most];
    int formats_[most];
};

class shard {
public:
    explicit shard(const std::string& url);

    void prepare(const char* name, const char* sql);
    void execute(const std::string& sql);
    result run(const char* name, const parameters& p);

    void send(const char* name, const parameters& p);
    void send(const std::string& sql);
    /// The answer of what was sent, read to its end.
    result receive();
    /// Two prepared statements in one message.
    void send_both(const char* first, const parameters& p, const char* second, const parameters& q);
    void receive_both();

    /// After send("COPY ... FROM STDIN") was answered: copies out or in.
    void expect_copy(ExecStatusType kind);
    void put_copy(std::string_view data);
    void end_copy();
    /// One message of COPY OUT: 0 when there is none yet, -1 at the end, else its size. The buffer
    /// lives until the following call.
    int take_copy(const char** data);

    PGconn* handle() const { return handle_.get(); }

private:
    struct finish {
        void operator()(PGconn* c) const { PQfinish(c); }
    };
    struct free_buffer {
        void operator()(char* b) const { PQfreemem(b); }
    };
    [[noreturn]] void fail(const char* what) const;

    std::unique_ptr<PGconn, finish> handle_;
    std::unique_ptr<char, free_buffer> copied_;
};

/// Rows of COPY ... FROM STDIN (FORMAT binary), sent in chunks of 64 KB.
class copy_in {
public:
    /// The shard must have answered COPY.
    explicit copy_in(shard& to);
    void row(std::int16_t columns) { put(columns); }
    void field(std::int64_t v) { put(std::int32_t{8}), put(v); }
    void field(std::int32_t v) { put(std::int32_t{4}), put(v); }
    void field(std::string_view v) {
        put(static_cast<std::int32_t>(v.size()));
        buffer_.append(v);
        if (buffer_.size() >= chunk) flush();
    }
    void user(const user_row& u);
    void end();

private:
    static constexpr std::size_t chunk = 64 * 1024;
    template <class Integer>
    void put(Integer v) {
        const Integer swapped = big_endian(v);
        buffer_.append(reinterpret_cast<const char*>(&swapped), sizeof swapped);
    }
    void flush() {
        to_->put_copy(buffer_);
        buffer_.clear();
    }
    shard* to_;
    std::string buffer_;
};

/// Decodes the rows of COPY ... TO STDOUT (FORMAT binary): one message a row, the header stands
/// before the first one.
class copy_out_decoder {
public:
    /// False: header or trailer only.
    bool decode_user(const char* data, int size, user_row& u);
    /// Of a row of one column.
    bool decode_integer(const char* data, int size, std::int64_t& v);

private:
    /// Whether a row of so many columns begins at `at`, which is moved behind their number.
    bool begins_row(const char*& at, int size, std::int16_t columns);
    bool header_ = true;
};

}  // namespace bench::postgres
