// SPDX-License-Identifier: MIT
// EXPECT: the primary key of this table does not contain its shard key
#include "model.hpp"

auto use(sw::session& s) { return s.find<Post>(7); }
