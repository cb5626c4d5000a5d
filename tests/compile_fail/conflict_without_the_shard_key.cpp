// SPDX-License-Identifier: MIT
// EXPECT: on_conflict\(\) names a key without the shard key
#include "model.hpp"

auto use() { return sw::on_conflict(users.email); }
