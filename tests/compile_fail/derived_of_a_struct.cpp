// SPDX-License-Identifier: MIT
// EXPECT: a derived table is made of a query of columns or objects
#include "model.hpp"

struct Line {
    std::int64_t id;
};
auto use() { return sw::derived<"d">(sw::select(users.id).into<Line>()); }
