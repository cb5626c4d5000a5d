// SPDX-License-Identifier: MIT
// EXPECT: or one that is a part of it
#include "model.hpp"

struct Size {
    std::int32_t pages{};
    std::int32_t grams{};
};
struct Book {
    std::int64_t id{};
    Size size;
};
template <>
struct sw::mapping<Book> : table<Book, "books"> {
    column<&Book::id, primary_key, shard_key> id;
    column<inside<&Book::size, &Size::pages>{}> pages;
};
void use(sw::session& s) { s.add(Book{}); }
