// SPDX-License-Identifier: MIT
// EXPECT: upsert\(\) needs a struct or a range of structs that can be written to
// LINES: 28
#include "model.hpp"

auto use(sw::session& s, const User& u) { return s.upsert(u); }
