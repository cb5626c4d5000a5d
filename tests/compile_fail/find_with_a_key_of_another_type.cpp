// SPDX-License-Identifier: MIT
// EXPECT: take the values of the primary key
#include "model.hpp"

auto use(sw::session& s) { return s.find<User>("seven"); }
