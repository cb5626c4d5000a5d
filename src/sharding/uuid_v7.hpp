// SPDX-License-Identifier: MIT
// RFC 9562 version 7 UUIDs: 48 bits of Unix milliseconds, then random bits. Thread-safe; ids of one
// process are strictly increasing (method 1 of section 6.2: a counter seeded at random in rand_a).
#pragma once

#include "shardwise/schema/types.hpp"

namespace shardwise::sharding {

uuid make_uuid_v7();

}  // namespace shardwise::sharding
