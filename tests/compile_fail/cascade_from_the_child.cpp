// SPDX-License-Identifier: MIT
// EXPECT: cascade_erase and erase_orphans are tags of has_many and has_one
#include "model.hpp"

struct Letter {
    std::int64_t id{};
    std::int64_t user_id{};
};
template <>
struct sw::mapping<Letter> : table<Letter, "letters"> {
    column<&Letter::id, primary_key> id;
    column<&Letter::user_id, references<&User::id>, shard_key> user_id;
    belongs_to<&Letter::user_id, cascade_erase> user;
};
inline constexpr sw::mapping<Letter> letters;
void use(sw::session& s, const sw::ref<Letter>& p) { s.load(p, letters.user); }
