// SPDX-License-Identifier: MIT
// EXPECT: a time_of_insert or time_of_change is a timestamp
#include "model.hpp"

struct Book {
    std::int64_t id{};
    std::string changed;
};
template <>
struct sw::mapping<Book> : table<Book, "books"> {
    column<&Book::id, primary_key, shard_key> id;
    column<&Book::changed, time_of_change> changed;
};
