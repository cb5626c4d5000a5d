// SPDX-License-Identifier: MIT
// EXPECT: this relation belongs to another struct
#include "model.hpp"

void use(sw::session& s, const sw::ref<Post>& p) { s.load(p, users.posts); }
