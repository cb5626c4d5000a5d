// SPDX-License-Identifier: MIT
// EXPECT: this struct is not mapped
#include "model.hpp"

struct Stranger {
    int id{};
};
auto use() { return sw::select<Stranger>(); }
