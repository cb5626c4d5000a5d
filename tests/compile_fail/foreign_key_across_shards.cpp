// SPDX-License-Identifier: MIT
// EXPECT: connects tables that do not live together
#include "model.hpp"

struct Book {
    std::int64_t id{};
    std::int64_t owner_id{};
};
template <>
struct sw::mapping<Book> : table<Book, "books"> {
    column<&Book::id, primary_key, shard_key> id;
    column<&Book::owner_id, references<&User::id>> owner_id;
};
auto use() { return sw::select<Book>(); }
