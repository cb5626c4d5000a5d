// SPDX-License-Identifier: MIT
// EXPECT: a read_only_view is only read; change the rows of the tables that it shows
#include "model.hpp"

struct Top {
    std::int64_t author_id{};
    std::int64_t likes{};
};
template <>
struct sw::mapping<Top> : table<Top, "tops", read_only_view, colocated_with<User>> {
    column<&Top::author_id, primary_key, shard_key> author_id;
    column<&Top::likes> likes;
};

void use(sw::session& s, std::vector<Top>& all) { s.bulk_update(all); }
