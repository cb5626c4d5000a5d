// SPDX-License-Identifier: MIT
#include "txn/transaction_id.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "sharding/uuid_v7.hpp"

namespace shardwise::txn {
namespace {

constexpr std::size_t cluster_digits = 12;
constexpr std::size_t unique_digits = 32;
constexpr std::size_t shard_digits = 10;
constexpr std::size_t time_digits = 12;

std::string digits_of(std::string_view uuid_text) {
    std::string digits;
    for (const char c : uuid_text)
        if (c != '-') digits += c;
    return digits;
}

bool is_hex(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::string mark_of_cluster(std::string_view cluster_id) {
    const std::string digits = digits_of(cluster_id);
    return digits.substr(digits.size() - std::min(digits.size(), cluster_digits));
}

std::string mark_of_shard(std::string_view name) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(name.data()), name.size(), digest.data());
    std::string mark;
    for (std::size_t i = 0; i < shard_digits / 2; ++i) mark += fmt::format("{:02x}", digest[i]);
    return mark;
}

std::string make_transaction_id(std::string_view cluster_mark, std::string_view decider_mark) {
    return fmt::format("{}{}/{}/{}", id_prefix, cluster_mark,
                       digits_of(sharding::make_uuid_v7().to_string()), decider_mark);
}

std::optional<id_parts> parse_transaction_id(std::string_view text) {
    if (!text.starts_with(id_prefix)) return {};
    text.remove_prefix(id_prefix.size());
    if (text.size() != cluster_digits + unique_digits + shard_digits + 2) return {};
    const std::string_view cluster = text.substr(0, cluster_digits);
    const std::string_view unique = text.substr(cluster_digits + 1, unique_digits);
    const std::string_view decider = text.substr(cluster_digits + unique_digits + 2);
    if (text[cluster_digits] != '/' || text[cluster_digits + 1 + unique_digits] != '/') return {};
    if (!is_hex(cluster) || !is_hex(unique) || !is_hex(decider)) return {};
    id_parts parts{std::string(cluster), std::string(decider), 0};
    std::from_chars(unique.data(), unique.data() + time_digits, parts.started_ms, 16);
    return parts;
}

std::int64_t now_ms() { return timestamp::now().micros_since_epoch / 1000; }

}  // namespace shardwise::txn
