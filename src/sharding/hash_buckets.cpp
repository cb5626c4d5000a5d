// SPDX-License-Identifier: MIT
// hash: 1024 virtual buckets by a frozen hash. DO NOT CHANGE ANYTHING THAT CHANGES A RESULT: rows
// are stored by it (tests/unit/sharding/hash_buckets_test.cpp holds golden values).
//
//   one column, whole number   swh1 of its signed 64-bit integer: boolean 0/1, integer of any
//                              width, date (days since 1970-01-01), timestamp (microseconds)
//   one column, other kinds    SHA-256 of its bytes: text as UTF-8, bytes as they are, uuid its 16
//                              bytes, decimal its shortest text ("1.5" for 1.50, "0" for 0.00)
//   several columns            SHA-256 over, for each column: a tag byte (1 whole number, 2 text,
//                              3 bytes, 4 uuid, 5 decimal), the length as 8 bytes big-endian, and
//                              the bytes as above (whole numbers: 8 bytes big-endian, two's
//                              complement)
// The bucket is the first 32 bits of the SHA-256, big-endian, & 1023. A decimal is another kind
// than an integer: 5 and 5.0 have different buckets, so keys are converted to their column's type
// before they come here.
#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>

#include "sharding/builtin.hpp"
#include "sharding/key_kind.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::sharding {

namespace {

constexpr std::int64_t bucket_mask = std::int64_t{hash_bucket_count} - 1;

/// A range of at most so many whole numbers is hashed key by key: "id BETWEEN 5 AND 9".
constexpr std::uint64_t max_enumerated = 64;

bucket_id swh1(std::int64_t x) {
    const std::int64_t h = ((x & 2097151) * 1640531527 + ((x >> 21) & 2097151) * 1181783497 +
                            ((x >> 42) & 4194303) * 1500450271) %
                           2147483647;
    const std::int64_t h2 = ((h + (h >> 15)) * 1103515245) % 2147483647;
    const std::int64_t h3 = ((h2 + (h2 >> 13)) * 1597334677) % 2147483647;
    return static_cast<bucket_id>((h3 >> 8) & bucket_mask);
}

bucket_id sha_bucket(std::string_view canonical) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(canonical.data()), canonical.size(),
           digest.data());
    const std::uint32_t first = std::uint32_t{digest[0]} << 24 | std::uint32_t{digest[1]} << 16 |
                                std::uint32_t{digest[2]} << 8 | std::uint32_t{digest[3]};
    return first & (hash_bucket_count - 1);
}

void append_big_endian(std::string& to, std::uint64_t v) {
    for (int shift = 56; shift >= 0; shift -= 8) to.push_back(static_cast<char>(v >> shift));
}

std::string shortest_text(const decimal& d) {
    std::string text = d.to_string();
    if (text.find('.') == std::string::npos) return text;
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

/// The bytes of a key column that is no whole number.
std::string column_bytes(const arg& key) {
    switch (key.kind()) {
        case kind::text:
        case kind::blob:
            return std::string(key.text());
        case kind::uuid: {
            const uuid u = key.as_uuid();
            return {reinterpret_cast<const char*>(u.octets.data()), u.octets.size()};
        }
        case kind::decimal:
            return shortest_text(key.as_decimal());
        default:
            refuse_key("hash", key);
    }
}

char column_tag(kind k) {
    switch (k) {
        case kind::text:
            return '\x02';
        case kind::blob:
            return '\x03';
        case kind::uuid:
            return '\x04';
        case kind::decimal:
            return '\x05';
        default:
            return '\x01';
    }
}

void append_framed(std::string& to, const arg& key) {
    to.push_back(column_tag(key.kind()));
    if (is_whole(key.kind())) {
        append_big_endian(to, 8);
        append_big_endian(to, static_cast<std::uint64_t>(key.integer()));
        return;
    }
    const std::string column = column_bytes(key);
    append_big_endian(to, column.size());
    to += column;
}

class hash_strategy final : public sharding_strategy {
public:
    std::uint32_t bucket_count() const noexcept override { return hash_bucket_count; }
    std::string describe() const override { return fmt::format("hash({})", hash_bucket_count); }

    std::optional<bucket_id> bucket_of(const arg* key, std::size_t count) const override {
        return hash_bucket(key, count);
    }

    std::optional<bucket_set> buckets_in(const key_range& range) const override {
        const std::optional<whole_interval> keys = whole_interval_of(range);
        if (!keys) return std::nullopt;
        bucket_set found = bucket_set::none(hash_bucket_count);
        if (keys->empty()) return found;
        if (keys->width() >= max_enumerated) return std::nullopt;
        for (std::uint64_t i = 0; i <= keys->width(); ++i)
            found.add(swh1(keys->low + static_cast<std::int64_t>(i)));
        return found;
    }
};

}  // namespace

bucket_id hash_bucket(const arg* key, std::size_t count) {
    if (count == 0) raise(error_code::bad_config, "a shard key without columns cannot be hashed");
    if (count == 1) {
        if (is_whole(key->kind())) return swh1(key->integer());
        if (key->kind() == kind::text || key->kind() == kind::blob) return sha_bucket(key->text());
        return sha_bucket(column_bytes(*key));
    }
    std::string canonical;
    for (std::size_t i = 0; i < count; ++i) append_framed(canonical, key[i]);
    return sha_bucket(canonical);
}

strategy_ptr make_hash_buckets() { return std::make_shared<hash_strategy>(); }

}  // namespace shardwise::sharding
