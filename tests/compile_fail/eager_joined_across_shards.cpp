// SPDX-License-Identifier: MIT
// EXPECT: eager_joined needs related rows that are on the object's shard
#include "model.hpp"

struct Loan {
    std::int64_t id{};
    std::int64_t user_id{};
};
template <>
struct sw::mapping<Loan> : table<Loan, "loans", by_hash> {
    column<&Loan::id, primary_key, shard_key> id;
    column<&Loan::user_id> user_id;
    belongs_to<&Loan::user_id, to<&User::id>, eager_joined> user;
};
inline constexpr sw::mapping<Loan> loans;
void use(sw::session& s) { s.load(s.get<Loan>(1), loans.user); }
