// Written by 'shardwise generate' from the tables of a SQLite database.
// The tables are used as they are: cluster.adopt<...>() once, then verify_schema.
// How rows are distributed is said in the table options; change it before adopting.
// clang-format off
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <shardwise/shardwise.hpp>

namespace chinook_sqlite {

// Table album: reference table; track refers to it, and lives with media_type.
struct album {
    std::int64_t album_id{};
    std::string title;
    std::int64_t artist_id{};
};

// Table artist: reference table; the reference table album refers to it.
struct artist {
    std::int64_t artist_id{};
    std::optional<std::string> name;
};

// Table customer: reference table; invoice refers to it.
struct customer {
    std::int64_t customer_id{};
    std::string first_name;
    std::string last_name;
    std::optional<std::string> company;
    std::optional<std::string> country;
    std::string email;
    std::optional<std::int64_t> support_rep_id;
};

// Table employee: reference table; its rows refer to each other.
struct employee {
    std::int64_t employee_id{};
    std::string last_name;
    std::string first_name;
    std::optional<std::string> title;
    std::optional<std::int64_t> reports_to;
    std::optional<std::int64_t> birth_date;
    std::optional<std::int64_t> hire_date;
    std::optional<std::string> email;
};

// Table genre: reference table; track refers to it, and lives with media_type.
struct genre {
    std::int64_t genre_id{};
    std::optional<std::string> name;
};

// Table invoice: sharded by invoice_id; its primary key.
struct invoice {
    std::int64_t invoice_id{};
    std::int64_t customer_id{};
    std::int64_t invoice_date{};
    std::optional<std::string> billing_country;
    std::int64_t total{};
};

// Table invoice_line: sharded by invoice_id; with the row of invoice that it refers to.
struct invoice_line {
    std::int64_t invoice_line_id{};
    std::int64_t invoice_id{};
    std::int64_t track_id{};
    std::int64_t unit_price{};
    std::int64_t quantity{};
};

// Table media_type: reference table; the reference table track refers to it.
struct media_type {
    std::int64_t media_type_id{};
    std::optional<std::string> name;
};

// Table playlist: sharded by playlist_id; its primary key.
struct playlist {
    std::int64_t playlist_id{};
    std::optional<std::string> name;
};

// Table playlist_track: sharded by playlist_id; with the row of playlist that it refers to.
struct playlist_track {
    std::int64_t playlist_id{};
    std::int64_t track_id{};
};

// Table track: reference table; invoice_line refers to it, and lives with invoice.
struct track {
    std::int64_t track_id{};
    std::string name;
    std::optional<std::int64_t> album_id;
    std::int64_t media_type_id{};
    std::optional<std::int64_t> genre_id;
    std::optional<std::string> composer;
    std::int64_t milliseconds{};
    std::optional<std::int64_t> bytes;
    std::int64_t unit_price{};
};

}  // namespace chinook_sqlite

template <>
struct shardwise::mapping<::chinook_sqlite::album>
    : table<::chinook_sqlite::album, "album",
            reference_table> {
    column<&::chinook_sqlite::album::album_id, primary_key, generated> album_id;
    column<&::chinook_sqlite::album::title, length<160>> title;
    column<&::chinook_sqlite::album::artist_id, references<&::chinook_sqlite::artist::artist_id>> artist_id;
    belongs_to<&::chinook_sqlite::album::artist_id> artist;
    has_many<&::chinook_sqlite::track::album_id> tracks;
};

template <>
struct shardwise::mapping<::chinook_sqlite::artist>
    : table<::chinook_sqlite::artist, "artist",
            reference_table> {
    column<&::chinook_sqlite::artist::artist_id, primary_key, generated> artist_id;
    column<&::chinook_sqlite::artist::name, length<120>> name;
    has_many<&::chinook_sqlite::album::artist_id> albums;
};

template <>
struct shardwise::mapping<::chinook_sqlite::customer>
    : table<::chinook_sqlite::customer, "customer",
            reference_table> {
    column<&::chinook_sqlite::customer::customer_id, primary_key, generated> customer_id;
    column<&::chinook_sqlite::customer::first_name, length<40>> first_name;
    column<&::chinook_sqlite::customer::last_name, length<20>> last_name;
    column<&::chinook_sqlite::customer::company, length<80>> company;
    column<&::chinook_sqlite::customer::country, length<40>> country;
    column<&::chinook_sqlite::customer::email, length<60>> email;
    column<&::chinook_sqlite::customer::support_rep_id, references<&::chinook_sqlite::employee::employee_id>> support_rep_id;
    belongs_to<&::chinook_sqlite::customer::support_rep_id> support_rep;
    has_many<&::chinook_sqlite::invoice::customer_id> invoices;
};

template <>
struct shardwise::mapping<::chinook_sqlite::employee>
    : table<::chinook_sqlite::employee, "employee",
            reference_table> {
    column<&::chinook_sqlite::employee::employee_id, primary_key, generated> employee_id;
    column<&::chinook_sqlite::employee::last_name, length<20>> last_name;
    column<&::chinook_sqlite::employee::first_name, length<20>> first_name;
    column<&::chinook_sqlite::employee::title, length<30>> title;
    column<&::chinook_sqlite::employee::reports_to, references<&::chinook_sqlite::employee::employee_id>> reports_to;
    column<&::chinook_sqlite::employee::birth_date> birth_date;
    column<&::chinook_sqlite::employee::hire_date> hire_date;
    column<&::chinook_sqlite::employee::email, length<60>> email;
    has_many<&::chinook_sqlite::customer::support_rep_id> customers;
    belongs_to<&::chinook_sqlite::employee::reports_to> reports_to_employee;
    has_many<&::chinook_sqlite::employee::reports_to> employees_by_reports_to;
};

template <>
struct shardwise::mapping<::chinook_sqlite::genre>
    : table<::chinook_sqlite::genre, "genre",
            reference_table> {
    column<&::chinook_sqlite::genre::genre_id, primary_key, generated> genre_id;
    column<&::chinook_sqlite::genre::name, length<120>> name;
    has_many<&::chinook_sqlite::track::genre_id> tracks;
};

template <>
struct shardwise::mapping<::chinook_sqlite::invoice>
    : table<::chinook_sqlite::invoice, "invoice",
            by_hash,
            bucket_by_expression> {
    column<&::chinook_sqlite::invoice::invoice_id, primary_key, generated, shard_key> invoice_id;
    column<&::chinook_sqlite::invoice::customer_id, references<&::chinook_sqlite::customer::customer_id>> customer_id;
    column<&::chinook_sqlite::invoice::invoice_date> invoice_date;
    column<&::chinook_sqlite::invoice::billing_country, length<40>> billing_country;
    column<&::chinook_sqlite::invoice::total> total;
    belongs_to<&::chinook_sqlite::invoice::customer_id> customer;
    has_many<&::chinook_sqlite::invoice_line::invoice_id> invoice_lines;
};

template <>
struct shardwise::mapping<::chinook_sqlite::invoice_line>
    : table<::chinook_sqlite::invoice_line, "invoice_line",
            colocated_with<::chinook_sqlite::invoice>,
            bucket_by_expression> {
    column<&::chinook_sqlite::invoice_line::invoice_line_id, primary_key, generated> invoice_line_id;
    column<&::chinook_sqlite::invoice_line::invoice_id, shard_key, references<&::chinook_sqlite::invoice::invoice_id>> invoice_id;
    column<&::chinook_sqlite::invoice_line::track_id, references<&::chinook_sqlite::track::track_id>> track_id;
    column<&::chinook_sqlite::invoice_line::unit_price> unit_price;
    column<&::chinook_sqlite::invoice_line::quantity> quantity;
    belongs_to<&::chinook_sqlite::invoice_line::invoice_id> invoice;
    belongs_to<&::chinook_sqlite::invoice_line::track_id> track;
};

template <>
struct shardwise::mapping<::chinook_sqlite::media_type>
    : table<::chinook_sqlite::media_type, "media_type",
            reference_table> {
    column<&::chinook_sqlite::media_type::media_type_id, primary_key, generated> media_type_id;
    column<&::chinook_sqlite::media_type::name, length<120>> name;
    has_many<&::chinook_sqlite::track::media_type_id> tracks;
};

template <>
struct shardwise::mapping<::chinook_sqlite::playlist>
    : table<::chinook_sqlite::playlist, "playlist",
            by_hash,
            bucket_by_expression> {
    column<&::chinook_sqlite::playlist::playlist_id, primary_key, generated, shard_key> playlist_id;
    column<&::chinook_sqlite::playlist::name, length<120>> name;
    has_many<&::chinook_sqlite::playlist_track::playlist_id> playlist_tracks;
    many_to_many<&::chinook_sqlite::playlist_track::playlist_id, &::chinook_sqlite::playlist_track::track_id> tracks;
};

template <>
struct shardwise::mapping<::chinook_sqlite::playlist_track>
    : table<::chinook_sqlite::playlist_track, "playlist_track",
            colocated_with<::chinook_sqlite::playlist>,
            bucket_by_expression> {
    column<&::chinook_sqlite::playlist_track::playlist_id, primary_key, shard_key, references<&::chinook_sqlite::playlist::playlist_id>> playlist_id;
    column<&::chinook_sqlite::playlist_track::track_id, primary_key, references<&::chinook_sqlite::track::track_id>> track_id;
    belongs_to<&::chinook_sqlite::playlist_track::playlist_id> playlist;
    belongs_to<&::chinook_sqlite::playlist_track::track_id> track;
};

template <>
struct shardwise::mapping<::chinook_sqlite::track>
    : table<::chinook_sqlite::track, "track",
            reference_table> {
    column<&::chinook_sqlite::track::track_id, primary_key, generated> track_id;
    column<&::chinook_sqlite::track::name, length<200>> name;
    column<&::chinook_sqlite::track::album_id, references<&::chinook_sqlite::album::album_id>> album_id;
    column<&::chinook_sqlite::track::media_type_id, references<&::chinook_sqlite::media_type::media_type_id>> media_type_id;
    column<&::chinook_sqlite::track::genre_id, references<&::chinook_sqlite::genre::genre_id>> genre_id;
    column<&::chinook_sqlite::track::composer, length<220>> composer;
    column<&::chinook_sqlite::track::milliseconds> milliseconds;
    column<&::chinook_sqlite::track::bytes> bytes;
    column<&::chinook_sqlite::track::unit_price> unit_price;
    has_many<&::chinook_sqlite::invoice_line::track_id> invoice_lines;
    has_many<&::chinook_sqlite::playlist_track::track_id> playlist_tracks;
    belongs_to<&::chinook_sqlite::track::album_id> album;
    belongs_to<&::chinook_sqlite::track::media_type_id> media_type;
    belongs_to<&::chinook_sqlite::track::genre_id> genre;
    many_to_many<&::chinook_sqlite::playlist_track::track_id, &::chinook_sqlite::playlist_track::playlist_id> playlists;
};

namespace chinook_sqlite {

inline constexpr shardwise::mapping<album> albums;
inline constexpr shardwise::mapping<artist> artists;
inline constexpr shardwise::mapping<customer> customers;
inline constexpr shardwise::mapping<employee> employees;
inline constexpr shardwise::mapping<genre> genres;
inline constexpr shardwise::mapping<invoice> invoices;
inline constexpr shardwise::mapping<invoice_line> invoice_lines;
inline constexpr shardwise::mapping<media_type> media_types;
inline constexpr shardwise::mapping<playlist> playlists;
inline constexpr shardwise::mapping<playlist_track> playlist_tracks;
inline constexpr shardwise::mapping<track> tracks;

}  // namespace chinook_sqlite
