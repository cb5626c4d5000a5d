// SPDX-License-Identifier: MIT
// The generated headers in golden/ (generate_test.cpp compares them with fresh ones) used as a
// program would: the tables of the databases are adopted as they are, verify_schema finds no
// difference, and sessions write and read their rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden/chinook_mariadb.hpp"
#include "golden/chinook_postgres.hpp"
#include "golden/chinook_sqlite.hpp"
#include "golden/retail_mariadb.hpp"
#include "golden/retail_postgres.hpp"
#include "golden/retail_sqlite.hpp"
#include "golden/zoo_mariadb.hpp"
#include "golden/zoo_postgres.hpp"
#include "golden/zoo_sqlite.hpp"
#include "schemas.hpp"
#include "shardwise/ops/verify.hpp"

namespace shardwise::test {
namespace {

class GeneratedModel : public ClusterTest {
protected:
    static std::vector<std::string> texts(const std::vector<schema_difference>& all) {
        std::vector<std::string> result;
        for (const auto& d : all) result.push_back(d.shard + "/" + d.table + ": " + d.what);
        return result;
    }
    /// Two shards with the tables, adopted.
    template <class... Es>
    std::unique_ptr<cluster> adopted(const std::string& schema) {
        shards_ = std::make_unique<test_shards>(GetParam(), 2);
        for (std::size_t i = 0; i < 2; ++i) run_script(*shards_, i, schema_sql(schema, GetParam()));
        auto db = std::make_unique<cluster>(shards_->all());
        db->adopt<Es...>();
        EXPECT_EQ(texts(db->verify_schema<Es...>()), std::vector<std::string>{});
        return db;
    }
    /// The tables made by shardwise from the header.
    template <class... Es>
    void expect_creation() {
        const test_shards fresh(GetParam(), 2);
        cluster db(fresh.all());
        const auto report = db.create_all<Es...>();
        EXPECT_TRUE(report.complete()) << report.to_string();
        EXPECT_EQ(texts(db.verify_schema<Es...>()), std::vector<std::string>{});
    }
    bool is(const char* engine) const { return GetParam() == engine; }

    std::unique_ptr<test_shards> shards_;
};
INSTANTIATE_TEST_SUITE_P(Engines, GeneratedModel, testing::Values("sqlite", "postgres", "mariadb"),
                         label_of);

#define CHINOOK(n)                                                                          \
    n::artist, n::album, n::genre, n::media_type, n::track, n::playlist, n::playlist_track, \
        n::employee, n::customer, n::invoice, n::invoice_line
#define RETAIL(n) n::country, n::product, n::customer, n::order, n::order_line
#define ZOO(n)                                                                                   \
    n::Odd_Table, n::all_type, n::circle_a, n::circle_b, n::no_key, n::people, n::person_friend, \
        n::tenant, n::tenant_item

TEST_P(GeneratedModel, OfChinookIsAdoptedAsItIs) {
    if (is("sqlite")) adopted<CHINOOK(chinook_sqlite)>("chinook");
    if (is("postgres")) adopted<CHINOOK(chinook_postgres)>("chinook");
    if (is("mariadb")) adopted<CHINOOK(chinook_mariadb)>("chinook");
}

TEST_P(GeneratedModel, OfRetailIsAdoptedAsItIs) {
    if (is("sqlite")) adopted<RETAIL(retail_sqlite)>("retail");
    if (is("postgres")) adopted<RETAIL(retail_postgres)>("retail");
    if (is("mariadb")) adopted<RETAIL(retail_mariadb)>("retail");
}

TEST_P(GeneratedModel, OfAllTypesAndOddNamesIsAdoptedAsItIs) {
    if (is("sqlite")) adopted<ZOO(zoo_sqlite)>("zoo");
    if (is("postgres"))
        adopted<ZOO(zoo_postgres), zoo_postgres::small_parent, zoo_postgres::wide_child,
                zoo_postgres::reservation>("zoo");
    if (is("mariadb")) adopted<ZOO(zoo_mariadb)>("zoo");
}

TEST_P(GeneratedModel, CreatesTheSameTablesElsewhere) {
    if (is("sqlite")) {
        expect_creation<CHINOOK(chinook_sqlite)>();
        expect_creation<RETAIL(retail_sqlite)>();
        expect_creation<ZOO(zoo_sqlite)>();
    } else if (is("postgres")) {
        expect_creation<CHINOOK(chinook_postgres)>();
        expect_creation<RETAIL(retail_postgres)>();
        expect_creation<ZOO(zoo_postgres)>();
    } else {
        expect_creation<CHINOOK(chinook_mariadb)>();
        expect_creation<RETAIL(retail_mariadb)>();
        expect_creation<ZOO(zoo_mariadb)>();
    }
}

/// Rows of a music shop over two shards, by the relations that were generated.
template <class Artist, class Album, class MediaType, class Track, class Customer, class Invoice,
          class Line, class Playlist, class Entry, class Invoices, class Lines, class Playlists>
void sell_music(cluster& db, const Invoices& invoices, const Lines& lines,
                const Playlists& playlists) {
    session s{db};
    const auto first_of = []<class T, class V>(V T::*key) {
        T object{};
        object.*key = 1;
        return object;
    };
    const auto named = []<class T>(T object, const char* name) {
        object.name = name;
        return object;
    };
    s.add(named(first_of(&Artist::artist_id), "AC/DC"));
    s.add(Album{.album_id = 1, .title = "Let There Be Rock", .artist_id = 1});
    s.add(named(first_of(&MediaType::media_type_id), "MPEG"));
    for (int i = 1; i <= 3; ++i) {
        Track track{};
        track.track_id = i;
        track.name = "Track " + std::to_string(i);
        track.album_id = 1;
        track.media_type_id = 1;
        s.add(track);
    }
    Customer ann{};
    ann.customer_id = 1;
    ann.first_name = "Ann";
    s.add(ann);
    for (int i = 1; i <= 20; ++i) {
        Invoice invoice{};
        invoice.invoice_id = i;
        invoice.customer_id = 1;
        s.add(invoice);
        for (int k = 1; k <= 2; ++k) {
            Line line{};
            line.invoice_line_id = i * 10 + k;
            line.invoice_id = i;
            line.track_id = k;
            s.add(line);
        }
    }
    s.add(Playlist{.playlist_id = 7, .name = "Best of"});
    s.add(Entry{.playlist_id = 7, .track_id = 2});
    s.commit();

    session reader{db};
    std::set<std::string> where;
    for (const auto invoice : reader.all(
             select<Invoice>().order_by(invoices.invoice_id).include(invoices.invoice_lines))) {
        where.insert(db.shard_name(invoice.shard()));
        EXPECT_EQ(reader.load(invoice, invoices.invoice_lines).size(), 2U);
        EXPECT_EQ(reader.load(invoice, invoices.customer)->first_name, "Ann");
    }
    EXPECT_EQ(where.size(), 2U) << "invoices are on both shards";
    const auto line = reader.all(select<Line>().where(lines.invoice_line_id == 31)).front();
    EXPECT_EQ(reader.load(line, lines.invoice)->invoice_id, 3);
    EXPECT_EQ(reader.load(line, lines.track)->name, "Track 1");
    const auto best = reader.template get<Playlist>(7);
    ASSERT_EQ(reader.load(best, playlists.tracks).size(), 1U);
    EXPECT_EQ(reader.load(best, playlists.tracks).front()->name, "Track 2");
    EXPECT_EQ(verify(db).problems, 0);
}

#define SELL_MUSIC(n)                                                                 \
    sell_music<n::artist, n::album, n::media_type, n::track, n::customer, n::invoice, \
               n::invoice_line, n::playlist, n::playlist_track>(                      \
        *adopted<CHINOOK(n)>("chinook"), n::invoices, n::invoice_lines, n::playlists)

TEST_P(GeneratedModel, WritesAndReadsRows) {
    if (is("sqlite")) SELL_MUSIC(chinook_sqlite);
    if (is("postgres")) SELL_MUSIC(chinook_postgres);
    if (is("mariadb")) SELL_MUSIC(chinook_mariadb);
}

/// A row of all types, written by one session and read by another. The widths of MariaDB's small
/// integers are the server's to check.
class GeneratedTypes : public GeneratedModel {
protected:
    template <class Act>
    static error_code refusal_of(Act act) {
        try {
            act();
        } catch (const error& e) {
            return e.code();
        }
        return error_code::internal;
    }
    template <class T>
    static std::int64_t added(cluster& db, const T& object) {
        session s{db};
        const auto ref = s.add(object);
        s.commit();
        return ref->id;
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, GeneratedTypes, testing::Values("sqlite", "postgres", "mariadb"),
                         label_of);

TEST_P(GeneratedTypes, ComeBackAsTheyWent) {
    const timestamp when =
        parse_value("2026-11-24 00:05:06.789012", column_type::timestamp, -1).view().to_timestamp();
    if (is("sqlite")) {
        const auto db = adopted<ZOO(zoo_sqlite)>("zoo");
        zoo_sqlite::all_type a{};
        a.small = -1;
        a.words = "w\xC3\xB6rds";
        a.short_ = "old";
        a.anything = bytes{std::byte{0}, std::byte{255}};
        a.doc = json{"{\"a\": [1]}"};
        const std::int64_t id = added(*db, a);
        EXPECT_GT(id, 0) << "a generated id";
        session s{*db};
        const auto back = s.get<zoo_sqlite::all_type>(id);
        EXPECT_EQ(back->small, -1);
        EXPECT_EQ(back->words, a.words);
        EXPECT_EQ(back->short_, a.short_);
        EXPECT_EQ(back->anything, a.anything);
        EXPECT_EQ(back->doc->text, a.doc->text);
    } else if (is("postgres")) {
        const auto db = adopted<ZOO(zoo_postgres)>("zoo");
        zoo_postgres::all_type a{};
        a.exact = decimal{125};
        a.words = "w";
        a.local_time = when;
        a.instant = when;
        a.docb = json{"{\"a\": [1]}"};
        const std::int64_t id = added(*db, a);
        session s{*db};
        const auto back = s.get<zoo_postgres::all_type>(id);
        EXPECT_EQ(back->exact, a.exact);
        EXPECT_EQ(back->local_time, a.local_time);
        EXPECT_EQ(back->instant, a.instant);
        EXPECT_EQ(back->docb->text, a.docb->text);
        EXPECT_FALSE(back->doc.has_value());
    } else {
        const auto db = adopted<ZOO(zoo_mariadb)>("zoo");
        zoo_mariadb::all_type a{};
        a.words = "w";
        a.tiny = -128;
        a.middle = 8'388'607;
        a.instant = when;
        a.changed = when;
        a.doc = json{"{\"a\": [1]}"};
        const std::int64_t id = added(*db, a);
        session s{*db};
        const auto back = s.get<zoo_mariadb::all_type>(id);
        EXPECT_EQ(back->tiny, -128);
        EXPECT_EQ(back->middle, 8'388'607);
        EXPECT_EQ(back->changed, a.changed);
        EXPECT_EQ(back->doc->text, a.doc->text);
        a.tiny = 128;
        EXPECT_EQ(refusal_of([&] { added(*db, a); }), error_code::bad_value)
            << "wider than the column";
        a.tiny = 0;
        a.middle = 8'388'608;
        EXPECT_EQ(refusal_of([&] { added(*db, a); }), error_code::bad_value);
    }
}

}  // namespace
}  // namespace shardwise::test
