// SPDX-License-Identifier: MIT
// EXPECT: a row_version is a std::int32_t or a std::int64_t
#include "model.hpp"

struct Book {
    std::int64_t id{};
    std::string version;
};
template <>
struct sw::mapping<Book> : table<Book, "books"> {
    column<&Book::id, primary_key, shard_key> id;
    column<&Book::version, row_version> version;
};
