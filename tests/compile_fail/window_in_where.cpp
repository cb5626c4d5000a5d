// SPDX-License-Identifier: MIT
// EXPECT: an aggregate cannot stand in where
#include "model.hpp"

auto use() {
    return sw::select<Post>().where(sw::sum(posts.likes).over(sw::order_by(posts.id)) > 3);
}
