// SPDX-License-Identifier: MIT
// EXPECT: a reference table is on every shard
#include "model.hpp"

struct Book {
    std::int64_t id{};
};
template <>
struct sw::mapping<Book> : table<Book, "books", reference_table> {
    column<&Book::id, primary_key, shard_key> id;
};
auto use() { return sw::select<Book>(); }
