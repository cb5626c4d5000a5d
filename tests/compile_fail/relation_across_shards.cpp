// SPDX-License-Identifier: MIT
// EXPECT: a foreign key connects tables that do not live together
// LINES: 19
#include "model.hpp"

struct Far {
    std::int64_t id{};
    std::int64_t user_id{};
};
template <>
struct sw::mapping<Far> : table<Far, "fars"> {
    column<&Far::id, primary_key, shard_key> id;
    column<&Far::user_id, references<&User::id>> user_id;
    belongs_to<&Far::user_id> user;
};
inline constexpr sw::mapping<Far> fars;
auto use() { return sw::select<Far>().join(fars.user); }
