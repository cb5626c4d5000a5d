// SPDX-License-Identifier: MIT
// EXPECT: names a member of the struct that the first one is
// LINES: 19
#include "model.hpp"

struct Size {
    std::int32_t pages{};
};
struct Shape {
    std::int32_t edges{};
};
struct Book {
    std::int64_t id{};
    Size size;
};
template <>
struct sw::mapping<Book> : table<Book, "books"> {
    column<&Book::id, primary_key, shard_key> id;
    column<inside<&Book::size, &Shape::edges>{}> edges;
};
