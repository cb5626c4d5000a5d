// SPDX-License-Identifier: MIT
// EXPECT: the primary key of this table does not contain its shard key: a row
#include "model.hpp"

auto use(sw::session& s, Post& p) { return s.upsert(p); }
