// SPDX-License-Identifier: MIT
// EXPECT: a foreign key and the column it references must have the same type
// LINES: 22
#include "model.hpp"

struct Book {
    std::int64_t id{};
    std::int32_t owner_id{};
};
template <>
struct sw::mapping<Book> : table<Book, "books"> {
    column<&Book::id, primary_key> id;
    column<&Book::owner_id, references<&User::id>, shard_key> owner_id;
};
auto use() { return sw::select<Book>(); }
