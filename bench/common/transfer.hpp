// SPDX-License-Identifier: MIT
// W8: who takes part in a transfer. Plain functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/rows.hpp"
#include "common/shards_file.hpp"

namespace bench {

/// W8, W8c8: two shards; W8x4, W8x4c8: four.
inline std::size_t transfer_shards(std::string_view workload) {
    return workload.find("x4") == std::string_view::npos ? 2 : 4;
}
inline bool is_transfer(std::string_view workload) { return workload.starts_with("W8"); }

inline constexpr std::int64_t transfer_clients = 8;

/// `count` users, each on another shard; the first one gets 1 from each of the others. Clients have
/// users of their own: two that lock the same pair in two orders would wait for each other.
inline std::vector<std::int64_t> transfer_users(random_source& random, const shards_file& file,
                                                unsigned client, std::size_t count) {
    const auto shards = file.modulus;
    const std::int64_t rows = file.users / shards / transfer_clients - 1;
    const std::int64_t row = random.id_up_to(rows) * transfer_clients + client;
    const auto first = static_cast<std::int64_t>(random.next() % file.shards.size());
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < count; ++i)
        ids.push_back(row * shards + (first + static_cast<std::int64_t>(i)) % shards);
    return ids;
}

}  // namespace bench
