// SPDX-License-Identifier: MIT
// EXPECT: one sharding strategy, not several
#include "model.hpp"

struct Book {
    std::int64_t id{};
};
template <>
struct sw::mapping<Book> : table<Book, "books", by_modulo, by_range> {
    column<&Book::id, primary_key, shard_key> id;
};
