// SPDX-License-Identifier: MIT
// EXPECT: a read_only_view has its rows where the rows are that it shows
#include "model.hpp"

struct Top {
    std::int64_t author_id{};
    std::int64_t likes{};
};
template <>
struct sw::mapping<Top> : table<Top, "tops", read_only_view> {
    column<&Top::author_id, primary_key, shard_key> author_id;
    column<&Top::likes> likes;
};

auto use() { return sw::select<Top>(); }
