// SPDX-License-Identifier: MIT
// EXPECT: is static and must not throw
// LINES: 22
#include "model.hpp"

struct Book {
    std::int64_t id{};
};
template <>
struct sw::mapping<Book> : table<Book, "books"> {
    column<&Book::id, primary_key, shard_key> id;
    static void after_insert(const Book&) {}
};
void use(sw::session& s) { s.add(Book{}); }
