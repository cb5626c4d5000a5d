// Written by 'shardwise generate' from the tables of a PostgreSQL database.
// The tables are used as they are: cluster.adopt<...>() once, then verify_schema.
// How rows are distributed is said in the table options; change it before adopting.
// clang-format off
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <shardwise/shardwise.hpp>

namespace chinook_postgres {

// Table album: reference table; track refers to it, and lives with media_type.
struct album {
    std::int32_t album_id{};
    std::string title;
    std::int32_t artist_id{};
};

// Table artist: reference table; the reference table album refers to it.
struct artist {
    std::int32_t artist_id{};
    std::optional<std::string> name;
};

// Table customer: reference table; invoice refers to it.
struct customer {
    std::int32_t customer_id{};
    std::string first_name;
    std::string last_name;
    std::optional<std::string> company;
    std::optional<std::string> country;
    std::string email;
    std::optional<std::int32_t> support_rep_id;
};

// Table employee: reference table; its rows refer to each other.
// Note: birth_date has no time zone and is taken as UTC.
// Note: hire_date has no time zone and is taken as UTC.
struct employee {
    std::int32_t employee_id{};
    std::string last_name;
    std::string first_name;
    std::optional<std::string> title;
    std::optional<std::int32_t> reports_to;
    std::optional<shardwise::timestamp> birth_date;
    std::optional<shardwise::timestamp> hire_date;
    std::optional<std::string> email;
};

// Table genre: reference table; track refers to it, and lives with media_type.
struct genre {
    std::int32_t genre_id{};
    std::optional<std::string> name;
};

// Table invoice: sharded by invoice_id; its primary key.
// Note: invoice_date has no time zone and is taken as UTC.
struct invoice {
    std::int32_t invoice_id{};
    std::int32_t customer_id{};
    shardwise::timestamp invoice_date;
    std::optional<std::string> billing_country;
    shardwise::decimal total;
};

// Table invoice_line: sharded by invoice_id; with the row of invoice that it refers to.
struct invoice_line {
    std::int32_t invoice_line_id{};
    std::int32_t invoice_id{};
    std::int32_t track_id{};
    shardwise::decimal unit_price;
    std::int32_t quantity{};
};

// Table media_type: reference table; the reference table track refers to it.
struct media_type {
    std::int32_t media_type_id{};
    std::optional<std::string> name;
};

// Table playlist: sharded by playlist_id; its primary key.
struct playlist {
    std::int32_t playlist_id{};
    std::optional<std::string> name;
};

// Table playlist_track: sharded by playlist_id; with the row of playlist that it refers to.
struct playlist_track {
    std::int32_t playlist_id{};
    std::int32_t track_id{};
};

// Table track: reference table; invoice_line refers to it, and lives with invoice.
struct track {
    std::int32_t track_id{};
    std::string name;
    std::optional<std::int32_t> album_id;
    std::int32_t media_type_id{};
    std::optional<std::int32_t> genre_id;
    std::optional<std::string> composer;
    std::int32_t milliseconds{};
    std::optional<std::int32_t> bytes;
    shardwise::decimal unit_price;
};

}  // namespace chinook_postgres

template <>
struct shardwise::mapping<::chinook_postgres::album>
    : table<::chinook_postgres::album, "album",
            reference_table> {
    column<&::chinook_postgres::album::album_id, primary_key> album_id;
    column<&::chinook_postgres::album::title, length<160>> title;
    column<&::chinook_postgres::album::artist_id, references<&::chinook_postgres::artist::artist_id>> artist_id;
    belongs_to<&::chinook_postgres::album::artist_id> artist;
    has_many<&::chinook_postgres::track::album_id> tracks;
};

template <>
struct shardwise::mapping<::chinook_postgres::artist>
    : table<::chinook_postgres::artist, "artist",
            reference_table> {
    column<&::chinook_postgres::artist::artist_id, primary_key> artist_id;
    column<&::chinook_postgres::artist::name, length<120>> name;
    has_many<&::chinook_postgres::album::artist_id> albums;
};

template <>
struct shardwise::mapping<::chinook_postgres::customer>
    : table<::chinook_postgres::customer, "customer",
            reference_table> {
    column<&::chinook_postgres::customer::customer_id, primary_key> customer_id;
    column<&::chinook_postgres::customer::first_name, length<40>> first_name;
    column<&::chinook_postgres::customer::last_name, length<20>> last_name;
    column<&::chinook_postgres::customer::company, length<80>> company;
    column<&::chinook_postgres::customer::country, length<40>> country;
    column<&::chinook_postgres::customer::email, length<60>> email;
    column<&::chinook_postgres::customer::support_rep_id, references<&::chinook_postgres::employee::employee_id>> support_rep_id;
    belongs_to<&::chinook_postgres::customer::support_rep_id> support_rep;
    has_many<&::chinook_postgres::invoice::customer_id> invoices;
};

template <>
struct shardwise::mapping<::chinook_postgres::employee>
    : table<::chinook_postgres::employee, "employee",
            reference_table> {
    column<&::chinook_postgres::employee::employee_id, primary_key> employee_id;
    column<&::chinook_postgres::employee::last_name, length<20>> last_name;
    column<&::chinook_postgres::employee::first_name, length<20>> first_name;
    column<&::chinook_postgres::employee::title, length<30>> title;
    column<&::chinook_postgres::employee::reports_to, references<&::chinook_postgres::employee::employee_id>> reports_to;
    column<&::chinook_postgres::employee::birth_date> birth_date;
    column<&::chinook_postgres::employee::hire_date> hire_date;
    column<&::chinook_postgres::employee::email, length<60>> email;
    has_many<&::chinook_postgres::customer::support_rep_id> customers;
    belongs_to<&::chinook_postgres::employee::reports_to> reports_to_employee;
    has_many<&::chinook_postgres::employee::reports_to> employees_by_reports_to;
};

template <>
struct shardwise::mapping<::chinook_postgres::genre>
    : table<::chinook_postgres::genre, "genre",
            reference_table> {
    column<&::chinook_postgres::genre::genre_id, primary_key> genre_id;
    column<&::chinook_postgres::genre::name, length<120>> name;
    has_many<&::chinook_postgres::track::genre_id> tracks;
};

template <>
struct shardwise::mapping<::chinook_postgres::invoice>
    : table<::chinook_postgres::invoice, "invoice",
            by_hash,
            bucket_by_expression> {
    column<&::chinook_postgres::invoice::invoice_id, primary_key, shard_key> invoice_id;
    column<&::chinook_postgres::invoice::customer_id, references<&::chinook_postgres::customer::customer_id>> customer_id;
    column<&::chinook_postgres::invoice::invoice_date> invoice_date;
    column<&::chinook_postgres::invoice::billing_country, length<40>> billing_country;
    column<&::chinook_postgres::invoice::total, digits<10, 2>> total;
    belongs_to<&::chinook_postgres::invoice::customer_id> customer;
    has_many<&::chinook_postgres::invoice_line::invoice_id> invoice_lines;
};

template <>
struct shardwise::mapping<::chinook_postgres::invoice_line>
    : table<::chinook_postgres::invoice_line, "invoice_line",
            colocated_with<::chinook_postgres::invoice>,
            bucket_by_expression> {
    column<&::chinook_postgres::invoice_line::invoice_line_id, primary_key> invoice_line_id;
    column<&::chinook_postgres::invoice_line::invoice_id, shard_key, references<&::chinook_postgres::invoice::invoice_id>> invoice_id;
    column<&::chinook_postgres::invoice_line::track_id, references<&::chinook_postgres::track::track_id>> track_id;
    column<&::chinook_postgres::invoice_line::unit_price, digits<10, 2>> unit_price;
    column<&::chinook_postgres::invoice_line::quantity> quantity;
    belongs_to<&::chinook_postgres::invoice_line::invoice_id> invoice;
    belongs_to<&::chinook_postgres::invoice_line::track_id> track;
};

template <>
struct shardwise::mapping<::chinook_postgres::media_type>
    : table<::chinook_postgres::media_type, "media_type",
            reference_table> {
    column<&::chinook_postgres::media_type::media_type_id, primary_key> media_type_id;
    column<&::chinook_postgres::media_type::name, length<120>> name;
    has_many<&::chinook_postgres::track::media_type_id> tracks;
};

template <>
struct shardwise::mapping<::chinook_postgres::playlist>
    : table<::chinook_postgres::playlist, "playlist",
            by_hash,
            bucket_by_expression> {
    column<&::chinook_postgres::playlist::playlist_id, primary_key, shard_key> playlist_id;
    column<&::chinook_postgres::playlist::name, length<120>> name;
    has_many<&::chinook_postgres::playlist_track::playlist_id> playlist_tracks;
    many_to_many<&::chinook_postgres::playlist_track::playlist_id, &::chinook_postgres::playlist_track::track_id> tracks;
};

template <>
struct shardwise::mapping<::chinook_postgres::playlist_track>
    : table<::chinook_postgres::playlist_track, "playlist_track",
            colocated_with<::chinook_postgres::playlist>,
            bucket_by_expression> {
    column<&::chinook_postgres::playlist_track::playlist_id, primary_key, shard_key, references<&::chinook_postgres::playlist::playlist_id>> playlist_id;
    column<&::chinook_postgres::playlist_track::track_id, primary_key, references<&::chinook_postgres::track::track_id>> track_id;
    belongs_to<&::chinook_postgres::playlist_track::playlist_id> playlist;
    belongs_to<&::chinook_postgres::playlist_track::track_id> track;
};

template <>
struct shardwise::mapping<::chinook_postgres::track>
    : table<::chinook_postgres::track, "track",
            reference_table> {
    column<&::chinook_postgres::track::track_id, primary_key> track_id;
    column<&::chinook_postgres::track::name, length<200>> name;
    column<&::chinook_postgres::track::album_id, references<&::chinook_postgres::album::album_id>> album_id;
    column<&::chinook_postgres::track::media_type_id, references<&::chinook_postgres::media_type::media_type_id>> media_type_id;
    column<&::chinook_postgres::track::genre_id, references<&::chinook_postgres::genre::genre_id>> genre_id;
    column<&::chinook_postgres::track::composer, length<220>> composer;
    column<&::chinook_postgres::track::milliseconds> milliseconds;
    column<&::chinook_postgres::track::bytes> bytes;
    column<&::chinook_postgres::track::unit_price, digits<10, 2>> unit_price;
    has_many<&::chinook_postgres::invoice_line::track_id> invoice_lines;
    has_many<&::chinook_postgres::playlist_track::track_id> playlist_tracks;
    belongs_to<&::chinook_postgres::track::album_id> album;
    belongs_to<&::chinook_postgres::track::media_type_id> media_type;
    belongs_to<&::chinook_postgres::track::genre_id> genre;
    many_to_many<&::chinook_postgres::playlist_track::track_id, &::chinook_postgres::playlist_track::playlist_id> playlists;
};

namespace chinook_postgres {

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

}  // namespace chinook_postgres
