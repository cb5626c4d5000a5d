// SPDX-License-Identifier: MIT
// EXPECT: say 'cluster_unique' or 'unique_per_shard'
#include "model.hpp"

struct Book {
    std::int64_t id{};
    std::string isbn;
};
template <>
struct sw::mapping<Book> : table<Book, "books"> {
    column<&Book::id, primary_key, shard_key> id;
    column<&Book::isbn, unique> isbn;
};
auto use() { return sw::select<Book>(); }
