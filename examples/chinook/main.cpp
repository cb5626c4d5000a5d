// SPDX-License-Identifier: MIT
// shardwise_chinook: a music shop over four shards, as objects. Without --url on SQLite files in
// ./chinook-data. The answers are the same on every engine, and the same when it is run again.
#include <shardwise/ops/import.hpp>
#include <shardwise/ops/verify.hpp>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include "chinook.hpp"

using namespace chinook;

namespace {

struct settings {
    std::string data = "examples/data/chinook";
    std::string folder = "chinook-data";
    std::vector<std::string> urls;
};

std::vector<sw::shard_url> shards_of(const settings& s) {
    std::vector<sw::shard_url> shards;
    for (std::size_t i = 0; i < 4; ++i) {
        const std::string name = "s" + std::to_string(i + 1);
        shards.push_back(
            {name, s.urls.empty() ? "sqlite:///" + s.folder + "/" + name + ".db" : s.urls[i]});
    }
    return shards;
}

/// invoice_line.csv does not know the customer, who decides where a line lives: the invoice does.
std::int64_t add_lines(sw::cluster& db, const std::string& file) {
    sw::session session{db};
    if (session.exists(sw::select<InvoiceLine>())) return session.count(sw::select<InvoiceLine>());
    std::map<std::int64_t, sw::ref<Invoice>> by_id;
    const auto all = session.all(sw::select<Invoice>());
    for (const auto invoice : all) by_id[invoice->invoice_id] = invoice;
    std::ifstream csv(file);
    std::string text;
    std::getline(csv, text);  // the heading
    std::int64_t lines = 0;
    for (std::string id, invoice, track, price, quantity;
         std::getline(csv, id, ',') && std::getline(csv, invoice, ',') &&
         std::getline(csv, track, ',') && std::getline(csv, price, ',') &&
         std::getline(csv, quantity);
         ++lines)
        session.add_to(by_id.at(std::stoll(invoice)), invoices.lines,
                       InvoiceLine{.invoice_line_id = std::stoll(id),
                                   .track_id = std::stoi(track),
                                   .unit_price = sw::decimal::parse(price),
                                   .quantity = std::stoi(quantity)});
    session.commit();
    return lines;
}

void load(sw::cluster& db, const settings& s) {
    for (const char* table : {"artist", "album", "genre", "media_type", "track", "playlist",
                              "playlist_track", "employee", "customer", "invoice"}) {
        const auto report = sw::import_csv(db, table, s.data + "/" + table + ".csv");
        std::printf("%-15s %5lld rows\n", table, static_cast<long long>(report.rows_read));
    }
    std::printf("%-15s %5lld rows\n", "invoice_line",
                static_cast<long long>(add_lines(db, s.data + "/invoice_line.csv")));
}

/// The tree of the staff: one query for the employees, one for each level of their teams.
void print_team(sw::session& session, const sw::ref<Employee>& boss, int depth) {
    std::printf("%*s%s %s, %s\n", 4 * depth, "", boss->first_name.c_str(), boss->last_name.c_str(),
                boss->title.value_or("-").c_str());
    for (const auto employee : session.load(boss, employees.team))
        print_team(session, employee, depth + 1);
}

void staff(sw::cluster& db) {
    std::printf("\nwho reports to whom\n");
    sw::session session{db};
    const auto bosses = session.all(sw::select<Employee>()
                                        .where(employees.reports_to.is_null())
                                        .include(employees.team, employees.team, employees.team));
    for (const auto boss : bosses) print_team(session, boss, 1);
}

/// Customer, invoices, lines and tracks: four queries, of his shard only.
void purchases_of(sw::cluster& db, std::int64_t id) {
    sw::session session{db};
    const auto customer =
        session.one(sw::select<Customer>()
                        .where(customers.customer_id == id)
                        .include(customers.invoices, invoices.lines, invoice_lines.track)
                        .include(customers.support_rep));
    std::printf("\n%s %s of %s, looked after by %s\n", customer->first_name.c_str(),
                customer->last_name.c_str(), customer->home.city.value_or("-").c_str(),
                session.load(customer, customers.support_rep)->first_name.c_str());
    for (const auto invoice : session.load(customer, customers.invoices)) {
        const auto lines = session.load(invoice, invoices.lines);
        std::printf("    %.10s %6s  %2zu tracks, the first one is %s\n",
                    invoice->invoice_date.to_string().c_str(), invoice->total.to_string().c_str(),
                    lines.size(), session.load(lines.front(), invoice_lines.track)->name.c_str());
    }
}

void reports(sw::cluster& db) {
    sw::session session{db};
    std::printf("\nrevenue by country, the first five\n");
    for (auto [country, n, revenue] :
         session.all(sw::select(invoices.country, sw::count(), sw::sum(invoices.total))
                         .group_by(invoices.country)
                         .order_by(sw::desc(sw::sum(invoices.total)), invoices.country)
                         .limit(5)))
        std::printf("    %-16s %3lld invoices %8s\n", country->c_str(), static_cast<long long>(n),
                    revenue->to_string().c_str());
    std::printf("\ntracks sold by genre, the first five\n");
    for (auto [sold, genre] :
         session.all(sw::select(sw::sum(invoice_lines.quantity), genres.name)
                         .join(invoice_lines.track)
                         .join(tracks.genre)
                         .group_by(genres.name)
                         .order_by(sw::desc(sw::sum(invoice_lines.quantity)), genres.name)
                         .limit(5)))
        std::printf("    %-20s %4lld\n", genre.c_str(), static_cast<long long>(*sold));
    std::printf("\nthe playlist Grunge\n");
    const auto grunge = session.one(
        sw::select<Playlist>().where(playlists.name == "Grunge").include(playlists.tracks));
    const auto its_tracks = session.load(grunge, playlists.tracks);
    for (std::size_t i = 0; i < its_tracks.size(); i += 4)
        std::printf("    %s\n", its_tracks[i]->name.c_str());
}

/// A purchase is one unit of work on one shard; taking it back erases its lines with it.
void buy(sw::cluster& db) {
    sw::session session{db};
    const auto customer = session.get<Customer>(1);
    const auto invoice =
        session.add_to(customer, customers.invoices,
                       Invoice{.invoice_date = sw::timestamp::parse("2026-11-23 12:00"),
                               .billing = customer->home,
                               .total = {}});
    sw::decimal total{0};
    const auto songs = session.all(sw::select<Track>().where(tracks.composer == "AC/DC"));
    for (const auto track : songs) {
        session.add_to(
            invoice, invoices.lines,
            InvoiceLine{
                .track_id = track->track_id, .unit_price = track->unit_price, .quantity = 1});
        total = total + track->unit_price;
    }
    invoice.edit().total = total;
    session.commit();
    std::printf("\n%s has bought %zu tracks for %s; the invoice goes to %s\n",
                customer->first_name.c_str(), songs.size(), invoice->total.to_string().c_str(),
                invoice->billing.city->c_str());
    session.erase(invoice);
    session.commit();
    std::printf("and gives them back: %lld lines, %s in all\n",
                static_cast<long long>(session.count(sw::select<InvoiceLine>())),
                std::get<0>(session.one(sw::select(sw::sum(invoices.total))))->to_string().c_str());
}

int run(const settings& s) {
    if (s.urls.empty()) std::filesystem::create_directories(s.folder);
    sw::cluster db(shards_of(s), {.name = "chinook"});
    const auto created = db.create_all<Artist, Album, Genre, MediaType, Track, Playlist,
                                       PlaylistTrack, Employee, Customer, Invoice, InvoiceLine>();
    if (!created.complete()) {
        std::fprintf(stderr, "%s\n", created.to_string().c_str());
        return 1;
    }
    load(db, s);
    staff(db);
    purchases_of(db, 6);
    reports(db);
    buy(db);
    const sw::verify_report checked = sw::verify(db);
    std::printf("every row is on its shard, exactly once: %s\n",
                checked.problems == 0 ? "yes" : "NO");
    return checked.problems == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    settings s;
    CLI::App app{"A music shop over four shards"};
    app.add_option("--data", s.data, "folder with the Chinook CSV files");
    app.add_option("--folder", s.folder, "where the SQLite shards are kept");
    app.add_option("--url", s.urls, "URL of a shard; four times, instead of SQLite files")
        ->expected(4);
    CLI11_PARSE(app, argc, argv);
    try {
        return run(s);
    } catch (const sw::error& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
