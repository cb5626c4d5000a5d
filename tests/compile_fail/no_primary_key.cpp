// SPDX-License-Identifier: MIT
// EXPECT: this mapping has no primary key
#include "model.hpp"

struct Book {
    std::int64_t id{};
};
template <>
struct sw::mapping<Book> : table<Book, "books"> {
    column<&Book::id, shard_key> id;
};
auto use() { return sw::select<Book>(); }
