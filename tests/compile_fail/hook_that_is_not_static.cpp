// SPDX-License-Identifier: MIT
// EXPECT: a hook is static: static void before_insert
// LINES: 25
#include "model.hpp"

struct Book {
    std::int64_t id{};
};
template <>
struct sw::mapping<Book> : table<Book, "books"> {
    column<&Book::id, primary_key, shard_key> id;
    void before_insert(Book&) const {}
};
void use(sw::session& s) { s.add(Book{}); }
