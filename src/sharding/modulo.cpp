// SPDX-License-Identifier: MIT
// modulo(n): bucket = key - n * floor(key / n). Floored, so that -1 % 2 is 1 and a bucket's keys
// are evenly spaced over the negative numbers too. (C++, SQLite, MariaDB and PostgreSQL truncate:
// in SQL this is ((key % n) + n) % n.) Keys are whole numbers: integer, boolean, date, timestamp.
#include <fmt/format.h>

#include "sharding/builtin.hpp"
#include "sharding/key_kind.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::sharding {

namespace {

std::uint32_t floored_remainder(std::int64_t key, std::uint32_t n) {
    const std::int64_t r = key % std::int64_t{n};
    return static_cast<std::uint32_t>(r < 0 ? r + std::int64_t{n} : r);
}

class modulo_strategy final : public sharding_strategy {
public:
    explicit modulo_strategy(std::uint32_t n) : n_(n) {}

    std::uint32_t bucket_count() const noexcept override { return n_; }
    std::uint32_t modulus() const noexcept override { return n_; }
    std::string describe() const override { return fmt::format("modulo({})", n_); }

    std::optional<bucket_id> bucket_of(const arg* key, std::size_t count) const override {
        require_single_column("modulo", count);
        if (!is_whole(key->kind())) refuse_key("modulo", *key);
        return floored_remainder(key->integer(), n_);
    }

    std::optional<bucket_set> buckets_in(const key_range& range) const override {
        const std::optional<whole_interval> keys = whole_interval_of(range);
        if (!keys) return std::nullopt;
        if (keys->empty()) return bucket_set::none(n_);
        if (keys->width() >= std::uint64_t{n_} - 1) return bucket_set::all(n_);
        bucket_set found = bucket_set::none(n_);
        bucket_id b = floored_remainder(keys->low, n_);
        for (std::uint64_t i = 0; i <= keys->width(); ++i, b = (b + 1) % n_) found.add(b);
        return found;
    }

private:
    std::uint32_t n_;
};

}  // namespace

strategy_ptr make_modulo(const strategy_spec& spec) {
    if (spec.modulus == 0 || spec.modulus > max_bucket_count)
        raise(error_info{.code = error_code::bad_config,
                         .message = fmt::format("modulo({}) is not possible: give a number from 1 "
                                                "to {}",
                                                spec.modulus, max_bucket_count)});
    return std::make_shared<modulo_strategy>(spec.modulus);
}

}  // namespace shardwise::sharding
