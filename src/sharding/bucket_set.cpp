// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <bit>

#include "shardwise/base/error.hpp"
#include "shardwise/sharding/strategy.hpp"

namespace shardwise {

namespace {

constexpr std::uint32_t bits_per_word = 64;

std::size_t words_for(std::uint32_t bucket_count) {
    return (std::size_t{bucket_count} + bits_per_word - 1) / bits_per_word;
}

std::uint64_t bit_of(bucket_id b) { return std::uint64_t{1} << (b % bits_per_word); }

void require_equal_universe(const bucket_set& a, const bucket_set& b) {
    if (a.bucket_count() == b.bucket_count()) return;
    raise(error_info{.code = error_code::internal,
                     .message = fmt::format("bucket sets of {} and of {} buckets were combined",
                                            a.bucket_count(), b.bucket_count())});
}

}  // namespace

bucket_set bucket_set::none(std::uint32_t bucket_count) {
    bucket_set s;
    s.bucket_count_ = bucket_count;
    s.words_.assign(words_for(bucket_count), 0);
    return s;
}

bucket_set bucket_set::all(std::uint32_t bucket_count) {
    bucket_set s = none(bucket_count);
    for (std::uint64_t& w : s.words_) w = ~std::uint64_t{0};
    // Bits behind the last bucket stay 0: size() and == count on it.
    if (bucket_count % bits_per_word != 0) s.words_.back() = bit_of(bucket_count) - 1;
    return s;
}

void bucket_set::add(bucket_id b) {
    if (b >= bucket_count_)
        raise(error_info{
            .code = error_code::internal,
            .message = fmt::format("bucket {} does not exist: there are {}", b, bucket_count_)});
    words_[b / bits_per_word] |= bit_of(b);
}

bool bucket_set::contains(bucket_id b) const noexcept {
    return b < bucket_count_ && (words_[b / bits_per_word] & bit_of(b)) != 0;
}

bool bucket_set::empty() const noexcept {
    for (const std::uint64_t w : words_)
        if (w != 0) return false;
    return true;
}

bool bucket_set::is_all() const noexcept { return size() == bucket_count_; }

std::uint32_t bucket_set::size() const noexcept {
    int n = 0;
    for (const std::uint64_t w : words_) n += std::popcount(w);
    return static_cast<std::uint32_t>(n);
}

std::optional<bucket_id> bucket_set::single() const noexcept {
    std::optional<bucket_id> found;
    for (std::size_t i = 0; i < words_.size(); ++i) {
        if (words_[i] == 0) continue;
        if (found || !std::has_single_bit(words_[i])) return std::nullopt;
        found = static_cast<bucket_id>(i * bits_per_word) +
                static_cast<bucket_id>(std::countr_zero(words_[i]));
    }
    return found;
}

std::vector<bucket_id> bucket_set::to_vector() const {
    std::vector<bucket_id> members;
    members.reserve(size());
    for (bucket_id b = 0; b < bucket_count_; ++b)
        if (contains(b)) members.push_back(b);
    return members;
}

bucket_set& bucket_set::operator&=(const bucket_set& other) {
    require_equal_universe(*this, other);
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
}

bucket_set& bucket_set::operator|=(const bucket_set& other) {
    require_equal_universe(*this, other);
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
}

std::optional<bucket_set> sharding_strategy::buckets_in(const key_range&) const {
    return std::nullopt;
}

}  // namespace shardwise
