// SPDX-License-Identifier: MIT
// EXPECT: bulk_update\(\) names a column of another table
#include "model.hpp"

auto use(sw::session& s, const std::vector<User>& all) { return s.bulk_update(all, posts.likes); }
