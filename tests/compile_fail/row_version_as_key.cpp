// SPDX-License-Identifier: MIT
// EXPECT: a row_version changes with its row and cannot be a key, unique or generated
#include "model.hpp"

struct Book {
    std::int64_t id{};
};
template <>
struct sw::mapping<Book> : table<Book, "books"> {
    column<&Book::id, primary_key, shard_key, row_version> id;
};
