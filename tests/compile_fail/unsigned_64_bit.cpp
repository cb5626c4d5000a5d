// SPDX-License-Identifier: MIT
// EXPECT: this member's type cannot be stored
#include "model.hpp"

struct Book {
    std::uint64_t id{};
};
template <>
struct sw::mapping<Book> : table<Book, "books"> {
    column<&Book::id, primary_key, shard_key> id;
};
