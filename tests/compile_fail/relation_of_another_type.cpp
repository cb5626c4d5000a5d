// SPDX-License-Identifier: MIT
// EXPECT: as many columns and the same types
#include "model.hpp"

struct Loose {
    std::int64_t id{};
    std::int32_t user_id{};
};
template <>
struct sw::mapping<Loose> : table<Loose, "loose"> {
    column<&Loose::id, primary_key, shard_key> id;
    column<&Loose::user_id> user_id;
    belongs_to<&Loose::user_id, to<&User::id>> user;
};
inline constexpr sw::mapping<Loose> loose;
void use(sw::session& s, const sw::ref<Loose>& l) { s.load(l, loose.user); }
