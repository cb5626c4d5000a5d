// SPDX-License-Identifier: MIT
// The Chinook model, a digital music shop: customers live with their invoices and invoice lines,
// the catalogue and the staff are on every shard. Eleven tables; employees who report to employees,
// playlists and tracks that know each other through a third table, addresses as parts of structs.
#pragma once

#include <shardwise/shardwise.hpp>

namespace chinook {

namespace sw = shardwise;

struct Address {
    std::optional<std::string> street, city, state, country, postal_code;
};
struct Artist {
    std::int32_t artist_id{};
    std::string name;
};
struct Album {
    std::int32_t album_id{};
    std::string title;
    std::int32_t artist_id{};
};
struct Genre {
    std::int32_t genre_id{};
    std::string name;
};
struct MediaType {
    std::int32_t media_type_id{};
    std::string name;
};
struct Track {
    std::int32_t track_id{};
    std::string name;
    std::optional<std::int32_t> album_id;
    std::int32_t media_type_id{};
    std::optional<std::int32_t> genre_id;
    std::optional<std::string> composer;
    std::int32_t milliseconds{};
    std::optional<std::int32_t> bytes;
    sw::decimal unit_price;
};
struct Playlist {
    std::int32_t playlist_id{};
    std::string name;
};
struct PlaylistTrack {
    std::int32_t playlist_id{};
    std::int32_t track_id{};
};
struct Employee {
    std::int32_t employee_id{};
    std::string last_name, first_name;
    std::optional<std::string> title;
    std::optional<std::int32_t> reports_to;
    std::optional<sw::timestamp> birth_date, hire_date;
    Address home;
    std::optional<std::string> phone, fax, email;
};
struct Customer {
    std::int64_t customer_id{};
    std::string first_name, last_name;
    std::optional<std::string> company;
    Address home;
    std::optional<std::string> phone, fax;
    std::string email;
    std::optional<std::int32_t> support_rep_id;
};
struct Invoice {
    std::int64_t invoice_id{};
    std::int64_t customer_id{};
    sw::timestamp invoice_date;
    Address billing;
    sw::decimal total;
};
struct InvoiceLine {
    std::int64_t invoice_line_id{};
    std::int64_t invoice_id{};
    std::int64_t customer_id{};  // its invoice's: it lives there
    std::int32_t track_id{};
    sw::decimal unit_price;
    std::int32_t quantity{};
};

}  // namespace chinook

template <>
struct shardwise::mapping<chinook::Artist> : table<chinook::Artist, "artist", reference_table> {
    column<&chinook::Artist::artist_id, primary_key> artist_id;
    column<&chinook::Artist::name> name;
    has_many<&chinook::Album::artist_id, ordered_by<&chinook::Album::title>> albums;
};
template <>
struct shardwise::mapping<chinook::Album> : table<chinook::Album, "album", reference_table> {
    column<&chinook::Album::album_id, primary_key> album_id;
    column<&chinook::Album::title> title;
    column<&chinook::Album::artist_id, references<&chinook::Artist::artist_id>, indexed> artist_id;
    belongs_to<&chinook::Album::artist_id> artist;
    has_many<&chinook::Track::album_id> tracks;
};
template <>
struct shardwise::mapping<chinook::Genre> : table<chinook::Genre, "genre", reference_table> {
    column<&chinook::Genre::genre_id, primary_key> genre_id;
    column<&chinook::Genre::name> name;
};
template <>
struct shardwise::mapping<chinook::MediaType>
    : table<chinook::MediaType, "media_type", reference_table> {
    column<&chinook::MediaType::media_type_id, primary_key> media_type_id;
    column<&chinook::MediaType::name> name;
};
template <>
struct shardwise::mapping<chinook::Track> : table<chinook::Track, "track", reference_table> {
    column<&chinook::Track::track_id, primary_key> track_id;
    column<&chinook::Track::name> name;
    column<&chinook::Track::album_id, references<&chinook::Album::album_id>, indexed> album_id;
    column<&chinook::Track::media_type_id, references<&chinook::MediaType::media_type_id>>
        media_type_id;
    column<&chinook::Track::genre_id, references<&chinook::Genre::genre_id>> genre_id;
    column<&chinook::Track::composer> composer;
    column<&chinook::Track::milliseconds> milliseconds;
    column<&chinook::Track::bytes> bytes;
    column<&chinook::Track::unit_price, digits<10, 2>> unit_price;
    belongs_to<&chinook::Track::album_id> album;
    belongs_to<&chinook::Track::genre_id> genre;
    many_to_many<&chinook::PlaylistTrack::track_id, &chinook::PlaylistTrack::playlist_id> playlists;
};
template <>
struct shardwise::mapping<chinook::Playlist>
    : table<chinook::Playlist, "playlist", reference_table> {
    column<&chinook::Playlist::playlist_id, primary_key> playlist_id;
    column<&chinook::Playlist::name> name;
    many_to_many<&chinook::PlaylistTrack::playlist_id, &chinook::PlaylistTrack::track_id> tracks;
};
template <>
struct shardwise::mapping<chinook::PlaylistTrack>
    : table<chinook::PlaylistTrack, "playlist_track", reference_table> {
    column<&chinook::PlaylistTrack::playlist_id, primary_key,
           references<&chinook::Playlist::playlist_id>>
        playlist_id;
    column<&chinook::PlaylistTrack::track_id, primary_key, references<&chinook::Track::track_id>>
        track_id;
};
template <>
struct shardwise::mapping<chinook::Employee>
    : table<chinook::Employee, "employee", reference_table> {
    using row = chinook::Employee;
    using address = chinook::Address;
    column<&row::employee_id, primary_key> employee_id;
    column<&row::last_name> last_name;
    column<&row::first_name> first_name;
    column<&row::title> title;
    column<&row::reports_to, references<&row::employee_id>> reports_to;
    column<&row::birth_date> birth_date;
    column<&row::hire_date> hire_date;
    column<inside<&row::home, &address::street>{}> street{"address"};
    column<inside<&row::home, &address::city>{}> city{"city"};
    column<inside<&row::home, &address::state>{}> state{"state"};
    column<inside<&row::home, &address::country>{}> country{"country"};
    column<inside<&row::home, &address::postal_code>{}> postal_code{"postal_code"};
    column<&row::phone> phone;
    column<&row::fax> fax;
    column<&row::email> email;
    belongs_to<&row::reports_to> boss;
    has_many<&row::reports_to, ordered_by<&row::employee_id>> team;
    has_many<&chinook::Customer::support_rep_id> customers;
};
template <>
struct shardwise::mapping<chinook::Customer> : table<chinook::Customer, "customer"> {
    using row = chinook::Customer;
    using address = chinook::Address;
    column<&row::customer_id, primary_key, generated, shard_key> customer_id;
    column<&row::first_name> first_name;
    column<&row::last_name> last_name;
    column<&row::company> company;
    column<inside<&row::home, &address::street>{}> street{"address"};
    column<inside<&row::home, &address::city>{}> city{"city"};
    column<inside<&row::home, &address::state>{}> state{"state"};
    column<inside<&row::home, &address::country>{}> country{"country"};
    column<inside<&row::home, &address::postal_code>{}> postal_code{"postal_code"};
    column<&row::phone> phone;
    column<&row::fax> fax;
    column<&row::email> email;
    column<&row::support_rep_id, references<&chinook::Employee::employee_id>> support_rep_id;
    belongs_to<&row::support_rep_id> support_rep;
    has_many<&chinook::Invoice::customer_id, ordered_by<&chinook::Invoice::invoice_date>> invoices;
};
template <>
struct shardwise::mapping<chinook::Invoice> : table<chinook::Invoice, "invoice"> {
    using row = chinook::Invoice;
    using address = chinook::Address;
    column<&row::invoice_id, primary_key, generated> invoice_id;
    column<&row::customer_id, references<&chinook::Customer::customer_id>, shard_key, indexed>
        customer_id;
    column<&row::invoice_date> invoice_date;
    column<inside<&row::billing, &address::street>{}> street{"billing_address"};
    column<inside<&row::billing, &address::city>{}> city;
    column<inside<&row::billing, &address::state>{}> state;
    column<inside<&row::billing, &address::country>{}> country;
    column<inside<&row::billing, &address::postal_code>{}> postal_code;
    column<&row::total, digits<10, 2>> total;
    belongs_to<&row::customer_id> customer;
    has_many<&chinook::InvoiceLine::invoice_id, cascade_erase, erase_orphans> lines;
};
template <>
struct shardwise::mapping<chinook::InvoiceLine> : table<chinook::InvoiceLine, "invoice_line"> {
    using row = chinook::InvoiceLine;
    column<&row::invoice_line_id, primary_key, generated> invoice_line_id;
    column<&row::invoice_id, references<&chinook::Invoice::invoice_id>, indexed> invoice_id;
    column<&row::customer_id, references<&chinook::Customer::customer_id>, shard_key> customer_id;
    column<&row::track_id, references<&chinook::Track::track_id>> track_id;
    column<&row::unit_price, digits<10, 2>> unit_price;
    column<&row::quantity> quantity;
    belongs_to<&row::invoice_id> invoice;
    belongs_to<&row::track_id> track;
};

namespace chinook {
inline constexpr sw::mapping<Artist> artists;
inline constexpr sw::mapping<Album> albums;
inline constexpr sw::mapping<Genre> genres;
inline constexpr sw::mapping<MediaType> media_types;
inline constexpr sw::mapping<Track> tracks;
inline constexpr sw::mapping<Playlist> playlists;
inline constexpr sw::mapping<PlaylistTrack> playlist_tracks;
inline constexpr sw::mapping<Employee> employees;
inline constexpr sw::mapping<Customer> customers;
inline constexpr sw::mapping<Invoice> invoices;
inline constexpr sw::mapping<InvoiceLine> invoice_lines;
}  // namespace chinook
