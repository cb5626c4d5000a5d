// SPDX-License-Identifier: MIT
// EXPECT: no column is tagged 'shard_key'
#include "model.hpp"

struct Book {
    std::int64_t id{};
};
template <>
struct sw::mapping<Book> : table<Book, "books"> {
    column<&Book::id, primary_key> id;
};
auto use() { return sw::select<Book>(); }
