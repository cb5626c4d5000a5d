// SPDX-License-Identifier: MIT
// The model of the relation tests: authors with their books and what belongs to them, on one shard;
// genres and prizes everywhere; loans that may live elsewhere than their book.
#pragma once

#include "shardwise/shardwise.hpp"

namespace shardwise::test {

struct author {
    std::int64_t id{};
    std::string name;
};
struct profile {
    std::int64_t author_id{};
    std::string words;
};
struct genre {
    std::int32_t id{};
    std::string name;
};
struct book {
    std::int64_t id{};
    std::int64_t author_id{};
    std::optional<std::int32_t> genre_id{};
    std::string title;
};
struct chapter {
    std::int64_t id{};
    std::int64_t book_id{};
    std::int64_t author_id{};
    std::int32_t number{};
};
struct note {  // of a book, or of nothing
    std::int64_t id{};
    std::int64_t author_id{};
    std::optional<std::int64_t> book_id{};
};
struct prize {
    std::int32_t id{};
    std::string name;
};
struct award {
    std::int64_t id{};
    std::int64_t author_id{};
    std::int32_t prize_id{};
    std::int32_t year{};
};
struct loan {  // lives with its reader, not with the book
    std::int64_t id{};
    std::int64_t reader{};
    std::int64_t book_id{};
};
struct sale {  // two columns name it
    std::int64_t author_id{};
    std::int32_t number{};
    std::string buyer;
};
struct sale_line {
    std::int64_t author_id{};
    std::int32_t sale_number{};
    std::int32_t position{};
    std::int64_t book_id{};
};
struct worker {
    std::int64_t id{};
    std::int64_t firm{};
    std::optional<std::int64_t> boss_id{};
    std::string name;
};

struct knot {  // tied to another one, perhaps in a circle
    std::int64_t id{};
    std::int64_t rope{};
    std::optional<std::int64_t> next_id{};
};

}  // namespace shardwise::test

namespace shardwise {

template <>
struct mapping<test::author> : table<test::author, "author", by_modulo> {
    column<&test::author::id, primary_key, generated, shard_key> id;
    column<&test::author::name> name;
    has_many<&test::book::author_id, ordered_by<&test::book::title>, cascade_erase> books;
    has_one<&test::profile::author_id, cascade_erase> profile;
    has_many<&test::award::author_id, cascade_erase> awards;
    many_to_many<&test::award::author_id, &test::award::prize_id> prizes;
    has_one<&test::award::author_id> only_award;  // if he has no more
    has_many<&test::sale::author_id> sales;
};
template <>
struct mapping<test::profile> : table<test::profile, "profile"> {
    column<&test::profile::author_id, primary_key, shard_key, references<&test::author::id>>
        author_id;
    column<&test::profile::words> words;
    belongs_to<&test::profile::author_id> author;
};
template <>
struct mapping<test::genre> : table<test::genre, "genre", reference_table> {
    column<&test::genre::id, primary_key> id;
    column<&test::genre::name> name;
    has_many<&test::book::genre_id> books;
};
template <>
struct mapping<test::book> : table<test::book, "book"> {
    column<&test::book::id, primary_key, generated> id;
    column<&test::book::author_id, references<&test::author::id>, shard_key> author_id;
    column<&test::book::genre_id, references<&test::genre::id>> genre_id;
    column<&test::book::title> title;
    belongs_to<&test::book::author_id> author;
    belongs_to<&test::book::genre_id> genre;
    has_many<&test::chapter::book_id, ordered_by_descending<&test::chapter::number>, cascade_erase,
             erase_orphans>
        chapters;
    has_many<&test::note::book_id> notes;
    has_many<&test::loan::book_id, to<&test::book::id>> loans;
};
template <>
struct mapping<test::chapter> : table<test::chapter, "chapter"> {
    column<&test::chapter::id, primary_key, generated> id;
    column<&test::chapter::book_id, references<&test::book::id>> book_id;
    column<&test::chapter::author_id, references<&test::author::id>, shard_key> author_id;
    column<&test::chapter::number> number;
    belongs_to<&test::chapter::book_id, eager> book;
};
template <>
struct mapping<test::note> : table<test::note, "note"> {
    column<&test::note::id, primary_key, generated> id;
    column<&test::note::author_id, references<&test::author::id>, shard_key> author_id;
    column<&test::note::book_id, references<&test::book::id>> book_id;
    belongs_to<&test::note::book_id, raise_on_load> book;
};
template <>
struct mapping<test::prize> : table<test::prize, "prize", reference_table> {
    column<&test::prize::id, primary_key> id;
    column<&test::prize::name> name;
    many_to_many<&test::award::prize_id, &test::award::author_id> winners;
};
template <>
struct mapping<test::award> : table<test::award, "award"> {
    column<&test::award::id, primary_key, generated> id;
    column<&test::award::author_id, references<&test::author::id>, shard_key> author_id;
    column<&test::award::prize_id, references<&test::prize::id>> prize_id;
    column<&test::award::year> year;
};
template <>
struct mapping<test::loan> : table<test::loan, "loan", by_hash> {
    column<&test::loan::id, primary_key, generated> id;
    column<&test::loan::reader, shard_key> reader;
    column<&test::loan::book_id, indexed> book_id;
    belongs_to<&test::loan::book_id, to<&test::book::id>> book;
};
template <>
struct mapping<test::sale> : table<test::sale, "sale"> {
    column<&test::sale::author_id, primary_key, shard_key, references<&test::author::id>> author_id;
    column<&test::sale::number, primary_key> number;
    column<&test::sale::buyer> buyer;
    has_many<columns<&test::sale_line::author_id, &test::sale_line::sale_number>{}> lines;
};
template <>
struct mapping<test::sale_line>
    : table<test::sale_line, "sale_line",
            foreign_key<columns<&test::sale_line::author_id, &test::sale_line::sale_number>,
                        columns<&test::sale::author_id, &test::sale::number>>,
            colocated_with<test::sale>> {
    column<&test::sale_line::author_id, primary_key, shard_key> author_id;
    column<&test::sale_line::sale_number, primary_key> sale_number;
    column<&test::sale_line::position, primary_key> position;
    column<&test::sale_line::book_id> book_id;
    belongs_to<columns<&test::sale_line::author_id, &test::sale_line::sale_number>{}> sale;
};
template <>
struct mapping<test::worker> : table<test::worker, "worker", by_modulo> {
    column<&test::worker::id, primary_key, generated> id;
    column<&test::worker::firm, shard_key> firm;
    column<&test::worker::boss_id, references<&test::worker::id>> boss_id;
    column<&test::worker::name> name;
    has_many<&test::worker::boss_id, ordered_by<&test::worker::name>> team;
    belongs_to<&test::worker::boss_id> boss;
};
template <>
struct mapping<test::knot> : table<test::knot, "knot", by_modulo> {
    column<&test::knot::id, primary_key, generated> id;
    column<&test::knot::rope, shard_key> rope;
    column<&test::knot::next_id, references<&test::knot::id>> next_id;
    has_many<&test::knot::next_id, cascade_erase> tied;
    belongs_to<&test::knot::next_id> next;
};

}  // namespace shardwise

namespace shardwise::test {
inline constexpr mapping<author> authors;
inline constexpr mapping<profile> profiles;
inline constexpr mapping<genre> genres;
inline constexpr mapping<book> books;
inline constexpr mapping<chapter> chapters;
inline constexpr mapping<note> notes;
inline constexpr mapping<prize> prizes;
inline constexpr mapping<award> awards;
inline constexpr mapping<loan> loans;
inline constexpr mapping<sale> sales;
inline constexpr mapping<sale_line> sale_lines;
inline constexpr mapping<worker> workers;
inline constexpr mapping<knot> knots;
}  // namespace shardwise::test
