// SPDX-License-Identifier: MIT
// EXPECT: a read_only_view has a primary key and a shard key, and no other
#include "model.hpp"

struct Top {
    std::int64_t author_id{};
    std::int64_t likes{};
};
template <>
struct sw::mapping<Top> : table<Top, "tops", read_only_view, colocated_with<User>> {
    column<&Top::author_id, primary_key, shard_key, references<&User::id>> author_id;
    column<&Top::likes> likes;
};

auto use() { return sw::select<Top>(); }
