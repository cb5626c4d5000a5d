// SPDX-License-Identifier: MIT
#include "sharding/uuid_v7.hpp"

#include <openssl/rand.h>

#include <array>
#include <mutex>

#include "shardwise/base/error.hpp"

namespace shardwise::sharding {

namespace {

/// The millisecond and the counter of the last UUID of this process.
class uuid_clock {
public:
    struct tick {
        std::int64_t ms;
        std::uint32_t counter;  ///< 12 bits
    };

    tick next(std::int64_t now_ms, std::uint32_t seed) {
        const std::lock_guard lock(mutex_);
        if (now_ms > last_.ms) {
            // The highest bit starts at 0, so that at least 2048 UUIDs fit each millisecond.
            last_ = {now_ms, seed & 0x7ffU};
        } else if (last_.counter < 0xfffU) {
            ++last_.counter;
        } else {
            last_ = {last_.ms + 1, seed & 0x7ffU};
        }
        return last_;
    }

private:
    std::mutex mutex_;
    tick last_{0, 0};
};

}  // namespace

uuid make_uuid_v7() {
    static uuid_clock clock;
    std::array<unsigned char, 10> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
        raise(error_code::internal, "the system gave no random numbers for a UUID");
    const std::uint32_t seed = std::uint32_t{random[8]} << 8 | std::uint32_t{random[9]};
    const uuid_clock::tick t = clock.next(timestamp::now().micros_since_epoch / 1000, seed);

    uuid u;
    for (std::size_t i = 0; i < 6; ++i)
        u.octets[i] = static_cast<std::uint8_t>(t.ms >> (40 - 8 * static_cast<int>(i)));
    u.octets[6] = static_cast<std::uint8_t>(0x70U | t.counter >> 8);
    u.octets[7] = static_cast<std::uint8_t>(t.counter & 0xffU);
    for (std::size_t i = 0; i < 8; ++i) u.octets[8 + i] = random[i];
    u.octets[8] = static_cast<std::uint8_t>(0x80U | (u.octets[8] & 0x3fU));
    return u;
}

}  // namespace shardwise::sharding
