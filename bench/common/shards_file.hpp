// SPDX-License-Identifier: MIT
// FILE of the workload contract: where the rows are and how many. Plain values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

enum class server_kind : std::uint8_t { sqlite, postgres, mariadb };

/// A database URL in parts, for the programs that do not use shardwise. Only what the benchmarks
/// need: percent escapes, host, port, `socket`, `synchronous`.
struct database_url {
    server_kind kind = server_kind::sqlite;
    std::string user;
    std::string password;
    std::string host;
    unsigned port = 0;
    std::string database;  ///< sqlite: the file
    std::map<std::string, std::string> options;

    std::string option(const std::string& name, std::string otherwise = {}) const;
};
/// Throws std::runtime_error.
database_url parse_url(std::string_view text);

struct shards_file {
    struct shard {
        std::int64_t residue = 0;
        std::string url;
    };
    std::int64_t modulus = 0;
    std::int64_t users = 0;
    std::int64_t posts = 0;
    std::int64_t w3 = 200'000;  ///< rows of one bulk insert
    std::vector<shard> shards;  ///< by residue, one each

    std::size_t shard_of(std::int64_t user) const {
        return static_cast<std::size_t>(user % modulus);
    }
    server_kind kind() const { return parse_url(shards.front().url).kind; }
};
/// Throws std::runtime_error naming the file and what is wrong in it.
shards_file read_shards_file(const std::string& path);

}  // namespace bench
