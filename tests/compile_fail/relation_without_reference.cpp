// SPDX-License-Identifier: MIT
// EXPECT: this relation needs column<&Child::key, references
#include "model.hpp"

struct Loose {
    std::int64_t id{};
    std::int64_t user_id{};
};
template <>
struct sw::mapping<Loose> : table<Loose, "loose"> {
    column<&Loose::id, primary_key, shard_key> id;
    column<&Loose::user_id> user_id;
    belongs_to<&Loose::user_id> user;
};
inline constexpr sw::mapping<Loose> loose;
void use(sw::session& s, const sw::ref<Loose>& l) { s.load(l, loose.user); }
