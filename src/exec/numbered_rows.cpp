// SPDX-License-Identifier: MIT
#include "exec/numbered_rows.hpp"

namespace shardwise::exec {
namespace {

std::uint64_t mixed(std::uint64_t h) {
    h ^= h >> 32;
    h *= 0x9E3779B97F4A7C15u;
    return h ^ (h >> 29);
}

std::uint64_t hash_of_row(std::span<const arg> row) {
    std::uint64_t h = 0x51ed270b;
    for (const arg& a : row) h = mixed(h ^ hash_of(a)) + 0x632BE59BD9B4E019u;
    return mixed(h);
}

}  // namespace

bool numbered_rows::equal(std::size_t number, std::span<const arg> row) const {
    const arg* const kept = rows_[number];
    for (std::size_t i = 0; i < row.size(); ++i)
        if (!same(kept[i], row[i])) return false;
    return true;
}

numbered_rows::found numbered_rows::number_of(std::span<const arg> row) {
    const std::uint64_t h = hash_of_row(row);
    const std::size_t mask = places_.size() - 1;
    std::size_t at = h & mask;
    for (; places_[at] != 0; at = (at + 1) & mask) {
        const std::size_t number = places_[at] - 1;
        if (hashes_[number] == h && equal(number, row)) return {number, false};
    }
    const std::size_t number = rows_.size();
    rows_.append(row);
    hashes_.push_back(h);
    places_[at] = number + 1;
    if (rows_.size() * 2 > places_.size()) grow();
    return {number, true};
}

void numbered_rows::grow() {
    std::vector<std::size_t> wider(places_.size() * 2, 0);
    const std::size_t mask = wider.size() - 1;
    for (std::size_t number = 0; number < hashes_.size(); ++number) {
        std::size_t at = hashes_[number] & mask;
        while (wider[at] != 0) at = (at + 1) & mask;
        wider[at] = number + 1;
    }
    places_ = std::move(wider);
}

}  // namespace shardwise::exec
