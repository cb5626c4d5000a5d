// SPDX-License-Identifier: MIT
// W2u: where the lookup row of an email is, by hand. Plain functions.
#pragma once

#include <string_view>

#include "common/rows.hpp"
#include "common/shards_file.hpp"

namespace bench {

/// FNV-1a, mixed.
inline std::size_t shard_of_email(const shards_file& file, std::string_view email) {
    std::uint64_t h = 1469598103934665603U;
    for (const char c : email) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return mixed(h) % file.shards.size();
}

}  // namespace bench
