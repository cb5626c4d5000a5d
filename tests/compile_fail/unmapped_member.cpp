// SPDX-License-Identifier: MIT
// EXPECT: has a member that its mapping does not list
#include "model.hpp"

struct Book {
    std::int64_t id{};
    std::string title;
};
template <>
struct sw::mapping<Book> : table<Book, "books"> {
    column<&Book::id, primary_key, shard_key> id;
};
auto use() { return sw::select<Book>(); }
