// SPDX-License-Identifier: MIT
// Bulk insert with COPY ... (FORMAT binary). One thread at a time; the connection must outlive it
// and can run nothing else meanwhile.
//
// COPY BINARY has no casts: eight bytes of a timestamp would become a bigint without a word. So the
// types of the columns are asked first (one round trip), and values are encoded for what is really
// there, or refused.
#pragma once

#include <string>
#include <vector>

#include "engine/driver.hpp"
#include "engine/driver/postgres/binary_codec.hpp"

namespace shardwise::engine::postgres {

class pg_connection;

class copy_writer final : public bulk_writer {
public:
    copy_writer(pg_connection& connection, std::string_view table,
                std::span<const connection::bulk_column> columns, deadline limit);
    ~copy_writer() override;

    void put(std::span<const arg> row, deadline limit) override;
    std::int64_t finish(deadline limit) override;

private:
    struct target {
        std::string name;
        column_type type;
        wire layout;
    };
    void ask_types(const std::string& select, deadline limit);
    void put_value(const arg& v, const target& to);

    pg_connection& connection_;
    std::string table_;
    std::vector<target> targets_;
    std::string buffer_;
    bool open_ = false;
};

}  // namespace shardwise::engine::postgres
