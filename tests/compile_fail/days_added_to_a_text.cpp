// SPDX-License-Identifier: MIT
// EXPECT: add_days\(\) takes a date and a whole number of days
// LINES: 16
#include "model.hpp"

auto use() { return sw::add_days(users.name, 3); }
