// SPDX-License-Identifier: MIT
// EXPECT: assignment of member|cannot assign to
#include "model.hpp"

void use(sw::ref<User> u) { u->id = 7; }
