// SPDX-License-Identifier: MIT
// directory: a table of the cluster says in which bucket a key lives, so the strategy itself never
// knows; the session looks the key up and routes again.
#include <fmt/format.h>

#include "sharding/builtin.hpp"
#include "sharding/key_kind.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::sharding {

namespace {

class directory_strategy final : public sharding_strategy {
public:
    explicit directory_strategy(std::uint32_t buckets) : buckets_(buckets) {}

    std::uint32_t bucket_count() const noexcept override { return buckets_; }
    std::string describe() const override { return fmt::format("directory({})", buckets_); }

    std::optional<bucket_id> bucket_of(const arg* key, std::size_t count) const override {
        for (std::size_t i = 0; i < count; ++i)
            if (!identifies(key[i].kind())) refuse_key("directory", key[i]);
        return std::nullopt;
    }

private:
    std::uint32_t buckets_;
};

}  // namespace

strategy_ptr make_directory(const strategy_spec& spec) {
    if (spec.modulus == 0 || spec.modulus > max_bucket_count)
        raise(error_info{.code = error_code::bad_config,
                         .message = fmt::format("a directory of {} buckets is not possible: give a "
                                                "number from 1 to {}",
                                                spec.modulus, max_bucket_count)});
    return std::make_shared<directory_strategy>(spec.modulus);
}

}  // namespace shardwise::sharding
