// SPDX-License-Identifier: MIT
// EXPECT: selects one column
#include "model.hpp"

auto use() { return sw::scalar(sw::select(posts.title, posts.id)); }
