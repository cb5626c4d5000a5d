// SPDX-License-Identifier: MIT
// EXPECT: cannot change the shard key
#include "model.hpp"

auto use() { return sw::on_conflict(users.id).update(users.id); }
