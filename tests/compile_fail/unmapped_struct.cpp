// SPDX-License-Identifier: MIT
// EXPECT: this struct is not mapped
// LINES: 19
#include "model.hpp"

struct Stranger {
    int id{};
};
auto use() { return sw::select<Stranger>(); }
