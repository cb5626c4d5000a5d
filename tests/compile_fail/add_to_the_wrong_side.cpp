// SPDX-License-Identifier: MIT
// EXPECT: add_to\(\) needs a relation to those who hold the foreign key
#include "model.hpp"

void use(sw::session& s, const sw::ref<Post>& p) { s.add_to(p, posts.author, User{}); }
