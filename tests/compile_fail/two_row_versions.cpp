// SPDX-License-Identifier: MIT
// EXPECT: a table has one row_version, not several
#include "model.hpp"

struct Book {
    std::int64_t id{};
    std::int64_t version{};
    std::int64_t revision{};
};
template <>
struct sw::mapping<Book> : table<Book, "books"> {
    column<&Book::id, primary_key, shard_key> id;
    column<&Book::version, row_version> version;
    column<&Book::revision, row_version> revision;
};
inline const auto& books = sw::entity_of<Book>();
